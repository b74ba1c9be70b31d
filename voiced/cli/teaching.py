"""``voiced intents misses``, ``teach``, ``unteach``: from what was missed to a template."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from voiced.cli.output import AsJson, note, print_json, print_table, prints_on_stderr
from voiced.cli.setup import load_config, open_journal, run_async

if TYPE_CHECKING:
    from collections.abc import Mapping

    from voiced.config import Loaded
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
    from voiced.composition.teaching import taught_of

    file = taught_of(loaded)
    taught = file.usable(intents)
    for problem in taught.problems:
        note(f"voiced: {file.path}: {problem}")
    return taught.templates


def misses(context: typer.Context, as_json: AsJson = False) -> None:
    """List what no template fits, the most frequent first; teach makes a template of it."""
    from voiced.composition.teaching import still_missed
    from voiced.memory.misses import counted

    loaded = load_config(context)
    with closing(open_journal(loaded)) as journal:
        missed = journal.misses()
    every = counted(missed)
    with prints_on_stderr():
        found = run_async("real", still_missed, loaded, every) if every else ()
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
    from voiced.composition.teaching import learn, taught_of

    loaded = load_config(context)
    with prints_on_stderr():
        template = run_async("real", learn, loaded, sentence, name, _words(slots or []))
    file = taught_of(loaded)
    if as_json:
        print_json({"intent": name, "template": template, "file": str(file.path)})
        return
    print(f"{name}: {template}")
    note(f'It asks what it asked before. Take it back: voiced intents unteach "{template}"')


def unteach(
    context: typer.Context,
    template: Annotated[str, typer.Argument(help="As voiced intents show has it, in quotes.")],
    as_json: AsJson = False,
) -> None:
    """Forget a template that was taught."""
    from voiced.composition.teaching import taught_of
    from voiced.errors import VoicedError

    file = taught_of(load_config(context))
    owner = file.remove(template)
    if not owner:
        message = "that was not taught"
        raise VoicedError(message, mend="voiced intents show INTENT shows what was")
    if as_json:
        print_json({"intent": owner, "template": template})
    else:
        print(f"{owner}: forgotten")


def _words(slots: list[str]) -> dict[str, str]:
    pairs = [slot.partition("=") for slot in slots]
    wrong = next(
        (slot for slot, (_, equals, _) in zip(slots, pairs, strict=True) if not equals), ""
    )
    if wrong:
        raise typer.BadParameter(f"{wrong!r}: write SLOT=WORDS", param_hint="SLOT=WORDS")
    return {name: words for name, _, words in pairs}
