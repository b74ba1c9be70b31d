"""Lock, screenshots, notifications."""

from __future__ import annotations

from pathlib import Path

import pytest
from desktop_fakes import FakeBus

from voiced.errors import IntentFailed
from voiced.plugin import Integrity
from voiced.testing.desk import FakeScreen, fake_desk
from voiced_intents import desktop
from voiced_intents.desktop.bus import BusError, NoBus, plain
from voiced_intents.desktop.notifications import Ear, text_of
from voiced_intents.desktop.screen import is_locked

pytestmark = pytest.mark.anyio


# Lock


@pytest.mark.parametrize(
    "method",
    [
        "org.freedesktop.ScreenSaver.Lock",
        "org.gnome.ScreenSaver.Lock",
        "org.freedesktop.login1.Session.Lock",
    ],
)
async def test_whoever_can_lock_does(desk, method) -> None:
    locked = []
    desk.bus.methods[method] = lambda: locked.append(True) or ()
    assert await desk.say(desktop.lock_screen) == "Locked."
    assert locked == [True]


async def test_nobody_locks(desk) -> None:
    with pytest.raises(IntentFailed) as none:
        await desk.say(desktop.lock_screen)
    assert none.value.spoken == "Nothing here can lock the screen."
    assert "xss-lock" in none.value.mend


# Screenshots


def shots(tmp_path) -> list[Path]:
    return sorted((tmp_path / "shots").iterdir())


async def test_a_picture_is_kept_and_taken_back(desk, tmp_path) -> None:
    desk.context.desk = fake_desk(screen=FakeScreen(b"picture"))
    assert await desk.say(desktop.take_screenshot) == "The screenshot is in your pictures."
    await desk.say(desktop.take_screenshot)
    first, second = shots(tmp_path)
    assert first.read_bytes() == second.read_bytes() == b"picture"
    assert await desk.undo() == "I deleted the screenshot."
    assert len(shots(tmp_path)) == 1


async def test_a_screen_that_is_not_shown_leaves_no_file(desk, tmp_path) -> None:
    with pytest.raises(IntentFailed) as refused:
        await desk.say(desktop.take_screenshot)
    assert refused.value.spoken == "I can't see your screen."
    assert not (tmp_path / "shots").exists()


async def test_a_folder_that_cannot_be_written(desk, tmp_path) -> None:
    (tmp_path / "shots").write_text("a file", encoding="utf-8")
    desk.context.desk = fake_desk(screen=FakeScreen(b"picture"))
    with pytest.raises(IntentFailed) as full:
        await desk.say(desktop.take_screenshot)
    assert "folder of screenshots" in full.value.spoken


# Notifications


class Heard:
    """Hears what it was given."""

    def __init__(self, *bodies) -> None:
        self.bodies = list(bodies)
        self.is_closed = False

    def next(self, timeout_s):
        if self.bodies and isinstance(self.bodies[0], Exception):
            raise self.bodies.pop(0)
        return self.bodies.pop(0) if self.bodies else None

    def close(self) -> None:
        self.is_closed = True


def notified(program="Signal", summary="Anna", text="Are you there?"):
    return (program, 0, "icon", summary, text, [], {}, -1)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (notified(), "A notification of Signal: Anna. Are you there?"),
        (notified(text=""), "A notification of Signal: Anna."),
        (
            notified(text="<b>Hi</b> &amp; <a href='x'>bye</a>"),
            "A notification of Signal: Anna. Hi & bye.",
        ),
        (
            notified(program="", summary="Done."),
            "A notification of a program: Done. Are you there?",
        ),
        (notified(summary="", text=""), ""),
        (("Signal",), ""),
    ],
)
async def test_what_is_said_of_a_notification(body, said) -> None:
    assert text_of(body, desktop.Settings()) == said


async def test_only_those_that_are_wanted() -> None:
    settings = desktop.Settings(notifications_of=("signal",))
    assert text_of(notified(), settings)
    assert not text_of(notified(program="Adverts"), settings)


async def test_they_are_off_unless_they_are_wanted(desk) -> None:
    assert desktop.Settings().read_notifications is False
    news = await desktop.listen.function(desk.context, {})
    assert news.announcements == ()
    assert news.again_at is None
    assert desktop.listen.returns is Integrity.EXTERNAL


async def test_they_are_heard_but_not_while_the_screen_is_locked(desk) -> None:
    settings = desktop.Settings(read_notifications=True)
    heard = Heard(notified(), notified(summary="Peter"))
    ear = Ear(lambda: heard)
    said = [each.text for each in ear.news(settings)]
    assert [text.split(":")[1][:6] for text in said] == [" Anna.", " Peter"]
    heard.bodies = [notified()]
    desk.bus.methods["org.freedesktop.ScreenSaver.GetActive"] = lambda: (True,)
    assert ear.news(settings) == ()


async def test_a_bus_that_goes_is_told_and_tried_again(desk) -> None:
    made = [Heard(NoBus("gone")), Heard(notified())]
    ear = Ear(lambda: made[0])
    settings = desktop.Settings(read_notifications=True)
    with pytest.raises(IntentFailed) as refused:
        ear.news(settings)
    assert "read_notifications" in refused.value.mend
    assert made.pop(0).is_closed
    assert len(ear.news(settings)) == 1


async def test_who_says_that_the_screen_is_locked() -> None:
    bus = FakeBus()
    assert not is_locked(bus)
    bus.methods["org.gnome.ScreenSaver.GetActive"] = lambda: (True,)
    assert is_locked(bus)


@pytest.mark.parametrize(
    ("value", "bare"),
    [
        (("s", "a"), "a"),
        ({"a": ("as", ["b", "c"]), "d": ("v", ("x", 5))}, {"a": ["b", "c"], "d": 5}),
        (("not a signature", 5), ("not a signature", 5)),
    ],
)
async def test_variants_are_unwrapped(value, bare) -> None:
    assert plain(value) == bare


async def test_errors_of_the_bus_have_names() -> None:
    assert BusError("a.b").name == "a.b"
