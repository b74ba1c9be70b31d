"""Intents, undoers and slot types whose code runs in a plugin's process; else like any other."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast, get_args

from voiced.announcements import Announcement, News, Told
from voiced.errors import IntentFailed, PluginError, VoicedError
from voiced.plugin import (
    Announcer,
    Candidate,
    Context,
    Effect,
    Entity,
    Field,
    FieldKind,
    FileEntity,
    Integrity,
    Intent,
    Reply,
    Slot,
    SlotContext,
    SlotType,
    Undoer,
    one_line,
)
from voiced.plugin_host.calls import Order, call
from voiced.plugin_host.definitions import AnnouncerData, Definitions, IntentData, TypeData
from voiced.plugin_host.describing import BUILT_IN_TYPES
from voiced.plugin_host.failures import Failure, SwitchedOff
from voiced.plugin_host.host import Host
from voiced.plugin_host.wire import WireError, decode, encode, is_list
from voiced.sentence_rules import check_sentences

__all__ = ["HostedEntity", "HostedType", "hosted_announcers", "hosted_intents", "hosted_undoers"]

_MAX_PHRASES = 5000
_MAX_PHRASE = 300
_MAX_CANDIDATES = 200
_MAX_TEXT = 20_000
_UNDO_S = 20.0
_EFFECT_S = 0.5
_MAX_NEWS = 50
_FORBIDDEN = re.compile(r"[{}<>\\\x00-\x08]")


@dataclass(frozen=True, slots=True)
class HostedEntity:
    """A thing that a plugin named. ``made`` is what its own slot types make of it."""

    kind: str
    spoken: str
    plugin: str
    made: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class HostedType:
    """A slot type of a plugin; ``place`` is its number there."""

    host: Host
    place: int
    name: str
    is_open: bool
    json_schema: Mapping[str, Any]
    takes_entities: bool

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """The phrases that may be said now.

        Raises:
            PluginError: They cannot be had, or are no phrases.
        """
        try:
            found = self._ask("phrases", {"now": encode(context.now)})
        except (Failure, SwitchedOff) as failure:
            raise PluginError(f"plugin {self.host.name} {failure}", plugin=self.host.name) from None
        if not is_list(found) or len(found) > _MAX_PHRASES:
            reason = f"plugin {self.host.name}: {self.name} has more than {_MAX_PHRASES} phrases"
            raise PluginError(reason, plugin=self.host.name)
        return [self._checked(phrase) for phrase in found]

    def _checked(self, phrase: Any) -> str:
        if not isinstance(phrase, str) or len(phrase) > _MAX_PHRASE or _FORBIDDEN.search(phrase):
            raise PluginError(
                f"plugin {self.host.name}: a phrase of {self.name} is none", plugin=self.host.name
            )
        from hassil.parse_expression import parse_sentence  # noqa: PLC0415 - only plugins need it
        from hassil.parser import ParseError  # noqa: PLC0415

        if not phrase.replace(" ", "").isalnum():
            try:
                parse_sentence(phrase)
            except (ParseError, RecursionError) as error:
                reason = f"plugin {self.host.name}: a phrase of {self.name} cannot be read"
                raise PluginError(reason, plugin=self.host.name) from error
        return phrase

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[Any]]:
        """What the words mean, best first.

        Raises:
            VoicedError: The plugin refused, or failed.
        """
        try:
            found = self._ask("resolve", {"said": said, "now": encode(context.now)})
            return [_candidate(row) for row in found[:_MAX_CANDIDATES]]
        except (SwitchedOff, Failure, WireError, TypeError, ValueError) as error:
            raise _failed(self.host, self.name, error) from error

    def from_entity(self, entity: Entity) -> Any:
        """The value of a thing that was named before; None where it is none of this type."""
        if isinstance(entity, HostedEntity):
            is_own = entity.plugin == self.host.name
            return entity.made.get(str(self.place)) if is_own else None
        if not self.takes_entities or not isinstance(entity, FileEntity):
            return None
        try:
            return decode(self._ask("entity", {"entity": encode(entity)}))
        except (VoicedError, Failure, SwitchedOff, WireError):
            return None

    def _ask(self, what: str, arguments: Mapping[str, Any]) -> Any:
        return self.host.ask(what, {"type": self.place, **arguments})


def _candidate(row: Any) -> Candidate[Any]:
    value, spoken, score = row
    return Candidate(decode(value), one_line(str(spoken))[:_MAX_PHRASE], min(1.0, float(score)))


def _failed(host: Host, what: str, error: Exception) -> VoicedError:
    reason = str(error) if isinstance(error, Failure | SwitchedOff) else "sent what is no answer"
    message = f"plugin {host.name}: {what}: {reason}"
    return IntentFailed(message, intent=host.name, spoken="That skill failed.")


def hosted_intents(host: Host, found: Definitions) -> tuple[Intent, ...]:
    """The intents of a plugin, which run in its process.

    Raises:
        PluginError: A sentence will not do.
    """
    types = [_slot_type(host, place, each) for place, each in enumerate(found.types)]
    return tuple(_intent(host, each, types) for each in found.intents)


def _slot_type(host: Host, place: int, data: TypeData) -> SlotType[Any]:
    if not data.is_built_in:
        return HostedType(
            host, place, data.name, data.is_open, data.json_schema, data.takes_entities
        )
    if data.name not in BUILT_IN_TYPES:
        message = f"plugin {host.name}: there is no slot type {data.name}"
        raise PluginError(message, plugin=host.name)
    return BUILT_IN_TYPES[data.name]


def _intent(host: Host, data: IntentData, types: Sequence[SlotType[Any]]) -> Intent:
    slots = {each.name: Slot(each.name, types[each.type], each.required) for each in data.slots}
    open_slots = [slot.name for slot in slots.values() if slot.type.is_open]
    check_sentences(data.name, data.sentences, open_slots)
    effect = Effect(data.effect)
    deadline_s = min(data.deadline_s, host.limits.call_s)
    return Intent(
        name=data.name,
        description=one_line(data.description),
        sentences=tuple(data.sentences),
        slots=slots,
        effect=effect,
        critical=tuple(data.critical),
        examples=tuple(one_line(each) for each in data.examples),
        # the call ends itself at its deadline; this is for the end of its process
        deadline_s=deadline_s + 2 * host.limits.grace_s,
        returns=min(Integrity(data.returns), Integrity.CONFIG),  # only the user is the user
        effect_of=_effect_of(host, data.name) if data.has_effect_of else None,
        follows=data.follows,
        function=_function(host, data.name, only_reads=effect.only_reads, deadline_s=deadline_s),
    )


def _effect_of(host: Host, name: str) -> Callable[[Mapping[str, Any]], Effect]:
    """Asks the plugin; whatever goes wrong is raised, and the call counts as admin."""

    def effect_of(values: Mapping[str, Any]) -> Effect:
        sent = {slot: encode(value) for slot, value in values.items()}
        return Effect(host.ask("effect", {"intent": name, "values": sent}, _EFFECT_S))

    return effect_of


def _function(host: Host, name: str, *, only_reads: bool, deadline_s: float) -> Callable[..., Any]:
    async def run(context: Context, **slots: Any) -> Reply:
        try:
            values = {slot: encode(value) for slot, value in slots.items()}
        except WireError as error:
            raise _failed(host, name, error) from error
        order = Order("intent", {"intent": name, "values": values}, name, only_reads, deadline_s)
        said = await call(host, order, context)
        try:
            return _reply(host, said)
        except (WireError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise _failed(host, name, error) from error

    return run


def _reply(host: Host, row: Any) -> Reply:
    return Reply(
        text=str(row["text"])[:_MAX_TEXT],
        entities=tuple(_entity(host, each) for each in row["entities"]),
        data=decode(row["data"]),
        is_aside=bool(row["is_aside"]),
        fields=tuple(_field(kind, value) for kind, value in row["fields"]),
        is_repeat=bool(row["is_repeat"]),
        pointed=int(row["pointed"]),
    )


def _field(kind: str, value: str) -> Field:
    if kind not in get_args(FieldKind):
        raise WireError("a field of a kind that there is not")
    return Field(cast("FieldKind", kind), one_line(str(value))[:_MAX_TEXT])


def _entity(host: Host, row: Mapping[str, Any]) -> Entity:
    if "file" in row:
        found = decode(row["file"])
        if not isinstance(found, FileEntity):
            raise WireError("an entity that is none")
        return found
    made = {str(place): decode(value) for place, value in row["made"].items()}
    spoken = one_line(str(row["spoken"]))[:_MAX_PHRASE]
    return HostedEntity(str(row["kind"])[:60], spoken, host.name, made)


def hosted_undoers(host: Host, operations: Collection[str]) -> tuple[Undoer, ...]:
    """The undoers of a plugin, which run in its process."""
    return tuple(Undoer(each, _undo(host, each)) for each in operations)


def _undo(host: Host, operation: str) -> Callable[..., Any]:
    async def run(context: Context, data: Mapping[str, Any]) -> str:
        arguments = {"operation": operation, "data": encode(dict(data))}
        order = Order("undo", arguments, operation, only_reads=False, deadline_s=_UNDO_S)
        return str(await call(host, order, context))[:_MAX_TEXT]

    return run


def hosted_announcers(host: Host, found: Definitions) -> tuple[Announcer, ...]:
    """What of a plugin knows things to say unasked; it runs in its process."""
    return tuple(_announcer(host, each) for each in found.announcers)


def _announcer(host: Host, data: AnnouncerData) -> Announcer:
    deadline_s = min(data.deadline_s, host.limits.call_s)

    async def run(context: Context, told: Told) -> News:
        arguments = {"announcer": data.name, "told": dict(told)}
        order = Order("news", arguments, data.name, only_reads=True, deadline_s=deadline_s)
        said = await call(host, order, context)
        try:
            return _news(said)
        except (WireError, KeyError, TypeError, ValueError) as error:
            raise _failed(host, data.name, error) from error

    longest_s = deadline_s + 2 * host.limits.grace_s  # as for intents
    return Announcer(data.name, run, min(Integrity(data.returns), Integrity.CONFIG), longest_s)


def _news(row: Any) -> News:
    again_at = decode(row["again_at"])
    if not isinstance(again_at, datetime | None):
        raise WireError("a time that is none")
    said = tuple(
        Announcement(
            str(key)[:_MAX_PHRASE],
            one_line(str(text))[:_MAX_TEXT],
            bool(rings),
            bool(insists),
            room=str(room)[:_MAX_PHRASE],
        )
        for key, text, rings, insists, room in row["said"][:_MAX_NEWS]
    )
    return News(said, again_at)
