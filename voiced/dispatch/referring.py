"""What "the second one" asks for, where it is of another kind than the sentence was made for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from voiced.conversation import Conversation
from voiced.grammar import Match
from voiced.plugin import Entity, FileEntity, Intent

__all__ = ["in_place", "meant"]

_AS_CHEAP = 0.02
_KINDS_OF_FILES = frozenset(("folder", "image", "video"))
_ONE = re.compile(r"\bone$", re.IGNORECASE)


def meant(
    found: Sequence[Match],
    match: Callable[[str], Sequence[Match]],
    intents: Mapping[str, Intent],
    conversation: Conversation,
) -> Match:
    """The best match; or the one for the kind of thing that is pointed at.

    "Open the second one" fits files; after a search it is read as "open the second page".

    Args:
        found: At least one, best first.
        match: Matches another wording.
        intents: Those that there are.
        conversation: Knows what was named.
    """
    best = found[0]
    misfit = _misfit(best, intents, conversation)
    if misfit is None:
        return best
    said, entity = misfit
    noun = _noun(entity)
    named = _ONE.sub(noun, said) if _ONE.search(said) else f"that {noun}"
    wording = re.sub(re.escape(said), named, best.text, count=1, flags=re.IGNORECASE)
    other = next(iter(match(wording)), best) if wording != best.text else best
    if other is not best:  # "that" may have been passed over
        slots = {name: named if held == noun else held for name, held in other.slots.items()}
        other = replace(other, slots=slots)
    fits = bool(other.slots) and _misfit(other, intents, conversation) is None
    return other if fits else best


def _noun(entity: Entity) -> str:
    """What a thing of its kind is called: a PDF is a file."""
    is_file = isinstance(entity, FileEntity) and entity.kind not in _KINDS_OF_FILES
    return "file" if is_file else entity.kind.replace("_", " ")


def _misfit(
    match: Match, intents: Mapping[str, Intent], conversation: Conversation
) -> tuple[str, Entity] | None:
    """The words that point at a thing which their slot cannot hold, and the thing."""
    for name, said in match.slots.items():
        kind = intents[match.intent].slots[name].type
        from_entity: Callable[[Entity], object] | None = getattr(kind, "from_entity", None)
        entity = conversation.referent(said) if from_entity is not None else None
        if from_entity is not None and entity is not None and from_entity(entity) is None:
            return said, entity
    return None


def in_place(
    found: Sequence[Match], intents: Mapping[str, Intent], conversation: Conversation
) -> tuple[Match, ...]:
    """The matches that mean something now: "next" goes on with a mail, where one was told.

    What goes on with what was told is meant before what fits no better.
    """
    thing = conversation.referent("it")
    kind = thing.kind if thing is not None else ""
    left = tuple(each for each in found if intents[each.intent].follows in ("", kind))
    going = tuple(
        each
        for each in left
        if intents[each.intent].follows and each.rank[0] - left[0].rank[0] <= _AS_CHEAP
    )
    return going or left
