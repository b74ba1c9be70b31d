"""A request's way through the language model: request after request, until one needs no tool.

What is sent is only ever appended to: the same instructions, the same tools (where not all fit,
with more at their end), then the conversation as it was sent before. So the server's cache holds
from request to request and from turn to turn.
Reads of one round run together, what changes something runs in order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial

import anyio.lowlevel

from voiced.dispatch import Call, Dispatcher, Question, Result
from voiced.errors import EngineError, IntentDenied, InvalidSlots, VoicedError
from voiced.events import ModelReplied
from voiced.plugin import Intent
from voiced.speech.sentences import SentenceCutter
from voiced.stages import Message, Responder, ToolCall
from voiced.thinking import planner_view
from voiced.thinking.saying import Saying, Thought, done
from voiced.thinking.tool_calls import alike, checked
from voiced.thinking.toolbox import FIND, Offered

__all__ = ["ASKED", "MAX_ROUNDS", "UNANSWERED", "Consultation", "Request", "Untold"]

MAX_ROUNDS = 3
_MOST_CALLS = 16
_LONGEST_SEARCH = 200
_TOO_MANY = {"error": "too many calls at once"}
"""So often a request may call tools; the first round that only plans is not counted."""

ASKED = {"error": "the user is asked: do not call it again"}
NOT_OFFERED = {"error": "not among your tools until now: it is from now on, call it again"}
UNANSWERED = {"error": "not done yet, as the user is asked about another call: call it again"}


@dataclass(frozen=True, slots=True)
class Untold:
    """What a tool did and nobody said yet.

    The model's own words stand for it, unless it ``is_found``: text from outside, of which the
    model knows nothing. ``is_lookup``: it was only read, perhaps on the way to something else.
    """

    sentence: str
    is_found: bool = False
    is_lookup: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """What the model is asked: the history, whose last message is new, and the tools it has."""

    history: Sequence[Message]
    offered: Offered


class Consultation:
    """One request that goes to the model.

    ``untold`` is what its tools did and nobody said yet; ``question`` what the user is asked first;
    ``has_more`` whether the model wanted more than that; ``thought`` how it ends; ``called`` the
    intents that the model called.

    Args:
        dispatcher: Checks calls.
        responder: The language model.
        request: What it is asked.
        saying: Says what it answers.
    """

    def __init__(
        self, dispatcher: Dispatcher, responder: Responder, request: Request, saying: Saying
    ) -> None:
        self.untold: list[Untold] = []
        self.thought = Thought("completed")
        self.question: Question | None = None
        self.has_more = False
        self.called: list[str] = []
        self._dispatcher = dispatcher
        self._responder = responder
        self._history = list(request.history)
        self._begins = len(self._history) - 1
        self._sent = 0
        self._offered = request.offered
        self._saying = saying
        self._turn = saying.turn
        self._answers: dict[int, str] = {}
        self._was_denied = False
        self._is_repaired = False
        self._is_over = False

    @property
    def messages(self) -> tuple[Message, ...]:
        """What this request added to the conversation but its last answer, every call answered.

        Words that the model was not sent back yet are left out: what was heard of them is kept.
        """
        sent = tuple(self._history[self._begins : self._sent])
        return sent + tuple(replace(m, content="") if m.tool_calls else m for m in self._unsent)

    @property
    def _unsent(self) -> Sequence[Message]:
        return self._history[max(self._sent, self._begins) :]

    async def run(self) -> None:
        """Request after request, until one needs no tool, the user is asked, or it goes wrong.

        Raises:
            EngineError: The model failed.
        """
        rounds, has_planned = 0, False
        while rounds < MAX_ROUNDS:
            text, calls = await self._round()
            if not calls:
                if text.strip():
                    self.untold = [untold for untold in self.untold if untold.is_found]
                return
            only_plans = all(tool.name in (planner_view.PLAN, FIND) for tool in calls)
            rounds += not only_plans or has_planned
            has_planned = has_planned or only_plans
            await self._use(text, calls)
            if self.question is not None or self._is_over:
                return

    async def _round(self) -> tuple[str, list[ToolCall]]:
        """One request to the model: its sentences are said as they come."""
        cutter = SentenceCutter()
        text: list[str] = []
        calls: list[ToolCall] = []
        failure: EngineError | None = None
        self._sent = len(self._history)
        try:
            async with aclosing(
                self._responder.reply(self._history, self._offered.tools)
            ) as deltas:
                async for delta in deltas:
                    if isinstance(delta, ToolCall):
                        calls.append(delta)
                        continue
                    text.append(delta.text)
                    for sentence in cutter.feed(delta.text):
                        await self._saying.say(sentence)
        except EngineError as error:
            failure = error
        else:
            self._tell_usage()
        for sentence in cutter.finish():
            await self._saying.say(sentence)
        if failure is not None:
            raise failure
        await anyio.lowlevel.checkpoint_if_cancelled()  # nothing is done after a barge-in
        return "".join(text), calls

    def _tell_usage(self) -> None:
        usage, report = self._responder.last_usage, self._turn.report
        if usage is not None:
            counted = (usage.prompt, usage.cached, usage.completion, usage.cost)
            report.emit(ModelReplied(report.at(), report.turn, *counted))

    # Tools

    async def _use(self, text: str, calls: Sequence[ToolCall]) -> None:
        """Do what the model wants, or ask the user first; tell the model what came of it."""
        self._answers = {}
        try:
            mistakes = await self._use_each(calls)
        finally:  # the history is whole, whatever happened
            self._history.append(Message("assistant", text, tuple(calls)))
            for number, tool in enumerate(calls):
                unanswered = UNANSWERED if number < _MOST_CALLS else _TOO_MANY
                content = self._answers.get(id(tool)) or json.dumps(unanswered)
                self._history.append(Message("tool", content, tool_call_id=tool.id))
        if not mistakes:
            return
        self.thought = Thought("failed", error=mistakes[-1])
        if self._is_repaired:
            self._is_over = True
            self.untold.append(Untold(mistakes[-1].spoken, is_found=True))
        self._is_repaired = True

    async def _use_each(self, calls: Sequence[ToolCall]) -> list[VoicedError]:
        """Use the calls; what was wrong with some of them."""
        mistakes: list[VoicedError] = []
        waiting: list[tuple[ToolCall, Call]] = []
        for at, tool in enumerate(calls[:_MOST_CALLS]):
            intent = self._intent_of(tool, mistakes)
            if intent is None:
                continue
            if not intent.effect.only_reads:  # it comes after the reads before it, and alone
                await self._perform(waiting)
            following = alike(calls[at + 1 : _MOST_CALLS], tool)
            proposed = await self._propose(tool, [each.arguments for each in following])
            if isinstance(proposed, Call):
                waiting.append((tool, proposed))
            if not (isinstance(proposed, Call) and proposed.effect.only_reads):
                await self._perform(waiting)
            if isinstance(proposed, Question):
                asked = [tool, *following[: len(proposed.call.also)]]
                for each in asked:
                    self._answer(each, ASKED)
                self.question, self.has_more = proposed, len(calls) > at + len(asked)
                return mistakes
        await self._perform(waiting)
        return mistakes

    def _intent_of(self, tool: ToolCall, mistakes: list[VoicedError]) -> Intent | None:
        """What a call wants done; None where it only plans, or is a mistake."""
        try:
            if tool.name == FIND and self._offered.has(FIND):
                self._answer(tool, self._found(tool))
                return None
            if tool.name != planner_view.PLAN:
                intent = checked(tool, self._dispatcher.intents)
                if self._offered.is_whole or self._offered.has(intent.name):
                    return intent
                self._offered.add(intent.name)  # it guessed the name of one
                self._answer(tool, NOT_OFFERED)
                return None
            if tool.mistake:
                raise InvalidSlots(f"plan: {tool.mistake}", intent=planner_view.PLAN)
            steps = planner_view.planned_steps(tool.arguments)
            self._answer(tool, {"planned": self._dispatcher.plan(steps)})
        except VoicedError as error:
            mistakes.append(error)
            self._answer(tool, {"error": error.message})
        return None

    def _found(self, tool: ToolCall) -> dict[str, object]:
        """The tools that the model looks for: from the next round on it can call them."""
        found = self._offered.find(str(tool.arguments.get("what", ""))[:_LONGEST_SEARCH])
        return {"tools": {each.name: each.description for each in found}}

    async def _propose(
        self, tool: ToolCall, more: Sequence[Mapping[str, object]]
    ) -> Call | Question | None:
        """What may run or is asked first; None where it is refused or fits nothing."""
        self.called.append(tool.name)
        report = self._turn.report
        try:
            return await self._dispatcher.propose(tool.name, tool.arguments, report, more)
        except IntentDenied as denial:
            self._answer(tool, {"error": "not available"})  # nothing that a hidden order can use
            if not self._was_denied:  # told once, without its wording
                self.untold.append(Untold(denial.spoken, is_found=True))
            self._was_denied = True
        except VoicedError as error:
            self._answer(tool, {"error": error.message})
            self.thought = Thought("failed", error=error)
        return None

    async def _perform(self, waiting: list[tuple[ToolCall, Call]]) -> None:
        """Run the calls that wait, several of them at once, and answer in their order."""
        calls = tuple(waiting)
        waiting.clear()
        results: dict[int, Result] = {}

        async def run(tool: ToolCall, call: Call) -> None:
            results[id(tool)] = await self._turn.perform(call, self._turn.report)

        works = [partial(run, tool, call) for tool, call in calls]
        if len(works) > 1:
            await self._turn.together(works)
            self._dispatcher.recall([results[id(tool)] for tool, _ in calls])
        elif works:
            await works[0]()
        if any(result.reply is not None for result in results.values()):
            # what was only looked up on the way is not told
            self.untold = [each for each in self.untold if not each.is_lookup]
        for tool, call in calls:
            result = results[id(tool)]
            self._answer(tool, planner_view.told(result, self._dispatcher.conversation))
            is_found = result.is_external
            is_lookup = is_found and call.effect.only_reads
            self.untold.append(Untold(result.spoken, is_found, is_lookup))
            self.thought = done(result)

    def _answer(self, tool: ToolCall, content: Mapping[str, object]) -> None:
        """Tell the model what came of its call."""
        self._answers[id(tool)] = json.dumps(content, default=str)
