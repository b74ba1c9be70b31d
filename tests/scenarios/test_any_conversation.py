"""Whatever is said, and whenever: turns do not overlap, and a silenced reply stays silent."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Annotated, Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiced.errors import ReplyError
from voiced.events import (
    BargeIn,
    ConfirmationAsked,
    Event,
    IntentMatched,
    IntentReturned,
    PlaybackStarted,
    ReplySentence,
    SpeechStarted,
    SpeechStopped,
    TranscriptFinal,
    TurnEnded,
    TurnStarted,
)
from voiced.plugin import TEXT, Context, Effect, Reply, Undo, intent, undoes
from voiced.stages import ToolCall
from voiced.testing.fakes import FakeResponder, Says
from voiced.testing.script import Script, run_script
from voiced_intents import talk


@intent("clock.time", sentences=["what time is it"], effect=Effect.R0)
async def tell_time(context: Context) -> Reply:
    """Tell the time."""
    await anyio.sleep(0.3)
    return Reply("It is half past seven, and all is well. The night is young.")


@intent("notes.add", sentences=["note {text}"], effect=Effect.W1, critical=["text"])
async def add(context: Context, text: Annotated[str, TEXT]) -> Reply:
    """Write a note."""
    async with context.change(Undo("notes.add", {"text": text}), f"noted {text}"):
        await anyio.sleep(2.5)
    return Reply(f"Noted {text}.")


@undoes("notes.add")
async def forget(context: Context, data: Mapping[str, Any]) -> str:
    return "I forgot it."


BURNT: list[str] = []


@intent("notes.burn", sentences=["burn the notes"], effect=Effect.W2)
async def burn(context: Context) -> Reply:
    """Burn the notes."""
    BURNT.append("notes")
    return Reply("They are ashes.")


class SlowToClose(FakeResponder):
    """Takes a while to hang up, whatever happens around it."""

    async def reply(self, history, tools):
        try:
            async with aclosing(super().reply(history, tools)) as deltas:
                async for delta in deltas:
                    yield delta
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(0.9)


SAID = [
    "what time is it", "note milk", "burn the notes", "yes", "yes burn the notes", "no",
    "undo that", "stop", "sing a song", "remember the milk", "fail please", "", "hm",
]  # fmt: skip
ANSWERS = {
    "sing a song": [["La la la, this is a long song. ", 3.0, "It goes on and on."]],
    "remember the milk": [[0.4, ToolCall("1", "notes.add", {"text": "the milk"})], ["Done that."]],
    "fail please": [[2.0, ReplyError("gone")]],
}
INTENTS = [tell_time, add, burn, talk.undo, talk.stop]


@st.composite
def users(draw: st.DrawFn) -> list[Says]:
    """What somebody says, with pauses from none at all to long ones."""
    at_s, said = 0.5, []
    for _ in range(draw(st.integers(1, 6))):
        seconds = draw(st.sampled_from([0.06, 0.1, 0.3, 0.8, 1.6]))
        said.append(Says(round(at_s, 2), draw(st.sampled_from(SAID)), seconds))
        at_s += seconds + draw(st.sampled_from([0.1, 0.3, 0.62, 0.7, 1.0, 2.2, 6.0]))
    return said


def play(user: list[Says], backend: str) -> list[Event]:
    BURNT.clear()
    with tempfile.TemporaryDirectory() as folder:
        script = Script(
            user,
            seconds=user[-1].at_s + user[-1].seconds + 0.8,
            intents=INTENTS,
            undoers=[forget],
            responder=SlowToClose(ANSWERS),
        )
        return run_script(script, Path(folder), backend=backend)


def check_turns(events: list[Event]) -> None:
    running: int | None = None
    for event in events:
        match event:
            case TurnStarted(_, turn):
                assert running is None, "a turn begins before the one before has ended"
                running = turn
            case TurnEnded(_, turn):
                assert running in (None, turn)
                running = None
            case ReplySentence() | PlaybackStarted() | ConfirmationAsked() | TranscriptFinal():
                assert event.turn == running, "a turn speaks that is not running"
    assert running is None
    ended = [event.turn for event in events if isinstance(event, TurnEnded)]
    begun = [event for event in events if isinstance(event, SpeechStarted)]
    assert sorted(ended) == list(range(1, len(begun) + 1))


def check_speech(events: list[Event]) -> None:
    kinds = [type(event) for event in events if isinstance(event, SpeechStarted | SpeechStopped)]
    assert kinds == [SpeechStarted, SpeechStopped] * (len(kinds) // 2)


def check_silence(events: list[Event]) -> None:
    silenced: set[int] = set()
    for event in events:
        if isinstance(event, BargeIn):
            silenced.add(event.turn)
        elif isinstance(event, ReplySentence | PlaybackStarted | ConfirmationAsked | IntentMatched):
            assert event.turn not in silenced, "an interrupted turn goes on speaking"
    outcomes = {event.turn: event.outcome for event in events if isinstance(event, TurnEnded)}
    assert all(outcomes[turn] == "interrupted" for turn in silenced)


def check_consent(user: list[Says], events: list[Event]) -> None:
    asked = [event for event in events if isinstance(event, ConfirmationAsked)]
    burnt = [e for e in events if isinstance(e, IntentReturned) and e.intent == "notes.burn"]
    agreed = [says for says in user if says.text == "yes burn the notes"]
    assert len(BURNT) == len(burnt) <= min(len(asked), len(agreed))


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@given(user=users())
@settings(max_examples=12, deadline=None)
def test_any_conversation(backend: str, user: list[Says]) -> None:
    events = play(user, backend)
    check_turns(events)
    check_speech(events)
    check_silence(events)
    check_consent(user, events)


def test_turns_that_are_interrupted_while_they_wait_keep_their_order() -> None:
    user = [Says(0.5, "sing a song", 0.3), Says(2.5, "hm", 0.3), Says(3.45, "hm", 0.3)]
    events = play(user, "asyncio")
    check_turns(events)
    assert [event.turn for event in events if isinstance(event, BargeIn)] == [1, 2]
