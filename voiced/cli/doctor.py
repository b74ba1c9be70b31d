"""``voiced doctor``, ``voiced doctor privacy`` and ``voiced doctor audio``."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voiced.cli.output import AsJson, note, print_json, print_table
from voiced.cli.setup import load_config, run_async

if TYPE_CHECKING:
    from voiced.audio import Samples
    from voiced.config import Config
    from voiced.doctor import Check, Examination
    from voiced.doctor.echo import EchoReport

__all__ = ["app"]

app = typer.Typer(help="What works, what does not, and the command that mends it.")

_UNAVAILABLE = 69
_SENTENCE = "This is my voice. Your microphone should hear it, and I should not hear myself in it."


@app.callback(invoke_without_command=True)
def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Look at everything; exit code 69 if the assistant as it is configured cannot work.

    What is "missing" is needed for some uses only: without a microphone, files and text still work.
    """
    if context.invoked_subcommand is not None:
        return
    from voiced.doctor import as_document, effective, examine, is_healthy

    what = _examination(context)
    checks = examine(what)
    values = effective(what.loaded, what.plugins)
    healthy = is_healthy(checks)
    if as_json:
        print_json(
            {
                "healthy": healthy,
                "checks": [asdict(check) for check in checks],
                "configuration": as_document(values),
            }
        )
    else:
        _print_checks(checks)
        rows = ((value.section, value.key, value.value, value.source) for value in values)
        print_table(("section", "key", "value", "from"), rows)
    if not healthy:
        raise typer.Exit(_UNAVAILABLE)


@app.command()
def privacy(context: typer.Context, as_json: AsJson = False) -> None:
    """What leaves the machine, what is kept, where, and for how long."""
    from voiced.doctor import privacy as facts_of

    facts = facts_of(_examination(context))
    if as_json:
        print_json({"facts": [asdict(fact) for fact in facts]})
    else:
        print_table(("", "what", ""), ((fact.kind, fact.name, fact.fact) for fact in facts))


@app.command()
def audio(
    context: typer.Context,
    is_setting: Annotated[
        bool, typer.Option("--set", help="Write what would fit better into voiced.toml.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Play a sweep and a sentence, and measure their way to the microphone; nothing is kept.

    Takes nine seconds.
    """
    loaded = load_config(context)
    report = run_async("real", _measure, loaded.config)
    if is_setting and report.fitting:
        from voiced.config.editing import set_keys

        set_keys(Path(loaded.file), "audio", report.fitting)
        note(f"voiced: set in {loaded.file}: {', '.join(report.fitting)}")
    if as_json:
        print_json(report.as_document())
    else:
        print_table(("what", "found"), report.as_rows())


async def _measure(config: Config) -> EchoReport:
    from voiced.composition import engines as composition
    from voiced.doctor.echo import measure
    from voiced.engines.echo_choice import chosen_for
    from voiced.engines.webrtc_aec import WebrtcEchoCanceller

    settings = config.audio
    sentence = await _sentence(config)
    choice = await chosen_for(settings.speaker, settings.microphone)
    microphone = composition.microphone(config, "mic")
    speaker = composition.speaker(config, "speaker")
    stages = (microphone, speaker, WebrtcEchoCanceller())
    return await measure(stages, settings, choice, _ask_for_quiet, sentence)


async def _sentence(config: Config) -> Samples | None:
    """A sentence in the voice of the configuration; None where that cannot speak."""
    from voiced.composition import engines as composition
    from voiced.demo import render_speech
    from voiced.errors import EngineError

    try:
        profile = composition.voice(config)
        synthesizer = composition.synthesizer(config, profile)
        async with composition.prepared(synthesizer):
            return await render_speech(_SENTENCE, synthesizer, profile)
    except EngineError:
        return None


def _ask_for_quiet() -> None:
    note("voiced: listen: a sound is played, please be quiet for nine seconds")


def _examination(context: typer.Context) -> Examination:
    from voiced.config import model_folder, voice_folder
    from voiced.doctor import Examination
    from voiced.registry import load_plugins

    loaded = load_config(context)
    plugins = load_plugins(loaded.config.intents)
    return Examination(loaded, plugins, model_folder(), voice_folder(), os.environ)


def _print_checks(checks: tuple[Check, ...]) -> None:
    from voiced.doctor import is_healthy

    rows = ((_mark(check), check.name, check.found, check.mend) for check in checks)
    print_table(("", "what", "found", "mend"), rows)
    without = ", ".join(check.name for check in checks if _mark(check) == "missing")
    if without and is_healthy(checks):
        print(f"Nothing is missing that every use needs. Missing for some uses: {without}.\n")


def _mark(check: Check) -> str:
    if check.ok is None:
        return "-"
    if check.ok:
        return "ok"
    return "FAILS" if check.is_needed else "missing"
