"""What is left beside a locked screen, and at a satellite: no R1 aloud, no W2, no O2."""

from __future__ import annotations

from typing import Annotated, Any

import anyio
import pytest
from desk import BOX, DONE, INTENTS, Box, Desk

from voiced.desk import NO_LOCK
from voiced.dispatch import Call, Question
from voiced.errors import IntentDenied, IntentFailed
from voiced.journal import Journal
from voiced.plugin import (
    NUMBER,
    TEXT,
    Announcement,
    Context,
    Effect,
    Integrity,
    News,
    Reply,
    Told,
    announces,
    intent,
)
from voiced.policy import TYPED, Door, Manner, Place, Verdict, Where
from voiced.stages import ToolCall
from voiced.testing import clock
from voiced.testing.desk import FakeScreenLock
from voiced.testing.fakes import FakeResponder, Says
from voiced.testing.script import Script, run_script

SPOKEN = Manner(1.0, 1.5)
AT_SATELLITE = Manner(1.0, 1.5, Door.SATELLITE)
LOCKED = "Your screen is locked: unlock it, and ask again."
AWAY = "I only do that at the computer itself: ask me there."


@intent("mail.stranger", sentences=["tell everybody {text}"], effect=Effect.O2)
async def tell_everybody(context: Context, text: Annotated[str, TEXT]) -> Reply:
    """Tell everybody."""
    DONE.append(f"told {text}")
    return Reply("Told.")


def _of_count(values: Any) -> Effect:
    return Effect.W2 if values["count"] > 2 else Effect.W1


@intent("box.tidy", sentences=["tidy {number:count}"], effect=Effect.W1, effect_of=_of_count)
async def tidy(context: Context, count: Annotated[float, NUMBER]) -> Reply:
    """Tidy boxes."""
    if count == 2:
        raise IntentFailed("full", spoken="The box of love letters is full.")
    DONE.append(f"tidied {count:g}")
    return Reply("The box of love letters is tidy.")


@intent("bell.louder", sentences=["louder"], effect=Effect.R0, returns=Integrity.CONFIG)
async def louder(context: Context) -> Reply:
    """Ring louder."""
    return Reply("Okay.", is_aside=True)


@intent("talk.again", sentences=["say that again"], effect=Effect.R0, returns=Integrity.CONFIG)
async def again(context: Context) -> Reply:
    """Say the last reply again."""
    return Reply(context.assistant.last_reply or "Nothing was said.")


@intent("bell.set", sentences=["set the bell"], effect=Effect.W1, returns=Integrity.CONFIG)
async def set_bell(context: Context) -> Reply:
    """Set the bell."""
    return Reply("It rings at ten.")


@intent(
    "box.mark",
    sentences=["mark {box}"],
    effect=Effect.W1,
    critical=["box"],
    returns=Integrity.CONFIG,
)
async def mark(context: Context, box: Annotated[Box, BOX]) -> Reply:
    """Mark a box."""
    return Reply(f"Marked {box.spoken}.")


@pytest.fixture
def lock() -> FakeScreenLock:
    return FakeScreenLock(locked=True)


@pytest.fixture
def desk(tmp_path, lock):
    DONE.clear()
    journal = Journal.open(tmp_path)
    intents = (*INTENTS, tell_everybody, tidy, set_bell, mark)
    yield Desk(journal, intents=intents, screen_lock=lock)
    journal.close()


def denied(desk: Desk, text: str, manner: Manner = SPOKEN) -> str:
    with pytest.raises(IntentDenied) as caught:
        desk.say(text, manner=manner)
    assert caught.value.mend
    return caught.value.spoken


@pytest.mark.parametrize(
    "text", ["look into hat", "read my mail", "burn hat", "tell everybody hello", "tidy 3"]
)
def test_it_is_not_for_anybody(desk, lock, text) -> None:
    assert denied(desk, text) == LOCKED
    assert denied(desk, text, AT_SATELLITE) == AWAY
    lock.locked = False
    assert desk.say(text, manner=SPOKEN) is not None
    assert denied(desk, text, AT_SATELLITE) == AWAY
    assert DONE == []


@pytest.mark.parametrize("text", ["what time is it", "shut hat", "mail hello", "tidy 1"])
def test_it_is_for_everybody(desk, text) -> None:
    for manner in (SPOKEN, AT_SATELLITE):
        assert isinstance(desk.say(text, manner=manner), Call)


def test_what_needs_the_screen_is_not_even_asked_for(desk, lock) -> None:
    desk.say("please reset everything", manner=SPOKEN)
    with pytest.raises(IntentDenied) as caught:
        desk.propose("admin.reset")
    assert caught.value.spoken == LOCKED
    lock.locked = False
    desk.say("please reset everything", manner=SPOKEN)
    assert desk.propose("admin.reset").verdict is Verdict.SCREEN


@pytest.mark.parametrize("locked", [False, None])
def test_a_lock_that_is_open_or_unknown_is_open(desk, lock, locked) -> None:
    lock.locked = locked
    assert isinstance(desk.say("look into hat", manner=SPOKEN), Call)
    assert lock.asked == 1


def test_without_a_lock_nothing_is_locked(tmp_path) -> None:
    assert NO_LOCK.is_locked() is None


def test_the_lock_is_nothing_to_a_terminal_and_to_a_satellite(desk, lock) -> None:
    assert isinstance(desk.say("look into hat", manner=TYPED), Call)
    denied(desk, "look into hat", AT_SATELLITE)
    assert lock.asked == 0


# What is done is told without names that others wrote


@pytest.mark.parametrize("manner", [SPOKEN, AT_SATELLITE])
def test_a_deed_is_told_without_its_words(desk, lock, manner) -> None:
    result = desk.run(desk.say("tidy 1", manner=manner))
    assert (result.spoken, DONE) == ("Done.", ["tidied 1"])
    failed = desk.run(desk.say("tidy 2", manner=manner))
    assert failed.spoken.startswith("That did not work. ")
    assert "love" not in failed.spoken
    assert desk.run(desk.say("set the bell", manner=manner)).spoken == "It rings at ten."
    assert desk.run(desk.say("what time is it", manner=manner)).spoken == "It is late."


def test_why_it_failed_is_told_where_that_is_safe(desk) -> None:
    at_lock = desk.run(desk.say("tidy 2", manner=SPOKEN)).spoken
    at_satellite = desk.run(desk.say("tidy 2", manner=AT_SATELLITE)).spoken
    assert "unlock" in at_lock.lower()
    assert "computer" in at_satellite
    assert desk.run(desk.say("tidy 2", manner=TYPED)).spoken == "The box of love letters is full."


def test_what_leaves_the_machine_is_told_and_can_be_stopped(desk) -> None:
    call = desk.say("mail hello", manner=SPOKEN)
    assert "hello" in desk.dispatcher.posted(call).spoken


def test_names_are_not_told_in_a_question_either(desk, lock) -> None:
    assert denied(desk, "shut budget") == LOCKED
    assert denied(desk, "shut budget", AT_SATELLITE) == AWAY
    assert isinstance(desk.say("mark budget", manner=SPOKEN), Question), "those are our own"
    lock.locked = False
    assert isinstance(desk.say("shut budget", manner=SPOKEN), Question)


# No conversation goes on where others listen


def test_a_conversation_ends_when_the_screen_is_locked(desk, lock) -> None:
    lock.locked = False
    desk.run(desk.say("look into hat", manner=SPOKEN))
    conversation = desk.dispatcher.conversation
    conversation.add("look into hat", "There is a cat in the hat box.")
    conversation.last_reply = "There is a cat in the hat box."
    desk.say("what time is it", manner=SPOKEN)
    assert (len(conversation.exchanges), conversation.is_tainted) == (1, True)
    lock.locked = True
    desk.say("what time is it", manner=SPOKEN)
    assert (conversation.exchanges, conversation.last_reply) == ((), "")
    assert conversation.entities == ()


def test_nor_does_one_of_theirs_go_on_where_the_user_is(desk, lock) -> None:
    desk.dispatcher.conversation.add("burn everything", "no")
    desk.say("what time is it", manner=SPOKEN)
    desk.dispatcher.conversation.add("burn everything", "no")
    lock.locked = False
    desk.say("what time is it", manner=SPOKEN)
    assert desk.dispatcher.conversation.exchanges == ()


def test_a_question_is_not_answered_beside_a_locked_screen(desk, lock) -> None:
    lock.locked = False
    question = desk.say("burn hat", manner=SPOKEN)
    assert isinstance(question, Question)
    lock.locked = True
    assert desk.say("yes burn the hat box", manner=SPOKEN) is None
    lock.locked = False
    assert desk.say("yes burn the hat box", manner=SPOKEN) is None


def test_a_yes_that_comes_all_the_same_does_nothing(desk, lock) -> None:
    lock.locked = False
    question = desk.say("burn hat", manner=SPOKEN)
    lock.locked = True
    desk.say("what time is it", manner=SPOKEN)
    with pytest.raises(IntentDenied):
        desk.dispatcher.confirm(question)


def test_a_request_that_never_was_leaves_the_place_as_it_was(desk, lock) -> None:
    lock.locked = False
    desk.say("what time is it", manner=SPOKEN)
    desk.dispatcher.conversation.add("what time is it", "It is late.")
    memo = desk.dispatcher.remember()
    lock.locked = True
    desk.say("what time is it", manner=SPOKEN)
    desk.dispatcher.restore(memo)
    assert len(desk.dispatcher.conversation.exchanges) == 1
    assert desk.dispatcher.remember().request.where is Where.HERE
    desk.say("what time is it", manner=SPOKEN)
    assert desk.dispatcher.conversation.exchanges == ()


def test_what_was_not_sent_is_told_when_the_user_is_back(desk, lock) -> None:
    lock.locked = False
    call = desk.say("mail nobody", manner=SPOKEN)

    async def main() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(desk.dispatcher.send, call, desk.report)
            await anyio.sleep(1)
            desk.dispatcher.keep_back()

    clock.run(main)
    [notice] = desk.dispatcher.notices
    lock.locked = True
    desk.say("what time is it", manner=SPOKEN)
    assert desk.dispatcher.notices == ()
    lock.locked = False
    desk.say("what time is it", manner=SPOKEN)
    assert desk.dispatcher.notices == (notice,)


# What is said unasked


@pytest.mark.parametrize(
    ("returns", "locked", "is_told"),
    [
        (Integrity.EXTERNAL, True, False),
        (Integrity.EXTERNAL, False, True),
        (Integrity.EXTERNAL, None, True),
        (Integrity.CONFIG, True, True),
    ],
)
def test_what_others_wrote_is_not_said_unasked(desk, lock, returns, locked, is_told) -> None:
    @announces("box.letters", returns=returns)
    async def letters(context: Context, told: Told) -> News:
        return News((Announcement("1", "Anna writes: I love you."),))

    lock.locked = locked
    news = clock.run(desk.dispatcher.news, letters, {})
    assert bool(news.announcements) is is_told


# Models


def test_a_model_gets_no_further(desk, lock) -> None:
    desk.say("please look after my boxes", manner=SPOKEN)
    for name, arguments in (
        ("box.look", {"box": "hat box"}),
        ("box.burn", {"box": "hat box"}),
        ("mail.stranger", {"text": "hello"}),
        ("box.tidy", {"count": 3}),
        ("box.shut", {"box": "budget"}),
    ):
        with pytest.raises(IntentDenied) as caught:
            desk.propose(name, **arguments)
        assert caught.value.spoken == LOCKED
    assert isinstance(desk.propose("box.tidy", count=1), Call)
    assert desk.journal.last(9) == (), "nobody outside has asked for it"


def test_calls_that_go_together_are_each_held_against_it(desk) -> None:
    desk.say("please tidy up", manner=AT_SATELLITE)
    call = clock.run(desk.dispatcher.propose, "box.tidy", {"count": 1}, desk.report, [{"count": 3}])
    assert call.also == ()


# The whole turn


def test_a_spoken_request_beside_a_locked_screen(tmp_path) -> None:
    asked = [Says(1.0, "look into hat"), Says(6.0, "what time is it")]
    script = Script(asked, intents=INTENTS, screen_lock=FakeScreenLock(locked=True))
    events = run_script(script, tmp_path)
    assert [e.heard for e in events if hasattr(e, "heard")] == [LOCKED, "It is late."]


class _LocksAfterTheFirst(FakeScreenLock):
    """Locked from the second request on."""

    def is_locked(self) -> bool:
        super().is_locked()
        return self.asked > 1


def test_what_was_told_before_the_lock_is_not_said_again(tmp_path) -> None:
    said = ["look into hat", "louder", "say that again"]
    asked = [Says(1.0 + 8 * at, words) for at, words in enumerate(said)]
    lock = _LocksAfterTheFirst()
    events = run_script(
        Script(asked, intents=(*INTENTS, louder, again), screen_lock=lock), tmp_path
    )
    told = [e.heard for e in events if hasattr(e, "heard")]
    assert lock.asked == 3
    assert "cat" in told[0]
    assert told[1:] == ["Okay.", "Nothing was said."]


def test_a_spoken_request_at_a_satellite_that_asks_a_model(tmp_path) -> None:
    asked = "is there anything in one of the boxes at all"
    rounds = [[ToolCall("1", "box.look", {"box": "hat box"})], ["I do not know."]]
    script = Script(
        [Says(1.0, asked)],
        intents=INTENTS,
        responder=FakeResponder({asked: rounds}),
        door=Door.SATELLITE,
    )
    events = run_script(script, tmp_path)
    told = [e.heard for e in events if hasattr(e, "heard")]
    assert AWAY in told[0]
    assert "cat" not in told[0]


def test_a_room_is_refused_what_it_has_no_right_to_and_is_told_so(desk) -> None:
    place = Place("kitchen", frozenset({Effect.R0, Effect.O1}))
    desk.dispatcher = desk.dispatcher.apart(desk.dispatcher.conversation, place)
    refused = "I may not do that from this room: ask me at the computer itself."
    assert denied(desk, "set the bell", AT_SATELLITE) == refused
    assert denied(desk, "tidy one", AT_SATELLITE) == refused
    assert desk.run(desk.say("what time is it", manner=AT_SATELLITE)).spoken == "It is late."
    assert isinstance(desk.say("mail hello", manner=AT_SATELLITE), Call)
    assert DONE == []
