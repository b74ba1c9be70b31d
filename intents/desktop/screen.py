"""The screen: lock it, take a picture of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from platformdirs import user_pictures_path

from voiced.plugin import (
    Context,
    Effect,
    FileEntity,
    Integrity,
    IntentFailed,
    JsonValue,
    Reply,
    Undo,
    intent,
    undoes,
)

from .bus import Address, Bus, BusError
from .edges import edges
from .refusals import failed
from .settings import Settings

__all__ = ["is_locked", "lock_screen", "take_screenshot", "undo_screenshot"]

_SAVERS = (
    Address(
        "org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver"
    ),
    Address("org.freedesktop.ScreenSaver", "/ScreenSaver", "org.freedesktop.ScreenSaver"),
    Address("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver"),
)
_SESSION = Address(
    "org.freedesktop.login1",
    "/org/freedesktop/login1/session/auto",
    "org.freedesktop.login1.Session",
)


@intent(
    "screen.lock",
    sentences=[
        "lock [the|my] (screen|computer|desktop|machine|session)",
        "lock [the|my] (screen|computer) now",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["lock the screen"],
)
async def lock_screen(context: Context) -> Reply:
    """Lock the screen; only its password opens it."""
    await context.in_worker(_lock)
    return Reply("Locked.")


def _lock() -> None:
    reasons: list[str] = []
    try:
        with edges().bus("SESSION") as bus:
            for saver in _SAVERS:
                try:
                    bus.call(saver, "Lock")
                except BusError as error:
                    reasons.append(error.name)
                else:
                    return
    except IntentFailed as error:
        reasons.append(error.message)
    try:
        with edges().bus("SYSTEM") as bus:
            bus.call(_SESSION, "Lock")
    except (BusError, IntentFailed) as error:
        spoken = "Nothing here can lock the screen."
        mend = "install a screen locker that speaks D-Bus, such as xss-lock with i3lock"
        raise failed(f"no locker: {error}", spoken, mend) from error


def is_locked(bus: Bus) -> bool:
    """Whether the screen is locked, as far as anybody says so."""
    for saver in _SAVERS:
        try:
            if bus.call(saver, "GetActive")[:1] == (True,):
                return True
        except BusError:
            continue
    return False


@intent(
    "screen.picture",
    sentences=[
        "(take|make) [a] (screenshot|screen shot|picture of (the|my) screen)",
        "(screenshot|capture the screen)",
    ],
    effect=Effect.W1,
    deadline_s=30.0,
    returns=Integrity.CONFIG,
    examples=["take a screenshot"],
)
async def take_screenshot(context: Context) -> Reply:
    """Take a picture of the screen and keep it as a file."""
    settings = context.settings(Settings)
    folder = settings.screenshot_folder or user_pictures_path() / "Screenshots"
    picture = await context.in_worker(context.desk.screen.picture)
    target = await context.in_worker(_free_name, folder.expanduser(), context.now)
    async with context.change(
        Undo("desktop.screenshot", {"path": str(target)}), "took a screenshot"
    ):
        await context.in_worker(_write, target, picture)
    entity = await context.in_worker(_entity, target, context.now)
    return Reply("The screenshot is in your pictures.", (entity,), data={"path": str(target)})


def _free_name(folder: Path, now: datetime) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        spoken = "I can't write into the folder of screenshots."
        raise failed(f"the folder of screenshots: {error.strerror}", spoken) from error
    stem = f"Screenshot {now:%Y-%m-%d %H-%M-%S}"
    names = [f"{stem}.png", *(f"{stem} {number}.png" for number in range(2, 100))]
    return next(folder / name for name in names if not (folder / name).exists())


def _entity(path: Path, now: datetime) -> FileEntity:
    return FileEntity(path, "image", path.stat().st_size, now, now)


def _write(target: Path, data: bytes) -> None:
    try:
        with target.open("xb") as file:
            file.write(data)
    except OSError as error:
        spoken = "I can't write the picture: the disk is full, or I may not."
        raise failed(f"the picture: {error.strerror}", spoken) from error


@undoes("desktop.screenshot")
async def undo_screenshot(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Delete the picture again."""
    path = Path(str(data["path"]))

    def remove() -> None:
        try:
            path.unlink()
        except OSError as error:
            reason = f"the picture: {error.strerror}"
            raise IntentFailed(reason, spoken="The picture is not there any more.") from error

    await context.in_worker(remove)
    return "I deleted the screenshot."
