"""The clock is set by three days, by an hour, by a second; the machine sleeps, or begins anew."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from voiced.testing.context import FakeContext
from voiced_intents import timers
from voiced_intents.timers import steps
from voiced_intents.timers.store import waiting

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 4, 19, 30, tzinfo=BERLIN)
THREE_DAYS = timedelta(days=3)


class Machine:
    """A machine with two clocks, of which one can be set."""

    def __init__(self, folder) -> None:
        self.settings = timers.Settings(file=folder / "timers.db")
        self.context = FakeContext(now=NOW, settings=self.settings)
        self.context.set_uptime_s = 5000.0

    def runs(self, **length: float) -> None:
        """Time goes on, by both clocks: also while it sleeps."""
        step = timedelta(**length)
        self.context.now += step
        assert self.context.set_uptime_s is not None
        self.context.set_uptime_s += step.total_seconds()

    def is_set(self, step: timedelta) -> None:
        """Somebody sets the clock on the wall."""
        self.context.now += step

    def boots(self, monkeypatch, **length: float) -> None:
        """It is off for so long, and begins anew."""
        self.context.now += timedelta(**length)
        self.context.set_uptime_s = 3.0
        name = f"boot at {self.context.now}"
        monkeypatch.setattr(steps, "_boot", lambda: name)

    async def say(self, intent, **said) -> str:
        values = {
            name: intent.slots[name].type.resolve(words, self.context)[0].value
            for name, words in said.items()
        }
        return (await intent(self.context, **values)).text

    async def rings(self, told=None) -> list[str]:
        news = await timers.ring.function(self.context, told or {})
        return [each.text for each in news.announcements]

    def ids(self) -> list[str]:
        return [entry.id for entry in waiting(self.settings.path)]


@pytest.fixture
def machine(tmp_path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.anyio
@pytest.mark.parametrize("step", [THREE_DAYS, -THREE_DAYS, timedelta(seconds=3)])
async def test_what_is_to_be_in_ten_minutes_is_neither_early_nor_late(machine, step) -> None:
    await machine.say(timers.start_timer, duration="ten minutes")
    await machine.say(timers.add_reminder, task="stretch", when="in ten minutes")
    machine.runs(minutes=4)
    machine.is_set(step)
    assert await machine.rings() == []
    assert await machine.say(timers.time_left) == "Six minutes."
    machine.runs(minutes=5, seconds=59)
    assert await machine.rings() == []
    machine.runs(seconds=1)
    assert sorted(await machine.rings()) == [
        "A reminder: stretch.",
        "Your ten minute timer is done.",
    ]


@pytest.mark.anyio
async def test_what_was_set_after_the_clock_was_is_not_moved_with_it(machine) -> None:
    await machine.say(timers.start_timer, duration="one hour", label="oven")
    machine.is_set(THREE_DAYS)
    await machine.say(timers.start_timer, duration="ten minutes", label="tea")
    machine.runs(minutes=10)
    assert await machine.rings() == ["Your tea timer is done."]


@pytest.mark.anyio
async def test_a_time_server_that_slews_moves_nothing(machine) -> None:
    await machine.say(timers.start_timer, duration="ten minutes")
    (before,) = waiting(machine.settings.path)
    machine.is_set(timedelta(seconds=0.4))
    assert await machine.rings() == []
    assert waiting(machine.settings.path) == [before]


@pytest.mark.anyio
async def test_an_alarm_stays_at_its_time_of_day_when_the_clock_was_ahead_meanwhile(
    machine,
) -> None:
    await machine.say(timers.set_alarm, when="tomorrow at seven")
    await machine.say(timers.add_reminder, task="call anna", when="at nine in the evening")
    await machine.say(timers.set_alarm, when="at six in the morning", repeat="every day")
    machine.is_set(THREE_DAYS)
    missed = await machine.rings()
    assert len(missed) == 3
    assert missed[0].startswith("I should have reminded you on Wednesday, March fourth at nine")
    assert await machine.rings(dict.fromkeys(machine.ids(), "heard")) == []
    machine.is_set(-THREE_DAYS)
    assert await machine.rings() == []
    machine.runs(hours=1, minutes=30)
    assert await machine.rings() == ["A reminder: call anna."]
    machine.runs(hours=9)
    assert "It's six o'clock. This is your alarm." in await machine.rings()
    machine.runs(hours=1)
    assert "It's seven o'clock. This is your alarm." in await machine.rings()


@pytest.mark.anyio
async def test_what_was_missed_while_it_slept_is_told_once(machine) -> None:
    await machine.say(timers.start_timer, duration="ten minutes")
    await machine.say(timers.set_alarm, when="at nine in the evening")
    assert await machine.rings() == []
    machine.runs(hours=14)
    missed = await machine.rings()
    assert missed == [
        "While I was off, your ten minute timer ended, yesterday at seven forty.",
        "I missed your alarm yesterday at nine o'clock, because I was off.",
    ]
    assert await machine.rings(dict.fromkeys(machine.ids(), "heard")) == []
    machine.runs(hours=1)
    assert await machine.rings() == []


@pytest.mark.anyio
async def test_what_was_missed_while_it_was_off_is_told_again_only_if_it_was_not_heard(
    machine, monkeypatch
) -> None:
    await machine.say(timers.start_timer, duration="ten minutes")
    machine.boots(monkeypatch, hours=3)
    first = await machine.rings()
    assert first == ["While I was off, your ten minute timer ended, at seven forty."]
    machine.boots(monkeypatch, minutes=1)  # a crash in the middle of telling it
    assert await machine.rings() == first
    assert await machine.rings(dict.fromkeys(machine.ids(), "heard")) == []
    machine.boots(monkeypatch, minutes=1)
    assert await machine.rings() == []


@pytest.mark.anyio
async def test_what_is_over_is_forgotten_and_what_waits_stays(machine) -> None:
    await machine.say(timers.add_reminder, task="sell the zanzibar boat", when="in one minute")
    await machine.say(timers.add_reminder, task="paint the boat", when="tomorrow at nine")
    machine.runs(minutes=1)
    await machine.rings()
    (forget,) = timers.FORGETTERS
    assert forget(machine.context, "boat", None, None) == 0
    await machine.rings(dict.fromkeys(machine.ids()[:1], "answered"))
    assert forget(machine.context, "house", None, None) == 0
    now, before = machine.context.now, machine.context.now - timedelta(minutes=9)
    assert forget(machine.context, "boat", None, now) == 0
    assert forget(machine.context, "boat", before, now + timedelta(seconds=1)) == 1
    assert len(machine.ids()) == 1
    content = b"".join(path.read_bytes() for path in machine.settings.path.parent.iterdir())
    assert b"zanzibar" not in content
    assert b"paint the boat" in content


@pytest.mark.anyio
async def test_where_the_boot_has_no_name_nothing_is_moved(machine, monkeypatch) -> None:
    monkeypatch.setattr(steps, "_boot", lambda: "")
    await machine.say(timers.start_timer, duration="ten minutes")
    machine.is_set(timedelta(minutes=10))
    assert await machine.rings() == ["Your ten minute timer is done."]
