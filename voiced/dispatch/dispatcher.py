"""The dispatcher: a request to a call, a question, or nothing; a call to a result.

It never starts a task and never talks to a model; the session decides where a call runs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import anyio

from voiced.conversation import Conversation, ConversationMemo
from voiced.dispatch.assistant import BoundAssistant
from voiced.dispatch.away import whereabouts
from voiced.dispatch.calls import Call, Question, Report, Result
from voiced.dispatch.context import WAITS, CallContext, Environment, Waits
from voiced.dispatch.execution import Execution
from voiced.dispatch.guard import Guard, GuardMemo
from voiced.dispatch.mode import SpeechMode
from voiced.dispatch.news import news_for_here
from voiced.dispatch.outbox import Outbox
from voiced.dispatch.settling import Settling, Waiting
from voiced.dispatch.understanding import Understanding
from voiced.dispatch.vocabulary import Vocabulary
from voiced.events import TurnId
from voiced.grammar import Grammar, Match
from voiced.plugin import Announcer, Effect, Intent, News, Told, Undoer
from voiced.policy import TYPED, Answer, Manner, Place, Where

__all__ = ["DispatchMemo", "Dispatcher", "Waits"]

_KEPT_BACK = "What I was about to send was not sent, because I thought you said stop."
_SILENT = Report(TurnId(0), lambda: 0, lambda _: None)


@dataclass(frozen=True, slots=True)
class DispatchMemo:
    """What a request may change before it is sure that it was one."""

    waiting: Waiting
    last: Call | None
    told: int
    stopped: int
    is_forgetting: bool
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
        waits: Waits = WAITS,
    ) -> None:
        self.conversation = conversation
        self.outbox = Outbox(waits.outbox_s)
        self.mode = SpeechMode()
        self._environment = environment
        self._waits = waits
        self._guard = Guard(conversation)
        self._execution = Execution(self._guard, conversation, self.outbox, self._context)
        self._use(Vocabulary(intents, undoers, environment, self.slot_context))
        self._told = 0
        self._is_forgetting = False

    def _use(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._settling = Settling(
            self._guard, vocabulary, self._environment, self._context, self._waits.confirm_s
        )
        self._understanding = Understanding(
            self._guard, vocabulary, self._settling, self._takes, lambda: self._execution.last
        )

    @property
    def notices(self) -> tuple[str, ...]:
        """What the next reply has to tell first; only to the user, as it may name what he sent."""
        if self._guard.where is not Where.HERE:
            return ()
        return tuple(self._execution.notices[self._told :])

    def notice_told(self) -> None:
        """The first of the notices was said."""
        self._told += 1

    @property
    def acted(self) -> anyio.Event:
        """Is set when the next call of an intent has ended."""
        return self._execution.acted

    @property
    def awaits_answer(self) -> bool:
        """Whether a question was asked that can still be answered in words."""
        return self._settling.awaits_answer

    @property
    def asked(self) -> Question | None:
        """The question that can still be answered, if only on the screen."""
        return self._settling.asked

    def see(self, question: str) -> None:
        """The question of this id is answered by the button beside it on a screen."""
        self._settling.see(question)

    async def news(self, announcer: Announcer, told: Told) -> News:
        """What there is to say unasked; nothing where the plugin fails, which is logged."""
        context = self._context(announcer.name, _SILENT)
        return await news_for_here(announcer, told, context, self._environment)

    @property
    def intents(self) -> tuple[Intent, ...]:
        """Every intent that can be used."""
        return tuple(self._vocabulary.intents.values())

    @property
    def spoken(self) -> tuple[Intent, ...]:
        """Every intent that can be spoken."""
        return tuple(i for i in self.intents if i.effect is not Effect.X)

    @property
    def grammar(self) -> Grammar:
        """The grammar as of the last ``refresh``."""
        return self._vocabulary.grammar

    @property
    def is_stale(self) -> bool:
        """Whether something was changed since the grammar was made."""
        return self._execution.is_stale

    def apart(self, conversation: Conversation, place: Place | None = None) -> Dispatcher:
        """The same intents and grammar for what is no part of the user's conversation."""
        around = self._environment if place is None else replace(self._environment, place=place)
        other = Dispatcher((), (), around, conversation, self._waits)
        other._use(self._vocabulary)
        return other

    def assistant(self, report: Report = _SILENT) -> BoundAssistant:
        """The assistant as intents see it; ``report`` takes the events of what it undoes."""
        return BoundAssistant(
            self._vocabulary.intents,
            self._vocabulary.undoers,
            self._environment,
            self.conversation,
            report,
            self.outbox,
            self.mode,
            self._forget_later,
        )

    def slot_context(self) -> CallContext:
        """What slot types are given while the grammar is made."""
        return self._context("voiced", _SILENT)

    def _context(self, owner: str, report: Report) -> CallContext:
        return CallContext(self._environment, self.assistant(report), owner, report.turn)

    async def refresh(self) -> None:
        """Compile the grammar anew from what can be said now; files come and go.

        An intent whose phrases cannot be had now is left out until the next time.
        """
        self._execution.is_stale = False
        await self._vocabulary.refresh()

    async def adopt(
        self, intents: Iterable[Intent], undoers: Iterable[Undoer], gone: Collection[str]
    ) -> None:
        """Use these from now on, instead of those named ``gone``: intents and operations.

        Until the grammar is made, those before are in force.
        """
        await self._vocabulary.adopt(intents, undoers, gone)

    def allow(self, waits: Waits) -> None:
        """Give the user so long from now on: to answer, and to stop what is sent."""
        self._waits = waits
        self.outbox.wait_s = waits.outbox_s
        self._settling.confirm_s = waits.confirm_s

    def match(self, readings: Sequence[tuple[str, float]]) -> tuple[Match, ...]:
        """What the words would mean now, by the grammar, best first; nothing is done."""
        return self._understanding.match(readings)

    async def understand(
        self, readings: Sequence[tuple[str, float]], report: Report, manner: Manner = TYPED
    ) -> Call | Question | Answer | None:
        """What the words ask for; ``manner`` is how they were said.

        No conversation goes on where others may listen, nor one of theirs where the user is.

        Returns:
            A call that may run, a question that comes first, ``Answer.NO`` where the user took a
            pending question back, or None where no intent fits.

        Raises:
            IntentError: An intent fits, but its slots do not, or the policy refuses.
        """
        where = await whereabouts(manner.door, self._environment)
        if self._is_forgetting or where is not self._guard.where:
            self.clear()
        self._guard.where = where
        return await self._understanding.understand(readings, report, manner)

    async def guess(
        self, readings: Sequence[tuple[str, float]], report: Report
    ) -> Call | Question | None:
        """What may be asked for in words that no intent fits: asked, unless it only reads."""
        return await self._understanding.guess(readings, report)

    async def follow(self, chain: Sequence[str], report: Report) -> Call | Question | None:
        """What the first of several clauses asks for; the call carries the others.

        Raises:
            IntentError: An intent fits, but its slots do not, or the policy refuses.
        """
        return await self._understanding.follow(chain, report)

    def confirm(self, question: Question) -> Call:
        """The call of a question that the user answered with yes at the command line."""
        return self._settling.confirm(question)

    def end_turn(self, turn: TurnId, *, was_interrupted: bool) -> None:
        """A turn is over: if it asked a question, the time for the answer runs from now on.

        A question that was cut off was not heard, so that no yes can be meant for it; a choice
        stays open, since its answer names what is meant.
        """
        self._settling.end_turn(turn, was_interrupted=was_interrupted)

    @property
    def has_more(self) -> bool:
        """Whether something of the request is planned and not done yet."""
        return self._guard.has_more

    def plan(self, steps: Sequence[tuple[str, Mapping[str, Any]]]) -> bool:
        """Take a model's plan for this request: (intent, arguments) in order.

        Returns:
            False where text from outside was read already: it is too late to plan. False, too,
            where it is too long.

        Raises:
            UnknownIntent: There is no such intent.
        """
        return self._settling.plan(steps)

    async def propose(
        self,
        name: str,
        arguments: Mapping[str, Any],
        report: Report,
        more: Sequence[Mapping[str, Any]] = (),
    ) -> Call | Question:
        """What a model's tool call asks for, in the request that was understood last.

        Where the user is asked, he is asked at once about those of ``more``, the arguments of
        calls of the same intent that come next, which need the same answer: ``Call.also``.

        Raises:
            IntentError: Unknown intent, slots that do not fit, or the policy refuses.
        """
        return await self._settling.propose(name, arguments, report, more)

    def posted(self, call: Call) -> Result:
        """What is said while a call waits in the outbox."""
        return self._execution.posted(call)

    async def send(self, call: Call, report: Report) -> Result | None:
        """Wait in the outbox, then run the call; None where the user stopped it.

        What went wrong is told with the next reply.
        """
        return await self._execution.send(call, report)

    def keep_back(self) -> None:
        """Send nothing of what waits: the user could not be heard if he said stop."""
        self._execution.keep_back()

    def void(self) -> None:
        """Nothing that was asked can be answered any more: too much time has passed."""
        self._settling.void()

    async def run(self, call: Call, report: Report) -> Result:
        """Run a call to its end; whatever it raises becomes the result's error."""
        return await self._execution.run(call, report)

    def recall(self, results: Sequence[Result]) -> None:
        """Calls that ran at once count as if they had run in this order: for "it", for example."""
        self._execution.recall(results)

    def clear(self) -> None:
        """Forget the conversation: what was said, found and asked, and what came from outside."""
        self.conversation.clear()
        self._guard.clear()
        self._settling.void()
        self._execution.last = None
        self._is_forgetting = False

    def _takes(self, said: str) -> Call | None:
        """The call of the intent that takes all speech, if one does."""
        return self.mode.call(said, self._vocabulary.intents, sends=bool(self.outbox.waiting))

    def _forget_later(self) -> None:
        """Clear before the next request: this one stays bound by what it has read."""
        self._is_forgetting = True

    def remember(self) -> DispatchMemo:
        """What a request may change here before it is sure that it was one."""
        del self._execution.notices[: self._told]
        self._told = 0
        return DispatchMemo(
            self._settling.remember(),
            self._execution.last,
            self._told,
            self.outbox.stopped,
            self._is_forgetting,
            self._guard.remember(),
            self.conversation.remember(),
        )

    def restore(self, memo: DispatchMemo) -> None:
        """Go back to how it was; text from outside that came in stays known as such.

        What was kept back in the outbox meanwhile stays so, and that is told.
        """
        self._settling.restore(memo.waiting)
        self._execution.last, self._told = memo.last, memo.told
        self._is_forgetting |= memo.is_forgetting
        self._guard.restore(memo.request)
        self.conversation.restore(memo.conversation)
        if self.outbox.stopped > memo.stopped:
            self._execution.notices.append(_KEPT_BACK)
