"""A timer that is set by voice rings by itself, and is stopped by voice; also after a restart."""

from __future__ import annotations

from scenes import heard, of, said

from voiced.events import IntentMatched, TurnStarted
from voiced.testing.fakes import Says
from voiced.testing.script import Script, run_script
from voiced_intents import talk, timers

INTENTS = [timers.start_timer, timers.time_left, timers.cancel_timer, timers.snooze, talk.undo]
UNDOERS = [timers.undo_set, timers.undo_cancel]


def script(tmp_path, user, seconds: float, **more) -> Script:
    settings = timers.Settings(file=tmp_path / "timers.db", timer_rings=2)
    return Script(
        user,
        seconds=seconds,
        intents=INTENTS,
        undoers=UNDOERS,
        announcers=[timers.ring],
        settings={timers.Settings: settings},
        **more,
    )


def test_it_rings_in_time_and_stops_at_a_word(tmp_path) -> None:
    user = [Says(1.0, "set a pasta timer for ten seconds"), Says(17.0, "stop")]
    events = run_script(script(tmp_path, user, 60.0), tmp_path / "journal")
    assert heard(events)[0] == "Pasta timer: ten seconds, starting now."
    assert heard(events)[1].startswith("Your pasta timer")
    assert said(events) == ["set a pasta timer for ten seconds", "stop"]
    assert len(heard(events)) == 3, "after the stop it does not ring again"
    set_at, rang_at = (event.at / 16000 for event in of(events, TurnStarted)[:2])
    assert 10.0 < rang_at - set_at < 14.0


def test_undo_takes_it_back_before_it_rings(tmp_path) -> None:
    user = [Says(1.0, "set a timer for twenty seconds"), Says(9.0, "undo that")]
    events = run_script(script(tmp_path, user, 60.0), tmp_path / "journal")
    assert [event.intent for event in of(events, IntentMatched)] == ["timers.start", "talk.undo"]
    assert heard(events)[1] == "I took the twenty second timer away."
    assert len(heard(events)) == 2


def test_a_restart_loses_nothing(tmp_path) -> None:
    first = script(tmp_path, [Says(1.0, "set a pasta timer for one minute")], 10.0)
    run_script(first, tmp_path / "journal")
    events = run_script(script(tmp_path, [], 90.0), tmp_path / "journal")
    assert heard(events) == ["Your pasta timer is done."] * 2
