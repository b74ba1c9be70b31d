"""The page in front: read aloud, summed up, asked about.

What is on a page was written by anybody: it is told as the words of the page, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from voiced.plugin import (
    EXTERNAL,
    TEXT,
    CannotRead,
    Context,
    Effect,
    InvalidSlots,
    JsonValue,
    Labelled,
    Reply,
    attributed,
    first_sentences,
    intent,
    one_line,
)

from .addresses import site_name
from .meaning import Meant, meant
from .refusals import failed
from .things import OpenTab

__all__ = ["ask_page", "read_on", "read_page", "summarise_page"]

_READ_LETTERS, _ASKED_LETTERS = 900, 20_000
_FIRST_SENTENCES = 3
_SUM_UP = "What does this page say? Sum it up in at most three short sentences."
_SUMMARY = {
    "type": "object",
    "properties": {"summary": {"type": "string", "maxLength": 600}},
    "required": ["summary"],
}
_ANSWER = {
    "type": "object",
    "properties": {"answer": {"type": "string", "maxLength": 400}},
    "required": ["answer"],
}
_PAGE = "(page|web page|website|article|site)"


@dataclass(frozen=True, slots=True)
class PartRead(OpenTab):
    """A page that was read aloud up to ``at``; "read on" goes on there."""

    at: int = 0


@dataclass(frozen=True, slots=True)
class _Text:
    """The main text of a page, on one line; ``is_whole``: there is no more of it."""

    text: Labelled[str]
    is_whole: bool
    source: str
    nothing: ClassVar[str] = "I found no text on this page."


def _text_of(found: Meant, letters: int) -> _Text:
    """The text of a tab.

    Raises:
        IntentFailed: There is none, or the browser does not give it.
    """
    got = found.use.call("page.text", id=found.tab.tab.id, limit=letters)
    fields: Mapping[str, JsonValue] = got if isinstance(got, Mapping) else {}
    text = one_line(str(fields.get("text", "")))
    if not text:
        raise failed("no text on the page", _Text.nothing)
    host = site_name(found.tab.tab.url)
    source = f"the page from {host}" if host else "the page"
    return _Text(Labelled(text, EXTERNAL), fields.get("truncated") is not True, source)


@intent(
    "browser.read",
    sentences=[
        f"(read|read out|read me) (this|the|the current) {_PAGE} [aloud|to me|out|out loud]",
        f"read [out|me] what is on (this|the) {_PAGE}",
        f"what does (this|the) {_PAGE} say",
    ],
    effect=Effect.R1,
    examples=["read this page to me"],
)
async def read_page(context: Context) -> Reply:
    """Read the page aloud, from its beginning."""
    found = await context.in_worker(meant, context, None, None, "read nothing")
    return await _read(context, found, 0)


@intent(
    "browser.read_on",
    sentences=[
        "(read on|go on reading|continue reading|keep reading|carry on reading) "
        f"[(this|the) {_PAGE}]",
        f"read [me] (more|the rest|the next part) [of (this|the) {_PAGE}]",
    ],
    effect=Effect.R1,
    examples=["read on"],
)
async def read_on(context: Context) -> Reply:
    """Read on where reading the page has ended."""
    parts = [each for each in context.assistant.entities if isinstance(each, PartRead)]
    if not parts:
        raise failed(
            "nothing was read before", "I have not read a page to you. Say: read this page."
        )
    found = await context.in_worker(meant, context, parts[0], None, "read nothing")
    return await _read(context, found, parts[0].at)


async def _read(context: Context, found: Meant, at: int) -> Reply:
    page = await context.in_worker(_text_of, found, at + 4 * _READ_LETTERS)
    text = page.text.reveal()[at:].strip()  # said as the words of the page
    if not text:
        return Reply(f"That was all of it.{found.note}", (found.tab,))
    part = first_sentences(text, _READ_LETTERS)
    is_end = page.is_whole and len(part) >= len(text)
    more = "" if is_end else " There is more. Say: read on."
    begins = attributed(page.source, Labelled(part, EXTERNAL)) if at == 0 else part
    end = at + page.text.reveal()[at:].index(part[:40]) + len(part)
    read = PartRead(found.tab.tab, found.tab.run, at=end)
    return Reply(f"{begins}{more}{found.note}", (read,))


@intent(
    "browser.summarise",
    sentences=[
        f"(summarise|summarize|sum up) (this|the|the current) {_PAGE}",
        f"(give me|make) a summary of (this|the|the current) {_PAGE}",
        f"(what is|what's) (this|the|the current) {_PAGE} about",
    ],
    effect=Effect.R1,
    examples=["summarise this page"],
    deadline_s=60.0,
)
async def summarise_page(context: Context) -> Reply:
    """Sum the page up; without a language model, tell how it begins."""
    found = await context.in_worker(meant, context, None, None, "read nothing")
    page = await context.in_worker(_text_of, found, _ASKED_LETTERS)
    try:
        told = await context.ask_about(page.text, _SUM_UP, _SUMMARY, object_id="page")
    except CannotRead:
        begins = page.text.map(lambda text: first_sentences(text, _READ_LETTERS, _FIRST_SENTENCES))
        start = attributed(page.source, begins)
        return Reply(f"I have no language model to sum it up. {start}{found.note}", (found.tab,))
    summary = attributed(page.source, told.map(lambda answer: str(answer["summary"])))
    return Reply(f"{summary}{found.note}", (found.tab,), {"urls": [found.tab.tab.url]})


@intent(
    "browser.ask",
    sentences=[
        f"what does (this|the) {_PAGE} say (about|on) {{question}}",
        f"(according to|on|in) (this|the) {_PAGE} {{question}}",
        f"ask (this|the) {_PAGE} [about] {{question}}",
        f"(tell me|say|answer) from (this|the) {_PAGE} {{question}}",
        f"(look at|look on|check|read) (this|the) {_PAGE} and (tell|answer) me {{question}}",
    ],
    effect=Effect.R1,
    examples=["what does this page say about prices"],
    deadline_s=60.0,
)
async def ask_page(context: Context, question: Annotated[str, TEXT]) -> Reply:
    """Answer a question from what the page says."""
    words = one_line(question).strip()
    if not words:
        raise InvalidSlots("no question", spoken="What do you want to know of the page?")
    found = await context.in_worker(meant, context, None, None, "read nothing")
    page = await context.in_worker(_text_of, found, _ASKED_LETTERS)
    asked = (
        f'Somebody reads this page and asks: "{words}". What does the page say to that, in one or '
        "two short sentences? An empty answer if it says nothing."
    )
    try:
        told = await context.ask_about(page.text, asked, _ANSWER, object_id="page")
    except CannotRead as error:
        raise failed(
            "no language model",
            "I need a language model to answer that. I can read the page to you.",
            "set url in the section [responder] of voiced.toml",
        ) from error
    answer = attributed(page.source, told.map(lambda each: str(each["answer"])))
    return Reply(f"{answer}{found.note}", (found.tab,), {"urls": [found.tab.tab.url]})
