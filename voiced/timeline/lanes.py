"""A timeline as lanes of bars: what the terminal and the picture draw. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from voiced.timeline.values import Step, Timeline

__all__ = ["Bar", "Kind", "Lane", "Mark", "lanes"]

Kind: TypeAlias = Literal[
    "speech", "overlap", "wait", "hearing", "thinking", "voice", "playing", "soft", "failure"
]
"""What a bar or a mark stands for; its colour."""

_NAMES = ("you speak", "endpoint", "transcript", "thinking", "synthesis", "playback", "ducked")
_LANE_OF_STAGE = {
    "microphone": "you speak",
    "transcriber": "transcript",
    "responder": "thinking",
    "synthesizer": "synthesis",
    "speaker": "playback",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that took a while. ``is_void``: it was thrown away when the user went on."""

    start_s: float
    end_s: float
    kind: Kind
    label: str = ""
    is_void: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at one moment."""

    at_s: float
    kind: Kind


@dataclass(frozen=True, slots=True)
class Lane:
    """One kind of work. ``took_ms`` is how long its last bar is, ``at_ms`` when that ended."""

    name: str
    bars: tuple[Bar, ...] = ()
    marks: tuple[Mark, ...] = ()
    took_ms: float | None = None
    at_ms: float | None = None


def lanes(timeline: Timeline) -> tuple[Lane, ...]:
    """The seven lanes, top to bottom; a lane without bars was not needed."""
    bars: dict[str, list[Bar]] = {name: [] for name in _NAMES}
    marks: dict[str, list[Mark]] = {name: [] for name in _NAMES}
    for listening in _rounds(timeline):
        for name, bar in listening.bars():
            bars[name].append(bar)
        for name, mark in listening.marks():
            marks[name].append(mark)
    return tuple(_lane(timeline, name, bars[name], marks[name]) for name in _NAMES)


def _lane(timeline: Timeline, name: str, bars: Sequence[Bar], marks: Sequence[Mark]) -> Lane:
    own = [bar for bar in bars if not bar.is_void and bar.kind != "overlap"]
    if not own:
        return Lane(name, tuple(bars), tuple(marks))
    last = own[-1]
    took_ms = round((last.end_s - last.start_s) * 1000, 1)
    return Lane(name, tuple(bars), tuple(marks), took_ms, timeline.ms(last.end_s))


def _rounds(timeline: Timeline) -> Iterator[_Round]:
    parts = timeline.rounds()
    for number, steps in enumerate(parts):
        is_last = number == len(parts) - 1
        ends_s = timeline.ended_s if is_last else parts[number + 1][0].at_s
        known_s = timeline.endpoint_s if is_last else None
        sentence_s = timeline.timing_ms.first_token if is_last else None
        yield _Round(
            steps,
            ends_s,
            known_s,
            None if sentence_s is None else timeline.zero_s + sentence_s / 1000,
            _heard(timeline) if is_last else "",
            is_void=not is_last,
        )


def _heard(timeline: Timeline) -> str:
    share = timeline.heard_share
    if share is None:
        return ""
    how = "stopped, " if timeline.first("barge_in") else ""
    return f"{how}{share:.0%} heard"


@dataclass(slots=True)
class _Round:
    """The steps from the moment when the turn listens to its end, or until it listens again.

    ``endpoint_s`` and ``sentence_s`` are when the end of speech and the first sentence of the reply
    itself were known, where the turn's timing tells; ``heard`` says how much of it was heard.
    """

    steps: Sequence[Step]
    ends_s: float
    endpoint_s: float | None
    sentence_s: float | None
    heard: str
    is_void: bool
    _first: dict[str, Step] = field(default_factory=dict[str, Step])

    def __post_init__(self) -> None:
        for step in self.steps:
            self._first.setdefault(step.type, step)

    def bars(self) -> Iterator[tuple[str, Bar]]:
        yield from self._speech()
        yield from self._understanding()
        yield from self._speaking()

    def marks(self) -> Iterator[tuple[str, Mark]]:
        for step in self.steps:
            match step.type:
                case "transcript_partial":
                    yield "transcript", Mark(step.at_s, "hearing")
                case "reply_sentence":
                    yield "synthesis", Mark(step.at_s, "voice")
                case "overlap_ignored" if "ducked" not in self._first:
                    yield "ducked", Mark(step.at_s, "soft")
                case "stage_failed":
                    lane = _LANE_OF_STAGE.get(str(step.facts.get("stage")), "thinking")
                    yield lane, Mark(step.at_s, "failure")
                case "audio_dropped" | "device_lost":
                    yield "you speak", Mark(step.at_s, "failure")
                case _:
                    pass

    def _speech(self) -> Iterator[tuple[str, Bar]]:
        began_s = self._at("speech_started", "turn_reopened")
        stopped_s = self._at("speech_stopped")
        if began_s is not None:
            yield "you speak", self._bar(began_s, stopped_s, "speech")
        if stopped_s is not None:
            known_s = self.endpoint_s or self._at("transcript_final", "reply_sentence")
            why = self._fact("speech_stopped", "reason")
            yield "endpoint", self._bar(stopped_s, known_s, "wait", why)
        over_s = self._at("overlap_started")
        if over_s is not None:
            why = self._fact("barge_in", "reason")
            yield "you speak", self._bar(over_s, self._at("barge_in"), "overlap", why)

    def _understanding(self) -> Iterator[tuple[str, Bar]]:
        final_s, stopped_s = self._at("transcript_final"), self._at("speech_stopped")
        if final_s is None:
            return
        yield "transcript", self._bar(min(stopped_s or final_s, final_s), final_s, "hearing")
        thought_s = self.sentence_s or self._at("reply_sentence", "intent_returned")
        intent = self._fact("intent_matched", "intent")
        yield "thinking", self._bar(final_s, thought_s or self._over_s(), "thinking", intent)

    def _speaking(self) -> Iterator[tuple[str, Bar]]:
        sentence_s = self.sentence_s or self._at("reply_sentence")
        playing_s = self._at("playback_started")
        if sentence_s is not None:
            is_held = self.endpoint_s is not None and sentence_s < self.endpoint_s
            held = "held" if is_held and playing_s is not None else ""
            yield "synthesis", self._bar(sentence_s, playing_s or self._over_s(), "voice", held)
        if playing_s is not None:
            yield "playback", self._bar(playing_s, self._over_s(), "playing", self.heard)
        for index, step in enumerate(self.steps):
            if step.type == "ducked":
                yield "ducked", self._duck(step, self.steps[index + 1 :])

    def _duck(self, ducked: Step, later: Sequence[Step]) -> Bar:
        """From the suspicion until it was decided; the label says how."""
        ends = {"overlap_ignored", "playback_resumed", "barge_in", "turn_ended", "ducked"}
        end = next((number for number, step in enumerate(later) if step.type in ends), None)
        until = later if end is None else later[: end + 2]  # resumed and ignored come together
        why = next((str(s.facts["reason"]) for s in until if "reason" in s.facts), "")
        return self._bar(ducked.at_s, self.ends_s if end is None else later[end].at_s, "soft", why)

    def _bar(self, start_s: float, end_s: float | None, kind: Kind, label: str = "") -> Bar:
        end = self.ends_s if end_s is None else end_s
        return Bar(start_s, max(start_s, end), kind, label, self.is_void)

    def _over_s(self) -> float:
        stopped_s = self._at("barge_in")
        return self.ends_s if stopped_s is None else stopped_s

    def _at(self, *types: str) -> float | None:
        """When the first step of the first of these types that there is happened."""
        return next((self._first[name].at_s for name in types if name in self._first), None)

    def _fact(self, kind: str, name: str) -> str:
        step = self._first.get(kind)
        return str(step.facts.get(name, "")) if step else ""
