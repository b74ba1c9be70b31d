"""From what was missed to a template: what no sentence fits, and how it is taught."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from voiced.composition.brain import Brain, open_brain
from voiced.config import Loaded, taught_file
from voiced.errors import InvalidSlots, UnknownIntent
from voiced.memory.misses import Miss
from voiced.memory.taught import TaughtFile, template_of, try_out
from voiced.plugin import Intent
from voiced.workers import in_worker

__all__ = ["learn", "named", "still_missed", "taught_of"]


def taught_of(loaded: Loaded) -> TaughtFile:
    """The file of what the user taught."""
    return TaughtFile(taught_file(loaded.config.intents))


def named(name: str, intents: Iterable[Intent]) -> Intent:
    """The intent of that name.

    Raises:
        UnknownIntent: There is none.
    """
    found = next((intent for intent in intents if intent.name == name), None)
    if found is None:
        message = f"there is no intent {name[:40]!r}"
        raise UnknownIntent(message, intent=name, mend="voiced intents list")
    return found


async def still_missed(loaded: Loaded, every: tuple[Miss, ...]) -> tuple[Miss, ...]:
    """Those that no template fits today."""
    async with open_brain(loaded, hears=False) as brain:
        return tuple(miss for miss in every if not brain.dispatcher.match([(miss.text, 1.0)]))


async def learn(loaded: Loaded, sentence: str, name: str, slots: Mapping[str, str]) -> str:
    """Make a template of a sentence and keep it; the template.

    Args:
        loaded: The configuration.
        sentence: What is said.
        name: The intent that it means.
        slots: Which words of it fill which slot.

    Raises:
        UnknownIntent: There is none of that name.
        InvalidSlots: It would not be understood, or takes something away from another intent.
        ConfigError: The file of what was taught cannot be read or written.
    """
    async with open_brain(loaded, hears=False) as brain:
        intent = named(name, brain.dispatcher.intents)
        template = template_of(sentence, intent, slots)
        await in_worker(_refuse_clash, brain, taught_of(loaded), (intent, template), sentence)
    taught_of(loaded).add(intent.name, template)
    return template


def _refuse_clash(brain: Brain, file: TaughtFile, added: tuple[Intent, str], sentence: str) -> None:
    """See that the new template is understood, and takes nothing away from another intent."""
    intent, template = added
    known = file.usable(brain.dispatcher.intents).templates
    spoken = [replace(each, taught=known.get(each.name, ())) for each in brain.dispatcher.spoken]
    owner = next((each for each in spoken if each.name == intent.name), intent)
    wrong = try_out(spoken, (owner, template), sentence, brain.dispatcher.slot_context())
    if wrong:
        message = f"that cannot be taught: {wrong}"
        raise InvalidSlots(message, intent=intent.name, mend="use more words of your own")
