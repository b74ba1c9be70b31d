"""The table of effects and trust, and what counts as a yes: pure, no I/O, no words of a model.

The columns, left to right, say how far text from outside (mail, pages, files) may have shaped the
call: not at all; it was in the conversation, but the user said the critical arguments; a critical
argument is a typed value from outside; it comes from free text.
"""

from __future__ import annotations

import enum
import re

from voiced.plugin import Effect

__all__ = ["Answer", "Trust", "Verdict", "decide", "is_content_bound", "read_answer"]


class Trust(enum.IntEnum):
    """Where a call's critical arguments come from; higher is worse."""

    CLEAN = 0
    USER_SAID = 1
    TYPED_EXTERNAL = 2
    FREE_TEXT = 3


class Verdict(enum.Enum):
    """What is done with a call."""

    DO = "do"
    READ_BACK = "read_back"
    """A question from the resolved values; a plain yes is enough."""
    CONFIRM = "confirm"
    """Content-bound: the user repeats the verb or the object."""
    SCREEN = "screen"
    """Only on the screen or the command line."""
    DENY = "deny"


_D, _R, _C, _S, _N = (
    Verdict.DO,
    Verdict.READ_BACK,
    Verdict.CONFIRM,
    Verdict.SCREEN,
    Verdict.DENY,
)

_TABLE: dict[Effect, tuple[Verdict, Verdict, Verdict, Verdict]] = {
    Effect.R0: (_D, _D, _D, _D),
    Effect.R1: (_D, _D, _D, _D),
    Effect.W1: (_D, _D, _R, _N),
    Effect.W2: (_C, _C, _S, _N),
    Effect.O1: (_R, _R, _C, _N),
    Effect.O2: (_C, _C, _S, _N),
    Effect.X: (_S, _N, _N, _N),
}


def decide(effect: Effect, trust: Trust) -> Verdict:
    """What is done with a call of this effect class and this trust."""
    return _TABLE[effect][trust]


class Answer(enum.Enum):
    """What a reply to a question means."""

    YES = "yes"
    NO = "no"
    OTHER = "other"


_YES = frozenset({"yes", "yeah", "yep", "sure", "okay", "ok", "correct", "right", "confirm"})
_YES_PHRASES = ("do it", "go ahead", "please do", "that's right", "go on")
_NO = frozenset({"no", "nope", "don't", "dont", "stop", "cancel", "never", "not", "wait", "forget"})


def read_answer(text: str) -> Answer:
    """Read a short reply. Any word of refusal makes it a no; more than eight words are OTHER."""
    words = re.findall(r"[a-z']+", text.lower())
    if not words or len(words) > _LONGEST_ANSWER_WORDS:
        return Answer.OTHER
    if _NO.intersection(words):
        return Answer.NO
    joined = " ".join(words)
    if words[0] in _YES or any(phrase in joined for phrase in _YES_PHRASES):
        return Answer.YES
    return Answer.OTHER


_LONGEST_ANSWER_WORDS = 8
_SMALL = frozenset({"a", "an", "the", "to", "of", "in", "on", "and", "my", "it", "that", "this"})


def is_content_bound(answer: str, content: str) -> bool:
    """Whether the answer repeats a word of the question's verb or object."""
    said = set(re.findall(r"[a-z0-9']+", answer.lower())) - _SMALL - _YES
    return bool(said.intersection(re.findall(r"[a-z0-9']+", content.lower())))
