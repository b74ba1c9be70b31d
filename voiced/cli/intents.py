"""``voiced intents``: list, show, new, test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voiced.cli.output import AsJson, note, print_json, print_table
from voiced.cli.setup import load_config, load_plugins
from voiced.cli.teaching import add_to, taught_templates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.cli.plugin_check import ExampleResult
    from voiced.config import Loaded
    from voiced.plugin import Intent
    from voiced.registry import Plugin

__all__ = ["app"]

app = typer.Typer(help="What can be said, and plugins of your own.", no_args_is_help=True)
add_to(app)


@app.command("list")
def list_intents(context: typer.Context, as_json: AsJson = False) -> None:
    """List every intent with its effect and an example."""
    loaded = load_config(context)
    plugins = load_plugins(loaded)
    found = [(plugin, item) for plugin in plugins.plugins for item in plugin.intents]
    taught = taught_templates(loaded, tuple(item for _, item in found))
    if as_json:
        print_json(
            {
                "intents": [
                    _document(plugin, item, taught.get(item.name, ())) for plugin, item in found
                ],
                "failures": [failure.message for failure in plugins.failures],
                "not_loaded": list(plugins.not_loaded),
            }
        )
        return
    rows = (
        (item.name, item.effect.value, item.examples[0] if item.examples else "", plugin.origin)
        for plugin, item in found
    )
    print_table(("intent", "effect", "say", "from"), rows)
    for name in plugins.not_loaded:
        note(f"{name} is there but not loaded: see enabled and disabled in [intents]")


@app.command()
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A name of `voiced intents list`.")],
    as_json: AsJson = False,
) -> None:
    """Show one intent: what can be said, its slots, its effect."""
    loaded = load_config(context)
    plugin, item = _find(loaded, name)
    taught = taught_templates(loaded, (item,)).get(item.name, ())
    if as_json:
        print_json(_document(plugin, item, taught))
        return
    print(f"{item.name} ({plugin.origin}, {item.effect.value})\n{item.description}\n")
    for sentence in item.sentences:
        print(f"  {sentence}")
    for sentence in taught:
        print(f"  {sentence}  (taught)")
    if item.slots:
        rows = (
            (s.name, s.type.name, "" if s.required else "optional") for s in item.slots.values()
        )
        print_table(("slot", "type", ""), rows)
    for example in item.examples:
        print(f'"{example}"')


@app.command()
def new(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A Python name, such as weather.")],
    folder: Annotated[
        Path | None, typer.Option(help="Write there, not to the folder of your plugins.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a plugin that works, and its test, to begin with."""
    from voiced.cli.new_plugin import write_plugin
    from voiced.config import plugin_folder

    loaded = load_config(context)
    written = write_plugin(name, folder or plugin_folder(loaded.config.intents), _taken(loaded))
    if as_json:
        print_json({"files": [str(path) for path in written]})
        return
    for path in written:
        print(path)
    note(f"Try it: voiced intents test {written[0]}")


@app.command("test")
def try_out(
    context: typer.Context,
    plugin: Annotated[str, typer.Argument(help="A plugin's file, or its name.")],
    as_json: AsJson = False,
) -> None:
    """Try the examples of a plugin, then run its tests, test_NAME.py beside it, with pytest."""
    from voiced.cli.plugin_check import check_examples, run_tests

    loaded = load_config(context)
    others = load_plugins(loaded).plugins
    subject = _plugin(plugin, others)
    results = check_examples(subject, others, loaded)
    tests = run_tests(subject)
    passed = all(result.ok for result in results) and tests.ok is not False
    if as_json:
        examples = [{"text": r.text, "expected": r.expected, "found": r.found} for r in results]
        print_json({"passed": passed, "examples": examples, "tests": tests.report})
    else:
        _print_results(results)
        print(tests.report)
    if not passed:
        raise typer.Exit(1)


def _print_results(results: tuple[ExampleResult, ...]) -> None:
    for result in results:
        mark = "ok   " if result.ok else "FAILS"
        found = "" if result.ok else f": understood as {result.found or 'nothing'}"
        print(f"{mark} {result.expected}: {result.text}{found}")


def _plugin(name: str, loaded: tuple[Plugin, ...]) -> Plugin:
    from voiced.errors import PluginError
    from voiced.registry import load_plugin_file

    if name.endswith(".py") or "/" in name:
        return load_plugin_file(Path(name))
    for plugin in loaded:
        if plugin.name == name:
            return plugin
    message = f"there is no plugin {name[:40]!r}"
    raise PluginError(message, plugin=name, mend="give its file, or see voiced intents list")


def _find(loaded: Loaded, name: str) -> tuple[Plugin, Intent]:
    from voiced.errors import UnknownIntent

    for plugin in load_plugins(loaded).plugins:
        for item in plugin.intents:
            if item.name == name:
                return plugin, item
    message = f"there is no intent {name[:40]!r}"
    raise UnknownIntent(message, intent=name, mend="voiced intents list")


def _taken(loaded: Loaded) -> frozenset[str]:
    from voiced.config import Config
    from voiced.registry import plugin_names

    return plugin_names(loaded.config.intents) | Config.model_fields.keys()


def _document(plugin: Plugin, item: Intent, taught: Sequence[str]) -> dict[str, Any]:
    return {
        "name": item.name,
        "plugin": plugin.name,
        "origin": plugin.origin,
        "description": item.description,
        "effect": item.effect.value,
        "sentences": list(item.sentences),
        "taught": list(taught),
        "slots": {
            slot.name: {"type": slot.type.name, "required": slot.required}
            for slot in item.slots.values()
        },
        "critical": list(item.critical),
        "examples": list(item.examples),
    }
