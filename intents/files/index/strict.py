"""Whether what was found is all that was said of it: its kind and its date too. Pure."""

from __future__ import annotations

from voiced.plugin import DateSpan

from .ranking import Found
from .request import Request, dates_in
from .words import name_words

__all__ = ["is_as_said"]


def is_as_said(row: Found, said: str, request: Request) -> bool:
    """Whether it is of the kind and from the time that were said, unless its name says so.

    Args:
        row: What was found.
        said: All that was said.
        request: The likeliest way to read it.
    """
    name = set(name_words(row.spot.name))
    is_kind = not request.kinds or row.kind in request.kinds or bool(name & set(request.called))
    is_then = request.span is None or _is_in(row, request.span)
    return is_kind and (is_then or bool(name & dates_in(said, request)))


def _is_in(row: Found, span: DateSpan) -> bool:
    start, end = (int(each.timestamp() * 1e9) for each in (span.start, span.end))
    return any(start <= time < end for time in (row.changed_ns, row.created_ns, row.added_ns))
