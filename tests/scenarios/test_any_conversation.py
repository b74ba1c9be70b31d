"""Whatever is said, and whenever: turns do not overlap, and a silenced reply stays silent."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
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
    Ducked,
    Event,
    IntentMatched,
    IntentReturned,
    PlaybackResumed,
    PlaybackStarted,
    ReplySentence,
    SpeechStarted,
    SpeechStopped,
    TranscriptFinal,
    TurnEnded,
    TurnReopened,
    TurnStarted,
)
from voiced.loop.session import Habits
from voiced.plugin import TEXT, Context, Effect, Reply, Undo, intent, undoes
from voiced.stages import ToolCall
from voiced.testing.fakes import FakeResponder, FakeTurnEndDetector, Says
from voiced.testing.script import RULES, Script, run_script
from voiced.turns import PauseMemory
from voiced_intents import talk


@intent("clock.time", sentences=["what time is it"], effect=Effect.R0)
async def tell_time(context: Context) -> Reply:
    """Tell the time."""
    await anyio.sleep(0.3)
    return Reply("It is half past seven, and all is well. The night is young.")


@intent("notes.add", sentences=["note {text}"], effect=Effect.W1, critical=["text"])
async def add(context: Context, text: Annotated[str, TEXT]) -> Reply:
    """Write a note."""
    DONE.append("note")
    async with context.change(Undo("notes.add", {"text": text}), f"noted {text}"):
        await anyio.sleep(2.5)
    return Reply(f"Noted {text}.")


@undoes("notes.add")
async def forget(context: Context, data: Mapping[str, Any]) -> str:
    return "I forgot it."


DONE: list[str] = []


@intent("notes.burn", sentences=["burn the notes"], effect=Effect.W2)
async def burn(context: Context) -> Reply:
    """Burn the notes."""
    DONE.append("burn")
    return Reply("They are ashes.")


@dataclass
class SlowToClose(FakeResponder):
    """Takes a while to hang up, whatever happens around it."""

    takes_s: float = 0.9

    async def room(self) -> None:
        """Nobody says how much it holds."""

    async def reply(self, history, tools, schema=None):
        try:
            async with aclosing(super().reply(history, tools, schema)) as deltas:
                async for delta in deltas:
                    yield delta
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(self.takes_s)


SAID = [
    "what time is it", "note milk", "burn the notes", "yes", "yes burn the notes", "no",
    "undo that", "stop", "sing a song", "remember the milk", "fail please", "", "hm", "and then",
    "no wait",
]  # fmt: skip
ANSWERS = {
    "sing a song": [["La la la, this is a long song. ", 3.0, "It goes on and on."]],
    "remember the milk": [[0.4, ToolCall("1", "notes.add", {"text": "the milk"})], ["Done that."]],
    "fail please": [[2.0, ReplyError("gone")]],
}
INTENTS = [tell_time, add, burn, talk.undo, talk.stop]


GAPS_S = st.sampled_from([0.1, 0.3, 0.62, 0.7, 1.0, 2.2, 6.0]) | st.integers(1, 70).map(
    lambda frames: frames / 50
)


@st.composite
def users(draw: st.DrawFn) -> list[Says]:
    """What somebody says, with pauses from none at all to long ones."""
    at_s, said = 0.5, []
    for _ in range(draw(st.integers(1, 6))):
        seconds = draw(st.sampled_from([0.06, 0.1, 0.3, 0.8, 1.6]))
        said.append(Says(round(at_s, 2), draw(st.sampled_from(SAID)), seconds))
        at_s += seconds + draw(GAPS_S)
    return said


@dataclass(frozen=True)
class Ways:
    """How the session goes about it, besides."""

    takes_s: float = 0.9
    left_s: float = 0.8
    judges: bool = False
    speculates: bool = True


WAYS = st.builds(Ways, st.just(0.9), st.sampled_from([0.0, 0.3, 0.8, 2.0]), st.booleans())
HASTY = st.builds(Ways, speculates=st.just(False))


def play(user: list[Says], backend: str, ways: Ways) -> list[Event]:
    DONE.clear()
    with tempfile.TemporaryDirectory() as folder:
        script = Script(
            user,
            seconds=user[-1].at_s + user[-1].seconds + ways.left_s,
            intents=INTENTS,
            undoers=[forget],
            responder=SlowToClose(ANSWERS, takes_s=ways.takes_s),
            turn_end=FakeTurnEndDetector() if ways.judges else None,
            rules=replace(RULES, speculates=ways.speculates),
            habits=Habits(pauses=PauseMemory()),
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
    began = sum(isinstance(event, SpeechStarted) for event in events)
    reopened = sum(isinstance(event, TurnReopened) for event in events)
    assert sorted(ended) == list(range(1, began - reopened + 1))


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
    assert DONE.count("burn") == len(burnt) <= min(len(asked), len(agreed))


def check_once(user: list[Says], events: list[Event]) -> None:
    """What is prepared and thrown away is neither told nor done, and nothing is done twice."""
    finals = Counter(event.turn for event in events if isinstance(event, TranscriptFinal))
    reopened = Counter(event.turn for event in events if isinstance(event, TurnReopened))
    assert all(count <= 1 + reopened[turn] for turn, count in finals.items())
    noted = [e for e in events if isinstance(e, IntentReturned) and e.intent == "notes.add"]
    asked = [says for says in user if "milk" in says.text]
    assert DONE.count("note") == len(noted) <= len(asked)


def check_sureness(events: list[Event]) -> None:
    """Nothing is heard or told of an answer while the user speaks."""
    speaks = False
    for event in events:
        match event:
            case SpeechStarted():
                speaks = True
            case SpeechStopped():
                speaks = False
            case PlaybackStarted() | ReplySentence() | IntentMatched() | ConfirmationAsked():
                assert not speaks, "an answer is told before its question is over"


def check_loudness(events: list[Event]) -> None:
    softer: int | None = None
    for event in events:
        match event:
            case Ducked(_, turn):
                assert softer is None
                softer = turn
            case PlaybackResumed(_, turn):
                assert softer in (None, turn)
                softer = None
            case BargeIn(_, turn) | TurnEnded(_, turn) | TurnReopened(_, turn):
                softer = None if softer == turn else softer
    assert softer is None


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@given(user=users(), ways=WAYS | HASTY)
@settings(max_examples=12, deadline=None)
def test_any_conversation(backend: str, user: list[Says], ways: Ways) -> None:
    events = play(user, backend, ways)
    check_turns(events)
    check_speech(events)
    check_silence(events)
    check_consent(user, events)
    check_once(user, events)
    check_sureness(events)
    check_loudness(events)


def test_turns_that_are_interrupted_while_they_wait_keep_their_order() -> None:
    user = [Says(0.5, "sing a song", 0.3), Says(4.5, "burn the notes", 0.6), Says(6.1, "wait", 0.4)]
    events = play(user, "asyncio", Ways(takes_s=2.5))
    check_turns(events)
    assert [event.turn for event in events if isinstance(event, BargeIn)] == [1, 2]
