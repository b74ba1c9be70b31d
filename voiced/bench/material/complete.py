"""Requests that are over when they stop, without a pause inside: how long is the wait there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.bench.material.recipes import Recipe, said_whole, takes

if TYPE_CHECKING:
    from voiced.bench.material.utterances import Take

__all__ = ["COMPLETE_KINDS", "complete"]

_TEXTS = {
    "command": (
        "open the budget.",
        "undo that.",
        "find the invoice from March.",
        "delete the shopping list.",
        "rename the file to holiday pictures.",
        "create a new folder called taxes.",
        "move the invoice to the documents folder.",
        "make a copy of the budget.",
        "show me pictures from last week.",
        "set a timer for twenty minutes.",
        "wake me up at half past six.",
        "add milk to the shopping list.",
        "turn off the lights in the kitchen.",
        "play some jazz.",
        "read me the last message from Anna.",
        "remind me to call the dentist tomorrow.",
        "close all windows.",
        "say that again.",
    ),
    "question": (
        "what time is it?",
        "what day is it today?",
        "what can I say?",
        "where is my budget?",
        "what is the weather in Berlin tomorrow?",
        "when does the next train leave?",
        "how far is it to the moon?",
        "who wrote this letter?",
        "what did I work on yesterday?",
        "is there any new mail?",
        "how do you spell rhythm?",
        "what is seven times eight?",
        "when is my next meeting?",
        "did anybody call while I was out?",
        "how long do eggs have to boil?",
        "what is on my list for today?",
    ),
    "statement": (
        "my name is Bud.",
        "the meeting is on Thursday at ten.",
        "I will be home around six.",
        "the blue one is for my sister.",
        "that was the wrong file.",
        "I would like to hear the news.",
        "tell me something about whales.",
        "the password for the door has changed.",
        "we are going to be five people tonight.",
        "I left the keys in the car.",
        "it has been raining all day.",
        "write to Tom that I am late.",
    ),
}

COMPLETE_KINDS = tuple(_TEXTS)
"""What a complete utterance may be."""

_SEED = 3004


async def complete(count: int = 100) -> tuple[Take, ...]:
    """Complete utterances without a pause, by many talkers.

    Raises:
        EngineError: The voice is missing or failed.
    """
    return await takes("complete", count, _plan)


def _plan(count: int) -> list[Recipe]:
    return said_whole(_TEXTS, _SEED, count)
