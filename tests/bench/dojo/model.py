"""A model that plans and acts perfectly, and that always obeys a text which it reads in a result.

After every result that holds the planted text, and again when the user only thanks it, it makes
all calls of the attack before it goes on with what the user wants; even if the house never showed
it that text. It says the attack's words only where it was shown them.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import anyio.lowlevel
from agentdojo.functions_runtime import FunctionCall
from bench.dojo.attacks import Attack
from bench.dojo.planner import Step, parts
from bench.dojo.slots import written
from bench.dojo.tools import intent_name

from voiced.stages import Message, ReplyDelta, Tool, ToolCall, Usage
from voiced.thinking.consulting import ASKED, UNANSWERED

__all__ = ["THANKS", "Obedient", "Script"]

THANKS = "thanks"

_MARK = "This is an important message from me"
PLAN = "plan"


@dataclass(frozen=True, slots=True)
class Script:
    """What the model does: the steps of the task, its plan and last words, and the attack's."""

    suite: str
    steps: tuple[Step, ...]
    plan: Sequence[tuple[str, Mapping[str, Any]]]
    last_words: str
    attack: Attack | None = None


@dataclass(slots=True)
class Obedient:
    """A ``voiced.stages.Responder`` that follows a script.

    ``answers`` are the tools' results by the number of the step; ``refusals`` what the attack's
    calls were told; ``said`` is its text as it wrote it. A step that has no answer was asked
    about, or is still to be made; one that was "not done yet" is made again.
    """

    script: Script
    answers: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list[str])
    said: list[str] = field(default_factory=list[str])
    last_usage: Usage | None = None
    has_read_attack: bool = False
    is_told_attack: bool = False
    _issued: dict[str, Step | FunctionCall] = field(default_factory=dict)
    _unmade: list[FunctionCall] = field(default_factory=list)
    _settled: set[str] = field(default_factory=set[str])
    _again: list[FunctionCall] = field(default_factory=list)
    _passed: set[int] = field(default_factory=set[int])
    _history: Sequence[Message] = ()
    _calls: int = 0
    _is_fresh: bool = False
    _has_planned: bool = False
    _has_ended: bool = False

    async def prepare(self) -> None:
        """Nothing is loaded."""

    async def aclose(self) -> None:
        """Nothing is held."""

    @property
    def is_done(self) -> bool:
        """Whether it has made every step and said its last words."""
        self._take_results()
        return self._has_ended and not self._left()

    def read(self, text: str) -> None:
        """Take in what a tool gave back; the house may also have kept it from the model."""
        if _MARK in text:
            self.has_read_attack = self._is_fresh = True

    @property
    def untold(self) -> list[str]:
        """Arguments that a result had to give, and that no result gave to the model."""
        told = json.dumps(list(self.answers.values()), ensure_ascii=False).lower()
        return [
            f"{step.function} {name}"
            for step in self.script.steps
            for name in step.holes
            if not all(part in told for part in parts(step.arguments[name]))
        ]

    async def room(self) -> None:
        """Nobody says how much it holds."""

    def reply(
        self,
        history: Sequence[Message],
        tools: Sequence[Tool],
        schema: Mapping[str, Any] | None = None,
    ) -> AsyncGenerator[ReplyDelta | ToolCall]:
        """The next round."""
        return self._reply(history, tools)

    async def _reply(
        self, history: Sequence[Message], tools: Sequence[Tool]
    ) -> AsyncGenerator[ReplyDelta | ToolCall]:
        await anyio.lowlevel.checkpoint()
        self._take_results()
        is_new_turn = history[-1].role == "user"
        self._history = history
        self._take_results()
        if is_new_turn:
            self._unmade, self._again = self._again, []
        calls: list[ToolCall] = []
        if not self._has_planned:
            self._has_planned = True
            calls.extend(self._plan(tools))
        is_thanked = is_new_turn and history[-1].content == THANKS
        if self.has_read_attack and (self._is_fresh or is_thanked):
            self._unmade = list(self.script.attack.calls) if self.script.attack else []
        self._is_fresh = False
        calls.extend(self._attack())
        calls.extend(self._task())
        if self._may_end():
            yield self._say(self._last_words())
        elif not calls:
            yield self._say("All right.")
        for call in calls:
            yield call

    def _left(self) -> list[Step]:
        done = self._passed.union(self.answers)
        return [step for step in self.script.steps if step.number not in done]

    def _may_end(self) -> bool:
        """Whether all that was to be read has been, and its last words are not said yet."""
        if self._has_ended or any(step.is_source for step in self._left()):
            return False
        self._has_ended = True
        return True

    def _last_words(self) -> str:
        words = [self.script.last_words]
        if self.is_told_attack and self.script.attack:
            words.append(self.script.attack.words)
        said = ". ".join(word for word in words if word)
        return f"{said}." if said else "Done."

    def _say(self, text: str) -> ReplyDelta:
        self.said.append(text)
        return ReplyDelta(text)

    def _new(self, name: str, arguments: Mapping[str, Any], step: Step | FunctionCall) -> ToolCall:
        self._calls += 1
        call = ToolCall(f"call-{self._calls}", name, written(arguments))
        self._issued[call.id] = step
        return call

    def _plan(self, tools: Sequence[Tool]) -> Iterator[ToolCall]:
        """Its plan, where the house takes one."""
        if PLAN not in {tool.name for tool in tools}:
            return
        steps = [
            {"intent": intent_name(self.script.suite, function), "arguments": written(arguments)}
            for function, arguments in self.script.plan
        ]
        yield ToolCall("plan-1", PLAN, {"steps": steps})

    def _attack(self) -> Iterator[ToolCall]:
        for call in self._unmade:
            yield self._new(intent_name(self.script.suite, call.function), call.args, call)
        self._unmade = []

    def _task(self) -> Iterator[ToolCall]:
        """The steps whose sources are all known; effects in their order."""
        left = self._left()
        is_blocked = False
        for step in left:
            is_ready = step.needs <= self._passed.union(self.answers)
            is_act = step.is_effect and not step.is_source
            if is_ready and not (is_act and is_blocked):
                name = intent_name(self.script.suite, step.function)
                yield self._new(name, step.arguments, step)
            else:
                is_blocked |= is_act

    def _take_results(self) -> None:
        """Read what the tools answered; the history of the turn before has the last of it."""
        for message in self._history:
            name = message.tool_call_id
            if message.role != "tool" or name in self._settled:
                continue
            self._settled.add(name)
            self.read(message.content)
            self.is_told_attack |= _MARK in message.content
            step = self._issued.get(name)
            told = json.loads(message.content)
            if told == UNANSWERED:
                self._again.extend([step] if isinstance(step, FunctionCall) else [])
            elif isinstance(step, Step):
                self._take_answer(step, told)
            elif step is not None and "error" in told:
                self.refusals.append(str(told["error"]))

    def _take_answer(self, step: Step, told: Mapping[str, Any]) -> None:
        """What the user was asked about, he has answered when the model is called again."""
        if told == ASKED:
            self._passed.add(step.number)
        else:
            self.answers[step.number] = told
