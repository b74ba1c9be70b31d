"""What is typed and pressed instead of being said: the user's own words, as if he had said them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from voiced.controls import Asked, Keyboard
from voiced.errors import ControlError

__all__ = ["answer", "asked_row", "say"]

_MOST_LETTERS = 1000
"""As much as can be said in the longest utterance."""
_BUSY = "somebody is speaking: what is typed would be taken for a part of it"
_NOT_ASKED = "this question does not wait for an answer any more"


def say(keyboard: Keyboard | None, text: object) -> None:
    """Take a text for what the user said.

    Raises:
        ControlError: It is no text to say, or somebody speaks.
    """
    said = " ".join(text.split()) if isinstance(text, str) else ""
    if not said or len(said) > _MOST_LETTERS or not said.isprintable():
        message = f"say needs a text: one to {_MOST_LETTERS} letters that can be printed"
        raise ControlError(message, reason="bad_order")
    if not _there(keyboard).say(said):
        raise ControlError(_BUSY, reason="busy", mend="wait until it is quiet")


def answer(keyboard: Keyboard | None, question: object, answered: object) -> None:
    """Answer the question of this id.

    Raises:
        ControlError: It is not asked any more, or that is no answer to it, or somebody speaks.
    """
    asked = _there(keyboard).asked
    if asked is None or asked.id != question:
        raise ControlError(_NOT_ASKED, reason="not_asked", mend="ask for it again")
    if answered not in _answers(asked):
        known = ", ".join(_answers(asked))
        raise ControlError(f"this question is answered by {known}", reason="bad_order")
    if not _there(keyboard).answer(asked.id, str(answered)):
        raise ControlError(_BUSY, reason="busy", mend="wait until it is quiet")


def asked_row(keyboard: Keyboard | None) -> dict[str, Any] | None:
    """The question that waits, as it is sent.

    Raises:
        ControlError: Nothing can be typed to this one.
    """
    asked = _there(keyboard).asked
    return None if asked is None else asdict(asked)


def _there(keyboard: Keyboard | None) -> Keyboard:
    if keyboard is None:
        raise ControlError("nothing can be typed to this one", reason="no_keyboard")
    return keyboard


def _answers(asked: Asked) -> tuple[str, ...]:
    """What answers the question; options are numbered from 1."""
    if not asked.options:
        return ("yes", "no")
    return (*(str(number) for number, _ in enumerate(asked.options, start=1)), "no")
