"""Which of several readings is meant, where one says "the second one" of another kind of thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from voiced.conversation import Conversation
from voiced.grammar import Match
from voiced.plugin import Entity, Intent

__all__ = ["meant"]

_NEAR = 0.1


def meant(
    matches: Sequence[Match], intents: Mapping[str, Intent], conversation: Conversation
) -> Match:
    """The best match; or the best of those near it that can hold what "it" means now.

    Args:
        matches: At least one, best first.
        intents: Those that there are.
        conversation: Knows what was named.
    """
    best = matches[0]
    if _holds(best, intents, conversation) is not False:
        return best
    near = (each for each in matches[1:] if best.score - each.score <= _NEAR)
    return next((each for each in near if _holds(each, intents, conversation)), best)


def _holds(match: Match, intents: Mapping[str, Intent], conversation: Conversation) -> bool | None:
    """Whether the slots can hold the things that they point at; None where none points."""
    found: bool | None = None
    for name, said in match.slots.items():
        kind = intents[match.intent].slots[name].type
        from_entity: Callable[[Entity], object] | None = getattr(kind, "from_entity", None)
        entity = conversation.referent(said) if from_entity is not None else None
        if from_entity is None or entity is None:
            continue
        found = from_entity(entity) is not None
        if not found:
            return False
    return found
