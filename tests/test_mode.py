"""A mode that takes all speech: dictation through the real dispatcher and the real session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest
from desk import DONE, INTENTS, Desk

from voiced.dispatch.mode import SpeechMode
from voiced.errors import PluginError
from voiced.events import Event, IntentMatched, IntentReturned, ReplySentence
from voiced.journal import Journal
from voiced.plugin import TEXT, Context, Effect, Integrity, Reply, intent
from voiced.testing.desk import FakeTypist, fake_desk
from voiced.testing.fakes import FakeResponder, FakeTranscriber, Says
from voiced.testing.script import Script, run_script
from voiced.thinking.thinker import Thinker
from voiced_intents import clock as clock_intents
from voiced_intents import talk, writing

TAKEN: list[str] = []


@intent("note.begin", sentences=["take a note"], effect=Effect.W1, returns=Integrity.CONFIG)
async def begin(context: Context) -> Reply:
    """Begin a note."""
    context.assistant.take_speech("note.take")
    return Reply("Go ahead.")


@intent("note.take", sentences=[], effect=Effect.W1, returns=Integrity.CONFIG)
async def take(context: Context, text: Annotated[str, TEXT]) -> Reply:
    """Take a note."""
    TAKEN.append(text)
    if text == "done":
        context.assistant.take_speech("")
    return Reply("")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    DONE.clear()
    TAKEN.clear()
    journal = Journal.open(tmp_path)
    yield Desk(journal, intents=[*INTENTS, begin, take])
    journal.close()


def says(desk: Desk, *said: str) -> None:
    for each in said:
        desk.run(desk.say(each))


def test_all_speech_goes_whole_to_the_one_intent(desk: Desk) -> None:
    says(desk, "take a note", "what time is it", "burn hat box and reset everything", "yes")
    assert TAKEN == ["what time is it", "burn hat box and reset everything", "yes"]
    assert DONE == []


def test_it_is_left_by_that_intent(desk: Desk) -> None:
    says(desk, "take a note", "done")
    assert desk.say("what time is it").intent.name == "clock.time"


def test_stop_still_stops_what_waits_to_be_sent(desk: Desk) -> None:
    says(desk, "take a note")
    mode = desk.dispatcher.mode
    known = {each.name: each for each in desk.dispatcher.intents}
    assert mode.call("stop", known, sends=True) is None
    assert mode.call("stop", known, sends=False) is not None


def test_it_takes_what_was_said_and_remembers_none_of_it(desk: Desk) -> None:
    says(desk, "take a note", "my secret")
    conversation = desk.dispatcher.conversation
    conversation.add("my secret", "")
    assert len(conversation.exchanges) == 0
    says(desk, "done")
    conversation.add("done", "")
    conversation.add("what time is it", "It is late.")
    assert [each.said for each in conversation.exchanges] == ["what time is it"]


def test_a_recogniser_expects_any_words_meanwhile(desk: Desk) -> None:
    thinker = Thinker(desk.dispatcher, None)
    assert thinker.hints.graph is not None
    says(desk, "take a note")
    assert thinker.hints.graph is None


def test_only_an_intent_that_takes_a_text_can_take_all(desk: Desk) -> None:
    assistant = desk.dispatcher.assistant()
    for name in ("clock.time", "math.add", "box.label", "no.such"):
        with pytest.raises(PluginError):
            assistant.take_speech(name)
    assert not desk.dispatcher.mode.is_on


def test_an_intent_that_is_gone_takes_nothing() -> None:
    mode = SpeechMode()
    mode.begin(take)
    assert mode.call("hello", {}, sends=False) is None


# The whole session


@dataclass
class Talk:
    """A conversation in which somebody dictates: what is in the window, and what happened."""

    window: FakeTypist
    model: FakeResponder
    transcriber: FakeTranscriber
    events: list[Event]

    @property
    def told(self) -> list[str]:
        return [each.text for each in self.events if isinstance(each, ReplySentence)]


def talked(folder: Path, *said: str, gap_s: float = 4.0) -> Talk:
    user = [Says(1.0 + gap_s * at, text) for at, text in enumerate(said)]
    talk_so_far = Talk(FakeTypist(), FakeResponder({}), FakeTranscriber(user), [])
    script = Script(
        user,
        intents=[
            clock_intents.tell_time,
            talk.undo,
            writing.start_dictation,
            writing.type_speech,
            writing.stop_dictation,
        ],
        undoers=[writing.undo_dictation],
        settings={writing.Settings: writing.Settings()},
        responder=talk_so_far.model,
        transcriber=talk_so_far.transcriber,
        desk=fake_desk(typist=talk_so_far.window),
    )
    talk_so_far.events = run_script(script, folder)
    return talk_so_far


def test_dictation_types_and_answers_nothing_until_it_is_stopped(tmp_path: Path) -> None:
    talk = talked(
        tmp_path,
        "start dictation",
        "dear anna comma",
        "what time is it question mark",
        "stop dictation",
        "what time is it",
    )
    assert talk.window.text == "Dear anna, what time is it?"
    assert talk.told == [
        "I type what you say.",
        "Say stop dictation when you are done.",
        "I stopped typing.",
        "It's half past seven.",
    ]
    assert talk.model.histories == []  # no model saw a word of it
    free = [hints.graph is None for hints in talk.transcriber.hints]
    assert (free[0], all(free[1:4]), free[-1]) == (False, True, False)


def test_what_is_said_in_quick_succession_is_typed_in_order(tmp_path: Path) -> None:
    words = "one two three four five six".split()
    talk = talked(tmp_path, "start dictation", *words, gap_s=2.6)
    assert talk.window.text.lower() == "one two three four five six"


def test_undo_takes_back_what_was_dictated(tmp_path: Path) -> None:
    talk = talked(tmp_path, "start dictation", "hello", "there", "stop dictation", "undo that")
    assert (talk.window.text, talk.told[-1]) == ("", "I took back what you dictated.")


def test_the_events_tell_which_intent_took_it(tmp_path: Path) -> None:
    talk = talked(tmp_path, "start dictation", "hello", "stop dictation")
    names = [each.intent for each in talk.events if isinstance(each, IntentMatched)]
    assert names == ["writing.dictate", "writing.type", "writing.type"]
    outcomes = {each.outcome for each in talk.events if isinstance(each, IntentReturned)}
    assert outcomes == {"completed"}
