"""The dispatcher: a request to a call, a question, or nothing; a call to a result.

It never starts a task and never talks to a model; the session decides where a call runs.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import anyio

from voiced.conversation import Conversation, ConversationMemo
from voiced.dispatch.assistant import BoundAssistant
from voiced.dispatch.calls import Call, Question, Report, Result
from voiced.dispatch.context import CallContext, Environment
from voiced.dispatch.guard import Guard, GuardMemo, denied
from voiced.dispatch.outbox import Outbox
from voiced.dispatch.questions import (
    ask_choice,
    ask_yes,
    posting,
    read_choice,
    read_yes,
    sounds_like_yes,
)
from voiced.dispatch.resolve import Ambiguous, resolve, words_of_arguments
from voiced.errors import (
    IntentDenied,
    IntentFailed,
    IntentTimeout,
    JournalError,
    PluginError,
    UnknownIntent,
    VoicedError,
)
from voiced.events import ConfirmationAsked, IntentMatched, IntentReturned, TurnId
from voiced.grammar import Grammar, Match
from voiced.grammar.chains import clauses
from voiced.plan import Step
from voiced.plugin import Announcer, Effect, Intent, News, Reply, Told, Undoer
from voiced.policy import TYPED, Answer, Manner, Verdict, decide, is_answerable
from voiced.spoken import normalise

__all__ = ["DispatchMemo", "Dispatcher", "Waits"]

_log = logging.getLogger(__name__)

_MOST_FAILURES = 2
_ARTICLE = re.compile(r"^(?:the|my|a|an) ", re.IGNORECASE)
_SAME = re.compile(
    r"(?:please )?(?:do |now )?(?:the )?same (?:thing )?(?:again )?"
    r"(?:for|with|to) (?P<what>.+?)[.!?]*$",
    re.IGNORECASE,
)
_KEPT_BACK = "What I was about to send was not sent, because I thought you said stop."
_UNHEARD = "What I was about to send was not sent, because I could not hear you."
_SILENT = Report(TurnId(0), lambda: 0, lambda _: None)


@dataclass(frozen=True, slots=True)
class Waits:
    """How long the user has: to answer a question, and to stop what leaves the machine."""

    confirm_s: float = 8.0
    outbox_s: float = 10.0


_WAITS = Waits()


@dataclass(frozen=True, slots=True)
class DispatchMemo:
    """What a request may change before it is sure that it was one."""

    pending: Question | None
    asked_in: TurnId
    void_at_s: float
    last: Call | None
    told: int
    stopped: int
    request: GuardMemo
    conversation: ConversationMemo


class Dispatcher:
    """Turns requests into calls and runs them.

    Args:
        intents: Every intent that can be used; names are unique.
        undoers: Every undoer of the same plugins.
        environment: Journal, clocks, worker and settings.
        conversation: What was said so far; referents come from it.
        waits: For how long the user can answer, or stop what is sent.
    """

    def __init__(
        self,
        intents: Sequence[Intent],
        undoers: Sequence[Undoer],
        environment: Environment,
        conversation: Conversation,
        waits: Waits = _WAITS,
    ) -> None:
        self._guard = Guard(conversation)
        self.outbox = Outbox(waits.outbox_s)
        self._intents = {intent.name: intent for intent in intents}
        self._undoers = {undoer.operation: undoer for undoer in undoers}
        self._environment = environment
        self._waits = waits
        self._grammar: Grammar | None = None
        self._pending: Question | None = None
        self._asked_in = TurnId(0)
        self._void_at_s = float("inf")
        self.conversation = conversation
        self.is_stale = True
        self._last: Call | None = None
        self.acted = anyio.Event()
        self._notices: list[str] = []
        self._told = 0

    @property
    def notices(self) -> tuple[str, ...]:
        """What the next reply has to tell first."""
        return tuple(self._notices[self._told :])

    def notice_told(self) -> None:
        """The first of the notices was said."""
        self._told += 1

    @property
    def awaits_answer(self) -> bool:
        """Whether a question was asked that can still be answered."""
        return self._pending is not None and self._environment.monotonic_s() <= self._void_at_s

    async def news(self, announcer: Announcer, told: Told) -> News:
        """What there is to say unasked; nothing where the plugin fails, which is logged."""
        context = self._context(announcer.name, _SILENT)
        news: object = None
        try:
            with anyio.move_on_after(announcer.deadline_s):
                news = await announcer.function(context, told)
        except VoicedError as error:
            _log.error("announcer %s: %s", announcer.name, error.message)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the plugin boundary
            _log.error("announcer %s raised %s", announcer.name, type(error).__name__)
        return news if isinstance(news, News) else News()

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

    def apart(self, conversation: Conversation) -> Dispatcher:
        """The same intents for a request that is no part of the user's conversation."""
        undoers = tuple(self._undoers.values())
        return Dispatcher(self.intents, undoers, self._environment, conversation, self._waits)

    def assistant(self, report: Report = _SILENT) -> BoundAssistant:
        """The assistant as intents see it; ``report`` takes the events of what it undoes."""
        return BoundAssistant(
            self._intents,
            self._undoers,
            self._environment,
            self.conversation,
            report,
            self.outbox,
        )

    @property
    def spoken(self) -> tuple[Intent, ...]:
        """Every intent that can be spoken."""
        return tuple(i for i in self._intents.values() if i.effect is not Effect.X)

    def slot_context(self) -> CallContext:
        """What slot types are given while the grammar is made."""
        return self._context("voiced", _SILENT)

    async def refresh(self) -> None:
        """Compile the grammar anew from what can be said now; files come and go.

        An intent whose phrases cannot be had now is left out until the next time.
        """
        self.is_stale = False
        self._grammar = await self._compiled(self._intents.values())

    async def adopt(
        self, intents: Iterable[Intent], undoers: Iterable[Undoer], gone: Collection[str]
    ) -> None:
        """Use these from now on, instead of those named ``gone``: intents and operations.

        Until the grammar is made, those before are in force.
        """
        known = {intent.name: intent for intent in intents}
        known |= {name: each for name, each in self._intents.items() if name not in gone}
        takers = {undoer.operation: undoer for undoer in undoers}
        takers |= {name: each for name, each in self._undoers.items() if name not in gone}
        self._grammar = await self._compiled(known.values())
        self._intents, self._undoers = known, takers

    async def _compiled(self, known: Iterable[Intent]) -> Grammar:
        context = self.slot_context()
        spoken = {intent.name: intent for intent in known if intent.effect is not Effect.X}
        while True:
            intents = tuple(spoken.values())
            try:
                return await self._environment.in_worker(self._compile, intents, context)
            except PluginError as error:
                if spoken.pop(error.plugin, None) is None:
                    raise
                _log.error("intent %s cannot be spoken: its phrases cannot be had", error.plugin)

    def _compile(self, intents: Sequence[Intent], context: CallContext) -> Grammar:
        taught = self._environment.taught(intents)
        known = [replace(each, taught=taught.get(each.name, ())) for each in intents]
        grammar = Grammar.compile(known, context)
        if self._environment.hears:
            _ = grammar.graph  # built here and now, in the worker
        return grammar

    def _context(self, owner: str, report: Report) -> CallContext:
        return CallContext(self._environment, self.assistant(report), owner, report.turn)

    def match(self, readings: Sequence[tuple[str, float]]) -> tuple[Match, ...]:
        """What the grammar makes of the words, best first; nothing is done."""
        return self.grammar.match(readings)

    async def understand(
        self, readings: Sequence[tuple[str, float]], report: Report, manner: Manner = TYPED
    ) -> Call | Question | Answer | None:
        """What the words ask for; ``manner`` is how they were said.

        Returns:
            A call that may run, a question that comes first, ``Answer.NO`` where the user took a
            pending question back, or None where no intent fits.

        Raises:
            IntentError: An intent fits, but its slots do not, or the policy refuses.
        """
        pending = self._take_pending()
        if pending is not None and readings:
            answered = await self._answered(pending, readings[0][0], report, manner)
            if answered is Answer.NO:
                self._guard.begin(readings[0][0])  # what was planned with it is off, too
            if answered is not None:
                return answered
        if readings:
            self._guard.begin(readings[0][0])
        chain = clauses(readings[0][0], self._best) if readings else ()
        if chain:
            return await self.follow(chain, report)
        found = self.match(readings)
        if found:
            return await self._follow(found[0], (), report)
        repeated = self._same_again(readings)
        if repeated is not None:
            self._report_match(repeated, report)
            return await self._settle(repeated, report)
        return self._ask_again(pending, report)

    async def follow(self, chain: Sequence[str], report: Report) -> Call | Question | None:
        """What the first of several clauses asks for; the call carries the others.

        Raises:
            IntentError: An intent fits, but its slots do not, or the policy refuses.
        """
        found = self._best(chain[0])
        return await self._follow(found, tuple(chain[1:]), report) if found else None

    async def _follow(self, found: Match, rest: tuple[str, ...], report: Report) -> Call | Question:
        call = Call(self._intents[found.intent], found.slots, trust=self._guard.spoken(), rest=rest)
        self._report_match(call, report)
        return await self._settle(call, report)

    def _best(self, text: str) -> Match | None:
        found = self.match([(text, 1.0)])
        return found[0] if found else None

    def _same_again(self, readings: Sequence[tuple[str, float]]) -> Call | None:
        """The last call, with another thing in its place: "the same for the other one"."""
        last = self._last
        said = _SAME.match(readings[0][0].strip()) if readings else None
        if last is None or said is None:
            return None
        slot = next((s for s in last.intent.slots.values() if hasattr(s.type, "from_entity")), None)
        if slot is None:
            return None
        what = said["what"]
        if self.conversation.referent(what) is None:
            what = _ARTICLE.sub("", what)
        words = {**last.words, slot.name: what}
        trust = max(self._guard.spoken(), last.trust)  # the other words may be a model's
        return Call(last.intent, words, trust=trust)

    def plan(self, steps: Sequence[tuple[str, Mapping[str, Any]]]) -> bool:
        """Take a model's plan for this request: (intent, arguments) in order.

        Returns:
            False where text from outside was read already: it is too late to plan. False, too,
            where it is too long.

        Raises:
            UnknownIntent: There is no such intent.
        """
        for name, _ in steps:
            self._known(name)
        return self._guard.plan([Step(name, arguments) for name, arguments in steps])

    async def propose(
        self, name: str, arguments: Mapping[str, Any], report: Report
    ) -> Call | Question:
        """What a model's tool call asks for, in the request that was understood last.

        Raises:
            IntentError: Unknown intent, slots that do not fit, or the policy refuses.
        """
        intent = self._known(name)
        words = words_of_arguments(intent, arguments)
        trust, step = self._guard.admit(intent, arguments)
        call = Call(intent, words, "model", trust, step=step)
        self._report_match(call, report)
        if decide(intent.effect, trust) is Verdict.DENY:  # nothing is looked up for it, or asked
            raise await self._refused(call, report)
        return await self._settle(call, report)

    async def _refused(self, call: Call, report: Report) -> IntentDenied:
        """The error for a call that text from outside may have made; the journal keeps its name."""
        journal, name = self._environment.journal, call.intent.name
        try:
            await self._environment.in_worker(journal.refused, name, report.turn)
        except JournalError as error:
            _log.error("a refusal of %s could not be written: %s", name, error.message)
        return denied(call.intent, "was asked for by text from outside, or may have been")

    def _known(self, name: str) -> Intent:
        intent = self._intents.get(name)
        if intent is None:
            raise UnknownIntent(f"the model asked for {name[:80]!r}", intent=name)
        return intent

    def confirm(self, question: Question) -> Call:
        """The call of a question that the user answered with yes at the command line."""
        self._pending = None
        return self._agreed(question)

    def end_turn(self, turn: TurnId, *, was_interrupted: bool) -> None:
        """A turn is over: if it asked a question, the time for the answer runs from now on.

        A question that was cut off was not heard, so that no yes can be meant for it; a choice
        stays open, since its answer names what is meant.
        """
        if self._pending is None or turn != self._asked_in:
            return
        self._void_at_s = self._environment.monotonic_s() + self._waits.confirm_s
        if was_interrupted and self._pending.choice is None:
            self._pending = None

    def clear(self) -> None:
        """Forget the conversation: what was said, found and asked, and what came from outside."""
        self.conversation.clear()
        self._guard = Guard(self.conversation)
        self._pending = self._last = None

    def remember(self) -> DispatchMemo:
        """What a request may change here before it is sure that it was one."""
        del self._notices[: self._told]
        self._told = 0
        return DispatchMemo(
            self._pending,
            self._asked_in,
            self._void_at_s,
            self._last,
            self._told,
            self.outbox.stopped,
            self._guard.remember(),
            self.conversation.remember(),
        )

    def restore(self, memo: DispatchMemo) -> None:
        """Go back to how it was; text from outside that came in stays known as such.

        What was kept back in the outbox meanwhile stays so, and that is told.
        """
        self._pending, self._asked_in = memo.pending, memo.asked_in
        self._void_at_s, self._last, self._told = memo.void_at_s, memo.last, memo.told
        self._guard.restore(memo.request)
        self.conversation.restore(memo.conversation)
        if self.outbox.stopped > memo.stopped:
            self._notices.append(_KEPT_BACK)

    def _take_pending(self) -> Question | None:
        pending, self._pending = self._pending, None
        is_void = self._environment.monotonic_s() > self._void_at_s
        return None if is_void else pending

    async def _answered(
        self, question: Question, answer: str, report: Report, manner: Manner
    ) -> Call | Question | Answer | None:
        if question.choice is not None:
            picked = read_choice(question, answer)
            if isinstance(picked, Call):
                return await self._settle(picked, report)
            return picked if picked is Answer.NO else None
        meaning = read_yes(question, answer)
        if meaning is Answer.NO:
            return meaning
        if meaning is Answer.YES and is_answerable(manner):
            return self._agreed(question)
        if meaning is Answer.OTHER and not sounds_like_yes(answer):
            return None
        return self._doubt(question, report)

    def _agreed(self, question: Question) -> Call:
        if question.digest != question.call.digest:
            raise denied(question.call.intent, "is not what was asked about any more")
        self._guard.use(question.call)
        return question.call

    def _doubt(self, question: Question, report: Report) -> Question:
        """A yes that may be none: ask once more; after the second, only the screen will do."""
        failures = question.failures + 1
        verdict = Verdict.SCREEN if failures >= _MOST_FAILURES else question.verdict
        return self._ask(replace(question, failures=failures, verdict=verdict), report)

    async def _settle(self, call: Call, report: Report) -> Call | Question:
        try:
            call = await resolve(call, self._context(call.intent.name, report), self.conversation)
        except Ambiguous as ambiguous:
            name = self._environment.new_id()
            return self._ask(ask_choice(ambiguous.call, ambiguous.choice, name), report)
        verdict = decide(call.effect, call.trust)
        if verdict is Verdict.DO:
            self._guard.use(call)
            return call
        if verdict is Verdict.DENY:
            raise await self._refused(call, report)
        return self._ask(ask_yes(call, verdict, self._environment.new_id()), report)

    def _ask(self, question: Question, report: Report) -> Question:
        self._pending = None if question.verdict is Verdict.SCREEN else question
        self._asked_in = report.turn
        self._void_at_s = float("inf")
        if question.choice is not None or _names_others(question.call):
            self.conversation.taint()  # the names in a question may be anybody's
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

    def posted(self, call: Call) -> Result:
        """What is said while a call waits in the outbox."""
        if _names_others(call):
            self.conversation.taint()
        return Result(call, Reply(posting(call, self.outbox.wait_s)))

    async def send(self, call: Call, report: Report) -> Result | None:
        """Wait in the outbox, then run the call; None where the user stopped it.

        What went wrong is told with the next reply.
        """
        if not await self.outbox.release(call):
            return None
        result = await self.run(call, report)
        if result.error is not None:
            self._notices.append(f"It was not sent. {result.error.spoken}")
        return result

    def keep_back(self) -> None:
        """Send nothing of what waits: the user could not be heard if he said stop."""
        if self.outbox.stop():
            self._notices.append(_UNHEARD)

    async def run(self, call: Call, report: Report) -> Result:
        """Run a call to its end; whatever it raises becomes the result's error."""
        context = self._context(call.intent.name, report)
        reply, error = await self._attempt(call, context)
        outcome: Literal["completed", "failed"] = "failed" if error else "completed"
        undo_ids = tuple(context.undo_ids)
        if not call.effect.only_reads:
            self.is_stale = True
        acted, self.acted = self.acted, anyio.Event()
        acted.set()
        is_external = self._guard.told(call.intent, reply or Reply(""))
        if reply is not None:
            self._last = call
            self.conversation.name(reply.entities, tuple(call.values.values()))
        report.emit(
            IntentReturned(
                report.at(),
                report.turn,
                call.intent.name,
                outcome,
                undo_ids[-1] if undo_ids else None,
            )
        )
        return Result(call, reply, error, undo_ids, is_external)

    def recall(self, results: Sequence[Result]) -> None:
        """Calls that ran at once count as if they had run in this order: for "it", for example."""
        for result in results:
            if result.reply is not None:
                self._last = result.call
                self.conversation.name(result.reply.entities, tuple(result.call.values.values()))

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


def _names_others(call: Call) -> bool:
    """Whether a question about the call says more than its words: names that were looked up."""
    return any(
        normalise(label) != normalise(call.words.get(slot, ""))
        for slot, label in call.labels.items()
    )


def _broken(name: str, what: str) -> IntentFailed:
    _log.error("intent %s %s", name, what)
    return IntentFailed(f"{name} {what}", intent=name, spoken="That skill failed.")
