"""Volume and brightness: set, a step up or down, muted, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from voiced.plugin import (
    NUMBER,
    Context,
    Effect,
    Integrity,
    InvalidSlots,
    JsonValue,
    Reply,
    Undo,
    choice,
    intent,
    undoes,
)

from .backlight import read_brightness, write_brightness
from .edges import edges
from .settings import Settings
from .sound import Level

__all__ = [
    "mute",
    "set_brightness",
    "set_volume",
    "step_brightness",
    "step_volume",
    "tell_brightness",
    "tell_volume",
    "undo_brightness",
    "undo_volume",
    "unmute",
]

_FULL = 100
_STEP = choice(
    "step",
    {"up": 1, "down": -1, "higher": 1, "lower": -1, "louder": 1, "softer": -1, "quieter": -1,
     "brighter": 1, "darker": -1, "dimmer": -1},
)  # fmt: skip
_SOUND = "(sound|speakers|speaker|computer|volume|audio)"


def _level() -> Level:
    with edges().sound() as sound:
        return sound.level()


def _set_level(level: Level) -> Level:
    with edges().sound() as sound:
        sound.set(level)
        return sound.level()


async def _change_volume(context: Context, before: Level, after: Level, summary: str) -> None:
    way_back: dict[str, JsonValue] = {"percent": before.percent, "is_muted": before.is_muted}
    async with context.change(Undo("desktop.volume", way_back), summary):
        await context.in_worker(_set_level, after)


@undoes("desktop.volume")
async def undo_volume(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Make it as loud as it was."""
    percent = data["percent"]
    assert isinstance(percent, int)  # noqa: S101 - we wrote it
    level = Level(percent, bool(data["is_muted"]))
    await context.in_worker(_set_level, level)
    return f"The volume is {percent} percent again{', muted' if level.is_muted else ''}."


@intent(
    "media.volume",
    sentences=[
        "(set|turn|change|put) [the] volume to {level} [percent]",
        "volume [to] {level} [percent]",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["set the volume to forty percent"],
)
async def set_volume(context: Context, level: Annotated[float, NUMBER]) -> Reply:
    """Set the volume of the computer."""
    percent = _percent(level)
    before = await context.in_worker(_level)
    after = Level(percent, is_muted=False)
    await _change_volume(context, before, after, f"set the volume to {percent} percent")
    return Reply(f"Volume {percent} percent.")


@intent(
    "media.volume_step",
    sentences=[
        "(turn|put) [the] (volume|sound|music) {step} [by {amount} [percent]]",
        "(turn|put) {step} the (volume|sound|music) [by {amount} [percent]]",
        "(make|turn) the (music|sound|video|computer) {step}",
        "volume {step} [by {amount} [percent]]",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["turn the volume up", "volume down"],
)
async def step_volume(
    context: Context,
    step: Annotated[int, _STEP],
    amount: Annotated[float | None, NUMBER] = None,
) -> Reply:
    """Make the computer louder or softer."""
    size = context.settings(Settings).volume_step if amount is None else _percent(amount)
    before = await context.in_worker(_level)
    percent = max(0, min(_FULL, before.percent + step * size))
    if percent == before.percent and not before.is_muted:
        return Reply("It is as loud as it gets." if step > 0 else "It is silent already.")
    after = Level(percent, is_muted=False)
    await _change_volume(context, before, after, f"set the volume to {percent} percent")
    return Reply(f"{percent} percent.")


@intent(
    "media.mute",
    sentences=[
        f"mute [the|my] {_SOUND}",
        f"(turn off|switch off|silence) [the|my] {_SOUND}",
        "turn the (sound|volume|audio) off",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["mute the sound"],
)
async def mute(context: Context) -> Reply:
    """Mute the loudspeakers; the microphone stays as it is."""
    before = await context.in_worker(_level)
    if before.is_muted:
        return Reply("")
    after = Level(before.percent, is_muted=True)
    await _change_volume(context, before, after, "muted the sound")
    return Reply("")  # nobody would hear it


@intent(
    "media.unmute",
    sentences=[
        f"unmute [the|my] {_SOUND}",
        f"(turn on|switch on) [the|my] {_SOUND}",
        "turn the (sound|volume|audio) [back] on",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["unmute the sound"],
)
async def unmute(context: Context) -> Reply:
    """Let the loudspeakers be heard again."""
    before = await context.in_worker(_level)
    if not before.is_muted:
        return Reply("The sound is on.")
    after = Level(before.percent, is_muted=False)
    await _change_volume(context, before, after, "turned the sound on")
    return Reply("The sound is on again.")


@intent(
    "media.volume_level",
    sentences=["(what's|what is) the volume", "how loud is (it|the sound|the volume)"],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["what's the volume"],
)
async def tell_volume(context: Context) -> Reply:
    """Tell how loud the computer is."""
    level = await context.in_worker(_level)
    muted = ", and muted" if level.is_muted else ""
    return Reply(f"{level.percent} percent{muted}.", data={"percent": level.percent})


def _percent(level: float) -> int:
    if not 0 <= level <= _FULL:
        spoken = "That must be between zero and a hundred percent."
        raise InvalidSlots("a level out of its range", spoken=spoken)
    return round(level)


async def _change_brightness(context: Context, percent: int) -> None:
    before = await context.in_worker(read_brightness, edges().backlights)
    summary = f"set the brightness to {percent} percent"
    async with context.change(Undo("desktop.brightness", {"percent": before}), summary):
        await context.in_worker(write_brightness, edges().backlights, percent)


@undoes("desktop.brightness")
async def undo_brightness(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Make the screen as bright as it was."""
    percent = data["percent"]
    assert isinstance(percent, int)  # noqa: S101 - we wrote it
    await context.in_worker(write_brightness, edges().backlights, percent)
    return f"The brightness is {percent} percent again."


@intent(
    "screen.brightness",
    sentences=[
        "(set|turn|change|put) [the] [screen] brightness to {level} [percent]",
        "brightness [to] {level} [percent]",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["set the brightness to sixty percent"],
)
async def set_brightness(context: Context, level: Annotated[float, NUMBER]) -> Reply:
    """Set the brightness of the screen; never to nothing."""
    percent = max(1, _percent(level))
    await _change_brightness(context, percent)
    return Reply(f"Brightness {percent} percent.")


@intent(
    "screen.brightness_step",
    sentences=[
        "(turn|put) [the] [screen] brightness {step} [by {amount} [percent]]",
        "(turn|put) {step} the [screen] brightness [by {amount} [percent]]",
        "(make|turn) the (screen|display) {step}",
        "brightness {step} [by {amount} [percent]]",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["turn the brightness down", "make the screen brighter"],
)
async def step_brightness(
    context: Context,
    step: Annotated[int, _STEP],
    amount: Annotated[float | None, NUMBER] = None,
) -> Reply:
    """Make the screen brighter or darker; never dark."""
    size = context.settings(Settings).brightness_step if amount is None else _percent(amount)
    before = await context.in_worker(read_brightness, edges().backlights)
    percent = max(1, min(_FULL, before + step * size))
    if percent == before:
        return Reply("It is as bright as it gets." if step > 0 else "It is as dark as it gets.")
    await _change_brightness(context, percent)
    return Reply(f"{percent} percent.")


@intent(
    "screen.brightness_level",
    sentences=["(what's|what is) the [screen] brightness", "how bright is the (screen|display)"],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["what's the brightness"],
)
async def tell_brightness(context: Context) -> Reply:
    """Tell how bright the screen is."""
    percent = await context.in_worker(read_brightness, edges().backlights)
    return Reply(f"{percent} percent.", data={"percent": percent})
