"""How a function becomes an intent or an undoer."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from voiced.errors import PluginError
from voiced.plugin.context import Context
from voiced.plugin.effects import Effect
from voiced.plugin.intents import Intent, Slot, Undoer
from voiced.plugin.replies import Reply
from voiced.sentence_rules import check_sentences
from voiced.slots import JsonValue, SlotType
from voiced.trust.labels import Integrity

__all__ = ["intent", "undoes"]


def intent(  # noqa: PLR0913 - all but the name are keywords
    name: str,
    *,
    sentences: Sequence[str],
    effect: Effect = Effect.X,
    critical: Sequence[str] = (),
    examples: Sequence[str] = (),
    deadline_s: float = 10.0,
    returns: Integrity = Integrity.EXTERNAL,
    effect_of: Callable[[Mapping[str, Any]], Effect] | None = None,
    is_query: bool = False,
    follows: str = "",
) -> Callable[[Callable[..., Awaitable[Reply]]], Intent]:
    """Make an intent of an async function ``(context, **slots) -> Reply``.

    Args:
        name: ``plugin.verb``, unique.
        sentences: hassil templates; ``{name}`` is the slot ``name``, ``{type:name}`` is allowed.
        effect: The effect class; left out, it is admin and cannot be spoken.
        critical: The slots that the user must have said himself.
        examples: Two or three whole sentences for the help.
        deadline_s: After so many seconds the call has failed.
        returns: Who may have shaped what the reply holds; names of files are EXTERNAL.
        effect_of: Gives the effect class of one call from its resolved values, where that may be
            higher than ``effect``: a new recipient makes a mail O2. Optional slots may be missing.
        is_query: Of an O1 intent that is built in: all that leaves is the critical slots, to a
            server that the user configured, and what comes back is the reply. In the user's own
            words it goes at once, as what he says goes to the language model.
        follows: The kind of thing that this goes on with, as "next" does after a mail was told: its
            sentences mean this where "it" is of that kind, and else nothing.

    Raises:
        PluginError: A template cannot be parsed or would fit whatever is said, or a parameter has
            no slot type.
    """

    def wrap(function: Callable[..., Awaitable[Reply]]) -> Intent:
        description = (inspect.getdoc(function) or name).split("\n\n", 1)[0].replace("\n", " ")
        slots = _slots_of(name, function)
        check_sentences(name, sentences, [s.name for s in slots.values() if s.type.is_open])
        unknown = [slot for slot in critical if slot not in slots]
        if unknown:
            raise PluginError(f"{name}: critical slots {unknown} are not parameters")
        return Intent(
            name,
            description,
            tuple(sentences),
            slots,
            effect,
            tuple(critical),
            tuple(examples),
            deadline_s,
            function,
            returns,
            effect_of,
            is_query,
            follows,
        )

    return wrap


def undoes(
    operation: str,
) -> Callable[[Callable[[Context, Mapping[str, JsonValue]], Awaitable[str]]], Undoer]:
    """Make the function that takes back ``operation``. It returns what it did, as a sentence.

    It must check the state first and raise IntentFailed, having changed nothing, if the change
    cannot be taken back any more.
    """

    def wrap(function: Callable[[Context, Mapping[str, JsonValue]], Awaitable[str]]) -> Undoer:
        return Undoer(operation, function)

    return wrap


def _slots_of(name: str, function: Callable[..., Awaitable[Reply]]) -> dict[str, Slot]:
    hints = get_type_hints(function, include_extras=True)
    slots: dict[str, Slot] = {}
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        slot_type = _slot_type(hints.get(parameter.name))
        if slot_type is None:
            reason = f"parameter {parameter.name!r} of {name} has no slot type"
            raise PluginError(reason, mend="annotate it: Annotated[str, TEXT]")
        required = parameter.default is inspect.Parameter.empty
        slots[parameter.name] = Slot(parameter.name, slot_type, required)
    return slots


def _slot_type(hint: Any) -> SlotType[Any] | None:
    if get_origin(hint) is Annotated:
        for extra in get_args(hint)[1:]:
            if hasattr(extra, "resolve") and hasattr(extra, "phrases"):
                return extra  # type: ignore[no-any-return]
    for argument in get_args(hint):
        found = _slot_type(argument)
        if found is not None:
            return found
    return None
