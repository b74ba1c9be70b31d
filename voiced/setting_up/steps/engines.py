"""The recogniser and the voice: recommended, chosen, downloaded, set."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from voiced.config import voice_folder
from voiced.config.editing import KeyValue
from voiced.errors import ModelMissing
from voiced.models.catalogue import Model, listed_models
from voiced.models.voices import profile, profiles
from voiced.setting_up.advice import (
    EMBEDDED,
    MOST_S,
    WHISPER,
    Advice,
    recogniser_for,
    voice_for,
    whisper_keys,
)
from voiced.setting_up.outside import Run
from voiced.setting_up.speed import WHISPER_GFLOP, expected_s

__all__ = ["set_recogniser", "set_voice"]


def set_recogniser(run: Run) -> None:
    """Recommend a recogniser and set the one that is chosen."""
    packages = run.outside.packages()
    best = recogniser_for(run.machine, run.speed, packages)
    _recommend(run, "recogniser", best)
    options = [EMBEDDED, *(f"{WHISPER} {name}" for name in WHISPER_GFLOP)]
    chosen = run.dialogue.choose("Which recogniser?", options, best.choice)
    if chosen == EMBEDDED:
        run.write("transcriber", {"engine": EMBEDDED, "model": ""})
        return
    name = chosen.removeprefix(f"{WHISPER} ")
    if chosen != best.choice:
        run.dialogue.tell(f"It takes about {expected_s(name, run.speed):.1f} s for an order.")
    if "faster_whisper" not in packages:
        _tell_package(run, "'voiced[whisper]'", "recogniser")
        return
    model = next(each for each in listed_models() if each.name == name)
    keys = whisper_keys(name, run.machine)
    if _bring(run, model) and _is_quick_enough(run, name, keys):
        run.write("transcriber", keys)


def _is_quick_enough(run: Run, name: str, keys: Mapping[str, KeyValue]) -> bool:
    """Measure the model itself; where it is slow after all, whether it is taken all the same."""
    taken_s = run.outside.order_s(name, int(str(keys.get("threads", 0))))
    if taken_s is None:
        return True
    run.found["recogniser"]["measured_s"] = taken_s
    run.dialogue.tell(f"Measured: {taken_s:.1f} s for an order.")
    if taken_s <= MOST_S:
        return True
    return run.dialogue.confirm(f"More than {MOST_S} s is slow. Take it?", default=False)


def set_voice(run: Run) -> None:
    """Recommend a voice and set the one that is chosen."""
    packages = run.outside.packages()
    best = voice_for(run.machine, run.speed, packages)
    _recommend(run, "voice", best)
    known = [each.voice for each in profiles(voice_folder())]
    names = [each.name for each in known if each.engine in {"espeak", "piper"}]
    chosen = profile(run.dialogue.choose("Which voice?", names, best.choice), voice_folder())
    if chosen.voice.engine == "piper" and "piper" not in packages:
        _tell_package(run, "'voiced[piper]'", "voice")
        return
    if chosen.licence:
        run.dialogue.tell(f"{chosen.voice.name}: {chosen.licence}")
    if chosen.model is None or _bring(run, chosen.model):
        run.write("synthesizer", {"voice": chosen.voice.name})


def _recommend(run: Run, what: str, best: Advice) -> None:
    run.dialogue.tell(f"Recommended {what}: {best.choice} ({best.reason}).")
    run.found[what] = {
        "recommended": best.choice,
        "reason": best.reason,
        "keys": dict(best.keys),
        "package": best.package,
    }


def _tell_package(run: Run, package: str, step: str) -> None:
    """What pip has to install is not ours to install: this Python may not be the user's own."""
    run.dialogue.tell(
        f"It is not installed yet. Install it, then set it:\n"
        f"  pip install {package}\n  voiced setup --only {step}\n"
        "Until then everything stays as it is."
    )


def _bring(run: Run, model: Model) -> bool:
    """Have the model on this machine, if that is agreed to; whether it is there."""
    if run.outside.has_model(model):
        return True
    hosts = ", ".join(dict.fromkeys(urlsplit(each.url).hostname or "?" for each in model.files))
    question = f"Download {model.name}, about {model.about_mb} MB, from {hosts}?"
    if run.dialogue.confirm(question, default=True):
        try:
            run.outside.pull(model)
        except ModelMissing as error:
            run.dialogue.tell(f"That failed: {error.message}.")
            _note_failure(run, error)
        else:
            return True
    run.dialogue.tell(
        f"From files at hand, without a network: voiced models import {model.name} FOLDER"
    )
    return False


def _note_failure(run: Run, error: ModelMissing) -> None:
    run.found.setdefault("failures", []).append(error.message)
