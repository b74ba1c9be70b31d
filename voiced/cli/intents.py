"""``voiced intents``: list, show, new, test, enable, disable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voiced.cli.output import AsJson, note, print_json, print_table
from voiced.cli.setup import load_config, load_plugins
from voiced.cli.teaching import add_to, taught_templates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voiced.config import Loaded
    from voiced.plugin import Effect, Intent
    from voiced.registry import LoadedPlugins, Plugin

__all__ = ["app"]

app = typer.Typer(help="What can be said, and plugins of your own.", no_args_is_help=True)
add_to(app)


@app.command("list")
def list_intents(context: typer.Context, as_json: AsJson = False) -> None:
    """List every intent with its effect and an example, and every plugin that is not loaded."""
    loaded = load_config(context)
    plugins = load_plugins(loaded)
    found = [(plugin, item) for plugin in plugins.plugins for item in plugin.intents]
    taught = taught_templates(loaded, tuple(item for _, item in found))
    plugins.close()
    if as_json:
        print_json(
            {
                "intents": [
                    _document(plugin, item, taught.get(item.name, ())) for plugin, item in found
                ],
                "failures": [failure.message for failure in plugins.failures],
                "not_loaded": list(plugins.not_loaded),
                "reasons": dict(plugins.reasons),
                "warnings": list(plugins.warnings),
            }
        )
        return
    rows = (
        (item.name, item.effect.value, item.examples[0] if item.examples else "", plugin.origin)
        for plugin, item in found
    )
    print_table(("intent", "effect", "say", "from"), rows)
    for name, reason in plugins.reasons.items():
        note(f"{name} is not loaded: {reason}")


@app.command()
def enable(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A plugin's name.")],
    grant: Annotated[
        str, typer.Option(help="Effect classes, such as R1,W1; without, all it declares.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Let a plugin run from now on; one of others in this version of its files only."""
    from voiced.cli.output import prints_on_stderr
    from voiced.registry import enable as enable_plugin

    loaded = load_config(context)
    with prints_on_stderr():
        enabled = enable_plugin(name, loaded.config.intents, _effects(grant))
    pin = enabled.pin
    if as_json:
        print_json({"name": name, "pin": pin.model_dump(mode="json") if pin else None})
        return
    if pin is None:
        print(f"{name} is enabled")
        return
    print(f"{name} is enabled: {pin.distribution} {pin.version}, sha256 {pin.sha256}")
    rows = (
        (
            item.name,
            item.effect.name,
            "granted" if item.effect.value in pin.effects else "left out",
            item.description,
        )
        for item in enabled.intents
    )
    print_table(("intent", "effect", "", "what it does"), rows)
    note("It runs as you, in a process of its own: that contains mistakes, not malice.")


@app.command()
def disable(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A plugin's name.")],
    as_json: AsJson = False,
) -> None:
    """Keep a plugin from running; what was granted to it is taken back."""
    from voiced.registry import disable as disable_plugin

    disable_plugin(name, load_config(context).config.intents)
    if as_json:
        print_json({"name": name})
    else:
        print(f"{name} is disabled")


def _effects(text: str) -> list[Effect]:
    from voiced.errors import PluginError
    from voiced.plugin import Effect

    known = {effect.name: effect for effect in Effect if effect is not Effect.X}
    names = [part.strip().upper() for part in text.split(",") if part.strip()]
    unknown = [each for each in names if each not in known]
    if unknown:
        reason = f"{unknown[0][:20]!r} is no effect class that can be granted"
        raise PluginError(reason, mend=f"use some of {','.join(known)}")
    return [known[each] for each in names]


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
    own: Annotated[
        bool, typer.Option("--own", help="One file in the folder of your own plugins.")
    ] = False,
    folder: Annotated[Path | None, typer.Option(help="Write there.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a plugin that works, with its sentences and its test: a package, or a file."""
    from voiced.cli.new_plugin import write_package, write_plugin
    from voiced.config import plugin_folder

    loaded = load_config(context)
    if own:
        place = folder or plugin_folder(loaded.config.intents)
        written = write_plugin(name, place, _taken(loaded))
    else:
        written = write_package(name, folder or Path(), _taken(loaded))
    if as_json:
        print_json({"files": [str(path) for path in written]})
        return
    for path in written:
        print(path)
    note(f"Try it: voiced intents test {written[0] if own else written[0].parent}")


@app.command("test")
def try_out(
    context: typer.Context,
    plugin: Annotated[
        str, typer.Argument(help="A plugin's file, folder or name; without, all with sentences.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Try the examples and sentences of plugins, then run the tests that lie beside them."""
    loaded = load_config(context)
    others = load_plugins(loaded)
    try:
        rows = [_tried(*each, others.plugins, loaded) for each in _subjects(plugin, others, loaded)]
    finally:
        others.close()
    if as_json:
        print_json(rows[0] if plugin else {"passed": _all_passed(rows), "plugins": rows})
    else:
        for row in rows:
            _print_tried(row)
    if not _all_passed(rows):
        raise typer.Exit(1)


def _all_passed(rows: Sequence[Mapping[str, Any]]) -> bool:
    return all(row["passed"] for row in rows)


def _tried(
    subject: Plugin, project: Path | None, others: tuple[Plugin, ...], loaded: Loaded
) -> dict[str, Any]:
    from voiced.cli.plugin_check import check_sentences, run_tests

    try:
        results = check_sentences(subject, others, loaded)
    finally:
        if subject.host is not None:
            subject.host.close()
    tests = run_tests(subject, project)
    return {
        "plugin": subject.name,
        "passed": all(result.ok for result in results) and tests.ok is not False,
        "sentences": [
            {"text": r.text, "expected": r.expected, "ok": r.ok, "wrong": r.wrong} for r in results
        ],
        "tests": tests.report,
    }


def _print_tried(row: Mapping[str, Any]) -> None:
    for each in row["sentences"]:
        mark = "ok   " if each["ok"] else "FAILS"
        wrong = f": {each['wrong']}" if each["wrong"] else ""
        print(f"{mark} {each['expected'] or 'nothing'}: {each['text']}{wrong}")
    print(row["tests"])


def _subjects(name: str, others: LoadedPlugins, loaded: Loaded) -> list[tuple[Plugin, Path | None]]:
    """What is to be tried; with the folder of its project, if it has one."""
    from voiced.cli.plugin_check import open_path, sentence_files
    from voiced.errors import PluginError

    if not name:
        return [(each, None) for each in others.plugins if sentence_files(each)]
    path = Path(name)
    if name.endswith(".py") or "/" in name or name == ".":
        return [(open_path(path, loaded), path if path.is_dir() else None)]
    for plugin in others.plugins:
        if plugin.name == name:
            return [(plugin, None)]
    if (path / "pyproject.toml").is_file():
        return [(open_path(path, loaded), path)]
    message = f"there is no plugin {name[:40]!r}"
    raise PluginError(message, plugin=name, mend="give its file, or see voiced intents list")


def _find(loaded: Loaded, name: str) -> tuple[Plugin, Intent]:
    from voiced.errors import UnknownIntent

    plugins = load_plugins(loaded)
    plugins.close()
    for plugin in plugins.plugins:
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
