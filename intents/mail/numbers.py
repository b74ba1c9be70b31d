"""How many mails there are, as it is said, and the typed values in what is told of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from voiced.plugin import Field, number_words

from .index.lookup import Found

__all__ = ["counted", "some_fields"]


def counted(number: int, of: str = "mail", *, is_most: bool = False) -> str:
    """So many mails: "one mail", "five mails", "twenty or more mails"; without a noun, "five"."""
    words = " ".join(number_words(number))
    more = f"{words} or more" if is_most else words
    plural = "" if number == 1 and not is_most else "s"
    return f"{more} {of}{plural}" if of else more


def some_fields(found: Iterable[Found]) -> tuple[Field, ...]:
    """The addresses of those who wrote."""
    return tuple(Field("address", each.sender.address) for each in found if each.sender.address)
