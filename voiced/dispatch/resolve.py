"""Words of slots to values: types, things named before, and what more than one thing may mean."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from voiced.conversation import Conversation, is_handle
from voiced.dispatch.calls import Call, Choice
from voiced.dispatch.context import CallContext
from voiced.errors import IntentFailed, InvalidSlots, VoicedError
from voiced.plugin import Candidate, Entity, Intent, Slot

__all__ = ["AMBIGUITY", "Ambiguous", "chosen", "resolve", "words_of_arguments"]

_LONGEST_ARGUMENTS = 16_384

AMBIGUITY = 0.06
"""Candidates whose scores lie this close to the best one are asked about."""


class Ambiguous(Exception):
    """A slot's words may mean several things."""

    def __init__(self, call: Call, choice: Choice) -> None:
        super().__init__(choice.slot)
        self.call = call
        self.choice = choice


def words_of_arguments(intent: Intent, arguments: Mapping[str, Any]) -> dict[str, str]:
    """A model's arguments as words of slots; null is left out, and a list is its JSON text.

    Raises:
        InvalidSlots: An unknown name, a list where one value is wanted, an object, or too long.
    """
    words: dict[str, str] = {}
    if sum(len(str(value)) for value in arguments.values()) > _LONGEST_ARGUMENTS:
        raise InvalidSlots(f"{intent.name}: the arguments are too long", intent=intent.name)
    for name, value in arguments.items():
        if name not in intent.slots:
            raise InvalidSlots(f"{intent.name} has no slot {name[:40]!r}", intent=intent.name)
        takes_list = intent.slots[name].type.json_schema.get("type") == "array"
        if isinstance(value, dict) or (isinstance(value, list) and not takes_list):
            raise InvalidSlots(f"{intent.name}: {name} must be one value", intent=intent.name)
        if value is not None:
            words[name] = (
                json.dumps(value, ensure_ascii=False) if takes_list else str(cast("object", value))
            )
    return words


def chosen(call: Call, slot: str, candidate: Candidate[Any]) -> Call:
    """The call with one more slot resolved."""
    return replace(
        call,
        values={**call.values, slot: candidate.value},
        labels={**call.labels, slot: candidate.spoken},
    )


async def resolve(call: Call, context: CallContext, conversation: Conversation) -> Call:
    """Resolve every slot that is not resolved yet.

    Raises:
        Ambiguous: One slot's words may mean several things.
        InvalidSlots: A slot is missing, or its words fit nothing.
        IntentFailed: A slot type broke.
        VoicedError: What a slot type raised on purpose.
    """
    for slot in call.intent.slots.values():
        if slot.name in call.values:
            continue
        said = call.words.get(slot.name, "").strip()
        if said:
            call = await _resolve_slot(call, slot, said, (context, conversation))
        elif slot.required:
            raise _missing(call.intent, slot)
    return call


async def _resolve_slot(
    call: Call, slot: Slot, said: str, where: tuple[CallContext, Conversation]
) -> Call:
    context, conversation = where
    try:
        named = await _named_before(slot, conversation.referent(said), context)
        if not named and call.origin == "model" and is_handle(said):
            raise InvalidSlots(
                f"{call.intent.name}: {slot.name}: no such thing", intent=call.intent.name
            )
        found = named or await context.in_worker(slot.type.resolve, said, context)
    except VoicedError:
        raise
    except (Exception, SystemExit) as error:  # the plugin boundary: a slot type may do anything
        reason = f"the slot type of {slot.name} raised {type(error).__name__}"
        name = call.intent.name
        raise IntentFailed(f"{name}: {reason}", intent=name, spoken="That skill failed.") from error
    if not found:
        raise _unfit(call.intent, slot, said)
    near = tuple(item for item in found if found[0].score - item.score < AMBIGUITY)
    if len(near) > 1:
        raise Ambiguous(call, Choice(slot.name, near))
    return chosen(call, slot.name, found[0])


async def _named_before(
    slot: Slot, entity: Entity | None, context: CallContext
) -> Sequence[Candidate[Any]]:
    """What a reply named and the user now calls "it", if this slot can hold it.

    Where more must be known of it, the type has ``look_up``: its candidates, made in a worker.
    """
    from_entity: Callable[[object], Any] | None = getattr(slot.type, "from_entity", None)
    if entity is None or from_entity is None:
        return ()
    value = from_entity(entity)
    if value is None:
        return ()
    look_up: Callable[..., Sequence[Candidate[Any]]] | None = getattr(slot.type, "look_up", None)
    if look_up is None:
        return (Candidate(value, entity.spoken),)
    return await context.in_worker(look_up, value, context)


def _missing(intent: Intent, slot: Slot) -> InvalidSlots:
    name = slot.name.replace("_", " ")
    return InvalidSlots(
        f"{intent.name}: no {slot.name}",
        intent=intent.name,
        spoken=f"I need to know the {name} for that.",
    )


def _unfit(intent: Intent, slot: Slot, said: str) -> InvalidSlots:
    what = slot.type.name.replace("_", " ")
    return InvalidSlots(
        f"{intent.name}: the words for {slot.name} fit no {what}",
        intent=intent.name,
        spoken=f"I can't find a {what} called {said}." if said else "",
    )
