"""Volume and brightness: set, steps, their ends, and back."""

from __future__ import annotations

import pytest

from voiced.errors import IntentFailed, InvalidSlots
from voiced_intents import desktop
from voiced_intents.desktop.sound import Level

pytestmark = pytest.mark.anyio


async def test_the_volume_is_set_and_taken_back(desk) -> None:
    assert await desk.say(desktop.set_volume, level="thirty") == "Volume 30 percent."
    assert desk.sound.now == Level(30, is_muted=False)
    assert await desk.say(desktop.tell_volume) == "30 percent."
    assert await desk.undo() == "The volume is 50 percent again."
    assert desk.sound.now == Level(50, is_muted=False)


@pytest.mark.parametrize(
    ("before", "slots", "after", "said"),
    [
        (50, {"step": "up"}, 60, "60 percent."),
        (50, {"step": "down", "amount": "twenty"}, 30, "30 percent."),
        (95, {"step": "louder"}, 100, "100 percent."),
        (100, {"step": "up"}, 100, "It is as loud as it gets."),
        (0, {"step": "down"}, 0, "It is silent already."),
        (120, {"step": "down"}, 100, "100 percent."),
    ],
)
async def test_steps(desk, before, slots, after, said) -> None:
    desk.sound.now = Level(before, is_muted=False)
    assert await desk.say(desktop.step_volume, **slots) == said
    assert desk.sound.now.percent == after


async def test_muting(desk) -> None:
    assert await desk.say(desktop.mute) == ""
    assert desk.sound.now == Level(50, is_muted=True)
    assert await desk.say(desktop.tell_volume) == "50 percent, and muted."
    await desk.undo()
    assert not desk.sound.now.is_muted
    assert await desk.say(desktop.unmute) == "The sound is on."
    await desk.say(desktop.mute)
    assert await desk.say(desktop.mute) == ""
    assert await desk.say(desktop.unmute) == "The sound is on again."


@pytest.mark.parametrize("level", [101, -1, 1e9])
async def test_a_level_out_of_its_range(desk, level) -> None:
    for intent in (desktop.set_volume, desktop.set_brightness):
        with pytest.raises(InvalidSlots) as wrong:
            await intent(desk.context, level=level)
        assert "between zero and a hundred" in wrong.value.spoken


async def test_the_brightness_is_set_and_taken_back(desk) -> None:
    desk.has_backlight(300, 600)
    assert await desk.say(desktop.tell_brightness) == "50 percent."
    assert await desk.say(desktop.set_brightness, level="twenty") == "Brightness 20 percent."
    assert desk.bus.calls[-1] == ("SetBrightness", ("backlight", "panel", 120))
    assert await desk.say(desktop.step_brightness, step="brighter") == "30 percent."
    assert await desk.undo() == "The brightness is 20 percent again."
    assert await desk.say(desktop.tell_brightness) == "20 percent."


async def test_the_screen_is_never_dark(desk) -> None:
    desk.has_backlight(30, 600)
    assert await desk.say(desktop.step_brightness, step="darker") == "1 percent."
    assert await desk.say(desktop.step_brightness, step="darker") == "It is as dark as it gets."
    assert await desk.say(desktop.set_brightness, level="zero") == "Brightness 1 percent."


async def test_a_screen_without_a_backlight(desk) -> None:
    with pytest.raises(IntentFailed) as none:
        await desk.say(desktop.set_brightness, level="twenty")
    assert "Use its own buttons" in none.value.spoken


async def test_brightness_that_is_not_allowed(desk) -> None:
    desk.has_backlight(300, 600)
    desk.bus.methods.clear()
    with pytest.raises(IntentFailed) as refused:
        await desk.say(desktop.set_brightness, level="twenty")
    assert refused.value.spoken == "I am not allowed to set the brightness."
    assert refused.value.mend
