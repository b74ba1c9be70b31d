"""Letters that no key of an X keyboard has: each gets a spare key, and keeps it.

xdotool gives such a letter a key for a moment only, and windows that look later read another
letter, or none. A key that stays is read right.
"""

from __future__ import annotations

import re
from collections import OrderedDict

from voiced.engines.desk_programs import Programs
from voiced.errors import DeskError

__all__ = ["SpareKeys"]

_SPARE = re.compile(r"^keycode +(\d+) =(?: +(?!XF86)(\S+) +\2 +\2)? *$", re.MULTILINE)
"""A key without a letter; or with one three times, which an earlier run has given it."""

_MOST = 40


class SpareKeys:
    """The keys that have no letter.

    Args:
        programs: Those that are there, and the session's environment.
    """

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self._spare: list[str] | None = None
        self._bound: OrderedDict[str, str] = OrderedDict()

    def parts(self, text: str) -> list[str]:
        """The text in pieces, each with no more rare letters than there are spare keys."""
        pieces, rare, piece = [], set[str](), ""
        for letter in text:
            rare |= set() if letter.isascii() else {letter}
            if len(rare) > self._most():
                pieces.append(piece)
                piece, rare = "", set() if letter.isascii() else {letter}
            piece += letter
        return [*pieces, piece]

    def bind(self, text: str) -> bool:
        """Give each letter that is not ASCII a key; whether any key is another than before.

        Raises:
            DeskError: There is no spare key, or no program that gives it a letter.
        """
        rare = dict.fromkeys(letter for letter in text if not letter.isascii())
        for letter in rare:
            if letter in self._bound:
                self._bound.move_to_end(letter)
        new = [letter for letter in rare if letter not in self._bound]
        if not new:
            return False
        changes: list[str] = []
        for letter in new:
            key = self._key()
            self._bound[letter] = key
            name = f"U{ord(letter):04X}"
            changes += ["-e", f"keycode {key} = {name} {name} {name}"]
        if self._programs.feed(("xmodmap", *changes), b"").code:
            for letter in new:
                del self._bound[letter]
            raise _refused("xmodmap failed")
        return True

    def _key(self) -> str:
        """A spare key, or that of the letter that was not needed for longest."""
        spare = self._spare or []
        used = len(self._bound)
        return spare[used] if used < self._most() else self._bound.popitem(last=False)[1]

    def _most(self) -> int:
        """How many letters can have a key at once.

        Raises:
            DeskError: None can.
        """
        if self._spare is None:
            if not self._programs.has("xmodmap"):
                raise _refused("xmodmap is not installed")
            ran = self._programs.read(("xmodmap", "-pke"))
            found = _SPARE.finditer(ran.output.decode("ascii", "replace"))
            self._spare = [each[1] for each in found][-_MOST:]
        if not self._spare:
            raise _refused("every key has a letter")
        return len(self._spare)


def _refused(why: str) -> DeskError:
    return DeskError(
        f"letters that the keyboard does not have cannot be typed: {why}",
        spoken="I can't type a letter that your keyboard does not have.",
        mend="install x11-xserver-utils, which has xmodmap",
    )
