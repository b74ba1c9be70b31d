"""The menu of the tray, as com.canonical.dbusmenu has it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from voiced.engines.session_bus import Answer, CallRefused
from voiced.engines.tray.state import SENTENCES, StateReader

__all__ = ["Entry", "TrayAct", "answered", "clicks", "entries"]

TrayAct: TypeAlias = Literal["stop", "talk", "mute", "unmute", "page"]
"""What the user asks for with a click. ``talk``: what is said next is for it."""

_Properties: TypeAlias = dict[str, tuple[str, Any]]

_ROOT = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu; without a label it only parts others. Without an act it only tells."""

    id: int
    label: str = ""
    act: TrayAct | None = None
    is_enabled: bool = True


def entries(now: StateReader, *, has_page: bool) -> tuple[Entry, ...]:
    """The menu as it is now; an entry keeps its number."""
    muting = Entry(5, "Unmute", "unmute") if now.is_muted else Entry(5, "Mute", "mute")
    can_talk = not now.is_muted and not now.is_key_down
    page = (Entry(6), Entry(7, "Open the page", "page")) if has_page else ()
    return (
        Entry(1, SENTENCES[now.state], is_enabled=False),
        Entry(2),
        Entry(3, "Stop", "stop"),
        Entry(4, "Talk", "talk", is_enabled=can_talk),
        muting,
        *page,
    )


def clicks(events: Any) -> list[tuple[int, str]]:
    """Which entries what was done to, of the events of a panel.

    Raises:
        CallRefused: They are none.
    """
    try:
        return [(int(number), str(kind)) for number, kind, *_ in events]
    except (TypeError, ValueError):
        raise CallRefused("InvalidArgs", "these are no events") from None


def answered(menu: Sequence[Entry], revision: int, member: str, body: tuple[Any, ...]) -> Answer:
    """What there is to answer to a panel that reads the menu.

    Raises:
        CallRefused: There is no such call, or no such entry.
    """
    match member, body:
        case "GetLayout", (int(parent), int(depth), list(wanted)):
            return "u(ia{sv}av)", (revision, _layout(menu, parent, depth, wanted))
        case "GetGroupProperties", (list(ids), list(wanted)):
            rows = [(e.id, _properties(e, wanted)) for e in menu if not ids or e.id in ids]
            return "a(ia{sv})", (rows,)
        case "GetProperty", (int(number), str(name)):
            return "v", (_properties(_entry(menu, number), [name]).get(name, ("s", "")),)
        case "AboutToShow", (int(),):
            return "b", (False,)
        case "AboutToShowGroup", (list(),):
            return "aiai", ([], [])
        case _:
            raise CallRefused("UnknownMethod", "there is no such method")


def _entry(menu: Iterable[Entry], number: int) -> Entry:
    for entry in menu:
        if entry.id == number:
            return entry
    raise CallRefused("InvalidArgs", "there is no such entry")


def _properties(entry: Entry, wanted: Sequence[str]) -> _Properties:
    """Its properties, or those wanted of them."""
    if not entry.label:
        found: _Properties = {"type": ("s", "separator")}
    else:
        found = {"label": ("s", entry.label), "enabled": ("b", entry.is_enabled)}
    return {name: value for name, value in found.items() if not wanted or name in wanted}


def _layout(
    menu: Sequence[Entry], parent: int, depth: int, wanted: Sequence[str]
) -> tuple[int, _Properties, list[tuple[str, Any]]]:
    """The part from ``parent`` on, and what is in it unless the depth is 0."""
    if parent != _ROOT:
        return parent, _properties(_entry(menu, parent), wanted), []
    shown = menu if depth else ()
    none: list[Any] = []
    children = [("(ia{sv}av)", (each.id, _properties(each, wanted), none)) for each in shown]
    return _ROOT, {"children-display": ("s", "submenu")}, children
