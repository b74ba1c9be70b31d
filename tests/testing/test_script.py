"""The script player itself: it uses the real session, and its traces are compared."""

from __future__ import annotations

import anyio
import pytest

from voiced.composition.opening import rules
from voiced.config import TurnSettings
from voiced.events import SpeechStarted, TurnEnded
from voiced.plugin import Context, Effect, Reply, intent
from voiced.testing.clock import Deadlock
from voiced.testing.fakes import FakeSpeaker, Says
from voiced.testing.script import RULES, Script, run_script
from voiced.testing.traces import check_trace, trace_text


@intent("talk.hello", sentences=["hello"], effect=Effect.R0)
async def hello(context: Context) -> Reply:
    """Greet."""
    return Reply("Hello to you.")


SCRIPT = Script([Says(1.0, "hello")], intents=[hello], seconds=5)


def test_the_rules_of_scripts_are_those_of_the_default_configuration() -> None:
    assert rules(TurnSettings()) == RULES


def test_a_script_without_words_makes_no_events(tmp_path) -> None:
    assert run_script(Script([], seconds=30), tmp_path) == []


def test_the_last_turn_is_finished_even_if_the_microphone_ends_before(tmp_path) -> None:
    events = run_script(Script([Says(1.0, "hello")], intents=[hello], seconds=1.9), tmp_path)
    (ended,) = [event for event in events if isinstance(event, TurnEnded)]
    assert ended.heard == "Hello to you."


def test_a_speaker_that_never_ends_is_a_deadlock_and_not_a_hang(tmp_path) -> None:
    class StuckSpeaker(FakeSpeaker):
        def open(self):
            lease = super().open()
            lease.drain = anyio.sleep_forever
            return lease

    script = Script([Says(1.0, "hello")], intents=[hello], seconds=5, speaker=StuckSpeaker())
    with pytest.raises(Deadlock):
        run_script(script, tmp_path)


def test_a_trace_is_written_then_compared(tmp_path, monkeypatch) -> None:
    events = run_script(SCRIPT, tmp_path / "journal")
    path = tmp_path / "traces" / "hello.txt"
    with pytest.raises(AssertionError, match="speech_started"):
        check_trace(events, path)
    monkeypatch.setenv("VOICED_UPDATE_TRACES", "1")
    check_trace(events, path)
    monkeypatch.delenv("VOICED_UPDATE_TRACES")
    check_trace(events, path)
    assert path.read_text(encoding="utf-8") == trace_text(events)
    with pytest.raises(AssertionError, match=r"\+ +9\.000  speech_started"):
        check_trace([*events, SpeechStarted(9 * 16000)], path)
