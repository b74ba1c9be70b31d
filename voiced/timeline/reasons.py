"""Why a turn went as it did, in whole sentences. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from voiced.timeline.values import Step, Timeline

__all__ = ["ENDINGS", "OVERLAPS", "TRUSTS", "VERDICTS", "Reason", "reasons"]

ENDINGS: Mapping[str, str] = {
    "silence": "after the usual silence",
    "complete": "early: a command that was complete and could not go on",
    "judged": "early: by its sound it was over",
    "patience": "late: it could not end where it stopped",
    "limit": "cut off: it was as long as an utterance may be",
    "source": "with the source: no more sound came",
    "key": "by a key or another program",
}
"""What each reason of the end of an utterance means."""

OVERLAPS: Mapping[str, str] = {
    "stop word": "a stop word",
    "alarm": "something that rang",
    "key": "a key or another program",
    "wake word": "the wake word",
    "asleep": "the machine slept",
    "words": "words that were not the reply's own",
    "speech": "long speech without known words",
    "silence": "nothing followed",
    "too short": "it was too short for a word",
    "backchannel": "only a backchannel",
    "own words": "the reply's own words",
    "echo": "it went when the reply fell silent: an echo",
}
"""What each reason of the end of an overlap means."""

TRUSTS: Mapping[str, str] = {
    "clean": "no text from outside is in the conversation",
    "user_said": "text from outside is in the conversation, but the user said what matters",
    "typed_external": "what matters is a value out of text from outside",
    "free_text": "what matters is wording from outside",
}
"""What each trust of a call means."""

VERDICTS: Mapping[str, str] = {
    "do": "it was done without a question",
    "read_back": "a question comes first, and a plain yes is enough",
    "confirm": "a question comes first, and the yes must name the deed or the thing",
    "screen": "only the command line can do that",
    "deny": "it was refused",
    "withheld": "it was withheld, since others may be listening",
}
"""What each verdict of the policy means."""

_AT_ONCE_S = 0.005
_WAITS = frozenset({"silence", "complete", "judged", "patience"})
"""Reasons that are weighed anew whenever more of the transcript is known."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A decision: when it was made, and the sentence that says why."""

    at_s: float
    text: str


def reasons(timeline: Timeline) -> tuple[Reason, ...]:
    """The decisions of the turn, in the order in which they were made."""
    found = [
        Reason(_when(timeline, step), text)
        for step in timeline.steps
        if (say := _SENTENCES.get(step.type)) is not None and (text := say(timeline, step))
    ]
    if not timeline.first("intent_matched") and not timeline.first("intent_returned"):
        found += _unmatched(timeline)
    found += _prepared(timeline)
    return tuple(sorted(found, key=lambda reason: reason.at_s))


def _when(timeline: Timeline, step: Step) -> float:
    """The end of speech is known after it was."""
    stops = list(timeline.of("speech_stopped"))
    is_last_stop = bool(stops) and step is stops[-1]
    return timeline.endpoint_s or step.at_s if is_last_stop else step.at_s


def _ended_speech(timeline: Timeline, step: Step) -> str:
    why = ENDINGS.get(step.fact("reason"), step.fact("reason"))
    known_s = _when(timeline, step)
    took = timeline.ms(known_s) - timeline.ms(step.at_s)
    if took > 0 and step.fact("reason") in _WAITS and _came_with_words(timeline, known_s):
        cause = f": {why.partition(': ')[2]}" if ": " in why else ""
        return (
            f"The utterance ended only when its transcript came, after {took:.0f} ms of"
            f" silence{cause}."
        )
    wait = f" ({took:.0f} ms of silence)" if took > 0 else ""
    return f"The utterance ended {why}{wait}."


def _came_with_words(timeline: Timeline, at_s: float) -> bool:
    """Whether the transcript came just then: the silence had been long enough before."""
    kinds = {"transcript_partial", "transcript_final"}
    heard = [step.at_s for step in timeline.rounds()[-1] if step.type in kinds]
    if timeline.timing_ms.transcript is not None:
        heard.append(timeline.zero_s + timeline.timing_ms.transcript / 1000)
    return any(abs(each - at_s) <= _AT_ONCE_S for each in heard)


def _matched(_: Timeline, step: Step) -> str:
    who = "the user's words" if step.facts.get("origin") == "spoken" else "the language model"
    effect = step.fact("effect").replace("_", " ")
    return f"{step.fact('intent')} was matched, from {who} ({effect})."


def _judged(_: Timeline, step: Step) -> str:
    trust, verdict = step.fact("trust"), step.fact("verdict")
    if verdict == "do" and trust == "clean":
        return ""
    decided, why = VERDICTS.get(verdict, verdict), TRUSTS.get(trust, trust)
    return f"The policy on {step.fact('intent')}: {decided}; {why}."


def _missed(_: Timeline, step: Step) -> str:
    intent = step.fact("intent")
    return f"No template fits; the language model took it for {intent}." if intent else ""


def _counted(_: Timeline, step: Step) -> str:
    prompt, cached = step.facts.get("prompt_tokens", 0), step.facts.get("cached_tokens")
    known = (
        "" if cached is None or not prompt else f", {cached} known already ({cached / prompt:.0%})"
    )
    wrote = step.facts.get("completion_tokens", 0)
    return f"The language model's server read {prompt} tokens{known}, and wrote {wrote}."


def _unmatched(timeline: Timeline) -> list[Reason]:
    final = timeline.first("transcript_final")
    if final is None:
        return []
    if not final.facts.get("letters"):
        return [Reason(final.at_s, "No words were recognised, so there was nothing to answer.")]
    return [Reason(final.at_s, "No intent was matched.")]


def _prepared(timeline: Timeline) -> list[Reason]:
    """What was known before the end of speech was sure had to wait."""
    ready_ms, sure_ms = timeline.timing_ms.first_token, timeline.timing_ms.endpoint
    if ready_ms is None or sure_ms is None or ready_ms >= sure_ms:
        return []
    text = "The answer was known before the end was sure, and held until then."
    return [Reason(timeline.zero_s + ready_ms / 1000, text)]


def _stopped(_: Timeline, step: Step) -> str:
    return f"The reply was stopped: {OVERLAPS.get(step.fact('reason'), step.fact('reason'))}."


def _ignored(_: Timeline, step: Step) -> str:
    why = OVERLAPS.get(step.fact("reason"), step.fact("reason"))
    return f"Sound over the reply did not interrupt it: {why}."


def _ducked(_: Timeline, step: Step) -> str:
    db = abs(float(step.facts.get("db", 0)))
    return f"The reply got {db:.0f} dB quieter: the user might have begun to speak."


def _ended(timeline: Timeline, _: Step) -> str:
    share = timeline.heard_share
    heard = (
        "there was no reply"
        if share is None
        else f"{timeline.heard_letters} of {timeline.reply_letters} letters of the reply"
        f" were heard ({share:.0%})"
    )
    return f"The turn ended, {timeline.outcome.replace('_', ' ')}; {heard}."


def _failed(_: Timeline, step: Step) -> str:
    message = step.fact("message").rstrip(".")
    return f"The {step.fact('stage')} failed ({step.fact('code')}): {message}."


def _returned(_: Timeline, step: Step) -> str:
    if step.facts.get("outcome") != "failed":
        return ""
    return f"{step.fact('intent')} failed."


def _dropped(_: Timeline, step: Step) -> str:
    return f"Sound of the microphone was lost: {float(step.facts.get('samples', 0)) / 16:.0f} ms."


_SENTENCES: Mapping[str, Callable[[Timeline, Step], Any]] = {
    "speech_stopped": _ended_speech,
    "turn_reopened": lambda _timeline, _step: (
        "The user went on, so the turn listened again; what it had prepared was thrown away."
    ),
    "intent_matched": _matched,
    "call_judged": _judged,
    "model_replied": _counted,
    "request_missed": _missed,
    "confirmation_asked": lambda _timeline, _step: "It asked first: nothing was done yet.",
    "intent_returned": _returned,
    "ducked": _ducked,
    "playback_resumed": lambda _timeline, _step: "The reply was as loud as before again.",
    "overlap_ignored": _ignored,
    "barge_in": _stopped,
    "stage_failed": _failed,
    "audio_dropped": _dropped,
    "device_lost": lambda _timeline, step: f"The {step.fact('device')} was lost.",
    "device_found": lambda _timeline, step: f"The {step.fact('device')} worked again.",
    "turn_ended": _ended,
}
