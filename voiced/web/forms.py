"""What was typed into a form, and where its answer leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse

__all__ = ["Typed", "address", "leads_to", "typed"]

_MOST_FIELDS = 500


class Typed:
    """The fields of a form; of a name that comes more than once the last counts."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._pairs = pairs

    def __getitem__(self, name: str) -> str:
        """The text of a field, without spaces around it; empty where there is none."""
        return next((value for key, value in reversed(self._pairs) if key == name), "").strip()

    def every(self, name: str) -> tuple[str, ...]:
        """All texts of a name."""
        return tuple(value for key, value in self._pairs if key == name)

    def as_mapping(self) -> Mapping[str, str]:
        """Names and texts."""
        return dict(self._pairs)


async def typed(request: Request) -> Typed:
    """The fields of a form that was sent; a file among them counts for nothing."""
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    return Typed([(key, value) for key, value in form.multi_items() if isinstance(value, str)])


def leads_to(path: str, **query: str) -> RedirectResponse:
    """The answer to a form: look at this page."""
    return RedirectResponse(address(path, **query), 303)


def address(path: str, **query: str) -> str:
    """A path of ours with a query."""
    asked = urlencode(query)
    return quote(path) + (f"?{asked}" if asked else "")
