"""The intents that tell what is in a file: read it aloud, sum it up.

What is in a file was written by anybody: it is told as the words of the file, and decides nothing.
"""

from __future__ import annotations

import os
from contextlib import closing
from typing import Annotated

from voiced.plugin import (
    CannotRead,
    Context,
    Effect,
    FileEntity,
    Reply,
    attributed,
    first_sentences,
    intent,
)

from .described import NEARLY, meant
from .index.extract import READABLE
from .index.text import TextReader
from .kinds import FOLDER_KIND
from .listing import entry_at
from .names import split_extension
from .refusals import denied, failed, said
from .roots import Area
from .settings import Settings
from .slot import FILE

__all__ = ["read_file", "summarise_file"]

_READ_LETTERS = 900
_FIRST_SENTENCES = 3
_LIMIT_S = 8.0
_QUESTION = "What does this document say? Sum it up in at most three short sentences."
_SCHEMA = {
    "type": "object",
    "properties": {"summary": {"type": "string", "maxLength": 600}},
    "required": ["summary"],
}


def _text_of(file: FileEntity, settings: Settings) -> str:
    """The beginning of a document's text on one line, as it can be spoken.

    Raises:
        IntentDenied: It is a folder, or of a kind that has no text.
        IntentFailed: There is no text in it, or it could not be read.
    """
    entry = entry_at(Area.of(settings).spot(file.path))
    name = said(entry.name)
    extension = split_extension(entry.name)[1][1:].lower()
    if entry.kind == FOLDER_KIND or extension not in READABLE:
        raise denied("not a document with text", f"{name} is not a text that I can read.")
    with closing(TextReader(_LIMIT_S)) as reader:
        with entry.spot.opened(os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK) as opened:
            reader.begin(opened, f"text:{extension}")
        text = None
        while text is None:
            text = reader.text(_LIMIT_S)
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not plain:
        raise failed("no text in it", f"I found no text in {name}.")
    return plain


@intent(
    "files.read",
    sentences=[
        "read [out] [me] [the|my] [file|document|text] {file} [aloud|to me|out loud]",
        "read [the|my] {file} (aloud|to me|out|out loud)",
        "what does [the|my] {file} say",
        "read [out] [me] [the|my] {described} [aloud|to me|out loud]",
        "what does [the|my] {described} say",
    ],
    effect=Effect.R1,
    examples=["read the shopping list to me"],
    deadline_s=20.0,
)
async def read_file(
    context: Context,
    file: Annotated[FileEntity | None, FILE] = None,
    described: Annotated[FileEntity | None, NEARLY] = None,
) -> Reply:
    """Read a document aloud, from its beginning."""
    file = meant(file, described)
    text = await context.in_worker(_text_of, file, context.settings(Settings))
    part = first_sentences(text, _READ_LETTERS)
    more = "" if len(part) >= len(text) else " There is more in it."
    return Reply(f"{said(file.path.name)} says: {part}{more}", (file,))


@intent(
    "files.summarise",
    sentences=[
        "(summarise|summarize|sum up) [the|my] [file|document] {file}",
        "(give me|make) a summary of [the|my] [file|document] {file}",
        "what is [the|my] (file|document) {file} about",
        "(summarise|summarize|sum up) [the|my] {described}",
        "(give me|make) a summary of [the|my] {described}",
    ],
    effect=Effect.R1,
    examples=["summarise the letter to the landlord"],
    deadline_s=60.0,
)
async def summarise_file(
    context: Context,
    file: Annotated[FileEntity | None, FILE] = None,
    described: Annotated[FileEntity | None, NEARLY] = None,
) -> Reply:
    """Sum a document up; without a language model, tell how it begins."""
    file = meant(file, described)
    text = await context.in_worker(_text_of, file, context.settings(Settings))
    name = said(file.path.name)
    try:
        found = await context.ask_about(text, _QUESTION, _SCHEMA, object_id=name)
    except CannotRead:
        start = first_sentences(text, _READ_LETTERS, _FIRST_SENTENCES)
        return Reply(f"I have no language model to sum it up. {name} begins: {start}", (file,))
    return Reply(attributed(name, found.map(lambda answer: str(answer["summary"]))), (file,))
