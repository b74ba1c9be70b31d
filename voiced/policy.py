"""The table of effects and trust, and what counts as a yes: pure, no I/O, no words of a model.

The columns, left to right, say how far text from outside (mail, pages, files) may have shaped the
call: not at all; it was in the conversation, but the user said the critical arguments; a critical
argument is a typed value from outside; it comes from free text.

A second table says what is left of that where others may be speaking or listening.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

from voiced.plugin import Effect
from voiced.spoken import FILLERS, normalise

__all__ = [
    "TYPED",
    "Allowance",
    "Answer",
    "Door",
    "Manner",
    "Place",
    "Trust",
    "Verdict",
    "Where",
    "allowance",
    "decide",
    "decide_by_parts",
    "is_answerable",
    "is_content_bound",
    "read_answer",
    "refuses",
    "where_from",
]

_AFTER_REPLY_S, _SHORTEST_S, _LONGEST_S = 0.3, 0.3, 4.0


class Trust(enum.IntEnum):
    """Where a call's critical arguments come from; higher is worse."""

    CLEAN = 0
    USER_SAID = 1
    TYPED_EXTERNAL = 2
    FREE_TEXT = 3


class Verdict(enum.Enum):
    """What is done with a call."""

    DO = "do"
    """At once; what leaves the machine waits in the outbox first."""
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
    Effect.O1: (_D, _D, _C, _N),
    Effect.O2: (_C, _C, _S, _N),
    Effect.X: (_S, _N, _N, _N),
}


def decide(effect: Effect, trust: Trust) -> Verdict:
    """What is done with a call of this effect class and this trust."""
    return _TABLE[effect][trust]


def decide_by_parts(effect: Effect, trust: Trust, of_typed: Effect) -> Verdict:
    """What is done with a call of which only some critical arguments are typed values.

    Args:
        effect: The class of the whole call.
        trust: Of its worst argument.
        of_typed: The class that it would have with these typed values only. An address that the
            user said makes a call O2, the id of his own file that was looked up does not.
    """
    parts = (decide(effect, min(trust, Trust.USER_SAID)), decide(of_typed, trust))
    return min(decide(effect, trust), max(parts, key=_STRICTNESS.index), key=_STRICTNESS.index)


_STRICTNESS = tuple(Verdict)


class Door(enum.Enum):
    """Where a request comes in."""

    MICROPHONE = "microphone"
    """Of this machine; the answer is spoken beside it."""
    SATELLITE = "satellite"
    """A microphone somewhere else, which anybody may be near; the answer is spoken there."""
    TERMINAL = "terminal"
    """Typed by somebody who is logged in; the answer is not spoken at all."""


class Where(enum.IntEnum):
    """Who may be asking and listening."""

    HERE = 0
    """The user at his machine, or in his terminal."""
    LOCKED = 1
    """Anybody beside a machine whose screen is locked."""
    AWAY = 2
    """Anybody near a satellite."""


def where_from(door: Door, *, is_locked: bool) -> Where:
    """Where a request comes from; the lock of the screen is nothing to a terminal."""
    if door is Door.SATELLITE:
        return Where.AWAY
    return Where.LOCKED if is_locked and door is Door.MICROPHONE else Where.HERE


class Allowance(enum.Enum):
    """What is left of a call, whatever its verdict, by who may be asking and listening."""

    ALL = "all"
    DEED = "deed"
    """It is done, but no text that others wrote is told of it: names of files, for example."""
    NOTHING = "nothing"


_L, _E, _O = Allowance.ALL, Allowance.DEED, Allowance.NOTHING

_LEFT: dict[Effect, tuple[Allowance, Allowance, Allowance]] = {
    Effect.R0: (_L, _L, _L),
    Effect.R1: (_L, _O, _O),
    Effect.W1: (_L, _E, _E),
    Effect.W2: (_L, _O, _O),
    Effect.O1: (_L, _L, _L),
    Effect.O2: (_L, _O, _O),
    Effect.X: (_L, _O, _O),
}


def allowance(effect: Effect, where: Where) -> Allowance:
    """What is left of a call of this class, asked for from there."""
    return _LEFT[effect][where]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation is held: the room of a satellite, or here at the machine (empty).

    ``rights`` are the effect classes that may be asked for there; the tables take more away.
    """

    room: str = ""
    rights: frozenset[Effect] = frozenset(Effect)


@dataclass(frozen=True, slots=True)
class Manner:
    """How something was said: so long after our own sound had ended, and for so long, in seconds.

    What was typed has neither. ``door`` is where it came in. ``seen`` is the id of the question
    that it answers by a button beside that question on a screen; empty: it is none.
    """

    after_reply_s: float = math.inf
    length_s: float | None = None
    door: Door = Door.MICROPHONE
    seen: str = ""


TYPED = Manner(door=Door.TERMINAL)
"""Not said at all."""


def is_answerable(manner: Manner) -> bool:
    """Whether this can be a yes: not our own echo, and neither a click nor a speech."""
    if manner.length_s is None:
        return True
    return manner.after_reply_s >= _AFTER_REPLY_S and _SHORTEST_S <= manner.length_s <= _LONGEST_S


class Answer(enum.Enum):
    """What a reply to a question means."""

    YES = "yes"
    NO = "no"
    OTHER = "other"


_YES = frozenset(
    "yes yeah yep yup sure okay ok correct right confirm confirmed absolutely definitely".split()
)
_BEGINNINGS = (
    *((word,) for word in sorted(_YES)),
    ("do", "it"),
    ("go", "ahead"),
    ("go", "on"),
    ("please", "do"),
    ("that's", "right"),
    ("of", "course"),
)
_NO = frozenset(
    "no nope nah never not cannot stop cancel wait forget dont wont cant negative".split()
)
_DEED = "forget"
_SMALL = frozenset(
    """
    a about ahead all am an and as at be by can could course do file files folder folders for from
    go going good i i'd i'm in is it it's me my of on one or out please shall some thank thanks
    that that's the them these thing this those to up very want will with would you your
    """.split()
)
"""Words that say nothing of what is to be done."""
_INVENTED = frozenset("bye goodbye listening subscribe watching".split())
"""Words of what recognisers make out of silence: "Okay. Thanks for watching."."""
_NOISES = FILLERS - _SMALL - _YES
_LONGEST_ANSWER_WORDS = 8


def read_answer(text: str, content: str = "") -> Answer:
    """Read a short reply to a question about ``content``.

    Any word of refusal makes a short one a no. A yes begins with a word of assent, and nothing but
    small words and words of ``content`` may follow: "okay, what time is it" is another request.
    """
    words = tuple(word for word in normalise(text) if word not in _NOISES)
    known = _YES.union(_SMALL, normalise(content))
    if len([word for word in words if word not in known - _SMALL]) > _LONGEST_ANSWER_WORDS:
        return Answer.OTHER
    begins = any(words[: len(phrase)] == phrase for phrase in _BEGINNINGS)
    if refuses(" ".join(_without_deed(words)) if begins and _DEED in normalise(content) else text):
        return Answer.NO
    return Answer.YES if begins and known.issuperset(words) else Answer.OTHER


def _without_deed(words: tuple[str, ...]) -> tuple[str, ...]:
    """Without the word that refuses and may be what is to be done: "yes, forget the boat".

    It refuses where nothing follows that could be forgotten: "yes... forget it".
    """
    if _DEED not in words:
        return words
    after = [word for word in words[words.index(_DEED) + 1 :] if word not in _SMALL]
    return tuple(word for word in words if word != _DEED) if after else words


def refuses(text: str) -> bool:
    """Whether a word of refusal is in it, be it ever so long."""
    words = normalise(text)
    return not _NO.isdisjoint(words) or any(word.endswith("n't") for word in words)


def is_content_bound(answer: str, content: str) -> bool:
    """Whether the answer repeats a word of the question's verb or object."""
    said = set(normalise(answer)) - _SMALL - _YES - _INVENTED
    return bool(said.intersection(normalise(content)))
