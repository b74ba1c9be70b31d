"""What a transcript says to turn-taking: which words are believed, and what they are."""

from __future__ import annotations

from cases import every
from scenes import INTENTS

from voiced.grammar import Grammar
from voiced.loop.reading import read_overlap, read_utterance
from voiced.stages import Transcript
from voiced.testing.context import FakeContext
from voiced.turns import Said

GRAMMAR = Grammar.compile(INTENTS, FakeContext())
REPLY = "Once upon a time there was a king."


def guessed(text: str) -> Transcript:
    return Transcript(text, is_final=False, confidence=0.5)


def sure(text: str) -> Transcript:
    return Transcript(text, is_final=False, confidence=0.9)


def final(text: str) -> Transcript:
    return Transcript(text, is_final=True, confidence=0.3)


@every(
    ("transcript", "said", "guess"),
    [
        (sure("what"), Said.WORDS, ()),
        (guessed("what"), Said.NOTHING, ("what",)),
        (guessed("what time"), Said.WORDS, ("what", "time")),
        (guessed("what time is it"), Said.WORDS, ("what", "time")),
        (guessed("ah what"), Said.NOTHING, ("what",)),
        (guessed("uh what time"), Said.WORDS, ("what", "time")),
        (guessed("please"), Said.NOTHING, ("please",)),
        (guessed("stop"), Said.STOP, ("stop",)),
        (guessed("yeah"), Said.BACKCHANNEL, ("yeah",)),
        (final("what"), Said.WORDS, ()),
    ],
)
def test_of_a_guess_over_a_reply_one_word_is_nothing_unless_it_stops(
    transcript: Transcript, said: Said, guess: tuple[str, ...]
) -> None:
    read = read_overlap(transcript, GRAMMAR, REPLY)
    assert (read.said, read.guess, read.is_final) == (said, guess, transcript.is_final)


def test_of_an_utterance_it_is_told_whether_it_is_a_guess() -> None:
    assert read_utterance(guessed("burn the"), GRAMMAR).guess == ("burn", "the")
    assert read_utterance(sure("burn the"), GRAMMAR).guess == ()
    assert read_utterance(final("burn the"), GRAMMAR).guess == ()


def test_the_replys_own_words_are_known() -> None:
    assert read_overlap(final("upon a time there was a king"), GRAMMAR, REPLY).said is Said.OWN
