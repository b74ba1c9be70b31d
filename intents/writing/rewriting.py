"""The intents that write a text anew: it goes to the clipboard, and the old one comes back by undo.

The text is anybody's, and so is all that is made of it: the model that reads it can call nothing,
and what it writes is only copied and told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from voiced.plugin import (
    CannotRead,
    Context,
    Effect,
    IntentFailed,
    JsonValue,
    Labelled,
    Reply,
    attributed,
    choice,
    intent,
    number_words,
)

from .copying import copy_text
from .differences import changes, told
from .sources import SOURCE, source_text

__all__ = ["MANNER", "make_list", "proofread", "rewrite", "summarise", "translate"]

_DEADLINE_S = 90.0
_READ_WORDS = 40
_NAMED_ITEMS = 3

MANNER = choice(
    "manner",
    {
        word: manner
        for words, manner in (
            ("friendlier|friendly|more friendly|nicer|warmer|kinder", "friendlier and warmer"),
            ("shorter|more concise|concise|briefer|more brief|tighter", "shorter"),
            ("formal|more formal|professional|more professional", "more formal"),
            ("politer|polite|more polite", "more polite"),
            ("simpler|simple|easier|clearer|plainer|easier to read", "simpler and clearer"),
            ("longer|more detailed|detailed", "longer and more detailed, inventing no facts"),
            ("casual|more casual|informal|more informal|looser", "more casual"),
            ("firmer|more direct|direct|stronger|more confident", "firmer and more direct"),
        )
        for word in words.split("|")
    },
)

_LANGUAGES = (
    "Arabic Bulgarian Chinese Croatian Czech Danish Dutch English Estonian Finnish French German "
    "Greek Hebrew Hindi Hungarian Indonesian Irish Italian Japanese Korean Latin Latvian "
    "Lithuanian Norwegian Persian Polish Portuguese Romanian Russian Serbian Slovak Slovenian "
    "Spanish Swahili Swedish Thai Turkish Ukrainian Vietnamese"
).split()
LANGUAGE = choice("language", {name: name for name in _LANGUAGES})

_PROOFREAD = (
    "Correct spelling, grammar and punctuation, and nothing else. Keep the language, the words, "
    "the order, the lines and the tone. Where nothing is wrong, leave it exactly as it is."
)
_SUMMARY = {
    "type": "object",
    "properties": {"summary": {"type": "string", "maxLength": 600}},
}
_ITEMS = {
    "type": "object",
    "properties": {
        "items": {"type": "array", "maxItems": 30, "items": {"type": "string", "maxLength": 200}}
    },
}


def _checked(new: Labelled[str]) -> Labelled[str]:
    """A text that says something.

    Raises:
        CannotRead: The model wrote nothing.
    """
    if not new.reveal().strip():
        reason = "the model wrote nothing"
        raise CannotRead(
            reason, spoken="My language model gave me nothing back, so I copied nothing."
        )
    return new


def _copied(what: str, new: Labelled[str]) -> str:
    """Where the new text is; a short one is read out."""
    if len(new.reveal().split()) <= _READ_WORDS:
        return f"{what} is on your clipboard. {attributed('it', new)}"
    words = " ".join(number_words(len(new.reveal().split())))
    return f"{what} is on your clipboard. It has {words} words."


@intent(
    "writing.rewrite",
    sentences=[
        "(rewrite|rephrase|reword|rework) {source} [to be|so that it is|so it's|in a] [a bit|a "
        "little|much] {manner} [way|tone]",
        "make {source} [sound] [a bit|a little|much] {manner}",
        "(rewrite|rephrase|reword|rework) {source}",
    ],
    effect=Effect.W1,
    critical=["source", "manner"],
    examples=["make this friendlier", "rewrite the selection shorter"],
    deadline_s=_DEADLINE_S,
)
async def rewrite(
    context: Context,
    source: Annotated[str, SOURCE],
    manner: Annotated[str | None, MANNER] = None,
) -> Reply:
    """Rewrite the selected or copied text, and put it on the clipboard."""
    found = await source_text(context, source)
    how = f"Make it {manner}." if manner else "Say the same in other, better words."
    how = f"{how} Keep the language, what it says, and every name, number and date."
    new = _checked(await context.rewrite(found.text, how, object_id=found.name))
    await copy_text(context, new, "put a rewritten text on your clipboard")
    return Reply(_copied("The new text", new))


@intent(
    "writing.proofread",
    sentences=[
        "(proofread|proof read|correct) {source}",
        "(fix|check|correct) the (spelling|grammar|spelling and grammar|mistakes|typos) "
        "[(in|of) {source}]",
        "(fix|check|correct) my (spelling|grammar|spelling and grammar|typos)",
    ],
    effect=Effect.W1,
    critical=["source"],
    examples=["proofread this", "check the spelling"],
    deadline_s=_DEADLINE_S,
)
async def proofread(context: Context, source: Annotated[str | None, SOURCE] = None) -> Reply:
    """Correct the selected or copied text, tell the changes, and copy the result."""
    found = await source_text(context, source)
    new = _checked(await context.rewrite(found.text, _PROOFREAD, object_id=found.name))
    made = new.map(lambda text: changes(found.text, text))
    text = told(made.reveal(), len(found.text.split()))
    if not made.reveal():
        return Reply(text)
    await copy_text(context, new, "put a corrected text on your clipboard")
    return Reply(f"{text} The corrected text is on your clipboard.")


@intent(
    "writing.summarise",
    sentences=[
        "(summarize|summarise|sum up) {source}",
        "(give me|make) a summary (of|from) {source}",
    ],
    effect=Effect.W1,
    critical=["source"],
    examples=["summarize the selection"],
    deadline_s=_DEADLINE_S,
)
async def summarise(context: Context, source: Annotated[str, SOURCE]) -> Reply:
    """Sum up the selected or copied text aloud, and put the summary on the clipboard."""
    found = await source_text(context, source)
    question = "What does it say, in one to three short sentences, in its own language?"
    answer = await context.ask_about(found.text, question, _SUMMARY, object_id=found.name)
    summary = _checked(answer.map(lambda each: str(each["summary"])))
    await copy_text(context, summary, "put a summary on your clipboard")
    return Reply(attributed(found.name, summary))


@intent(
    "writing.list",
    sentences=[
        "(turn|make|change) {source} into a [bullet|bulleted] list",
        "make a [bullet|bulleted] list (of|from|out of) {source}",
        "list the [main|key] points (of|in) {source}",
    ],
    effect=Effect.W1,
    critical=["source"],
    examples=["turn this into a list"],
    deadline_s=_DEADLINE_S,
)
async def make_list(context: Context, source: Annotated[str, SOURCE]) -> Reply:
    """Make a list of the points of the selected or copied text, and copy it."""
    found = await source_text(context, source)
    question = "What are its points, each in a few words, in its own language and order?"
    answer = await context.ask_about(found.text, question, _ITEMS, object_id=found.name)
    items = answer.map(_items)
    if not items.reveal():
        raise IntentFailed("no points were found", spoken="I found no points in that text.")
    lines = items.map(lambda each: "".join(f"- {item}\n" for item in each))
    await copy_text(context, lines, "put a list on your clipboard")
    return Reply(f"{attributed('the list', items.map(_named))} It is on your clipboard.")


def _items(answer: Mapping[str, JsonValue]) -> tuple[str, ...]:
    found = answer["items"]
    rows = found if isinstance(found, list | tuple) else ()
    return tuple(text for text in (str(row).strip(" -*\u2022") for row in rows) if text)


def _named(items: tuple[str, ...]) -> str:
    more = len(items) - _NAMED_ITEMS
    named = "; ".join(item.rstrip(".") for item in items[:_NAMED_ITEMS])
    return f"{named}; and {' '.join(number_words(more))} more." if more > 0 else f"{named}."


@intent(
    "writing.translate",
    sentences=[
        "translate {source} (to|into|in) {language}",
        "(put|say|write) {source} in {language}",
    ],
    effect=Effect.W1,
    critical=["source", "language"],
    examples=["translate this to German"],
    deadline_s=_DEADLINE_S,
)
async def translate(
    context: Context, source: Annotated[str, SOURCE], language: Annotated[str, LANGUAGE]
) -> Reply:
    """Translate the selected or copied text, and put the translation on the clipboard."""
    found = await source_text(context, source)
    how = f"Translate it into {language}. Keep the lines, the tone, names and numbers."
    new = _checked(await context.rewrite(found.text, how, object_id=found.name))
    await copy_text(context, new, f"put a {language} translation on your clipboard")
    return Reply(f"The {language} text is on your clipboard.")
