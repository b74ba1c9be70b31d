"""Asking for what was said and done before: by topic, by time, or for when it was last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Literal

from voiced.plugin import (
    TEXT,
    TIME_SPAN,
    Context,
    DateSpan,
    Effect,
    Remembered,
    Reply,
    first_sentences,
    intent,
    one_line,
)

from .keeping import HOW_TO_KEEP
from .words import counted, is_question_of_memory, moment_words, telling_words, whole_sentence

__all__ = ["last_time", "said", "told", "what_was_done"]

_SPOKEN_ITEMS = 3
_READ_LETTERS = 300
_LOOKED_AT = 200


async def _found(
    context: Context,
    by: Sequence[Literal["user", "assistant", "change"]],
    topic: str | None,
    when: DateSpan | None,
) -> list[Remembered]:
    words = telling_words(topic, loosely=True) if topic else ""
    since, until = (when.start, when.end) if when else (None, None)
    records = await context.assistant.remembered(words, since=since, until=until, count=_LOOKED_AT)
    return [each for each in records if each.by in by and not is_question_of_memory(each)]


def _listed(sentences: Iterable[str], count: int) -> str:
    shown = list(sentences)[:_SPOKEN_ITEMS]
    more = count - len(shown)
    return whole_sentence([*shown, f"and {counted(more, 'time')} more" if more > 0 else ""])


def _quoted(record: Remembered, now: datetime) -> str:
    who = {"user": "you said", "assistant": "I said", "change": "I"}[record.by]
    text = first_sentences(one_line(record.text), _READ_LETTERS)
    colon = "" if record.by == "change" else ":"
    back = ", which was undone" if record.is_undone else ""
    return f"{moment_words(record.at, now)} {who}{colon} {text}{back}"


async def _speech(
    context: Context,
    by: Literal["user", "assistant"],
    topic: str | None,
    when: DateSpan | None,
) -> Reply:
    found = await _found(context, (by,), topic, when)
    if found:
        text = _listed((_quoted(each, context.now) for each in found), len(found))
        return Reply(text, data={"found": len(found)})
    if not context.assistant.keeps_speech:
        done = await _found(context, ("change",), topic, when)
        text = _listed((_quoted(each, context.now) for each in done), len(done))
        return Reply(f"{HOW_TO_KEEP} {text}".strip(), data={"found": 0})
    who = "you" if by == "user" else "I"
    about = f" about {topic}" if topic else " anything"
    return Reply(
        f"I don't remember that {who} said something{about}."
        if topic
        else f"I don't remember that {who} said{about} then.",
        data={"found": 0},
    )


@intent(
    "memory.said",
    sentences=[
        "what did (i|we) [just] (say|tell you|ask|ask you|talk) about {topic}",
        "what did (i|we) [just] (say|tell you|ask|ask you|talk) about {topic} {when}",
        "what did (i|we) [just] (say|tell you|ask|ask you|talk) {when} about {topic}",
        "what did (i|we) (say|tell you|ask|ask you|talk about|discuss) {when}",
        "did i (say|mention|tell you) (something|anything) about {topic} [{when}]",
        "(find|search for) {topic} in (my|the|your) (journal|transcripts)",
    ],
    effect=Effect.R1,
    examples=["what did I say about the boat yesterday"],
)
async def said(
    context: Context,
    topic: Annotated[str | None, TEXT] = None,
    when: Annotated[DateSpan | None, TIME_SPAN] = None,
) -> Reply:
    """Say again what the user said about something, or at some time."""
    return await _speech(context, "user", topic, when)


@intent(
    "memory.told",
    sentences=[
        "what did you (say|tell me|answer) about {topic}",
        "what did you (say|tell me|answer) about {topic} {when}",
        "what did you (say|tell me|answer) {when} [about {topic}]",
    ],
    effect=Effect.R1,
    examples=["what did you tell me about the train this morning"],
)
async def told(
    context: Context,
    topic: Annotated[str | None, TEXT] = None,
    when: Annotated[DateSpan | None, TIME_SPAN] = None,
) -> Reply:
    """Say again what was answered about something, or at some time."""
    return await _speech(context, "assistant", topic, when)


@intent(
    "memory.did",
    sentences=[
        "what (did you do|have you done|did you change|have you changed) {when}",
        "what (did you do|have you done) (with|about|to) {topic} [{when}]",
        "(list|tell me|show me) (what you did|your changes) {when}",
    ],
    effect=Effect.R1,
    examples=["what did you do this morning"],
)
async def what_was_done(
    context: Context,
    when: Annotated[DateSpan | None, TIME_SPAN] = None,
    topic: Annotated[str | None, TEXT] = None,
) -> Reply:
    """Tell what was changed at some time, or to something."""
    found = await _found(context, ("change",), topic, when)
    if not found:
        return Reply(f"I did nothing {'with ' + topic if topic else 'then'} that I remember.")
    text = _listed((_quoted(each, context.now) for each in found), len(found))
    return Reply(text, data={"found": len(found)})


@intent(
    "memory.last",
    sentences=[
        "when did i last (ask|ask you|talk|talk to you|say something|tell you something) about"
        " {topic}",
        "when did i last (mention|ask for|ask you for) {topic}",
        "when was the last time [that] i (asked|asked you|talked|said something) about {topic}",
        "when was the last time [that] i (mentioned|asked for) {topic}",
    ],
    effect=Effect.R1,
    examples=["when did I last ask about the boat"],
)
async def last_time(context: Context, topic: Annotated[str, TEXT]) -> Reply:
    """Tell when something was spoken of last."""
    found = await _found(context, ("user", "change"), topic, None)
    if found:
        return Reply(whole_sentence([_quoted(found[0], context.now)]))
    if not context.assistant.keeps_speech:
        return Reply(HOW_TO_KEEP)
    return Reply(f"I don't remember that you ever spoke of {topic}.")
