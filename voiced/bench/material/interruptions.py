"""What people say over a reply: to end it, to change it, or because they want something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.bench.material.recipes import Recipe, said_whole, takes

if TYPE_CHECKING:
    from voiced.bench.material.utterances import Take

__all__ = ["INTERRUPTION_KINDS", "interruptions"]

_TEXTS = {
    "stop": (
        "stop.",
        "wait.",
        "no.",
        "hold on.",
        "stop it.",
        "okay, stop.",
        "that's enough.",
        "be quiet.",
        "never mind.",
        "wait a second.",
        "no, no, no.",
    ),
    "command": (
        "louder.",
        "a bit slower please.",
        "open the budget.",
        "say that again.",
        "undo that.",
        "skip this one.",
        "find the invoice from March.",
        "turn it down.",
        "rename it to summer plans.",
        "set a timer for ten minutes.",
    ),
    "question": (
        "what time is it?",
        "what day is it today?",
        "who sent that?",
        "how much was it?",
        "why is that?",
        "where did you find it?",
        "and what about tomorrow?",
        "which one is the newest?",
        "can you make it shorter?",
    ),
    "correction": (
        "no, I meant the second one.",
        "actually, make it Tuesday.",
        "not that one, the other one.",
        "sorry, I mean the blue folder.",
        "no, the one from last year.",
        "I said budget, not gadget.",
        "I didn't ask for that.",
        "make that half past nine instead.",
        "no, leave it where it is.",
        "that is the wrong address.",
    ),
}

INTERRUPTION_KINDS = tuple(_TEXTS)
"""What an interruption may be."""

_SEED = 3001


async def interruptions(count: int = 200) -> tuple[Take, ...]:
    """Real interruptions of all kinds, by many talkers.

    Raises:
        EngineError: The voice is missing or failed.
    """
    return await takes("interruptions", count, _plan)


def _plan(count: int) -> list[Recipe]:
    return said_whole(_TEXTS, _SEED, count)
