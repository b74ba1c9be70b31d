"""Starting over: what was said, found and read in this conversation is forgotten."""

from __future__ import annotations

from voiced.plugin import Context, Effect, Integrity, Reply, intent

__all__ = ["start_over"]


@intent(
    "talk.start_over",
    sentences=[
        "(forget|clear|drop) (this|our|the) [whole] conversation",
        "forget (what|everything|all) we [have] [just] (said|discussed|talked about)",
        "[let's] start over",
        "[let's] start [all over] (again|from the beginning|from scratch)",
        "[(start|begin|let's (start|begin|have))] [a] new conversation",
    ],
    effect=Effect.W1,  # only the user's own words may end what binds a model that has read
    returns=Integrity.CONFIG,
    examples=["forget this conversation", "start over"],
)
async def start_over(context: Context) -> Reply:
    """Forget this conversation and start a new one; what was changed stays as it is."""
    context.assistant.start_over()
    return Reply("Okay, that is forgotten.")
