"""What happened on a day: by counts and the main things; or, with a model, in its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar

from voiced.plugin import (
    TIME_SPAN,
    Candidate,
    CannotRead,
    Context,
    DateSpan,
    Effect,
    Remembered,
    Reply,
    SlotContext,
    attributed,
    intent,
    normalise,
    one_line,
)
from voiced_intents.clock.words import joined

from .keeping import HOW_TO_KEEP
from .words import counted, span_words, whole_sentence

__all__ = ["sum_up", "what_happened"]

_TIMES = frozenset(
    "today yesterday ago day days week weeks month morning afternoon evening night tonight hour"
    " hours last monday tuesday wednesday thursday friday saturday sunday".split()
)
_DEADLINE_S = 40.0
_MOST = 400
_WORTH_A_MODEL = 4
_SUMMARY = {
    "type": "object",
    "properties": {"summary": {"type": "string", "maxLength": 400}},
}
_QUESTION = (
    "This is a log of what a user asked of his assistant and what it did. Sum it up for the user in"
    " two or three short sentences, the most important first."
)


_LONGEST = 5


@dataclass(frozen=True, slots=True)
class _When:
    """A time, word by word: "what happened in the news today" asks for something else."""

    name: ClassVar[str] = "day"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = TIME_SPAN.json_schema

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002
        """None: those that there are would be found among other words, too."""
        return ()

    def fits(self, said: str) -> bool:
        """Whether it may be a time at all."""
        words = normalise(said)
        return len(words) <= _LONGEST and bool(_TIMES.intersection(words))

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[DateSpan]]:
        """The time."""
        return TIME_SPAN.resolve(said, context)


@intent(
    "memory.happened",
    sentences=["what [all] happened {when}", "tell me what [all] happened {when}"],
    effect=Effect.R1,
    deadline_s=_DEADLINE_S,
    examples=["what happened yesterday"],
)
async def what_happened(context: Context, when: Annotated[DateSpan, _When()]) -> Reply:
    """Tell what happened on a day."""
    return await _summary(context, when)


@intent(
    "memory.day",
    sentences=[
        "(sum up|summarise|summarize|recap) {when}",
        "(sum up|summarise|summarize|recap) (my|the) day",
        "(give me|tell me) (a|the) (summary|recap) of {when}",
        "(give me|tell me) (a|the) (summary|recap) of (my|the) day",
    ],
    effect=Effect.R1,
    deadline_s=_DEADLINE_S,
    examples=["sum up my day"],
)
async def sum_up(context: Context, when: Annotated[DateSpan | None, TIME_SPAN] = None) -> Reply:
    """Sum up what was said and done on a day; today where none is named."""
    return await _summary(context, when)


async def _summary(context: Context, when: DateSpan | None) -> Reply:
    now = context.now
    span = when or _day_of(now)
    records = await context.assistant.remembered(since=span.start, until=span.end, count=_MOST)
    if not records:
        why = "" if context.assistant.keeps_speech else f" {HOW_TO_KEEP}"
        return Reply(f"I did nothing {span_words(span, now)} that I remember.{why}")
    counts = _counts(records, span_words(span, now))
    data = {"said": _by_user(records), "changes": len(_changes(records))}
    if len(records) >= _WORTH_A_MODEL:
        try:
            found = await context.ask_about(_log(records), _QUESTION, _SUMMARY)
        except CannotRead:
            pass
        else:
            words = found.map(lambda answer: str(answer["summary"]))
            return Reply(f"{counts} {attributed('the journal', words)}", data=data)
    return Reply(f"{counts} {_main_things(records)}".strip(), data=data)


def _day_of(now: datetime) -> DateSpan:
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return DateSpan(start, start + timedelta(days=1))


def _changes(records: Sequence[Remembered]) -> list[Remembered]:
    return [each for each in records if each.by == "change" and not each.is_undone]


def _by_user(records: Sequence[Remembered]) -> int:
    return sum(each.by == "user" for each in records)


def _counts(records: Sequence[Remembered], day: str) -> str:
    spoken, changes = _by_user(records), len(_changes(records))
    undone = sum(each.is_undone for each in records)
    parts = [f"you asked {counted(spoken, 'thing')}"] if spoken else []
    if changes:
        parts.append(f"I made {counted(changes, 'change')}")
    if undone:
        parts.append(
            f"took back {counted(undone, 'change')}"
            if changes
            else f"I took back {counted(undone, 'change')}"
        )
    return whole_sentence([f"{day} {joined(parts)}"]) if parts else ""


def _main_things(records: Sequence[Remembered]) -> str:
    """One change of each kind, the newest, and then the others."""
    changes = _changes(records)
    kinds: dict[str, Remembered] = {}
    for each in changes:
        kinds.setdefault(each.intent, each)
    ordered = [*kinds.values(), *(each for each in changes if each is not kinds[each.intent])]
    if not ordered:
        return ""
    return whole_sentence([f"I {joined([one_line(each.text) for each in ordered])}"])


def _log(records: Sequence[Remembered]) -> str:
    """What a model gets to read, oldest first."""
    who = {"user": "the user said", "assistant": "the assistant said", "change": "it"}
    return "\n".join(
        f"{each.at:%a %H:%M} {who[each.by]}: {one_line(each.text)}" for each in reversed(records)
    )
