"""What is to be forgotten: read from a form, in words, and as the arguments of forgetting. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from voiced.errors import PageError

__all__ = ["SPANS", "Forgetting", "read_form"]

SPANS: Mapping[str, tuple[str, timedelta]] = {
    "10m": ("the last 10 minutes", timedelta(minutes=10)),
    "1h": ("the last hour", timedelta(hours=1)),
    "1d": ("the last 24 hours", timedelta(days=1)),
    "7d": ("the last 7 days", timedelta(days=7)),
}
"""Spans of time that end now."""

_MOST_LETTERS = 200


@dataclass(frozen=True, slots=True)
class Forgetting:
    """What is to be forgotten: what holds the words, or is of a span; all where neither is given.

    ``is_all`` says so, so that an empty form never means everything.
    """

    words: str = ""
    since: datetime | None = None
    until: datetime | None = None
    is_all: bool = False

    def __str__(self) -> str:
        """In words, as the end of "this will be forgotten: ..."."""
        if self.is_all:
            return "everything"
        form = "%d %b %Y, %H:%M"
        spans = [f"since {self.since.strftime(form)}"] if self.since else []
        spans += [f"before {self.until.strftime(form)}"] if self.until else []
        what = f"what holds “{self.words}”" if self.words else "what was said and done"
        return " ".join([what, *spans])


def read_form(form: Mapping[str, str], now: datetime) -> Forgetting:
    """What a form asks for.

    Raises:
        PageError: It asks for nothing, or what it says cannot be read.
    """
    match form.get("what", ""):
        case "all":
            return Forgetting(is_all=True)
        case "words":
            words = form.get("words", "").strip()
            if not any(letter.isalnum() for letter in words) or len(words) > _MOST_LETTERS:
                raise PageError("there is no word to look for", mend="give one to 200 letters")
            return Forgetting(words=words)
        case "day":
            since, until = _day(form.get("day", ""), now)
            return Forgetting(since=since, until=until)
        case span if span in SPANS:
            return Forgetting(since=now - SPANS[span][1])
        case _:
            raise PageError("nothing was chosen to be forgotten", mend="choose one of the list")


def _day(text: str, now: datetime) -> tuple[datetime, datetime]:
    try:
        day = date.fromisoformat(text)
        since, until = (
            datetime.combine(each, time.min).astimezone() for each in (day, day + timedelta(days=1))
        )
    except (ValueError, OverflowError, OSError) as error:
        mend = f"write it as {now:%Y-%m-%d}"
        raise PageError(f"{text[:40]!r} is no day", mend=mend) from error
    return since, until
