"""What every way back needs: which run of which browser it was, so that no other tab is touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voiced.plugin import IntentFailed, JsonValue, SlotContext, Undo

from .joined import all_joined
from .link import Browser
from .refusals import failed, not_joined

__all__ = ["Way", "browser_of", "profile_of", "way_back"]


def way_back(operation: str, browser: Browser, **data: JsonValue) -> Undo:
    """The way back of what is done in this browser."""
    return Undo(operation, {"run": browser.run, "profile": browser.profile, **data})


@dataclass(frozen=True, slots=True)
class Way:
    """The data of a way back, checked."""

    run: str
    profile: str
    data: Mapping[str, JsonValue]

    @classmethod
    def of(cls, data: Mapping[str, JsonValue]) -> Way:
        """As it comes from the journal."""
        return cls(str(data.get("run", "")), str(data.get("profile", "")), data)

    def number(self, name: str) -> int:
        """A number of it."""
        found = self.data.get(name)
        if not isinstance(found, int):
            raise _broken(name)
        return found

    def numbers(self, name: str) -> list[int]:
        """Numbers of it."""
        found = self.data.get(name)
        if not isinstance(found, list) or not all(isinstance(each, int) for each in found):
            raise _broken(name)
        return [int(str(each)) for each in found]

    def text(self, name: str) -> str:
        """A text of it."""
        return str(self.data.get(name, ""))

    def texts(self, name: str) -> list[str]:
        """Texts of it."""
        found = self.data.get(name)
        return [str(each) for each in found] if isinstance(found, list) else []

    def rows(self, name: str) -> list[Mapping[str, JsonValue]]:
        """Objects of it."""
        found = self.data.get(name)
        rows = found if isinstance(found, list) else []
        return [row for row in rows if isinstance(row, Mapping)]


def _broken(name: str) -> IntentFailed:
    return failed(f"the journal has no {name}", "I don't know any more how to take that back.")


def browser_of(context: SlotContext, way: Way) -> Browser:
    """The browser in the run in which it was done: its tabs are the same.

    Raises:
        IntentFailed: It is not there any more.
    """
    for each in all_joined(context):
        if each.run == way.run:
            return each
    if profile_of(context, way) is None:
        raise not_joined()
    raise failed(
        "the browser was started anew", "The browser was restarted since, so I can't undo that."
    )


def profile_of(context: SlotContext, way: Way) -> Browser | None:
    """The browser with the same profile, in whatever run: its bookmarks are the same."""
    return next((each for each in all_joined(context) if each.profile == way.profile), None)
