"""The intents: look at the screen, at a picture, and let pictures be sent to the model."""

from __future__ import annotations

from typing import Annotated

from voiced.plugin import (
    TEXT,
    Context,
    Effect,
    FileEntity,
    IntentFailed,
    Reply,
    attributed,
    intent,
    one_line,
)

from .files import NAMED, PICTURE, read_picture

__all__ = ["allow_pictures", "look_at_picture", "look_at_screen", "read_screen"]

_LOOK_S = 40.0
_ANSWER = {
    "type": "object",
    "properties": {"answer": {"type": "string", "maxLength": 500}},
}
_WHAT = "What can be seen? Name what matters most, in one to three short sentences."
_READ = "What is written there? The most important text, word for word."


async def _seen(context: Context, picture: bytes, question: str, source: str) -> Reply:
    """What the model sees, told as what the picture shows."""
    found = await context.ask_about_picture(picture, question, _ANSWER, object_id=source)
    return Reply(attributed(source, found.map(lambda answer: str(answer["answer"])), "shows"))


def _question(asked: str | None) -> str:
    words = one_line(asked or "").strip()
    return f"{words}? Answer in one to three short sentences." if words else _WHAT


@intent(
    "look.screen",
    sentences=[
        "(what's|what is|what do you see|what can you see) on (my|the) screen",
        "(describe|look at) (my|the) screen",
        "what am i looking at",
        "look at (my|the) screen and (tell|show|explain [to]) me {question}",
        "[can you] see on (my|the) screen {question}",
    ],
    effect=Effect.R1,
    examples=["what is on my screen"],
    deadline_s=_LOOK_S,
)
async def look_at_screen(context: Context, question: Annotated[str | None, TEXT] = None) -> Reply:
    """Look at the screen and say what is on it, or answer a question about it."""
    picture = await context.in_worker(context.desk.screen.picture)
    return await _seen(context, picture, _question(question), "the screen")


@intent(
    "look.read_screen",
    sentences=[
        "(read|read me|read out) (my|the) screen",
        "(read|read me|read out) (what's|what is) on (my|the) screen",
        "what does (my|the) screen say",
        "what is written on (my|the) screen",
    ],
    effect=Effect.R1,
    examples=["read me what is on my screen"],
    deadline_s=_LOOK_S,
)
async def read_screen(context: Context) -> Reply:
    """Read out the most important text on the screen."""
    picture = await context.in_worker(context.desk.screen.picture)
    return await _seen(context, picture, _READ, "the screen")


@intent(
    "look.picture",
    sentences=[
        "(what's|what is|what do you see|what can you see) (in|on) (the|this|that) "
        "(picture|photo|image)",
        "(what's|what is|what do you see|what can you see) (in|on) {picture}",
        "(describe|look at) (the|this|that) (picture|photo|image)",
        "(describe|look at) {picture}",
        "(what's|what is|what do you see|what can you see) (in|on) {named}",
        "(describe|look at) {named}",
        "look at (the|this|that) (picture|photo|image) and (tell|show|explain [to]) me {question}",
    ],
    effect=Effect.R1,
    examples=["what is in this picture"],
    deadline_s=_LOOK_S,
)
async def look_at_picture(
    context: Context,
    picture: Annotated[FileEntity | None, PICTURE] = None,
    question: Annotated[str | None, TEXT] = None,
    named: Annotated[FileEntity | None, NAMED] = None,
) -> Reply:
    """Look at a picture: by its name, or the one that was named last or copied."""
    file = (
        named
        or picture
        or next(
            filter(None, (PICTURE.from_entity(each) for each in context.assistant.entities)), None
        )
    )
    if file is not None:
        data = await context.in_worker(read_picture, file.path)
        reply = await _seen(context, data, _question(question), "the picture")
        return Reply(reply.text, (named,) if named else tuple(context.assistant.entities))
    clip = await context.in_worker(context.desk.clipboard.clip)
    if not clip.kind.startswith("image/"):
        raise IntentFailed(
            "no picture was named or copied",
            spoken="Which picture? Find one first, or copy one. Then ask me again.",
        )
    return await _seen(context, clip.data, _question(question), "the picture")


@intent(
    "look.allow",
    sentences=[
        "allow [sending] (pictures|screenshots|photos)",
        "(you may|you can|let me allow you to) send (pictures|screenshots|my screen) to "
        "[(my|the)] [language] model",
    ],
    effect=Effect.W2,
    examples=["allow pictures"],
)
async def allow_pictures(context: Context) -> Reply:
    """Send pictures to the server of your language model from now on."""
    host = context.assistant.allow_pictures()
    if not host:
        return Reply("Your language model is on this machine, so no picture leaves it.")
    return Reply(f"I may send pictures to {host} until I am restarted. Now ask me again.")
