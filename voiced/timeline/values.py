"""A turn's timeline as a value, and as a row of JSON types. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, get_args

from voiced.events import Outcome, Timing

__all__ = ["Step", "Timeline"]

_NUMBERS = frozenset({"confidence", "db", "letters", "samples"})
_LARGEST = 1e12


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened in a turn.

    ``type`` is the event's name; ``overlap_started`` is where speech began that interrupted.
    ``facts`` are the event's fields, and ``letters`` where it had a text.
    """

    at_s: float
    type: str
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def fact(self, name: str) -> str:
        """A fact as text; empty where it is not known."""
        return str(self.facts.get(name, ""))


@dataclass(frozen=True, slots=True)
class Timeline:
    """One turn. Seconds count from the session's first sample.

    ``speech_end_s`` is the true end of the user's speech, None where there was no end of it.
    ``steps`` are in the order in which they were known. Letters count the reply, and what was
    heard of it.
    """

    turn: int
    outcome: Outcome
    began_s: float
    speech_end_s: float | None
    ended_s: float
    timing_ms: Timing
    steps: tuple[Step, ...]
    reply_letters: int = 0
    heard_letters: int = 0

    @property
    def zero_s(self) -> float:
        """What milliseconds count from: the true end of the user's speech, or the beginning."""
        return self.began_s if self.speech_end_s is None else self.speech_end_s

    def ms(self, at_s: float) -> float:
        """Milliseconds from the true end of the user's speech; negative before it."""
        return round((at_s - self.zero_s) * 1000, 1)

    @property
    def endpoint_s(self) -> float | None:
        """When the end of the utterance was known."""
        known = self.timing_ms.endpoint
        return None if known is None else self.zero_s + known / 1000

    def of(self, kind: str) -> Iterator[Step]:
        """The steps of one type, first to last."""
        return (step for step in self.steps if step.type == kind)

    def first(self, kind: str) -> Step | None:
        """The first step of its type since the turn listened last, or None."""
        return next((step for step in self.rounds()[-1] if step.type == kind), None)

    def rounds(self) -> tuple[tuple[Step, ...], ...]:
        """The steps, parted where the turn was reopened: what all but the last did was for nothing.

        There is one round more than ``turn_reopened`` steps; each of those begins a round.
        """
        parts: list[list[Step]] = [[]]
        for step in self.steps:
            if step.type == "turn_reopened":
                parts.append([])
            parts[-1].append(step)
        return tuple(map(tuple, parts))

    @property
    def heard_share(self) -> float | None:
        """Which part of the reply was heard, from 0 to 1; None where there was no reply."""
        return self.heard_letters / self.reply_letters if self.reply_letters else None

    def as_row(self) -> dict[str, Any]:
        """The timeline as JSON types; ``of_row`` takes it back."""
        return {
            "turn": self.turn,
            "outcome": self.outcome,
            "began_s": self.began_s,
            "speech_end_s": self.speech_end_s,
            "ended_s": self.ended_s,
            "timing_ms": asdict(self.timing_ms),
            "letters": {"reply": self.reply_letters, "heard": self.heard_letters},
            "partials": sum(1 for _ in self.of("transcript_partial")),
            "steps": [
                {"at_s": step.at_s, "ms": self.ms(step.at_s), "type": step.type, **step.facts}
                for step in self.steps
            ],
        }

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Timeline:
        """The timeline of a row.

        Raises:
            ValueError: It is none.
        """
        try:
            outcome: Outcome = row["outcome"]
            if outcome not in get_args(Outcome):
                raise ValueError(f"no outcome: {outcome!r}")
            end = row["speech_end_s"]
            return cls(
                int(_number(row["turn"])),
                outcome,
                _number(row["began_s"]),
                None if end is None else _number(end),
                _number(row["ended_s"]),
                _timing_of(row["timing_ms"]),
                tuple(_step_of(each) for each in row["steps"]),
                int(_number(row["letters"]["reply"])),
                int(_number(row["letters"]["heard"])),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a timeline: {error!r}") from error


def _timing_of(row: Mapping[str, Any]) -> Timing:
    known = {name: _number(ms) for name, ms in row.items() if ms is not None}
    return Timing(**{**dict.fromkeys(row), **known})


def _step_of(row: Mapping[str, Any]) -> Step:
    facts = {key: value for key, value in row.items() if key not in {"at_s", "ms", "type"}}
    for name in _NUMBERS & facts.keys():
        _number(facts[name])
    if not isinstance(facts.get("slots", {}), Mapping):
        raise TypeError("slots are no table")
    return Step(_number(row["at_s"]), str(row["type"]), facts)


def _number(value: object) -> float:
    """The number; what a file holds may be anything."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _LARGEST:
        raise TypeError(f"no such number: {value!r}")
    return float(value)
