"""Applications and windows: open, switch to, put away, enlarge, close."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from voiced.plugin import (
    Context,
    Effect,
    IntentFailed,
    JsonValue,
    Reply,
    Undo,
    intent,
    one_line,
    undoes,
)

from .edges import edges
from .entries import App, launch_command
from .refusals import failed
from .settings import Settings
from .slots import APP, WINDOW, of_app
from .windows import Window

__all__ = [
    "close_window",
    "list_windows",
    "maximise_window",
    "minimise_window",
    "open_app",
    "switch_app",
    "switch_window",
    "undo_window",
]

T = TypeVar("T")

_SHOWN = 3
_GONE = "That window is gone."


@intent(
    "apps.open",
    sentences=[
        "(open|start|launch|run|open up|bring up) [the|my|a] {app} [(app|application|program)]",
    ],
    effect=Effect.W1,
    critical=["app"],
    examples=["open firefox", "start the calculator"],
)
async def open_app(context: Context, app: Annotated[App, APP]) -> Reply:
    """Start an application."""
    command = launch_command(app, context.settings(Settings))
    await context.in_worker(edges().start, command, edges().env)
    return Reply(f"Opening {one_line(app.name)}.", (app,), data={"app": app.id})


@intent(
    "apps.switch",
    sentences=[
        "(switch|change|go|go back|take me) to [the|my] {app} [(app|application|program)]",
        "(focus|show) [the|my] {app} (app|application|program)",
    ],
    effect=Effect.W1,
    critical=["app"],
    examples=["switch to firefox"],
)
async def switch_app(context: Context, app: Annotated[App, APP]) -> Reply:
    """Bring an application's window to the front, or start it where it has none."""
    found = await _seeing(context, _window_of, app)
    if found is None:
        command = launch_command(app, context.settings(Settings))
        await context.in_worker(edges().start, command, edges().env)
        return Reply(f"It wasn't open. Opening {one_line(app.name)}.", (app,))
    await _activate(context, found)
    return Reply(f"{one_line(app.name)}.", (found,))


def _window_of(app: App) -> Window | None:
    with edges().windows(edges().env) as windows:
        return of_app(app, windows.list())


@intent(
    "windows.switch",
    sentences=[
        "(switch|change|go|go back|take me) to [the|my] {window} window",
        "(show|focus|raise|bring up) [me] [the|my] {window} window",
        "(switch|change|go) to the window (called|with|named) {window}",
    ],
    effect=Effect.W1,
    critical=["window"],
    examples=["switch to the terminal window"],
)
async def switch_window(context: Context, window: Annotated[Window, WINDOW]) -> Reply:
    """Bring a window to the front."""
    await _activate(context, window)
    return Reply(f"{one_line(window.spoken)}.", (window,))


async def _activate(context: Context, window: Window) -> None:
    before = await _seeing(context, _active)
    way_back = Undo("desktop.window", {"do": "activate", "window": before})
    async with context.change(way_back, "switched the window"):
        await _seeing(context, _do, "activate", window.id)


@intent(
    "windows.minimise",
    sentences=[
        "(minimise|minimize|hide|put away) [the|my] {window} window",
        "(minimise|minimize|hide|put away) (this|the|the current) window",
    ],
    effect=Effect.W1,
    critical=["window"],
    examples=["minimise this window"],
)
async def minimise_window(
    context: Context, window: Annotated[Window | None, WINDOW] = None
) -> Reply:
    """Put a window away: the one that is used, or another."""
    found = await _seeing(context, _this, window)
    way_back = Undo("desktop.window", {"do": "activate", "window": found.id})
    async with context.change(way_back, "minimised a window"):
        await _seeing(context, _do, "minimise", found.id)
    return Reply("Minimised.", (found,))


@intent(
    "windows.maximise",
    sentences=[
        "(maximise|maximize|enlarge) [the|my] {window} window",
        "(maximise|maximize|enlarge) (this|the|the current) window",
        "make (this|the|the current) window (bigger|full screen|as large as possible)",
    ],
    effect=Effect.W1,
    critical=["window"],
    examples=["maximise this window"],
)
async def maximise_window(
    context: Context, window: Annotated[Window | None, WINDOW] = None
) -> Reply:
    """Let a window fill the screen: the one that is used, or another."""
    found = await _seeing(context, _this, window)
    if await _seeing(context, _is_maximised, found.id):
        return Reply("It is as large as it gets.", (found,))
    way_back = Undo("desktop.window", {"do": "restore", "window": found.id})
    async with context.change(way_back, "maximised a window"):
        await _seeing(context, _do, "maximise", found.id)
    return Reply("Maximised.", (found,))


@intent(
    "windows.close",
    sentences=[
        "(close|quit|shut) [the|my] {window} window",
        "(close|quit|shut) (this|the|the current) window",
    ],
    effect=Effect.W2,
    critical=["window"],
    examples=["close this window"],
)
async def close_window(context: Context, window: Annotated[Window | None, WINDOW] = None) -> Reply:
    """Close a window. What was not saved may be lost."""
    found = await _seeing(context, _this, window)
    await _seeing(context, _do, "close", found.id)
    return Reply("Closed, unless it asks you first.")


@intent(
    "windows.list",
    sentences=[
        "(what|which) (windows|applications|apps|programs) are (open|running)",
        "(list|show me) [all] [of] (my|the) [open] windows",
    ],
    effect=Effect.R1,
    examples=["which windows are open"],
)
async def list_windows(context: Context) -> Reply:
    """Tell which windows are open."""
    found = await _seeing(context, _all)
    if not found:
        return Reply("No window is open.")
    shown = [one_line(each.spoken)[:60] for each in reversed(found)][:_SHOWN]
    more = len(found) - len(shown)
    rest = f", and {more} more" if more > 0 else ""
    return Reply(f"{', '.join(shown)}{rest}.", tuple(reversed(found)))


@undoes("desktop.window")
async def undo_window(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Put a window back as it was."""
    number = data["window"]
    if not isinstance(number, int):
        raise IntentFailed("no window was used before", spoken="No window was in front before.")
    await _seeing(context, _do, str(data["do"]), number)
    return "The window is as before."


async def _seeing(context: Context, function: Callable[..., T], *arguments: Any) -> T:
    """Run what looks at windows, unless that is turned off."""
    if not context.settings(Settings).use_windows:
        spoken = "Looking at windows is turned off in my configuration."
        raise failed("use_windows is false", spoken, "set use_windows = true in [desktop]")
    return await context.in_worker(function, *arguments)


def _all() -> list[Window]:
    with edges().windows(edges().env) as windows:
        return list(windows.list())


def _active() -> int | None:
    """The one that is used, where the desktop tells."""
    with edges().windows(edges().env) as windows:
        try:
            return windows.active()
        except IntentFailed:
            return None


def _is_maximised(number: int) -> bool:
    with edges().windows(edges().env) as windows:
        return windows.is_maximised(number)


def _this(wanted: Window | None) -> Window:
    """The window that was named, or the one that is used.

    Raises:
        IntentFailed: It is gone, or none is used.
    """
    with edges().windows(edges().env) as windows:
        number = wanted.id if wanted is not None else windows.active()
        for window in windows.list():
            if window.id == number:
                return window
    raise failed("no such window", _GONE if wanted else "No window is in front.")


def _do(what: str, number: int) -> None:
    with edges().windows(edges().env) as windows:
        if number not in [window.id for window in windows.list()]:
            raise failed("the window is gone", _GONE)
        match what:
            case "activate":
                windows.activate(number)
            case "minimise":
                windows.minimise(number)
            case "maximise":
                windows.maximise(number, on=True)
            case "restore":
                windows.maximise(number, on=False)
            case _:
                windows.close(number)
