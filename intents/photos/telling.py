"""How pictures are counted and named in a reply: the number, and three of them."""

from __future__ import annotations

from collections.abc import Sequence

from voiced.plugin import FileEntity, JsonValue, number_words
from voiced_intents.files.refusals import said
from voiced_intents.files.several import all_of

__all__ = ["MOST", "counted", "data_of", "in_trash", "named_three"]

MOST = 50
_SHOWN = 3


def counted(number: int, noun: str) -> str:
    """Such as "one photo", "twelve photos", "no photos"."""
    if number == 0:
        return f"no {noun}s"
    return f"{' '.join(number_words(number))} {noun}{'s' * (number > 1)}"


def named_three(files: Sequence[FileEntity]) -> str:
    """At most three names, then "and nine more"."""
    names = [said(file.path.name) for file in files[:_SHOWN]]
    rest = len(files) - len(names)
    if rest:
        return f"{', '.join(names)}, and {' '.join(number_words(rest))} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def data_of(files: Sequence[FileEntity]) -> dict[str, JsonValue]:
    """For ``--json``: their paths."""
    return {"files": [said(str(file.path)) for file in files[:MOST]]}


def in_trash(back: int, of: int) -> str:
    """How many of several new pictures are in the trash."""
    if back < of:
        return f"I moved {back} of {of} new pictures to the trash."
    if of == 1:
        return "The new picture is in the trash."
    return f"{all_of(of)} new pictures are in the trash."
