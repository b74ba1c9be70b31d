"""Timers, alarms and reminders: what is kept, what is said, when they ring, and the way back."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from voiced.errors import IntentFailed
from voiced.plugin import Announcement, Intent, InvalidSlots, News
from voiced.testing.context import FakeContext
from voiced_intents import timers
from voiced_intents.timers.entries import Entry, due_at, next_wall
from voiced_intents.timers.store import put, waiting

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 4, 19, 30, tzinfo=BERLIN)  # a Wednesday


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Kitchen:
    """A context whose clock a test moves, and calls by spoken words."""

    def __init__(self, folder) -> None:
        self.settings = timers.Settings(file=folder / "timers.db")
        self.context = FakeContext(now=NOW, settings=self.settings)

    async def say(self, intent: Intent, **said: str) -> str:
        values: dict[str, Any] = {}
        for name, words in said.items():
            found = intent.slots[name].type.resolve(words, self.context)
            assert found, f"{words!r} is no {name}"
            values[name] = found[0].value
        return (await intent(self.context, **values)).text

    async def set(self, duration: str, label: str = "") -> str:
        named = {"label": label} if label else {}
        return await self.say(timers.start_timer, duration=duration, **named)

    def later(self, **length: float) -> None:
        moment = self.context.now.astimezone(UTC) + timedelta(**length)
        self.context.now = moment.astimezone(BERLIN)

    async def news(self, told=None) -> News:
        return await timers.ring.function(self.context, told or {})

    async def rings(self, told=None) -> list[str]:
        return [each.text for each in (await self.news(told)).announcements]

    async def undo(self) -> str:
        takers = (timers.undo_set, timers.undo_cancel, timers.undo_adjust)
        return await self.context.undo_with(*takers)


@pytest.fixture
def kitchen(tmp_path) -> Kitchen:
    return Kitchen(tmp_path)


# Timers


@pytest.mark.anyio
async def test_a_timer_runs_and_tells_what_is_left(kitchen) -> None:
    assert await kitchen.set("ten minutes") == "Ten minutes, starting now."
    kitchen.later(minutes=3, seconds=20)
    assert await kitchen.say(timers.time_left) == "Six minutes and forty seconds."
    assert (await kitchen.news()).again_at == NOW + timedelta(minutes=10)


@pytest.mark.anyio
async def test_a_timer_rings_in_the_room_that_it_was_set_in(kitchen) -> None:
    kitchen.context.room = "bathroom"
    await kitchen.set("five minutes", "bath")
    kitchen.context.room = ""
    await kitchen.set("five minutes", "tea")
    kitchen.later(minutes=5)
    rings = (await kitchen.news()).announcements
    assert {each.text: each.room for each in rings} == {
        "Your bath timer is done.": "bathroom",
        "Your tea timer is done.": "",
    }


def test_timers_of_an_older_version_are_kept(tmp_path) -> None:
    path = tmp_path / "timers.db"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "create table entries (id text primary key, kind text not null, label text not null,"
            " due_s real, wall text not null, repeat text not null, length_s real not null,"
            " rung integer not null, state text not null) strict"
        )
        old = ("a", "timer", "tea", 5.0, "", "", 5.0, 0, "waiting")
        connection.execute("insert into entries values (?, ?, ?, ?, ?, ?, ?, ?, ?)", old)
    connection.close()
    assert waiting(path) == [Entry(*old)]
    put(path, Entry("b", "timer", room="attic"))
    assert [entry.room for entry in waiting(path)] == ["", "attic"]


@pytest.mark.anyio
async def test_several_timers_are_told_apart_by_name(kitchen) -> None:
    said = await kitchen.set("twelve minutes", "pasta")
    assert said == "Pasta timer: twelve minutes, starting now."
    await kitchen.set("an hour and a half", "laundry")
    await kitchen.set("five minutes")
    said = await kitchen.say(timers.time_left, label="pasta")
    assert said == "Twelve minutes on the pasta timer."
    assert await kitchen.say(timers.list_timers) == (
        "There is five minutes on the five minute timer, twelve minutes on the pasta timer and "
        "one hour and thirty minutes on the laundry timer."
    )
    with pytest.raises(IntentFailed) as which:
        await kitchen.say(timers.cancel_timer)
    assert which.value.spoken.startswith("Which one? There is the pasta timer, the laundry timer")
    assert await kitchen.say(timers.cancel_timer, label="pastor") == "The pasta timer is off."


@pytest.mark.anyio
async def test_a_timer_that_there_is_not(kitchen) -> None:
    with pytest.raises(IntentFailed) as nothing:
        await kitchen.say(timers.time_left)
    assert nothing.value.spoken == "There is no timer running."
    await kitchen.set("five minutes", "tea")
    with pytest.raises(IntentFailed) as wrong:
        await kitchen.say(timers.cancel_timer, label="pasta")
    assert wrong.value.spoken == "There is no pasta timer. What runs is the tea timer."


@pytest.mark.anyio
async def test_time_is_added_and_taken_off_and_given_back(kitchen) -> None:
    await kitchen.set("ten minutes")
    assert await kitchen.say(timers.lengthen, duration="five minutes") == "Fifteen minutes left."
    assert await kitchen.say(timers.shorten, duration="two minutes") == "Thirteen minutes left."
    assert await kitchen.undo() == "The ten minute timer has fifteen minutes left."
    assert await kitchen.undo() == "The ten minute timer has ten minutes left."
    with pytest.raises(IntentFailed) as gone:
        await kitchen.say(timers.shorten, duration="ten minutes")
    assert "only ten minutes left" in gone.value.spoken


@pytest.mark.anyio
async def test_setting_and_cancelling_are_taken_back(kitchen) -> None:
    await kitchen.set("ten minutes", "tea")
    assert await kitchen.say(timers.cancel_timer) == "The tea timer is off."
    assert await kitchen.undo() == "The tea timer goes on."
    assert await kitchen.undo() == "I took the tea timer away."
    assert await kitchen.say(timers.list_timers) == "There is no timer running."


@pytest.mark.anyio
async def test_cancelling_is_not_taken_back_too_late(kitchen) -> None:
    await kitchen.set("ten minutes")
    await kitchen.say(timers.cancel_all)
    kitchen.later(minutes=11)
    with pytest.raises(IntentFailed) as late:
        await kitchen.undo()
    assert late.value.spoken == "Its time has passed meanwhile."


@pytest.mark.anyio
async def test_a_timer_of_months_is_refused(kitchen) -> None:
    with pytest.raises(IntentFailed) as long:
        await kitchen.set("nine weeks")
    assert "a week at most" in long.value.spoken
    assert waiting(kitchen.settings.path) == []


# Ringing


@pytest.mark.anyio
async def test_it_rings_until_it_is_answered(kitchen) -> None:
    await kitchen.set("ten minutes", "pasta")
    kitchen.later(minutes=10)
    (said,) = (await kitchen.news()).announcements
    assert said == Announcement(said.key, "Your pasta timer is done.", rings=True)
    assert await kitchen.rings({said.key: "heard"}) == ["Your pasta timer is done."]
    assert await kitchen.rings({said.key: "answered"}) == []
    assert waiting(kitchen.settings.path) == []


@pytest.mark.anyio
async def test_it_rings_only_so_often(kitchen) -> None:
    await kitchen.set("ten minutes")
    kitchen.later(minutes=10)
    news = await kitchen.news()
    count = 0
    while news.announcements:
        count += 1
        kitchen.later(seconds=9)
        news = await kitchen.news({each.key: "heard" for each in news.announcements})
    assert count == kitchen.settings.timer_rings


@pytest.mark.anyio
async def test_two_that_end_together_ring_in_their_order(kitchen) -> None:
    await kitchen.set("five minutes", "tea")
    await kitchen.set("four minutes", "egg")
    kitchen.later(minutes=5)
    assert await kitchen.rings() == ["Your egg timer is done.", "Your tea timer is done."]


@pytest.mark.anyio
async def test_what_was_missed_is_told_once_and_does_not_ring(kitchen) -> None:
    await kitchen.set("ten minutes", "pasta")
    await kitchen.say(timers.set_alarm, when="tomorrow at seven")
    await kitchen.say(timers.add_reminder, task="call my mother", when="in two hours")
    kitchen.later(hours=15)
    news = await kitchen.news()
    assert [each.text for each in news.announcements] == [
        "While I was off, your pasta timer ended, yesterday at seven forty.",
        "I should have reminded you yesterday at half past nine: call your mother.",
        "I missed your alarm at seven o'clock, because I was off.",
    ]
    assert not any(each.rings for each in news.announcements)
    assert await kitchen.rings(dict.fromkeys((e.key for e in news.announcements), "heard")) == []


@pytest.mark.anyio
async def test_what_was_not_told_back_is_said_again(kitchen) -> None:
    await kitchen.set("ten minutes")
    kitchen.later(minutes=10)
    assert await kitchen.rings() == await kitchen.rings() == ["Your ten minute timer is done."]


# Alarms


@pytest.mark.anyio
async def test_an_alarm_is_set_and_rings(kitchen) -> None:
    said = await kitchen.say(timers.set_alarm, when="tomorrow at half past six")
    assert said == "I'll wake you tomorrow at half past six."
    kitchen.later(hours=11)
    (rung,) = (await kitchen.news()).announcements
    assert rung == Announcement(
        rung.key, "It's half past six. This is your alarm.", rings=True, insists=True
    )


@pytest.mark.anyio
async def test_a_repeated_alarm_goes_on_after_it_rang(kitchen) -> None:
    said = await kitchen.say(timers.set_alarm, when="at seven in the morning", repeat="on weekdays")
    assert said == (
        "I'll wake you every weekday at seven o'clock, "
        "tomorrow at seven o'clock for the first time."
    )
    for day in ("2026-03-05", "2026-03-06", "2026-03-09"):  # Thursday, Friday, Monday
        (alarm,) = waiting(kitchen.settings.path, "alarm")
        assert alarm.wall == f"{day}T07:00:00"
        kitchen.context.now = datetime.fromisoformat(alarm.wall).replace(tzinfo=BERLIN)
        assert len(await kitchen.rings()) == 1
        assert await kitchen.rings({alarm.id: "answered"}) == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("wall", "hours"),
    [
        ("2026-03-29T07:00:00", 10.5),  # the night is an hour shorter
        ("2026-10-25T07:00:00", 12.5),  # and longer
    ],
)
async def test_an_alarm_is_at_seven_also_when_the_clocks_are_set(kitchen, wall, hours) -> None:
    seven = datetime.fromisoformat(wall).replace(tzinfo=BERLIN)
    kitchen.context.now = (seven - timedelta(days=1)).replace(hour=19, minute=30)
    await kitchen.say(timers.set_alarm, when="tomorrow at seven")
    kitchen.later(hours=hours, minutes=-1)
    assert await kitchen.rings() == []
    kitchen.later(minutes=1)
    assert await kitchen.rings() == ["It's seven o'clock. This is your alarm."]


@pytest.mark.anyio
async def test_a_timer_counts_real_minutes_when_the_clocks_are_set(kitchen) -> None:
    kitchen.context.now = datetime(2026, 3, 29, 1, 30, tzinfo=BERLIN)
    await kitchen.set("one hour")
    kitchen.later(minutes=59)
    assert await kitchen.rings() == []
    kitchen.later(minutes=1)
    assert kitchen.context.now.hour == 3
    assert len(await kitchen.rings()) == 1


@pytest.mark.anyio
async def test_a_day_is_no_time_for_an_alarm(kitchen) -> None:
    with pytest.raises(IntentFailed) as day:
        await kitchen.say(timers.set_alarm, when="tomorrow")
    assert day.value.spoken.startswith("At what time?")


@pytest.mark.anyio
async def test_an_alarm_is_cancelled_by_its_time(kitchen) -> None:
    await kitchen.say(timers.set_alarm, when="tomorrow at seven")
    await kitchen.say(timers.set_alarm, when="tomorrow at eight")
    assert await kitchen.say(timers.list_alarms) == (
        "Your alarms are tomorrow at seven o'clock and tomorrow at eight o'clock."
    )
    with pytest.raises(IntentFailed) as which:
        await kitchen.say(timers.cancel_alarm)
    assert "Say at what time" in which.value.spoken
    said = await kitchen.say(timers.cancel_alarm, when="seven")
    assert said == "The alarm tomorrow at seven o'clock is off."
    assert await kitchen.undo() == "The alarm goes on."


@pytest.mark.anyio
async def test_snooze_rings_again(kitchen) -> None:
    with pytest.raises(IntentFailed):
        await kitchen.say(timers.snooze)
    await kitchen.say(timers.set_alarm, when="tomorrow at seven")
    kitchen.later(hours=11, minutes=30)
    (alarm,) = (await kitchen.news()).announcements
    await kitchen.news({alarm.key: "answered"})
    assert await kitchen.say(timers.snooze) == "Nine minutes more."
    assert await kitchen.rings() == []
    kitchen.later(minutes=9)
    assert await kitchen.rings() == ["It's seven oh nine. This is your alarm."]


# Reminders


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("slots", "said"),
    [
        ({"when": "tomorrow at nine"}, "tomorrow at nine o'clock"),
        ({"when": "on saturday"}, "on Saturday at nine o'clock"),
        ({"when": "in two hours"}, "today at half past nine"),
        ({"repeat": "every monday"}, "every Monday at nine o'clock"),
        ({"repeat": "every day", "when": "at eight in the evening"}, "every day at eight o'clock"),
    ],
)
async def test_a_reminder_has_its_time(kitchen, slots, said) -> None:
    text = await kitchen.say(timers.add_reminder, task="call my mother", **slots)
    assert text == f"I'll remind you {said}: call your mother."
    assert await kitchen.undo() == "I took the reminder away."


@pytest.mark.anyio
async def test_in_a_minute_is_a_whole_minute(kitchen) -> None:
    kitchen.context.now = NOW + timedelta(seconds=50)
    await kitchen.say(timers.add_reminder, task="stretch", when="in one minute")
    kitchen.later(seconds=59)
    assert await kitchen.rings() == []
    kitchen.later(seconds=1)
    assert await kitchen.rings() == ["A reminder: stretch."]


@pytest.mark.anyio
async def test_a_reminder_without_a_time_is_on_the_list(kitchen) -> None:
    text = await kitchen.say(timers.add_reminder, task="buy milk")
    assert text == "I put it on your list, without a time: buy milk."
    await kitchen.say(timers.add_reminder, task="water the plants", when="tomorrow at nine")
    assert await kitchen.say(timers.list_reminders) == (
        "Water the plants, tomorrow at nine o'clock and buy milk."
    )
    said = await kitchen.say(timers.cancel_reminder, task="buy the milk")
    assert said == "I won't remind you: buy milk."


@pytest.mark.anyio
async def test_a_time_that_is_over_is_refused(kitchen) -> None:
    with pytest.raises(IntentFailed) as over:
        await kitchen.say(timers.add_reminder, task="eat", when="today")
    assert over.value.spoken == "That time is over already."


# The file


@pytest.mark.anyio
async def test_a_broken_file_is_told_with_the_mend(kitchen) -> None:
    kitchen.settings.path.write_bytes(b"this is no database, however long it is" * 50)
    with pytest.raises(IntentFailed) as broken:
        await kitchen.set("ten minutes")
    assert broken.value.spoken == (
        "I can't get at my timers: their file is broken, or the disk is full."
    )
    assert str(kitchen.settings.path) in broken.value.mend


def test_a_write_that_fails_leaves_what_was_there(tmp_path) -> None:
    path = tmp_path / "timers.db"
    put(path, Entry("a", "timer", "tea", 5.0))
    with pytest.raises(IntentFailed):
        put(path, Entry("a", "timer", "egg", 5.0), Entry("b", "timer", object(), 6.0))  # type: ignore[arg-type]
    assert [entry.label for entry in waiting(path)] == ["tea"]


def test_only_the_owner_may_read_it(tmp_path) -> None:
    path = tmp_path / "new" / "timers.db"
    put(path, Entry("a", "timer"))
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    with sqlite3.connect(path) as connection:
        assert connection.execute("select count(*) from entries").fetchone() == (1,)
    connection.close()


def test_reading_makes_no_file(tmp_path) -> None:
    assert waiting(tmp_path / "timers.db") == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("repeat", "after", "found"),
    [
        ("daily", "2026-03-04T06:59", "2026-03-04"),
        ("daily", "2026-03-04T07:00", "2026-03-05"),
        ("weekdays", "2026-03-06T08:00", "2026-03-09"),
        ("weekends", "2026-03-04T08:00", "2026-03-07"),
        ("wednesday", "2026-03-04T08:00", "2026-03-11"),
    ],
)
def test_the_next_time(repeat, after, found) -> None:
    moment = datetime.fromisoformat(after).replace(tzinfo=BERLIN)
    wall = next_wall(repeat, datetime(2026, 1, 1, 7).time(), moment)
    assert wall == f"{found}T07:00:00"


def test_a_bare_offset_knows_no_summer(monkeypatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        winter = datetime(2026, 3, 1, 12, tzinfo=UTC).astimezone()
        due = due_at(Entry("a", "alarm", wall="2026-04-01T07:00:00"), winter)
        assert due is not None
        assert due.astimezone(UTC).hour == 5
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.anyio
async def test_a_timer_without_a_length_is_asked_about(kitchen) -> None:
    with pytest.raises(IntentFailed) as refused:
        await timers.start_timer(kitchen.context)
    assert refused.value.spoken == "For how long? Say for example: set a timer for ten minutes."


@pytest.mark.anyio
async def test_an_alarm_is_at_one_time(kitchen) -> None:
    with pytest.raises(InvalidSlots) as refused:
        timers.set_alarm.slots["when"].type.resolve(
            "from four twenty to five o'clock", kitchen.context
        )
    assert refused.value.spoken == "I need one time for that, such as seven o'clock."


@pytest.mark.anyio
async def test_names_keep_their_capitals_in_a_list(kitchen) -> None:
    await kitchen.say(timers.add_reminder, task="call Anna", when="tomorrow at nine")
    told = await kitchen.say(timers.list_reminders)
    assert told == "Call Anna, tomorrow at nine o'clock."


@pytest.mark.anyio
async def test_several_timers_that_go_on_begin_one_sentence(kitchen) -> None:
    await kitchen.set("ten minutes", "pasta")
    await kitchen.set("five minutes", "egg")
    await kitchen.say(timers.cancel_all)
    assert await kitchen.undo() in {
        "The pasta timer and the egg timer go on.",
        "The egg timer and the pasta timer go on.",
    }


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("repeat", "when", "clock"),
    [
        ("every weekday", "seven", "07:00"),
        ("every weekday", "seven p m", "19:00"),
        ("every morning", "half past six", "06:30"),
        ("every evening", "eight", "20:00"),
        ("every day", "two", "14:00"),
        ("on weekends", "quarter to nine", "08:45"),
    ],
)
@pytest.mark.parametrize("hours", [0, 5, 17])  # at half past seven, after midnight, at noon
async def test_a_repeated_alarm_for_seven_is_in_the_morning(
    kitchen, repeat, when, clock, hours
) -> None:
    kitchen.later(hours=hours)
    await kitchen.say(timers.set_alarm, when=when, repeat=repeat)
    (alarm,) = waiting(kitchen.settings.path, "alarm")
    assert alarm.wall[11:16] == clock
    assert alarm.repeat in {"daily", "weekdays", "weekends"}
