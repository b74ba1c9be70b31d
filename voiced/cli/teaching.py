"""``voiced intents misses``, ``teach``, ``unteach``: from what was missed to a template."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from voiced.cli.output import AsJson, note, print_json, print_table, prints_on_stderr
from voiced.cli.setup import load_config, load_plugins, open_journal, run_async

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voiced.config import Loaded
    from voiced.memory.misses import Miss
    from voiced.memory.taught import TaughtFile
    from voiced.plugin import Intent

__all__ = ["add_to", "taught_templates"]


def add_to(app: typer.Typer) -> None:
    """Add the verbs to ``voiced intents``."""
    app.command()(misses)
    app.command()(teach)
    app.command()(unteach)


def taught_templates(loaded: Loaded, intents: tuple[Intent, ...]) -> Mapping[str, tuple[str, ...]]:
    """What these intents were taught; what cannot be used is told on stderr.

    Raises:
        ConfigError: The file cannot be read.
    """
    file = _file(loaded)
    taught = file.usable(intents)
    for problem in taught.problems:
        note(f"voiced: {file.path}: {problem}")
    return taught.templates


def misses(context: typer.Context, as_json: AsJson = False) -> None:
    """List what no template fits, the most frequent first; teach makes a template of it."""
    from voiced.memory.misses import counted

    loaded = load_config(context)
    with closing(open_journal(loaded)) as journal:
        missed = journal.misses()
    every = counted(missed)
    with prints_on_stderr():
        found = run_async("real", _still_missed, loaded, every) if every else ()
    wordless = sum(not each.text for each in missed)
    if as_json:
        print_json({"misses": [miss.as_row() for miss in found], "without_words": wordless})
        return
    rows = (
        (str(m.count), m.text, m.intent, f"{m.last.astimezone():%Y-%m-%d %H:%M}") for m in found
    )
    print_table(("times", "said", "the model took it for", "last"), rows)
    if wordless:
        note(f"{wordless} more were only counted: [journal] transcripts is off, or was then")


async def _still_missed(loaded: Loaded, every: tuple[Miss, ...]) -> tuple[Miss, ...]:
    """Those that no template fits today."""
    from voiced.composition.brain import open_brain

    async with open_brain(loaded, hears=False) as brain:
        return tuple(miss for miss in every if not brain.dispatcher.match([(miss.text, 1.0)]))


def teach(
    context: typer.Context,
    sentence: Annotated[str, typer.Argument(help="What you say, in quotes.")],
    name: Annotated[str, typer.Argument(metavar="INTENT", help="What it means.")],
    slots: Annotated[
        list[str] | None,
        typer.Argument(metavar="SLOT=WORDS", help="Which words of it fill a slot."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Teach a sentence: it means this intent from now on, with other words for its slots, too."""
    loaded = load_config(context)
    intents = tuple(i for plugin in load_plugins(loaded).plugins for i in plugin.intents)
    intent = _named(name, intents)
    template = _template(sentence, intent, slots or [])
    file = _file(loaded)
    with prints_on_stderr():
        run_async("real", _refuse_clash, loaded, (intent, template), sentence)
    file.add(intent.name, template)
    if as_json:
        print_json({"intent": intent.name, "template": template, "file": str(file.path)})
        return
    print(f"{intent.name}: {template}")
    note(f'It asks what it asked before. Take it back: voiced intents unteach "{template}"')


def unteach(
    context: typer.Context,
    template: Annotated[str, typer.Argument(help="As voiced intents show has it, in quotes.")],
    as_json: AsJson = False,
) -> None:
    """Forget a template that was taught."""
    from voiced.errors import VoicedError

    file = _file(load_config(context))
    owner = file.remove(template)
    if not owner:
        message = "that was not taught"
        raise VoicedError(message, mend="voiced intents show INTENT shows what was")
    if as_json:
        print_json({"intent": owner, "template": template})
    else:
        print(f"{owner}: forgotten")


def _file(loaded: Loaded) -> TaughtFile:
    from voiced.config import taught_file
    from voiced.memory.taught import TaughtFile

    return TaughtFile(taught_file(loaded.config.intents))


def _named(name: str, intents: tuple[Intent, ...]) -> Intent:
    from voiced.errors import UnknownIntent

    found = next((intent for intent in intents if intent.name == name), None)
    if found is None:
        message = f"there is no intent {name[:40]!r}"
        raise UnknownIntent(message, intent=name, mend="voiced intents list")
    return found


def _template(sentence: str, intent: Intent, slots: list[str]) -> str:
    from voiced.memory.taught import template_of

    pairs = [slot.partition("=") for slot in slots]
    wrong = next(
        (slot for slot, (_, equals, _) in zip(slots, pairs, strict=True) if not equals), ""
    )
    if wrong:
        raise typer.BadParameter(f"{wrong!r}: write SLOT=WORDS", param_hint="SLOT=WORDS")
    return template_of(sentence, intent, {name: words for name, _, words in pairs})


async def _refuse_clash(loaded: Loaded, added: tuple[Intent, str], sentence: str) -> None:
    """See that the new template is understood, and takes nothing away from another intent.

    Raises:
        InvalidSlots: It is not, or does.
    """
    from voiced.composition.brain import open_brain
    from voiced.errors import InvalidSlots
    from voiced.memory.taught import try_out

    intent, template = added
    async with open_brain(loaded, hears=False) as brain:
        known = taught_templates(loaded, brain.dispatcher.intents)
        spoken = [
            replace(each, taught=known.get(each.name, ())) for each in brain.dispatcher.spoken
        ]
        owner = next((each for each in spoken if each.name == intent.name), intent)
        context = brain.dispatcher.slot_context()
        wrong = try_out(spoken, (owner, template), sentence, context)
    if wrong:
        message = f"that cannot be taught: {wrong}"
        raise InvalidSlots(message, intent=intent.name, mend="use more words of your own")
