"""Stopping, and saying again what was said."""

from __future__ import annotations

from voiced.plugin import Context, Effect, Integrity, Reply, intent

__all__ = ["repeat", "stop"]


@intent(
    "talk.stop",
    sentences=[
        "stop [it|that|talking]",
        "that's enough",
        "never mind",
        "cancel [it|that]",
        "forget (it|about it)",
        "be quiet",
        "shut up",
    ],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["never mind"],
)
async def stop(context: Context) -> Reply:
    """Stop talking, and keep back what was about to be sent."""
    return Reply("Stopped. Nothing was sent." if context.assistant.stop_sending() else "")


@intent(
    "talk.repeat",
    sentences=[
        "again",
        "repeat [that|it]",
        "(say|repeat) (that|it) [again|once more]",
        "[sorry] what (did you [just] say|was that)",
        "(come|once) again",
        "once more",
        "pardon [me]",
        "[i] beg your pardon",
    ],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["say that again"],
)
async def repeat(context: Context) -> Reply:
    """Say the last reply again; one that was cut off goes on with the sentence that was cut."""
    said = context.assistant.unfinished_reply or context.assistant.last_reply
    return Reply(said or "I haven't said anything yet.", is_repeat=bool(said))
