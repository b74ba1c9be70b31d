"""Whether a call may run, is asked about first, or is refused; and what the answer means."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from voiced.dispatch.away import not_granted, withheld
from voiced.dispatch.calls import WHOLE, Call, Question, Report
from voiced.dispatch.context import CallContext, Environment
from voiced.dispatch.guard import Guard, denied
from voiced.dispatch.questions import ask_choice, ask_yes, read_choice, read_yes, sounds_like_yes
from voiced.dispatch.resolve import Ambiguous, resolve, words_of_arguments
from voiced.dispatch.rivals import ask_which, asked_calls, read_which
from voiced.dispatch.vocabulary import Vocabulary
from voiced.errors import IntentDenied, JournalError, UnknownIntent, VoicedError
from voiced.events import CallJudged, ConfirmationAsked, IntentMatched, TurnId
from voiced.planning.plan import Step
from voiced.plugin import Effect, Integrity, Intent
from voiced.policy import (
    Allowance,
    Answer,
    Manner,
    Verdict,
    Where,
    allowance,
    decide,
    is_answerable,
    read_answer,
)

__all__ = ["Settling"]

_log = logging.getLogger(__name__)

_MOST_FAILURES = 2
_SCREEN_S = 120.0
"""Who is sent to the screen has so long to get there."""
_MOST_TOGETHER = 5
"""So many calls are asked about in one question: more cannot be kept in mind by ear."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question that waits for an answer, the turn it was asked in, and when it is void.

    ``is_seen``: it is being answered by the button beside it.
    """

    question: Question | None = None
    asked_in: TurnId | None = None
    void_at_s: float = math.inf
    is_seen: bool = False


_NOTHING = Waiting()


class Settling:
    """Settles calls, one question at a time.

    Args:
        guard: Knows how far a model's call is trusted, and what can be pointed at.
        vocabulary: The intents that there are.
        environment: Journal, clock and worker.
        context: What slot types of an intent of this name are given.
        confirm_s: How long the user has to answer.
    """

    def __init__(
        self,
        guard: Guard,
        vocabulary: Vocabulary,
        environment: Environment,
        context: Callable[[str, Report], CallContext],
        confirm_s: float,
    ) -> None:
        self._guard = guard
        self._vocabulary = vocabulary
        self._environment = environment
        self._conversation = guard.conversation
        self._context = context
        self.confirm_s = confirm_s
        self._waiting = _NOTHING

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
        intent = self._known(name)
        call = self._proposed(intent, arguments)
        self.report_match(call, report)
        if decide(intent.effect, call.trust) is Verdict.DENY:  # nothing is looked up for it
            self._tell(call, Verdict.DENY.value, report)
            raise await self._refused(call, report)
        return await self.settle(call, report, more)

    def _proposed(
        self, intent: Intent, arguments: Mapping[str, Any], before: Sequence[Call] = ()
    ) -> Call:
        words = words_of_arguments(intent, arguments)
        taken = [call.step for call in before if call.step is not None]
        admitted = self._guard.admit(intent, arguments, taken)
        trust, step, typed = admitted.trust, admitted.step, admitted.typed
        invents = admitted.invents
        return Call(intent, words, "model", trust, step=step, typed=typed, invents=invents)

    async def _together(
        self, call: Call, verdict: Verdict, more: Sequence[Mapping[str, Any]], report: Report
    ) -> Call:
        """The call with those that come next, as long as they need the same answer."""
        calls = [call]
        for arguments in more[: _MOST_TOGETHER - 1]:
            try:
                following = self._proposed(call.intent, arguments, calls)
                following = await self.resolved(following, report)
            except (Ambiguous, VoicedError):
                break
            if following.verdict is not verdict:
                break
            self.report_match(following, report)
            self._tell(following, verdict.value, report)
            calls.append(following)
        return replace(call, also=tuple(calls[1:]))

    async def _refused(self, call: Call, report: Report) -> IntentDenied:
        """The error for a call that text from outside may have made; the journal keeps its name."""
        journal, name = self._environment.journal, call.intent.name
        try:
            await self._environment.in_worker(journal.refused, name, report.turn)
        except JournalError as error:
            _log.error("a refusal of %s could not be written: %s", name, error.message)
        return denied(call.intent, "was asked for by text from outside, or may have been")

    def _known(self, name: str) -> Intent:
        intent = self._vocabulary.intents.get(name)
        if intent is None:
            raise UnknownIntent(f"the model asked for {name[:80]!r}", intent=name)
        return intent

    def confirm(self, question: Question) -> Call:
        """The call of a question that the user answered with yes at the command line."""
        self.void()
        return self._agreed(question)

    def void(self) -> None:
        """Nothing can be answered any more."""
        self._waiting = replace(self._waiting, question=None)

    def remember(self) -> Waiting:
        """What waits for an answer now."""
        return self._waiting

    def restore(self, waiting: Waiting) -> None:
        """Go back to what waited then."""
        self._waiting = waiting

    def end_turn(self, turn: TurnId, *, was_interrupted: bool) -> None:
        """A turn is over: if it asked a question, the time for the answer runs from now on.

        A question that was cut off was not heard, so that no yes can be meant for it; a choice
        stays open, since its answer names what is meant, and so does what is read on the screen.
        """
        question = self._waiting.question
        if question is None or turn != self._waiting.asked_in:
            return
        needs_screen = question.verdict is Verdict.SCREEN
        is_shown = needs_screen or self._waiting.is_seen
        patience_s = max(self.confirm_s, _SCREEN_S) if needs_screen else self.confirm_s
        void_at_s = self._environment.monotonic_s() + patience_s
        is_lost = was_interrupted and question.choice is None and not is_shown
        kept = None if is_lost else question
        self._waiting = replace(self._waiting, question=kept, void_at_s=void_at_s)

    def see(self, name: str) -> None:
        """The question of this id is answered by its button: nobody has to hear it to its end."""
        if self.asked is not None and self.asked.id == name:
            self._waiting = replace(self._waiting, is_seen=True)

    @property
    def asked(self) -> Question | None:
        """The question that can still be answered, if only on the screen."""
        is_void = self._environment.monotonic_s() > self._waiting.void_at_s
        return None if is_void else self._waiting.question

    @property
    def awaits_answer(self) -> bool:
        """Whether a question was asked that can still be answered in words."""
        question = self.asked
        return question is not None and question.verdict is not Verdict.SCREEN

    def take(self, seen: str = "") -> Question | None:
        """The question that waits; from now on it does not wait any more.

        One for the screen is given only to who has ``seen`` it.
        """
        question = self.asked
        self.void()
        is_unseen = question is not None and question.id != seen
        if question is None or (is_unseen and question.verdict is Verdict.SCREEN):
            return None
        return question

    async def answered(
        self, question: Question, answer: str, report: Report, manner: Manner
    ) -> Call | Question | Answer | None:
        """What an answer to the question comes to; None where it is none."""
        if question.choice is not None:
            return await self._picked(question, answer, report, manner)
        if manner.seen == question.id:  # it was read, and no recogniser heard the answer
            is_yes = read_answer(answer) is Answer.YES
            return self._agreed(question) if is_yes else Answer.NO
        meaning = read_yes(question, answer)
        if meaning is Answer.NO:
            return meaning
        if meaning is Answer.YES and is_answerable(manner):
            return self._agreed(question)
        if meaning is Answer.OTHER and not sounds_like_yes(answer):
            return None
        return self._doubt(question, report)

    async def _picked(
        self, question: Question, answer: str, report: Report, manner: Manner
    ) -> Call | Question | Answer | None:
        if question.choice is not None and question.choice.slot == WHOLE:
            picked, go_on = read_which(question, answer, manner), self.begin
        else:
            picked, go_on = read_choice(question, answer), self.settle
        if isinstance(picked, Call):
            return await go_on(picked, report)
        return picked if picked is Answer.NO else None

    def _agreed(self, question: Question) -> Call:
        if question.digest != question.call.digest:
            raise denied(question.call.intent, "is not what was asked about any more")
        for call in question.call.each:
            self._allow(call.effect, call.intent)
            self._guard.use(call)
        return question.call

    def _doubt(self, question: Question, report: Report) -> Question:
        """A yes that may be none: ask once more; after the second, only the screen will do."""
        failures = question.failures + 1
        verdict = Verdict.SCREEN if failures >= _MOST_FAILURES else question.verdict
        return self._ask(replace(question, failures=failures, verdict=verdict), report)

    async def begin(self, call: Call, report: Report) -> Call | Question:
        """Tell what the words were taken for, and settle it."""
        self.report_match(call, report)
        return await self.settle(call, report)

    async def resolved(self, call: Call, report: Report) -> Call:
        """The call with the values of its words.

        Raises:
            IntentDenied: It is not for whoever may be there; nothing is looked up for it.
        """
        try:
            self._allow(call.intent.effect, call.intent)
        except IntentDenied:
            self._tell(call, "withheld", report)
            raise
        context = self._context(call.intent.name, report)
        where = self._guard.where
        call = await resolve(replace(call, where=where), context, self._conversation)
        self._allow(call.effect, call.intent)
        return call

    def _allow(self, effect: Effect, intent: Intent) -> None:
        place, where = self._environment.place, self._guard.where
        if effect not in place.rights:
            raise not_granted(intent, place.room)
        if allowance(effect, where) is Allowance.NOTHING:
            raise withheld(intent, where)

    async def settle(
        self, call: Call, report: Report, more: Sequence[Mapping[str, Any]] = ()
    ) -> Call | Question:
        """Resolve a call and apply the policy to it.

        Raises:
            IntentError: Its slots do not fit, or the policy refuses.
        """
        try:
            call = await self.resolved(call, report)
        except Ambiguous as ambiguous:
            name = self._environment.new_id()
            return self._ask(ask_choice(ambiguous.call, ambiguous.choice, name), report)
        verdict = call.verdict
        self._tell(call, verdict.value, report)
        if verdict is Verdict.DO:
            self._guard.use(call)
            return call
        if verdict is Verdict.DENY:
            raise await self._refused(call, report)
        if more:
            call = await self._together(call, verdict, more, report)
        return self._ask(ask_yes(call, verdict, self._environment.new_id()), report)

    def ask_which(self, calls: Sequence[Call], report: Report) -> Question:
        """Ask which of these requests is meant."""
        return self._ask(ask_which(calls, self._environment.new_id()), report)

    def _ask(self, question: Question, report: Report) -> Question:
        if self._guard.where is not Where.HERE and _tells_private(question):
            raise withheld(question.call.intent, self._guard.where)
        self._waiting = Waiting(question, report.turn)
        if _tells_names(question):
            self._conversation.taint()  # the names in a question may be anybody's
        report.emit(ConfirmationAsked(report.at(), report.turn, question.id, question.text))
        return question

    def ask_again(self, question: Question | None, report: Report) -> Question | None:
        """Ask a question once more that got no answer; the second time it is void."""
        if question is None or question.is_repeated:
            return None
        return self._ask(replace(question, is_repeated=True), report)

    def _tell(self, call: Call, verdict: str, report: Report) -> None:
        """Tell the readers of events what was decided."""
        name, effect, trust = call.intent.name, call.effect.value, call.trust.name.lower()
        report.emit(CallJudged(report.at(), report.turn, name, effect, trust, verdict))

    def report_match(self, call: Call, report: Report) -> None:
        """Tell the readers of events what the words were taken for."""
        intent = call.intent
        slots = tuple(sorted(call.words.items()))
        report.emit(
            IntentMatched(
                report.at(), report.turn, intent.name, slots, call.origin, intent.effect.value
            )
        )


def _tells_private(question: Question) -> bool:
    """Whether a question would tell names of things that others wrote."""
    returned = {call.intent.returns for call in asked_calls(question)}
    return _tells_names(question) and Integrity.EXTERNAL in returned


def _tells_names(question: Question) -> bool:
    if question.choice is None or question.choice.slot == WHOLE:
        return any(each.names_others for call in asked_calls(question) for each in call.each)
    return True
