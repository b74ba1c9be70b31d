"""The moments of a turn that matter, as a table beside its picture. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from voiced.timeline.reasons import ENDINGS, OVERLAPS
from voiced.timeline.values import Step, Timeline

__all__ = ["Moment", "moments"]


@dataclass(frozen=True, slots=True)
class Moment:
    """What happened, when (milliseconds from the end of speech), and what there is to say of it.

    ``ms`` None: it did not happen in this turn.
    """

    name: str
    ms: float | None
    what: str = ""


def moments(timeline: Timeline) -> tuple[Moment, ...]:
    """Them, in the order of an answer; those that did not happen are there without a time."""
    return tuple(_moments(timeline))


def _moments(timeline: Timeline) -> Iterator[Moment]:
    timing = timeline.timing_ms
    matched, asked = timeline.first("intent_matched"), timeline.first("model_replied")
    yield Moment("end of speech", None if timeline.speech_end_s is None else 0.0)
    yield Moment("end of speech known", timing.endpoint, _ending(timeline))
    yield Moment("transcript", timing.transcript, _letters(timeline, "transcript_final"))
    yield Moment("intent matched", _ms(timeline, matched), _fact(matched, "intent"))
    if asked is not None:
        yield Moment("language model done", _ms(timeline, asked), _tokens(asked))
    yield Moment("first clause", timing.first_token, _letters(timeline, "reply_sentence"))
    yield Moment("first sound", timing.first_audio)
    stopped = timeline.first("barge_in")
    reason = _fact(stopped, "reason")
    yield Moment("interrupted", _ms(timeline, stopped), OVERLAPS.get(reason, reason))
    yield Moment("heard until", *_heard(timeline, stopped))


def _heard(timeline: Timeline, stopped: Step | None) -> tuple[float | None, str]:
    """When the last of the reply was heard, and how much of it that is."""
    share = timeline.heard_share
    if share is None or timeline.timing_ms.first_audio is None:
        return None, ""
    until_s = timeline.ended_s if stopped is None else stopped.at_s
    heard = f"{timeline.heard_letters} of {timeline.reply_letters} letters ({share:.0%})"
    return timeline.ms(until_s), heard


def _ending(timeline: Timeline) -> str:
    steps = list(timeline.of("speech_stopped"))
    reason = _fact(steps[-1] if steps else None, "reason")
    return ENDINGS.get(reason, reason)


def _letters(timeline: Timeline, kind: str) -> str:
    step = timeline.first(kind)
    letters = _fact(step, "letters")
    return f"{letters} letters" if letters else ""


def _tokens(step: Step) -> str:
    cached = step.facts.get("cached_tokens")
    known = "" if cached is None else f", {cached} of them known already"
    read, wrote = _fact(step, "prompt_tokens"), _fact(step, "completion_tokens")
    return f"read {read} tokens{known}; wrote {wrote}"


def _ms(timeline: Timeline, step: Step | None) -> float | None:
    return None if step is None else timeline.ms(step.at_s)


def _fact(step: Step | None, name: str) -> str:
    return "" if step is None else str(step.facts.get(name, ""))
