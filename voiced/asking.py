"""One turn from text, without sound: what ``voiced ask`` and ``voiced match`` print."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from voiced.dispatch import Call, Question, Report, Result
from voiced.errors import VoicedError
from voiced.events import Event, IntentMatched, ModelReplied, TurnId
from voiced.grammar import Match
from voiced.plugin import Intent
from voiced.policy import Verdict
from voiced.spoken import one_line
from voiced.thinking.saying import Perform, done
from voiced.thinking.thinker import Say, Thinker, Thought, Turn
from voiced.trace import Marks

__all__ = ["Answered", "AtScreen", "ask", "match"]

AnsweredOutcome: TypeAlias = Literal["completed", "failed", "needs_confirmation", "not_understood"]

AtScreen: TypeAlias = Callable[[Question], Awaitable[bool]]
"""Shows a question to somebody who looks at it; whether he agreed."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a typed request; ``as_row`` is the document of interface.md."""

    text: str
    intent: Intent | None
    slots: Mapping[str, str]
    origin: str
    reply: str
    outcome: AnsweredOutcome
    question: Question | None
    undo_id: str | None
    error: VoicedError | None
    timing_ms: Mapping[str, float]
    model: tuple[ModelReplied, ...] = ()
    """The requests to the language model, where its server counts their tokens."""

    def as_row(self) -> dict[str, Any]:
        """The answer as JSON types; ``model`` is in it only where tokens were counted."""
        asked = self.question
        counted = [
            {
                "prompt_tokens": each.prompt_tokens,
                "cached_tokens": each.cached_tokens,
                "completion_tokens": each.completion_tokens,
            }
            for each in self.model
        ]
        return {
            "text": self.text,
            "intent": self.intent.name if self.intent else None,
            "slots": dict(self.slots),
            "origin": self.origin,
            "effect": self.intent.effect.value if self.intent else None,
            "confirmation": {"question": asked.text, "id": asked.id} if asked else None,
            "reply": self.reply,
            "undo_id": self.undo_id,
            "outcome": self.outcome,
            "error": (
                {"code": self.error.code, "message": self.error.message} if self.error else None
            ),
            "timing_ms": dict(self.timing_ms),
            **({"model": counted} if counted else {}),
        }


def _ms_since(began_s: float) -> float:
    return round((time.monotonic() - began_s) * 1000, 1)


async def _quiet(_sentence: str) -> None:
    """A turn without a voice."""


async def _nobody_looks(_question: Question) -> bool:
    return False


async def ask(  # noqa: PLR0913 - all but two are keywords
    thinker: Thinker,
    text: str,
    *,
    is_confirmed: bool = False,
    reader: Callable[[Event], None] = lambda _: None,
    tell: Say = _quiet,
    at_screen: AtScreen = _nobody_looks,
) -> Answered:
    """One whole turn.

    Args:
        thinker: Answers.
        text: What is asked for.
        is_confirmed: Answer a confirmation with yes, once; but not one that must be seen first.
        reader: Takes the events.
        tell: Takes what the user must know at once: that something waits to be sent.
        at_screen: Answers a confirmation that must be seen, where ``is_confirmed`` is set.
    """
    began_s = time.monotonic()
    matched: list[IntentMatched] = []
    replied: list[ModelReplied] = []

    def keep(event: Event) -> None:
        reader(event)
        if isinstance(event, ModelReplied):
            replied.append(event)
        if isinstance(event, IntentMatched):
            matched.append(event)

    async def perform(call: Call, report: Report) -> Result:
        if not call.waits:
            return await thinker.dispatcher.run(call, report)
        await tell(thinker.dispatcher.posted(call).spoken)
        sent = await thinker.dispatcher.send(call, report)
        return sent or Result(call)

    report = Report(TurnId(1), lambda: 0, keep)
    turn = Turn(report, Marks(), _quiet, perform)
    thought = await thinker.think([(text, 1.0)], turn)
    question = thought.question
    if question is not None and is_confirmed and await _is_agreed(question, at_screen):
        thought = await _carried_out(thinker.dispatcher.confirm(question), perform, report)
    if thought.outcome == "failed" and thought.call is None and matched:
        thought = replace(thought, call=_call_of(matched[-1], thinker))
    answered = _answered(text, thought, {"total": _ms_since(began_s)})
    return replace(answered, model=tuple(replied))


async def _is_agreed(question: Question, at_screen: AtScreen) -> bool:
    """Whether a yes that was given beforehand counts; nobody can have seen what is asked now."""
    if question.verdict is Verdict.SCREEN:
        return await at_screen(question)
    return question.verdict is not None


async def _carried_out(agreed: Call, perform: Perform, report: Report) -> Thought:
    """Do what was agreed to; the first failure ends it."""
    thought, said = Thought("completed"), list[str]()
    for call in agreed.each:
        thought = done(await perform(call, report))
        said += [one_line(thought.result.spoken)] if thought.result else []
        if thought.error is not None:
            break
    return replace(thought, reply=" ".join(said))


def _call_of(matched: IntentMatched, thinker: Thinker) -> Call | None:
    """What was matched, but refused before it could run: its slots do not fit, or the policy."""
    intents = thinker.dispatcher.intents
    intent = next((each for each in intents if each.name == matched.intent), None)
    return Call(intent, dict(matched.slots), matched.origin) if intent else None


def _answered(text: str, thought: Thought, timing_ms: Mapping[str, float]) -> Answered:
    call, result, question = thought.call, thought.result, thought.question
    outcome: AnsweredOutcome = "failed"
    if question is not None:
        outcome = "needs_confirmation"
    elif thought.outcome in ("completed", "not_understood"):
        outcome = "not_understood" if thought.outcome == "not_understood" else "completed"
    undo_ids = result.undo_ids if result else ()
    return Answered(
        text=text,
        intent=call.intent if call else None,
        slots=call.words if call else {},
        origin=call.origin if call else "spoken",
        reply=question.text if question else thought.reply,
        outcome=outcome,
        question=question,
        undo_id=undo_ids[-1] if undo_ids else None,
        error=thought.error,
        timing_ms=timing_ms,
    )


async def match(thinker: Thinker, text: str) -> Answered:
    """What would be understood; nothing is done."""
    began_s = time.monotonic()
    found: tuple[Match, ...] = thinker.dispatcher.match([(text, 1.0)])
    intents = {intent.name: intent for intent in thinker.dispatcher.intents}
    best = found[0] if found else None
    return Answered(
        text=text,
        intent=intents[best.intent] if best else None,
        slots=best.slots if best else {},
        origin="spoken",
        reply="",
        outcome="completed" if best else "not_understood",
        question=None,
        undo_id=None,
        error=None,
        timing_ms={"match": _ms_since(began_s)},
    )
