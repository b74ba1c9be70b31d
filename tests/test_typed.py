"""A button that answers, in a session: what was typed is a turn as any other."""

from __future__ import annotations

import pytest

from voiced.events import BargeIn, SpeechStarted, TranscriptFinal, TurnEnded
from voiced.plugin import Context, Effect, Integrity, Reply, intent
from voiced.testing.fakes import Says
from voiced.testing.script import Script, run_script


@intent("clock.time", sentences=["what time is it"], effect=Effect.R0, returns=Integrity.CONFIG)
async def tell_time(context: Context) -> Reply:
    """Tell the time."""
    return Reply("It is late, and all is well in this house tonight.")


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


@pytest.fixture(params=["asyncio", "trio"])
def play(request, tmp_path):
    def run(user, at_s):
        script = Script(user, 10.0, intents=[tell_time], typed=[(at_s, "what time is it")])
        return run_script(script, tmp_path / "journal", backend=request.param)

    return run


def test_what_is_typed_is_answered_at_once(play):
    events = play([], 1.0)
    assert [event.text for event in of(events, TranscriptFinal)] == ["what time is it"]
    (ended,) = of(events, TurnEnded)
    assert ended.outcome == "completed"
    assert ended.heard.startswith("It is late")
    assert ended.timing_ms.first_audio < 200
    assert not of(events, SpeechStarted)


def test_typed_into_an_answer_it_silences_that(play):
    events = play([Says(1.0, "what time is it")], 4.0)
    assert [event.reason for event in of(events, BargeIn)] == ["key"]
    assert [event.outcome for event in of(events, TurnEnded)] == ["interrupted", "completed"]


def test_typed_while_somebody_speaks_it_counts_for_nothing(play):
    events = play([Says(1.0, "what time is it")], 1.5)
    assert [event.outcome for event in of(events, TurnEnded)] == ["completed"]
