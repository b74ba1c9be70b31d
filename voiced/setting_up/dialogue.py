"""How setup asks: at a terminal, or with every question answered beforehand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Answered", "Dialogue", "Terminal"]

_YES = frozenset({"y", "yes"})
_NO = frozenset({"n", "no"})


class Dialogue(Protocol):
    """Tells and asks. ``has_person``: somebody is there to speak, to listen and to answer."""

    @property
    def has_person(self) -> bool: ...

    def tell(self, text: str) -> None: ...

    def confirm(self, question: str, *, default: bool) -> bool: ...

    def choose(self, question: str, options: Sequence[str], default: str) -> str: ...

    def ask(self, question: str, default: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Answered:
    """Nobody is asked: each question has its default, or a no where nothing may be done.

    Attributes:
        show: Takes what is told.
        agrees: Whether a question gets its default; else yes and no are both a no.
    """

    show: Callable[[str], None]
    agrees: bool

    @property
    def has_person(self) -> bool:
        """Nobody is there."""
        return False

    def tell(self, text: str) -> None:
        """Show it."""
        self.show(text)

    def confirm(self, question: str, *, default: bool) -> bool:
        """The default, where that is agreed to; the question and the answer are shown."""
        answer = default and self.agrees
        self.show(f"{question} {'yes' if answer else 'no'}")
        return answer

    def choose(self, question: str, options: Sequence[str], default: str) -> str:  # noqa: ARG002
        """The default."""
        return default

    def ask(self, question: str, default: str) -> str:  # noqa: ARG002
        """The default."""
        return default


@dataclass(frozen=True, slots=True)
class Terminal:
    """A person at a terminal. An empty answer is the default, the end of the input a no.

    Attributes:
        show: Prints a line.
        read: Reads a line after a prompt, as ``input`` does.
    """

    show: Callable[[str], None]
    read: Callable[[str], str]

    @property
    def has_person(self) -> bool:
        """Somebody is there."""
        return True

    def tell(self, text: str) -> None:
        """Print it."""
        self.show(text)

    def confirm(self, question: str, *, default: bool) -> bool:
        """Ask until the answer is yes, no or nothing."""
        shown = "Y/n" if default else "y/N"
        while True:
            answer = self._line(f"{question} [{shown}] ", "n").casefold()
            if answer in _YES | _NO:
                return answer in _YES
            if not answer:
                return default
            self.show("Please answer y or n.")

    def choose(self, question: str, options: Sequence[str], default: str) -> str:
        """Ask for a number, or for the beginning of one of the options."""
        for number, option in enumerate(options, 1):
            self.show(f"  {number} {option}{' (recommended)' if option == default else ''}")
        while True:
            answer = self._line(f"{question} [{default}] ", "").casefold()
            if not answer:
                return default
            if answer.isdecimal() and 1 <= int(answer) <= len(options):
                return options[int(answer) - 1]
            alike = [each for each in options if each.casefold().startswith(answer)]
            exact = [each for each in alike if each.casefold() == answer]
            if len(exact or alike) == 1:
                return (exact or alike)[0]
            self.show(f"Please answer with a number from 1 to {len(options)}.")

    def ask(self, question: str, default: str) -> str:
        """Ask for a text; a minus is none."""
        answer = self._line(f"{question} [{default or 'none'}] ", "")
        if answer == "-":
            return ""
        return answer or default

    def _line(self, prompt: str, at_end: str) -> str:
        try:
            return self.read(prompt).strip()
        except EOFError:
            return at_end
