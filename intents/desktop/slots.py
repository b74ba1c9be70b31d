"""The slot types of the desktop: an application and a window, by what they are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from voiced.plugin import Candidate, Entity, IntentFailed, Named, SlotContext, named, one_line

from .edges import edges
from .entries import App, installed
from .settings import Settings
from .windows import Window

__all__ = ["APP", "WINDOW", "of_app"]

_KEYWORD, _OTHER = 0.86, 0.93  # each too far from the next to be asked about
_LONGEST = 60
_UNSEEN = 0


@dataclass(frozen=True, slots=True)
class _Name:
    """A name of a thing, and what it counts when it fits."""

    text: str
    thing: Any
    weight: float = 1.0


def _app_names(context: SlotContext) -> list[_Name]:
    found: list[_Name] = []
    for app in installed(context.settings(Settings), edges().env):
        found.append(_Name(app.name, app))
        program = app.id.rpartition(".")[2]
        others = (*app.other_names, program)
        found += [
            _Name(name, app, _OTHER if index == 0 else _KEYWORD)
            for index, name in enumerate(others)
            if name and len(name) <= _LONGEST
        ]
    return found


def _windows(context: SlotContext) -> list[Window] | None:
    """Those that are open; None where they cannot be seen."""
    if not context.settings(Settings).use_windows:
        return None
    try:
        with edges().windows(edges().env) as windows:
            return list(windows.list())
    except IntentFailed:
        return None


def _window_names(context: SlotContext) -> list[_Name]:
    found = _windows(context) or []
    titled = [_Name(window.title, window) for window in found if window.title]
    return titled + [_Name(each.window_class, each) for each in found if each.window_class]


def _called(name: _Name) -> str:
    return one_line(name.text)


_APP_NAMES: Named[_Name] = named("app", _app_names, _called)
_WINDOW_NAMES: Named[_Name] = named("window", _window_names, _called)


def _best(names: Named[_Name], said: str, context: SlotContext) -> list[Candidate[Any]]:
    """The things, each once, by the best of its names."""
    best: dict[int, Candidate[Any]] = {}
    for each in names.resolve(said, context):
        name = each.value
        score = each.score * name.weight
        known = best.get(id(name.thing))
        if known is None or score > known.score:
            best[id(name.thing)] = Candidate(name.thing, one_line(name.thing.spoken), score)
    return sorted(best.values(), key=lambda candidate: -candidate.score)


@dataclass(frozen=True, slots=True)
class _App:
    """An application that is installed, by its name, its kind or a keyword."""

    name: ClassVar[str] = "app"
    is_open: ClassVar[bool] = False
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "the name or the kind of an application: 'Firefox', 'calculator'",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """The names."""
        return _APP_NAMES.phrases(context)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[App]]:
        """The applications that may be meant."""
        return _best(_APP_NAMES, said, context)

    def from_entity(self, entity: Entity) -> App | None:
        """What "it" is, if the conversation spoke of an application."""
        return entity if isinstance(entity, App) else None


@dataclass(frozen=True, slots=True)
class _Window:
    """A window that is open now, by its title or its program.

    Any words are taken: windows come and go without our knowing. So a sentence with it must hold
    the word "window".
    """

    name: ClassVar[str] = "window"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "the title of a window, or its program",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """The titles and programs of the windows that are open now."""
        return _WINDOW_NAMES.phrases(context)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[Window]]:
        """The windows that may be meant. Where none can be seen, the intent says why."""
        if _windows(context) is None:
            return (Candidate(Window(_UNSEEN, said.strip(), ""), said.strip()),)
        return _best(_WINDOW_NAMES, said, context)

    def from_entity(self, entity: Entity) -> Window | None:
        """What "it" is, if the conversation spoke of a window."""
        return entity if isinstance(entity, Window) else None


def of_app(app: App, windows: Sequence[Window]) -> Window | None:
    """The window of an application that lies in front of its others."""
    for window in reversed(windows):
        if window.window_class.lower() in app.classes:
            return window
    return None


APP = _App()
WINDOW = _Window()
