"""What thinking is given of a turn, what it says in it, and how it ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import anyio.lowlevel

from voiced.dispatch import Call, Question, Report, Result
from voiced.errors import EngineError, VoicedError
from voiced.events import Outcome, ReplySentence, StageFailed
from voiced.policy import TYPED, Manner
from voiced.speech.sentences import SentenceCutter
from voiced.spoken import one_line
from voiced.trace import Marks

__all__ = [
    "Perform",
    "Say",
    "Saying",
    "Thought",
    "Together",
    "Turn",
    "Work",
    "done",
    "report_failure",
]

Say = Callable[[str], Awaitable[None]]
"""Takes one sentence to the speaker."""

Perform = Callable[[Call, Report], Awaitable[Result]]
"""Runs a call where its effect may outlive the turn."""

Work: TypeAlias = Callable[[], Coroutine[Any, Any, None]]

Together: TypeAlias = Callable[[Sequence[Work]], Awaitable[None]]
"""Runs all of these to their ends, at once where the turn has tasks of its own."""


async def _in_turn(works: Sequence[Work]) -> None:
    for work in works:
        await work()


@dataclass(frozen=True, slots=True)
class Turn:
    """What thinking needs to know of the turn: where events go, when steps happened, the voice."""

    report: Report
    marks: Marks
    say: Say
    perform: Perform
    manner: Manner = TYPED
    together: Together = _in_turn


@dataclass(frozen=True, slots=True)
class Thought:
    """How the thinking ended.

    ``reply`` is all that was said; ``call`` and ``result`` the last intent that ran, if any;
    ``question`` what waits for an answer.
    """

    outcome: Outcome
    reply: str = ""
    call: Call | None = None
    result: Result | None = None
    question: Question | None = None
    error: VoicedError | None = None


@dataclass(slots=True)
class Saying:
    """What was said in this turn so far."""

    turn: Turn
    sentences: list[str] = field(default_factory=list[str])
    is_aside: bool = False

    async def say(self, sentence: str) -> None:
        """Say one sentence."""
        await anyio.lowlevel.checkpoint_if_cancelled()  # nothing is told after a barge-in
        sentence = one_line(sentence)  # it may hold names of files, or whatever a model wrote
        report = self.turn.report
        self.turn.marks.set("first_token", report.at())
        self.sentences.append(sentence)
        report.emit(ReplySentence(report.at(), report.turn, sentence))
        await self.turn.say(sentence)

    async def say_text(self, text: str) -> None:
        """Say a text, sentence by sentence."""
        cutter = SentenceCutter()
        for sentence in [*cutter.feed(text), *cutter.finish()]:
            await self.say(sentence)

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join(self.sentences)


def report_failure(error: EngineError, saying: Saying) -> None:
    """Tell the readers of events that a stage failed."""
    report = saying.turn.report
    report.emit(StageFailed(report.at(), error.stage, error.code, error.message, error.retryable))


def done(result: Result) -> Thought:
    """The thought that ends with this result."""
    outcome: Outcome = "failed" if result.error else "completed"
    return Thought(outcome, call=result.call, result=result, error=result.error)
