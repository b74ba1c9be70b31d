"""What the policy decided in a turn, call by call, and what came of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from voiced.timeline.reasons import TRUSTS, VERDICTS
from voiced.timeline.values import Step, Timeline

__all__ = ["EFFECTS", "Decision", "decisions"]

EFFECTS: Mapping[str, str] = {
    "read_public": "reads what anybody may know",
    "read_private": "reads what is yours",
    "reversible": "changes something, and can be undone",
    "destructive": "changes something for good",
    "outward_known": "goes out to somebody you know",
    "outward_new": "goes out to somebody new",
    "admin": "changes what the assistant may do",
}
"""What each effect class means."""

_PROPOSERS = {"spoken": "your own words", "model": "the language model"}
_ASKED = "asked you first"
_NO_ANSWER = "not done in this turn"


@dataclass(frozen=True, slots=True)
class Decision:
    """A call: who proposed it, what the policy said and why, and what came of it.

    Texts are for the user. ``undo_id`` is its change in the journal; empty where it made none.
    Fields are empty where the turn was kept by a voiced that did not tell them.
    """

    intent: str
    proposed_by: str
    effect: str
    meaning: str
    trust: str = ""
    verdict: str = ""
    came_to: str = _NO_ANSWER
    undo_id: str = ""


def decisions(timeline: Timeline) -> tuple[Decision, ...]:
    """The calls of the turn, in the order in which they were matched."""
    found: list[Decision] = []
    for step in timeline.rounds()[-1]:
        if step.type == "intent_matched":
            found.append(_matched(step))
        else:
            _go_on(found, step)
    return tuple(found)


def _matched(step: Step) -> Decision:
    effect, origin = step.fact("effect"), step.fact("origin")
    return Decision(
        step.fact("intent"),
        _PROPOSERS.get(origin, origin),
        effect.replace("_", " "),
        EFFECTS.get(effect, ""),
    )


def _go_on(found: list[Decision], step: Step) -> None:
    """Add what a step tells to the call that it is about."""
    if step.type == "confirmation_asked" and found:
        found[-1] = replace(found[-1], came_to=_ASKED)
        return
    if step.type not in ("call_judged", "intent_returned"):
        return
    intent = step.fact("intent")
    number = next((n for n, each in enumerate(found) if _awaits(each, step, intent)), None)
    if number is None:
        if step.type == "intent_returned":  # a yes in a later turn
            found.append(_returned(Decision(intent, "your yes", "", ""), step))
        return
    told = _judged if step.type == "call_judged" else _returned
    found[number] = told(found[number], step)


def _awaits(decision: Decision, step: Step, intent: str) -> bool:
    is_open = decision.came_to in (_NO_ANSWER, _ASKED)
    if step.type == "call_judged":
        is_open = not decision.verdict
    return decision.intent == intent and is_open


def _judged(decision: Decision, step: Step) -> Decision:
    effect, trust, verdict = (step.fact(name) for name in ("effect", "trust", "verdict"))
    return replace(
        decision,
        effect=effect.replace("_", " "),
        meaning=EFFECTS.get(effect, ""),
        trust=TRUSTS.get(trust, trust),
        verdict=VERDICTS.get(verdict, verdict),
    )


def _returned(decision: Decision, step: Step) -> Decision:
    came_to = "failed" if step.facts.get("outcome") == "failed" else "done"
    return replace(decision, came_to=came_to, undo_id=str(step.facts.get("undo_id") or ""))
