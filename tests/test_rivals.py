"""Requests that fit equally well, or hardly: what is asked, and what the answer does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import pytest

from voiced.conversation import Conversation
from voiced.dispatch import Call, Dispatcher, Environment, Question, Report
from voiced.errors import IntentFailed, InvalidSlots
from voiced.events import Event, IntentMatched, TurnId
from voiced.plugin import TEXT, Context, Effect, Reply, choice, intent
from voiced.policy import Answer, Manner, Trust, Verdict
from voiced.testing import clock
from voiced.testing.script import inline

ARTIST = choice("artist", {"genesis": "Genesis", "the kinks": "The Kinks"})
SONG = choice("song", {"genesis": "Genesis (live)", "lola": "Lola"})
ROOM = choice("room", {"kitchen": 1, "cellar": 2, "office": 3})


@intent("play.artist", sentences=["play {artist}"], effect=Effect.W1)
async def play_artist(context: Context, artist: Annotated[str, ARTIST]) -> Reply:
    """Play an artist."""
    return Reply(artist)


@intent("play.song", sentences=["play {song}"], effect=Effect.W1)
async def play_song(context: Context, song: Annotated[str, SONG]) -> Reply:
    """Play a song."""
    return Reply(song)


@intent("tape.wipe", sentences=["clear tape"], effect=Effect.W2)
async def wipe(context: Context) -> Reply:
    """Wipe a tape."""
    return Reply("Wiped.")


@intent("desk.tidy", sentences=["clear tape"], effect=Effect.W1)
async def tidy(context: Context) -> Reply:
    """Take the sticky tape away."""
    return Reply("Tidied.")


@intent("music.stop", sentences=["(stop|pause) [the] music in [the] {room}"], effect=Effect.W1)
async def stop(context: Context, room: Annotated[int, ROOM]) -> Reply:
    """Stop the music."""
    return Reply(f"{room}")


@intent("heat.read", sentences=["how warm is the {room}"], effect=Effect.R0)
async def warm(context: Context, room: Annotated[int, ROOM]) -> Reply:
    """Tell the temperature."""
    return Reply(f"{room}")


@intent("door.open", sentences=["open [the] {room} door"], effect=Effect.W1)
async def open_door(context: Context, room: Annotated[int, ROOM]) -> Reply:
    """Open a door."""
    return Reply(f"{room}")


@intent("door.shut", sentences=["shut [the] {room} door"], effect=Effect.W1)
async def shut_door(context: Context, room: Annotated[int, ROOM]) -> Reply:
    """Shut a door."""
    return Reply(f"{room}")


@intent("note.add", sentences=["note {text}"], effect=Effect.W1)
async def note(context: Context, text: Annotated[str, TEXT]) -> Reply:
    """Write a note."""
    return Reply(text)


INTENTS = [
    play_artist, play_song, wipe, tidy, stop, warm, open_door, shut_door, note,
]  # fmt: skip


class Talk:
    """A dispatcher that is spoken to."""

    def __init__(self) -> None:
        environment = Environment(
            None,  # type: ignore[arg-type]  # nothing is changed or refused here
            lambda: datetime(2026, 3, 3, tzinfo=UTC),
            lambda: 0.0,
            inline,
            {},
        )
        self.dispatcher = Dispatcher(INTENTS, [], environment, Conversation())
        self.events: list[Event] = []
        clock.run(self.dispatcher.refresh)

    @property
    def report(self) -> Report:
        return Report(TurnId(1), lambda: 0, self.events.append)

    def say(self, *texts: str, manner: Manner | None = None) -> Any:
        readings = [(text, 0.9 - 0.1 * index) for index, text in enumerate(texts)]
        how = (self.report,) if manner is None else (self.report, manner)
        return clock.run(self.dispatcher.understand, readings, *how)

    def guess(self, *texts: str) -> Any:
        """What is asked for words that nothing fits."""
        assert self.say(*texts) is None
        return clock.run(self.dispatcher.guess, [(text, 0.9) for text in texts], self.report)

    @property
    def matched(self) -> list[str]:
        return [event.intent for event in self.events if isinstance(event, IntentMatched)]


@pytest.fixture
def talk() -> Talk:
    return Talk()


def names(answer: Any) -> tuple[str, dict[str, object]]:
    assert isinstance(answer, Call)
    return answer.intent.name, dict(answer.values)


# Which request?


@pytest.mark.parametrize(
    ("answer", "meant"),
    [
        ("the first", "play.artist"),
        ("The second one, please.", "play.song"),
        ("the last one", "play.song"),
        ("song", "play.song"),
        ("the artist", "play.artist"),
        ("an artist genesis", "play.artist"),
        ("play the song", "play.song"),
    ],
)
def test_what_fits_equally_well_is_asked_and_chosen_by_place_or_word(
    talk: Talk, answer: str, meant: str
) -> None:
    question = talk.say("play genesis")
    assert question.text == "Did you mean to play an artist: genesis, or play a song: genesis?"
    assert talk.matched == []
    values = {"play.artist": {"artist": "Genesis"}, "play.song": {"song": "Genesis (live)"}}
    assert names(talk.say(answer)) == (meant, values[meant])
    assert talk.matched == [meant]


@pytest.mark.parametrize("answer", ["neither", "none of them", "no", "never mind"])
def test_neither_of_them_is_a_no(talk: Talk, answer: str) -> None:
    talk.say("play genesis")
    assert talk.say(answer) is Answer.NO
    assert talk.say("the first") is None


@pytest.mark.parametrize("answer", ["yes", "the ninth", "genesis", "play", "hm"])
def test_an_answer_that_tells_nothing_is_asked_once_more(talk: Talk, answer: str) -> None:
    question = talk.say("play genesis")
    again = talk.say(answer)
    assert (again.text, again.is_repeated) == (question.text, True)
    assert names(talk.say("the second"))[0] == "play.song"


def test_another_request_is_no_answer(talk: Talk) -> None:
    talk.say("play genesis")
    assert names(talk.say("play lola")) == ("play.song", {"song": "Lola"})
    talk.say("play genesis")
    assert names(talk.say("note a song of the artist"))[0] == "note.add"


def test_what_is_chosen_goes_through_the_policy(talk: Talk) -> None:
    question = talk.say("clear tape")
    assert question.text == "Did you mean to wipe a tape, or take the sticky tape away?"
    confirmed = talk.say("wipe")
    assert confirmed.verdict is Verdict.CONFIRM
    assert names(talk.say("yes, wipe the tape"))[0] == "tape.wipe"
    talk.say("clear tape")
    assert talk.say("the second").trust is Trust.CLEAN


THING = choice("thing", {"salt": 1, "oil and rice": 2, "salt and oil": 3, "rice": 4})


def test_two_fillings_of_one_request_are_asked_about(talk: Talk) -> None:
    async def swap(
        context: Context, one: Annotated[int, THING], other: Annotated[int, THING]
    ) -> Reply:
        """Swap two things."""
        return Reply(f"{one} {other}")

    made = intent("x.swap", sentences=["swap {one} and {other}"], effect=Effect.W1)(swap)
    clock.run(talk.dispatcher.adopt, [made], [], [])
    question = talk.say("swap salt and oil and rice")
    assert question.text == "Did you mean salt, oil and rice, or salt and oil, rice?"
    assert names(talk.say("the last one")) == ("x.swap", {"one": 3, "other": 4})


def test_what_cannot_be_done_is_not_asked_about(talk: Talk) -> None:
    async def refuse(context: Context, text: Annotated[str, Empty()]) -> Reply:
        """Look for a card."""
        return Reply(text)

    made = intent("card.find", sentences=["note {text}"], effect=Effect.W1)(refuse)
    clock.run(talk.dispatcher.adopt, [made], [], [])
    assert names(talk.say("note the wine")) == ("note.add", {"text": "the wine"})
    clock.run(talk.dispatcher.adopt, [], [], ["note.add"])
    with pytest.raises(InvalidSlots):
        talk.say("note the wine")


def test_what_breaks_is_not_asked_about_where_something_else_can_be_done(talk: Talk) -> None:
    async def refuse(context: Context, text: Annotated[str, Broken()]) -> Reply:
        """Look for a card."""
        return Reply(text)

    made = intent("card.find", sentences=["note {text}"], effect=Effect.W1)(refuse)
    clock.run(talk.dispatcher.adopt, [made], [], [])
    assert names(talk.say("note the wine")) == ("note.add", {"text": "the wine"})
    clock.run(talk.dispatcher.adopt, [], [], ["note.add"])
    with pytest.raises(IntentFailed, match="no cards"):
        talk.say("note the wine")


class Empty:
    """A slot type of which there is nothing."""

    name = "empty"
    is_open = True
    json_schema: dict[str, Any] = {"type": "string"}  # noqa: RUF012

    def phrases(self, context: object) -> Sequence[str]:
        return ()

    def resolve(self, said: str, context: object) -> Sequence[Any]:
        return ()


class Broken(Empty):
    """A slot type that cannot look."""

    def resolve(self, said: str, context: object) -> Sequence[Any]:
        raise IntentFailed("no cards", spoken="There are no cards.")


# Did you mean?


def test_a_lost_word_is_asked_about_and_done_after_a_yes(talk: Talk) -> None:
    question = talk.guess("bake the music in the office")
    assert isinstance(question, Question)
    assert question.text == "Did you mean to stop the music: office?"
    assert talk.say("yes", manner=Manner(after_reply_s=0.1, length_s=0.5)).is_repeated
    assert names(talk.say("yes please")) == ("music.stop", {"room": 3})


@pytest.mark.parametrize("answer", ["no", "neither"])
def test_a_guess_that_was_wrong_is_given_up(talk: Talk, answer: str) -> None:
    talk.guess("bake the music in the office")
    assert talk.say(answer) is Answer.NO
    assert talk.say("yes") is None


def test_words_of_a_guess_are_no_yes(talk: Talk) -> None:
    talk.guess("bake the music in the office")
    assert talk.say("the music").is_repeated
    assert talk.say("music") is None


def test_two_guesses_are_asked_about(talk: Talk) -> None:
    question = talk.guess("far the cellar door")
    assert question.text == "Did you mean to open a door: cellar, or shut a door: cellar?"
    assert names(talk.say("shut")) == ("door.shut", {"room": 2})


def test_what_only_reads_is_done_at_once(talk: Talk) -> None:
    assert names(talk.guess("how pine is the kitchen")) == ("heat.read", {"room": 1})
    assert talk.matched == ["heat.read"]


def test_a_worse_transcript_is_guessed_at_if_the_best_one_tells_nothing(talk: Talk) -> None:
    question = talk.guess("bay cup music", "bake the music in the office")
    assert question.call.intent.name == "music.stop"


@pytest.mark.parametrize("text", ["the weather", "not the music in the office", "lovely music"])
def test_what_tells_too_little_is_not_guessed(talk: Talk, text: str) -> None:
    assert talk.guess(text) is None


# N-best transcripts


def test_a_worse_transcript_that_fits_beats_a_better_one_that_does_not(talk: Talk) -> None:
    found = talk.say("put the cellar poor", "shut the cellar door")
    assert names(found) == ("door.shut", {"room": 2})


def test_a_worse_transcript_may_be_a_chain(talk: Talk) -> None:
    found = talk.say("grey lore and nut milk", "play lola and shut the cellar door")
    assert (names(found)[0], found.rest) == ("play.song", ("shut the cellar door",))
