"""The dispatcher: a request to a call, a question, or nothing; a call to a result.

It never starts a task and never talks to a model; the session decides where a call runs.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, TypeAlias

import anyio

from voiced.conversation import Conversation, ConversationMemo
from voiced.dispatch.assistant import BoundAssistant
from voiced.dispatch.calls import Call, Question, Report, Result
from voiced.dispatch.context import CallContext, Environment
from voiced.dispatch.questions import ask_choice, ask_yes, read_choice, read_yes
from voiced.dispatch.resolve import Ambiguous, resolve, words_of_arguments
from voiced.errors import (
    IntentDenied,
    IntentFailed,
    IntentTimeout,
    PluginError,
    UnknownIntent,
    VoicedError,
)
from voiced.events import ConfirmationAsked, IntentMatched, IntentReturned, TurnId
from voiced.grammar import Grammar, Match
from voiced.plugin import Effect, Intent, Reply, Undoer
from voiced.policy import Answer, Trust, Verdict, decide
from voiced.spoken import normalise

__all__ = ["DispatchMemo", "Dispatcher"]

_log = logging.getLogger(__name__)

DispatchMemo: TypeAlias = tuple[tuple[Question | None, TurnId, float], ConversationMemo]
_SILENT = Report(TurnId(0), lambda: 0, lambda _: None)


class Dispatcher:
    """Turns requests into calls and runs them.

    Args:
        intents: Every intent that can be used; names are unique.
        undoers: Every undoer of the same plugins.
        environment: Journal, clocks, worker and settings.
        conversation: What was said so far; referents come from it.
        confirm_s: A question that is not answered for so long is void.
    """

    def __init__(
        self,
        intents: Sequence[Intent],
        undoers: Sequence[Undoer],
        environment: Environment,
        conversation: Conversation,
        confirm_s: float = 8.0,
    ) -> None:
        self._intents = {intent.name: intent for intent in intents}
        self._undoers = {undoer.operation: undoer for undoer in undoers}
        self._environment = environment
        self._confirm_s = confirm_s
        self._grammar: Grammar | None = None
        self._pending: Question | None = None
        self._asked_in = TurnId(0)
        self._void_at_s = float("inf")
        self.conversation = conversation
        self.is_stale = True

    @property
    def intents(self) -> tuple[Intent, ...]:
        """Every intent that can be used."""
        return tuple(self._intents.values())

    @property
    def grammar(self) -> Grammar:
        """The grammar as of the last ``refresh``."""
        if self._grammar is None:
            msg = "refresh() was not awaited"
            raise RuntimeError(msg)
        return self._grammar

    def assistant(self, report: Report = _SILENT) -> BoundAssistant:
        """The assistant as intents see it; ``report`` takes the events of what it undoes."""
        return BoundAssistant(
            self._intents, self._undoers, self._environment, self.conversation, report
        )

    async def refresh(self) -> None:
        """Compile the grammar anew from what can be said now; files come and go.

        An intent whose phrases cannot be had now is left out until the next time.
        """
        self.is_stale = False
        self._grammar = await self._compiled(self._intents.values())

    async def adopt(self, intents: Sequence[Intent], undoers: Sequence[Undoer]) -> None:
        """Use other intents and undoers from now on; until the grammar is made, those before."""
        grammar = await self._compiled(intents)
        self._intents = {intent.name: intent for intent in intents}
        self._undoers = {undoer.operation: undoer for undoer in undoers}
        self._grammar = grammar

    async def _compiled(self, known: Iterable[Intent]) -> Grammar:
        context = self._context("voiced", _SILENT)
        spoken = {i.name: i for i in known if i.effect is not Effect.X}
        while True:
            intents = tuple(spoken.values())
            try:
                return await self._environment.in_worker(self._compile, intents, context)
            except PluginError as error:
                if spoken.pop(error.plugin, None) is None:
                    raise
                _log.error("intent %s cannot be spoken: its phrases cannot be had", error.plugin)

    def _compile(self, intents: Sequence[Intent], context: CallContext) -> Grammar:
        grammar = Grammar.compile(intents, context)
        if self._environment.hears:
            _ = grammar.graph  # built here and now, in the worker
        return grammar

    def _context(self, owner: str, report: Report) -> CallContext:
        return CallContext(self._environment, self.assistant(report), owner, report.turn)

    def match(self, readings: Sequence[tuple[str, float]]) -> tuple[Match, ...]:
        """What the grammar makes of the words, best first; nothing is done."""
        return self.grammar.match(readings)

    async def understand(
        self, readings: Sequence[tuple[str, float]], report: Report
    ) -> Call | Question | Answer | None:
        """What the words ask for.

        Returns:
            A call that may run, a question that comes first, ``Answer.NO`` where the user took a
            pending question back, or None where no intent fits.

        Raises:
            IntentError: An intent fits, but its slots do not, or the policy refuses.
        """
        pending = self._take_pending()
        if pending is not None and readings:
            answered = await self._answered(pending, readings[0][0], report)
            if answered is not None:
                return answered
        found = self.match(readings)
        if not found:
            return self._ask_again(pending, report)
        call = Call(self._intents[found[0].intent], found[0].slots)
        self._report_match(call, report)
        return await self._settle(call, report)

    async def propose(
        self, name: str, arguments: Mapping[str, Any], user_words: str, report: Report
    ) -> Call | Question:
        """What a model's tool call asks for. ``user_words`` is what the user said in this turn.

        Raises:
            IntentError: Unknown intent, slots that do not fit, or the policy refuses.
        """
        intent = self._intents.get(name)
        if intent is None:
            raise UnknownIntent(f"the model asked for {name[:80]!r}", intent=name)
        words = words_of_arguments(intent, arguments)
        call = Call(intent, words, "model", self._trust(intent, words, user_words))
        self._report_match(call, report)
        return await self._settle(call, report)

    def confirm(self, question: Question) -> Call:
        """The call of a question that the user answered with yes at the command line."""
        self._pending = None
        return question.call

    def end_turn(self, turn: TurnId, *, was_interrupted: bool) -> None:
        """A turn is over: if it asked a question, the time for the answer runs from now on.

        A question that was cut off was not heard, so that no yes can be meant for it; a choice
        stays open, since its answer names what is meant.
        """
        if self._pending is None or turn != self._asked_in:
            return
        self._void_at_s = self._environment.monotonic_s() + self._confirm_s
        if was_interrupted and self._pending.choice is None:
            self._pending = None

    def remember(self) -> DispatchMemo:
        """What a request may change here before it is sure that it was one."""
        asked = (self._pending, self._asked_in, self._void_at_s)
        return asked, self.conversation.remember()

    def restore(self, memo: DispatchMemo) -> None:
        """Go back to how it was; text from outside that came in stays known as such."""
        (self._pending, self._asked_in, self._void_at_s), conversation = memo
        self.conversation.restore(conversation)

    def _take_pending(self) -> Question | None:
        pending, self._pending = self._pending, None
        is_void = self._environment.monotonic_s() > self._void_at_s
        return None if is_void else pending

    async def _answered(
        self, question: Question, answer: str, report: Report
    ) -> Call | Question | Answer | None:
        if question.choice is not None:
            picked = read_choice(question, answer)
            if isinstance(picked, Call):
                return await self._settle(picked, report)
            return picked if picked is Answer.NO else None
        meaning = read_yes(question, answer)
        if meaning is Answer.YES:
            return question.call
        return meaning if meaning is Answer.NO else None

    def _trust(self, intent: Intent, words: Mapping[str, str], user_words: str) -> Trust:
        if not self.conversation.is_tainted:
            return Trust.CLEAN
        said = f" {' '.join(normalise(user_words))} "
        critical = [words[slot] for slot in intent.critical if slot in words]
        if all(f" {' '.join(normalise(value))} " in said for value in critical):
            return Trust.USER_SAID
        return Trust.TYPED_EXTERNAL

    async def _settle(self, call: Call, report: Report) -> Call | Question:
        try:
            call = await resolve(call, self._context(call.intent.name, report), self.conversation)
        except Ambiguous as ambiguous:
            name = self._environment.new_id()
            return self._ask(ask_choice(ambiguous.call, ambiguous.choice, name), report)
        verdict = decide(call.intent.effect, call.trust)
        if verdict is Verdict.DO:
            return call
        if verdict is Verdict.DENY:
            raise IntentDenied(f"the policy denies {call.intent.name}", intent=call.intent.name)
        return self._ask(ask_yes(call, verdict, self._environment.new_id()), report)

    def _ask(self, question: Question, report: Report) -> Question:
        self._pending = None if question.verdict is Verdict.SCREEN else question
        self._asked_in = report.turn
        self._void_at_s = float("inf")
        self.conversation.is_tainted |= question.call.intent.effect is not Effect.R0
        report.emit(ConfirmationAsked(report.at(), report.turn, question.id, question.text))
        return question

    def _ask_again(self, question: Question | None, report: Report) -> Question | None:
        """Ask a question once more that got no answer; the second time it is void."""
        if question is None or question.is_repeated:
            return None
        return self._ask(replace(question, is_repeated=True), report)

    def _report_match(self, call: Call, report: Report) -> None:
        intent = call.intent
        slots = tuple(sorted(call.words.items()))
        report.emit(
            IntentMatched(
                report.at(), report.turn, intent.name, slots, call.origin, intent.effect.value
            )
        )

    async def run(self, call: Call, report: Report) -> Result:
        """Run a call to its end; whatever it raises becomes the result's error."""
        context = self._context(call.intent.name, report)
        reply, error = await self._attempt(call, context)
        outcome: Literal["completed", "failed"] = "failed" if error else "completed"
        undo_ids = tuple(context.undo_ids)
        if not call.intent.effect.only_reads:
            self.is_stale = True
        self.conversation.is_tainted |= call.intent.effect is not Effect.R0
        if reply is not None:
            self.conversation.name(reply.entities)
        report.emit(
            IntentReturned(
                report.at(),
                report.turn,
                call.intent.name,
                outcome,
                undo_ids[-1] if undo_ids else None,
            )
        )
        return Result(call, reply, error, undo_ids)

    async def _attempt(
        self, call: Call, context: CallContext
    ) -> tuple[Reply | None, VoicedError | None]:
        name = call.intent.name
        reply: object = None
        try:
            with anyio.move_on_after(call.intent.deadline_s) as scope:
                reply = await call.intent(context, **call.values)
        except VoicedError as error:
            return None, error
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the plugin boundary
            return None, _broken(name, f"raised {type(error).__name__}")
        if scope.cancelled_caught:
            return None, IntentTimeout(f"{name} took over {call.intent.deadline_s} s", intent=name)
        if not isinstance(reply, Reply):
            return None, _broken(name, f"returned {type(reply).__name__}, not a Reply")
        return reply, None


def _broken(name: str, what: str) -> IntentFailed:
    _log.error("intent %s %s", name, what)
    return IntentFailed(f"{name} {what}", intent=name, spoken="That skill failed.")
