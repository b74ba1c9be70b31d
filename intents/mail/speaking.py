"""How changes of mails are told. Pure."""

from __future__ import annotations

from voiced.plugin import number_words

from .moves import Made

__all__ = ["all_back", "counted", "reported"]

_BOTH = 2


def counted(number: int) -> str:
    """How many mails: "one mail", "twelve mails"."""
    return f"{' '.join(number_words(number))} mail{'s' * (number != 1)}"


def reported(done: str, what: str, made: Made, total: int) -> str:
    """What was done, and what was not.

    Args:
        done: In the past tense, with {} for what.
        what: The mail, or how many.
        made: How many of them it was done to, and why not to all.
        total: How many there were.
    """
    if made.count == total and not made.trouble:
        return _sentence(done.format(what))
    if not made.count:
        return made.trouble
    part = f"{' '.join(number_words(made.count))} of {counted(total)}"
    return f"{_sentence(done.format(part))} {made.trouble}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


def all_back(back: int, total: int) -> str:
    """How many of several are as they were."""
    if back < total:
        return f"I took back {' '.join(number_words(back))} of {' '.join(number_words(total))}."
    if total == 1:
        return "The mail is back where it was."
    everything = "Both" if total == _BOTH else f"All {' '.join(number_words(total))}"
    return f"{everything} are back."
