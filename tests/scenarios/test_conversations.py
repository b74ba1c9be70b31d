"""Whole conversations, each with its one sentence; the golden traces hold the rest.

VOICED_UPDATE_TRACES=1 writes the traces anew: read the difference before it is committed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import anyio
import pytest

from voiced.errors import IntentFailed
from voiced.events import BargeIn, Event, IntentReturned, TurnEnded
from voiced.plugin import TEXT, Context, Effect, Integrity, Reply, Undo, intent, undoes
from voiced.stages import ToolCall
from voiced.testing.fakes import FakeResponder, Says
from voiced.testing.script import Script, run_script
from voiced.testing.traces import check_trace
from voiced_intents import files, talk

TRACES = Path(__file__).parents[1] / "traces"


@pytest.fixture(params=["asyncio", "trio"])
def play(request, tmp_path):
    """Play a script and compare its trace with the golden one of that name."""

    def run(name: str, script: Script) -> list[Event]:
        events = run_script(script, tmp_path / "journal", backend=request.param)
        check_trace(events, TRACES / f"{name}.txt")
        return events

    return run


def heard(events: list[Event]) -> list[str]:
    return [event.heard for event in events if isinstance(event, TurnEnded)]


def outcomes(events: list[Event]) -> list[str]:
    return [event.outcome for event in events if isinstance(event, TurnEnded)]


def test_the_second_of_two_budgets_is_renamed_and_the_name_is_taken_back(play, tmp_path) -> None:
    home = tmp_path / "Documents"
    home.mkdir()
    for number, name in enumerate(("budget anna.txt", "budget peter.txt", "letter.txt")):
        (home / name).write_text(name, encoding="utf-8")
        os.utime(home / name, (1_700_000_000 - number, 1_700_000_000 - number))
    events = play(
        "two_budgets",
        Script(
            [
                Says(1.0, "rename the budget to plan"),
                Says(9.0, "the second one"),
                Says(17.0, "undo that"),
            ],
            intents=[files.rename_file, talk.undo],
            undoers=[files.undo_rename],
            settings={files.Settings: files.Settings(roots=(home,))},
        ),
    )
    assert heard(events)[0].startswith("Which one: ")
    assert outcomes(events) == ["completed"] * 3
    assert sorted(path.name for path in home.iterdir()) == [
        "budget anna.txt",
        "budget peter.txt",
        "letter.txt",
    ]


BURNT: list[str] = []


@intent("house.burn", sentences=["burn the letters"], effect=Effect.W2)
async def burn(context: Context) -> Reply:
    """Burn the letters. They cannot be had back."""
    BURNT.append("letters")
    return Reply("They are ashes.")


def test_a_yes_that_comes_too_late_burns_nothing(play) -> None:
    BURNT.clear()
    events = play(
        "a_late_yes",
        Script(
            [Says(1.0, "burn the letters"), Says(17.0, "yes burn the letters", 1.5)],
            intents=[burn],
        ),
    )
    assert heard(events)[0] == "Burn the letters. Shall I? Say yes, and what I should do."
    assert not [event for event in events if isinstance(event, IntentReturned)]
    assert BURNT == []


@intent("lamp.paint", sentences=["paint the {text}"], effect=Effect.W1, critical=["text"])
async def paint(context: Context, text: Annotated[str, TEXT]) -> Reply:
    """Paint something."""
    async with context.change(Undo("lamp.paint", {"what": text}), f"painted the {text}"):
        await anyio.sleep(3.0)
    return Reply(f"The {text} is painted.")


@undoes("lamp.paint")
async def wash(context: Context, data: Mapping[str, Any]) -> str:
    return f"I washed the {data['what']}."


def test_what_was_begun_is_finished_behind_the_interruption_and_can_be_undone(play) -> None:
    events = play(
        "barge_in_during_an_effect",
        Script(
            [Says(1.0, "paint the lamp"), Says(3.6, "what did you do"), Says(11.0, "undo that")],
            intents=[paint, talk.recall, talk.undo],
            undoers=[wash],
        ),
    )
    assert outcomes(events) == ["interrupted", "completed", "completed"]
    assert heard(events)[-1] == "I washed the lamp."


@intent("door.unlock", sentences=["unlock"], effect=Effect.W1, returns=Integrity.CONFIG)
async def unlock(context: Context) -> Reply:
    """Unlock the door."""
    raise IntentFailed("the door does not answer", spoken="The door does not answer.")


def test_a_model_that_uses_a_broken_tool_says_what_happened(play) -> None:
    model = FakeResponder(
        {
            "let my sister in": [
                ["Let me see. ", 2.0, ToolCall("call-1", "door.unlock", {})],
                [0.5, "I could not open it, since the door does not answer. Try the key."],
            ]
        }
    )
    events = play(
        "a_model_with_a_broken_tool",
        Script([Says(1.0, "let my sister in")], intents=[unlock], responder=model),
    )
    assert heard(events) == [
        "Let me see. I could not open it, since the door does not answer. Try the key."
    ]
    assert [e.outcome for e in events if isinstance(e, IntentReturned)] == ["failed"]


@intent("story.tell", sentences=["tell me a story"], effect=Effect.R0)
async def tell_story(context: Context) -> Reply:
    """Tell a story."""
    return Reply("Once upon a time there was a king. He had three sons, and they all had a horse.")


def test_stop_stops_and_says_nothing(play) -> None:
    events = play(
        "stop",
        Script(
            [Says(1.0, "tell me a story"), Says(4.5, "stop", 0.6)],
            intents=[tell_story, talk.stop],
        ),
    )
    (barge_in,) = [event for event in events if isinstance(event, BargeIn)]
    assert (barge_in.at, barge_in.reason) == (round(5.1 * 16000), "stop word")
    assert outcomes(events) == ["interrupted", "completed"]
    assert heard(events) == ["Once upon a time there was a king. He", ""]
