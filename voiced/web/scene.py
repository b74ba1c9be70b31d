"""What Now shows, from what the daemon tells; pure. Each frame gives what it changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

__all__ = ["Link", "Scene", "TurnView"]

Link: TypeAlias = Literal["waiting", "here", "gone", "refused"]
"""Whether the daemon is there: not known yet, yes, no, or it does not let us watch."""

Patch: TypeAlias = dict[str, Any]
Row: TypeAlias = Mapping[str, Any]

_MOST_TURNS = 30
_MOST_MARKS = 20


@dataclass(slots=True)
class Did:
    """An intent that was recognised, and what came of it; ``outcome`` is empty until then."""

    intent: str
    slots: list[list[str]]
    origin: str
    effect: str
    outcome: str = ""


@dataclass(slots=True)
class Sentence:
    """A sentence of a reply; so many of its words were heard."""

    text: str
    heard: int = 0


@dataclass(slots=True)
class TurnView:
    """A turn, as it is shown. ``key`` names it also when the daemon counts anew.

    ``marks`` are what happened to the sound of the reply, as (what, why).
    """

    key: str
    number: int
    said: str = ""
    is_final: bool = False
    did: list[Did] = field(default_factory=list[Did])
    sentences: list[Sentence] = field(default_factory=list[Sentence])
    marks: list[list[str]] = field(default_factory=list[list[str]])
    outcome: str = ""
    timing_ms: dict[str, float] = field(default_factory=dict[str, float])

    def hear(self, text: str) -> None:
        """So much of the reply was heard."""
        left = len(text.split())
        for sentence in self.sentences:
            words = len(sentence.text.split())
            sentence.heard = max(0, min(words, left))
            left -= words


class Scene:
    """The scene: state, turns, the question that waits.

    Attributes:
        state: What stands at the top.
        turns: The last ones, oldest first.
        question: The one that waits for an answer.
    """

    def __init__(self) -> None:
        self.state: Patch = {
            "link": "waiting",
            "message": "",
            "mode": "",
            "hears": "",
            "is_speech": False,
            "is_key_down": False,
            "is_speaking": False,
            "is_ducked": False,
            "trouble": "",
        }
        self.turns: list[TurnView] = []
        self.question: Patch | None = None
        self._daemons = 0

    def as_row(self) -> Patch:
        """All of it."""
        turns = [asdict(turn) for turn in self.turns]
        return {"state": dict(self.state), "turns": turns, "question": self.question}

    # The daemon comes and goes

    def begin(self, status: Row) -> Patch:
        """A daemon is there; its turns are counted anew."""
        self._daemons += 1
        for turn in self.turns:
            turn.outcome = turn.outcome or "interrupted"
        return self.refresh(status, link="here", message="")

    def refresh(self, status: Row, **more: Any) -> Patch:
        """How it is, as `voiced status` says."""
        told = ("mode", "hears", "is_speech", "is_key_down", "is_speaking")
        return self._change(**{name: status[name] for name in told}, **more)

    def lose(self, link: Link, message: str) -> Patch:
        """The daemon is not there, or does not let us watch."""
        sound = dict.fromkeys(("is_speech", "is_key_down", "is_speaking", "is_ducked"), False)
        patch = self._change(link=link, message=message, **sound)
        return {**patch, **self.ask(None)}

    def ask(self, question: Row | None) -> Patch:
        """This question waits for an answer; None: no one does."""
        if question == self.question:
            return {}
        self.question = dict(question) if question is not None else None
        return {"question": self.question}

    def forget(self, number: int) -> None:
        """The user had something forgotten: nothing of before is shown, of this turn neither."""
        is_under_way = self._knows(number) and not self._turn(number).outcome
        self.turns = []
        if is_under_way:
            self._turn(number)
        self.question = None

    def _change(self, **values: Any) -> Patch:
        changed = {name: value for name, value in values.items() if self.state[name] != value}
        self.state.update(changed)
        return {"state": changed} if changed else {}

    # What happens

    def hear(self, event: Row) -> Patch:
        """Take an event of the daemon; what it changed."""
        if event.get("is_cut"):  # longer than a frame
            return {}
        change = _STATES.get(event["type"])
        patch = self._change(**change(event)) if change is not None else {}
        tell = _TURNS.get(event["type"])
        if tell is None or (tell is _ended and not self._knows(event["turn"])):
            return patch  # of a turn that began before we came there is nothing to show
        turn = self._turn(event["turn"])
        tell(turn, event)
        return {**patch, "turn": asdict(turn)}

    def hear_reply(self, number: int, text: str) -> Patch:
        """So much of a turn's reply was heard."""
        turn = self._turn(number)
        turn.hear(text)
        return {"turn": asdict(turn)}

    def _knows(self, number: int) -> bool:
        return any(turn.key == f"{self._daemons}-{number}" for turn in self.turns)

    def _turn(self, number: int) -> TurnView:
        key = f"{self._daemons}-{number}"
        for turn in reversed(self.turns):
            if turn.key == key:
                return turn
        turn = TurnView(key, number)
        self.turns = [*self.turns, turn][-_MOST_TURNS:]
        return turn


_STATES: Mapping[str, Callable[[Row], Patch]] = {
    "mode_changed": lambda event: {"mode": event["mode"]},
    "speech_started": lambda _: {"is_speech": True},
    "speech_stopped": lambda _: {"is_speech": False},
    "push_to_talk": lambda event: {"is_key_down": event["is_down"]},
    "playback_started": lambda _: {"is_speaking": True, "is_ducked": False, "trouble": ""},
    "ducked": lambda _: {"is_ducked": True},
    "playback_resumed": lambda _: {"is_ducked": False},
    "barge_in": lambda _: {"is_speaking": False, "is_ducked": False},
    "turn_ended": lambda _: {"is_speaking": False, "is_ducked": False},
    "stage_failed": lambda event: {"trouble": f"{event['stage']}: {event['message']}"},
    "device_lost": lambda event: {"trouble": f"the {event['device']} is gone"},
    "device_found": lambda _: {"trouble": ""},
}
"""What an event changes at the top."""


def _partial(turn: TurnView, event: Row) -> None:
    turn.said, turn.is_final = event["text"], False


def _final(turn: TurnView, event: Row) -> None:
    turn.said, turn.is_final = event["text"], True


def _matched(turn: TurnView, event: Row) -> None:
    slots = [[name, str(value)] for name, value in event["slots"].items()]
    turn.did.append(Did(event["intent"], slots, event["origin"], event["effect"]))


def _returned(turn: TurnView, event: Row) -> None:
    for did in turn.did:
        if did.intent == event["intent"] and not did.outcome:
            did.outcome = event["outcome"]
            return


def _replied(turn: TurnView, event: Row) -> None:
    turn.sentences.append(Sentence(event["text"]))


def _mark(what: str) -> Callable[[TurnView, Row], None]:
    def mark(turn: TurnView, event: Row) -> None:
        turn.marks = [*turn.marks, [what, str(event.get("reason", ""))]][-_MOST_MARKS:]

    return mark


def _ended(turn: TurnView, event: Row) -> None:
    turn.outcome = event["outcome"]
    timing: Mapping[str, float | None] = event["timing_ms"]
    turn.timing_ms = {step: ms for step, ms in timing.items() if ms is not None}
    if turn.sentences:
        turn.hear(event["heard"])


def _begun(_turn: TurnView, _event: Row) -> None:
    """It is there from now on."""


_TURNS: Mapping[str, Callable[[TurnView, Row], None]] = {
    "turn_started": _begun,
    "turn_reopened": _begun,
    "transcript_partial": _partial,
    "transcript_final": _final,
    "intent_matched": _matched,
    "intent_returned": _returned,
    "reply_sentence": _replied,
    "ducked": _mark("ducked"),
    "playback_resumed": _mark("resumed"),
    "overlap_ignored": _mark("ignored"),
    "barge_in": _mark("interrupted"),
    "turn_ended": _ended,
}
"""What an event tells of its turn."""
