"""What a transcript says to turn-taking: is the sentence over, and what words are these. Pure."""

from __future__ import annotations

from voiced.grammar import Grammar
from voiced.speech.overlap_words import BACKCHANNELS, is_backchannel, is_stop
from voiced.speech.own_words import is_own_words
from voiced.spoken import FILLERS, normalise
from voiced.stages import Transcript
from voiced.turns import Outlook, Reading, Said
from voiced.unfinished import Ending, ending, may_grow

__all__ = ["outlook", "read_overlap", "read_utterance"]

_DOUBTED = 0.5
_BELIEVED = 0.6
"""A partial transcript that is less sure than this is a guess."""

_GUESSED_WORDS = 2
"""A guess of fewer words is believed only where they stop a reply."""

_REFUSALS = ("no", "wait")
_CORRECTIONS = (("no",), ("wait",), ("sorry",), ("actually",), ("i", "mean"), ("i", "meant"))


def read_utterance(transcript: Transcript, grammar: Grammar) -> Reading:
    """A transcript of what the user says while nothing else is heard."""
    text = transcript.text
    return Reading(outlook(text, grammar), Said.WORDS, transcript.is_final, _guess(transcript))


def read_overlap(transcript: Transcript, grammar: Grammar, reply: str) -> Reading:
    """A transcript of what may be speech over ``reply``, as far as that is known."""
    text = transcript.text
    said = _said(text, reply, is_final=transcript.is_final)
    guess = _guess(transcript)
    if said is Said.WORDS and 0 < len(guess) < _GUESSED_WORDS:
        said = Said.NOTHING
    is_doubtful = transcript.is_final and transcript.confidence < _DOUBTED
    return Reading(outlook(text, grammar), said, transcript.is_final, guess, is_doubtful)


def _guess(transcript: Transcript) -> tuple[str, ...]:
    """The first words with a meaning of a partial that the recogniser is not sure of."""
    if transcript.is_final or transcript.confidence >= _BELIEVED:
        return ()
    words = normalise(transcript.text)
    meant = tuple(word for word in words if word not in FILLERS)
    return meant[:_GUESSED_WORDS] or words[:1]


def outlook(text: str, grammar: Grammar) -> Outlook:
    """What the words so far say about the end of the sentence: the grammar first, then English."""
    completion = grammar.completion(text)
    if completion.is_complete and not completion.is_open:
        return Outlook.COMPLETE if completion.can_go_on else Outlook.CLOSED
    if completion.is_prefix:
        return Outlook.OPEN
    return _shape(text)


def _shape(text: str) -> Outlook:
    match ending(text):
        case Ending.OPEN:
            return Outlook.OPEN
        case Ending.CLOSED if text and not may_grow(text):
            return Outlook.COMPLETE
        case _:
            return Outlook.UNKNOWN


def _said(text: str, reply: str, *, is_final: bool) -> Said:
    words = normalise(text)
    if not words:
        return Said.NOTHING
    if is_own_words(text, reply):
        return Said.OWN
    is_correction = _begins_correction(words)
    if is_stop(text):
        return Said.CORRECTION if is_correction else Said.STOP
    if is_correction and words[0] not in _REFUSALS:  # "no problem" takes nothing back
        return Said.CORRECTION
    if is_backchannel(text) or (not is_final and _may_become_backchannel(words)):
        return Said.BACKCHANNEL
    return Said.WORDS


def _begins_correction(words: tuple[str, ...]) -> bool:
    return any(words[: len(beginning)] == beginning for beginning in _CORRECTIONS)


def _may_become_backchannel(words: tuple[str, ...]) -> bool:
    """Half of "I see" or "got it" is none yet, but no reason to be silent either."""
    return any(words == phrase[: len(words)] for phrase in BACKCHANNELS)
