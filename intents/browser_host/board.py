"""What the extension tells by itself: which browser it is, its tabs, when it was used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from .frames import BadFrame

__all__ = ["Board", "Greeting"]

_MOST_TABS = 5000
_MOST_LETTERS = 2000
_MOST_NAME = 100
_NUMBERS = ("id", "window", "index", "used_ms")
_FLAGS = ("active", "pinned", "muted", "audible", "private")


@dataclass(frozen=True, slots=True)
class Greeting:
    """What the extension says first: the browser, this run of it, the extension's version."""

    browser: str
    version: str
    run: str
    profile: str
    extension: str
    private_allowed: bool

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> Greeting:
        """The greeting in a message.

        Raises:
            BadFrame: There is none in it.
        """
        names = ("browser", "version", "run", "profile", "extension")
        texts = [message.get(name) for name in names]
        if message.get("push") != "hello" or not all(isinstance(text, str) for text in texts):
            raise BadFrame("no greeting")
        browser, version, run, profile, extension = (str(text)[:_MOST_NAME] for text in texts)
        private_allowed = message.get("private_allowed") is True
        return cls(browser, version, run, profile, extension, private_allowed)


@dataclass(slots=True)
class Board:
    """The open tabs as the browser told them last, and when it was used."""

    tabs: dict[int, dict[str, Any]] = field(default_factory=dict[int, dict[str, Any]])
    last_used_ms: int = 0

    def take(self, message: Mapping[str, Any]) -> None:
        """Take up what the extension pushed.

        Raises:
            BadFrame: It makes no sense.
        """
        match message.get("push"):
            case "tabs":
                self._take_tabs(message)
            case "used" if isinstance(at_ms := message.get("at_ms"), int):
                self.last_used_ms = max(self.last_used_ms, at_ms)
            case _:
                raise BadFrame("an unknown message")

    def listed(self) -> list[dict[str, Any]]:
        """The tabs in their order, window by window."""
        return sorted(self.tabs.values(), key=lambda tab: (tab["window"], tab["index"]))

    def _take_tabs(self, message: Mapping[str, Any]) -> None:
        changed, removed = _list(message.get("changed", [])), _list(message.get("removed", []))
        if message.get("all") is True:
            self.tabs.clear()
        for identity in removed:
            self.tabs.pop(identity, None) if isinstance(identity, int) else None
        for tab in map(_clean, changed):
            if tab["id"] in self.tabs or len(self.tabs) < _MOST_TABS:
                self.tabs[tab["id"]] = tab


def _list(said: object) -> list[object]:
    if not isinstance(said, list):
        raise BadFrame("no list of tabs")
    return cast("list[object]", said)


def _clean(said: object) -> dict[str, Any]:
    """A tab with the fields that it must have, of their kinds and in bounds."""
    if not isinstance(said, dict):
        raise BadFrame("no tab")
    tab = cast("dict[str, Any]", said)
    numbers = {name: tab.get(name) for name in _NUMBERS}
    texts = {name: tab.get(name) for name in ("title", "url")}
    if not all(isinstance(number, int) for number in numbers.values()):
        raise BadFrame("a tab without its numbers")
    if not all(isinstance(text, str) for text in texts.values()):
        raise BadFrame("a tab without title or address")
    return {
        **numbers,
        **{name: str(text)[:_MOST_LETTERS] for name, text in texts.items()},
        **{name: tab.get(name) is True for name in _FLAGS},
    }
