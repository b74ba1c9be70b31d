"""The templates of all intents as one net: what of a grammar stays while phrases come and go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial

from voiced.errors import PluginError
from voiced.grammar.automaton import Automaton, smallest
from voiced.grammar.slot_types import SlotTypes
from voiced.grammar.states import State, states_of
from voiced.grammar.templates import Accept, Label, Net, Reference, SlotRef, add_template
from voiced.plugin import Intent

__all__ = ["Skeleton", "Spoken", "add_templates", "skeleton_of", "spoken"]

_KEPT = 4
"""Those of one conversation, before and after something is taught or reloaded."""


@dataclass(frozen=True)
class Skeleton:
    """What is derived from the templates alone. Nothing in it is changed.

    ``draw`` makes the net again, which is large, and which the recogniser's graph alone needs.
    """

    draw: Callable[[], Net]
    states: Sequence[State]
    literals: frozenset[str]

    @classmethod
    def of(cls, draw: Callable[[], Net]) -> Skeleton:
        """Derive it.

        Raises:
            PluginError: A template is wrong, or matches silence.
        """
        net = draw()
        automaton: Automaton[Label] = smallest(net.states, net.arcs)
        _refuse_silence(automaton)
        literals = frozenset(label for _, label, _ in net.arcs if isinstance(label, str))
        return cls(draw, states_of(automaton), literals)


@dataclass(frozen=True)
class Spoken:
    """What of an intent its part of the net is made of: intents alike in it have the same one."""

    name: str
    sentences: tuple[str, ...]
    types: tuple[tuple[str, int], ...]
    """Slots, with the identities of their types: ``intent`` keeps those alive."""
    intent: Intent = field(compare=False)


def spoken(intent: Intent) -> Spoken:
    """What of an intent decides about its templates."""
    types = tuple((name, id(slot.type)) for name, slot in intent.slots.items())
    return Spoken(intent.name, (*intent.sentences, *intent.taught), types, intent)


@lru_cache(maxsize=_KEPT)
def skeleton_of(intents: tuple[Spoken, ...]) -> tuple[Skeleton, SlotTypes]:
    """The net of these intents, and the slot types that it refers to. Blocking.

    Raises:
        PluginError: A template is wrong; names the intent.
    """
    types = SlotTypes()

    def draw() -> Net:
        net = Net()
        for each in intents:
            resolve = partial(types.resolve, each.intent)
            add_templates(net, each.name, each.sentences, resolve, {})
        return net

    return Skeleton.of(draw), types


def add_templates(
    net: Net,
    intent: str,
    sentences: Iterable[str],
    resolve: Callable[[Reference], SlotRef],
    rules: Mapping[str, str],
) -> None:
    """Add all templates of one intent (see ``add_template``)."""
    for sentence in sentences:
        add_template(net, sentence, intent=intent, resolve=resolve, rules=rules)


def _refuse_silence(automaton: Automaton[Label]) -> None:
    for label in automaton.arcs[0]:
        if isinstance(label, Accept):
            reason = f"{label.intent}: one of its templates can be said without a word"
            raise PluginError(reason, plugin=label.intent, mend="make a part of it obligatory")
