"""The intents that search, and that tell more of what was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

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
    intent,
    one_line,
)

from .in_browser import Opened, search_in_browser
from .known import with_known
from .results import HIT, WebResult
from .server import search
from .settings import Settings

__all__ = ["search_web", "tell_more"]

_NAMED = 3
_READ = 5
_LONGEST_QUERY = 400
_ORDINALS = ("First", "Second", "Third")
_ANSWER = {
    "type": "object",
    "properties": {
        "answer": {"type": "string", "maxLength": 300},
        "result": {"type": "integer", "minimum": 0, "maximum": _READ},
    },
}


@intent(
    "search.web",
    sentences=[
        "(search|look|browse) [on|in] (the web|the internet|the net|online) for {query}",
        "(search|google|web search|look online) [for] {query} (online|on the web|on the internet)",
        "do a (web search|search on the web) for {query}",
        "look up {query} (online|on the web|on the internet)",
        "what does the (web|internet) say about {query}",
        "google {query}",
        "(search|search for|look for|look up) {query} (in|with) (my|the) browser",
        "(search|look) in (my|the) browser for {query}",
    ],
    effect=Effect.O1,
    critical=["query"],
    examples=["search the web for heat pumps"],
    deadline_s=45.0,
    is_query=True,
)
async def search_web(context: Context, query: Annotated[str, TEXT]) -> Reply:
    """Search the web for words, and name the first three results with their sources."""
    settings = context.settings(Settings)
    words = one_line(query).strip()[:_LONGEST_QUERY]
    if not words:
        raise InvalidSlots("no words to search for", spoken="What shall I search for?")
    if settings.url:
        opened = Opened(await search(words, settings))
        if not opened.results:
            return Reply("I found nothing on the web for that.", data={"sources": []})
    else:
        opened = await search_in_browser(context, words)
        if not opened.results:
            return Reply(f"I opened the search in your browser.{opened.note}")
    found = await with_known(context, opened.results)
    answer = await _answer(context, words, found) if settings.answers else ""
    named = _named(found[:_NAMED])
    text = f"{answer} The results are: {named}" if answer else f"I found this. {named}"
    return Reply(f"{text}{opened.note}", found, {"sources": [each.url for each in found[:_NAMED]]})


async def _answer(context: Context, words: str, found: Sequence[WebResult]) -> str:
    """What one of the pages says to it, named; empty where the model finds no answer in them."""
    if not any(each.snippet for each in found[:_READ]):
        return ""  # nothing was read but titles
    rows = [
        f"Result {number}: {each.title}\n{each.snippet}"
        for number, each in enumerate(found[:_READ], start=1)
    ]
    question = (
        f'Somebody searched the web for "{words}". Which result answers that, by its number, and '
        "what does it say, in one short sentence? Number 0 and an empty answer, if none does."
    )
    try:
        read = await context.ask_about("\n\n".join(rows), question, _ANSWER, object_id="results")
    except CannotRead:
        return ""
    number = int(str(read.reveal()["result"]))  # a number can only point at one of the pages
    if not 1 <= number <= min(_READ, len(found)) or not read.reveal()["answer"]:
        return ""
    return _sentence(attributed(found[number - 1].source, read.map(_said)))


def _said(read: dict[str, JsonValue]) -> str:
    return str(read["answer"])


def _named(found: Sequence[WebResult]) -> str:
    return " ".join(
        f"{ordinal}, from {each.source}: {_sentence(each.called)}"
        for ordinal, each in zip(_ORDINALS, found, strict=False)
    )


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


@intent(
    "search.more",
    sentences=[
        "[and] (what|how) about {hit}",
        "and {hit}",
        "(tell me|say|read me) (more|something|what it says) (about|of|on) {hit}",
        "what (does|is) {hit} (say|about)",
        "(read|read me|read out) {hit}",
    ],
    effect=Effect.R1,
    examples=["and the second one"],
)
async def tell_more(context: Context, hit: Annotated[WebResult, HIT]) -> Reply:
    """Tell what one of the results says."""
    pages = [each for each in context.assistant.entities if isinstance(each, WebResult)]
    snippet = Labelled(hit.snippet, EXTERNAL)
    said = attributed(hit.source, snippet) if hit.snippet else f"It is from {hit.source}"
    text = f"{_sentence(hit.called)} {_sentence(said)}"
    return Reply(text, tuple(pages) or (hit,), {"sources": [hit.url]})
