"""Microphone, loudspeaker and the echo between them: tried out and set."""

from __future__ import annotations

from voiced.errors import EngineError
from voiced.setting_up.levels import level_of
from voiced.setting_up.outside import Run
from voiced.sound_notes import Kind

__all__ = ["test_echo", "test_microphone", "test_speaker"]

_LISTEN_S = 4.0
_SENTENCE = "Hello. Can you hear me?"


def test_microphone(run: Run) -> None:
    """Choose a microphone, listen to it, and tell how well it hears."""
    if not _device(run, "microphone"):
        return
    while True:
        run.dialogue.tell(f"Say anything now, for {_LISTEN_S:.0f} seconds.")
        try:
            level = level_of(run.outside.listen(_LISTEN_S, run.config))
        except EngineError as error:
            _tell_error(run, "microphone", error)
            return
        run.found["microphone"] |= {
            "noise_dbfs": round(level.noise_dbfs),
            "speech_dbfs": round(level.speech_dbfs),
            "problem": level.problem,
        }
        run.dialogue.tell(
            f"Noise {level.noise_dbfs:.0f} dBFS, speech {level.speech_dbfs:.0f} dBFS: "
            + (level.problem or "it hears you well")
            + "."
        )
        if level.is_good or not run.dialogue.has_person:
            return
        if not run.dialogue.confirm("Try again?", default=True):
            return


def test_speaker(run: Run) -> None:
    """Choose a loudspeaker, say a sentence through it, and ask whether it was heard."""
    if not _device(run, "speaker"):
        return
    if not run.dialogue.confirm("Play a sentence now?", default=True):
        return
    while True:
        try:
            run.outside.speak(_SENTENCE, run.config)
        except EngineError as error:
            _tell_error(run, "speaker", error)
            return
        if not run.dialogue.has_person:
            return
        heard = run.dialogue.confirm("Did you hear it?", default=True)
        run.found["speaker"]["heard"] = heard
        if heard:
            return
        run.dialogue.tell("Turn the volume up, and see that the right device is chosen.")
        if not run.dialogue.confirm("Play it again?", default=True):
            return


def test_echo(run: Run) -> None:
    """Measure how much the microphone hears of the loudspeaker, and set what fits."""
    question = "Measure the echo? A sound is played for nine seconds; be quiet meanwhile."
    if not run.dialogue.confirm(question, default=True):
        return
    run.warn_of_another()
    try:
        report = run.outside.echo(run.config)
    except EngineError as error:
        _tell_error(run, "echo", error)
        return
    run.found["echo"] = dict(report.as_document())
    run.dialogue.tell(f"Echo: {report.figures.verdict}.")
    if report.fitting:
        run.write("audio", report.fitting)


def _device(run: Run, kind: Kind) -> bool:
    """Choose the device, and tell what is wrong with it; whether it can be used."""
    run.warn_of_another()
    names = run.outside.device_names(kind, run.config)
    before = run.config.audio.microphone if kind == "microphone" else run.config.audio.speaker
    if len(names) > 1:
        options = list(dict.fromkeys(["default", before, *names]))
        chosen = run.dialogue.choose(f"Which {kind}?", options, before)
        if chosen != before:
            run.write("audio", {kind: chosen})
    check = run.outside.device(kind, run.config)
    run.found[kind] = {"found": check.found, "ok": bool(check.ok), "mend": check.mend}
    run.dialogue.tell(f"{kind.capitalize()}: {check.found}.")
    if not check.ok:
        run.dialogue.tell(f"Mend: {check.mend}\nThen: voiced setup --only {kind}")
    return bool(check.ok)


def _tell_error(run: Run, what: str, error: EngineError) -> None:
    run.dialogue.tell(f"That failed: {error.message}.")
    if error.mend:
        run.dialogue.tell(f"Mend: {error.mend}")
    run.found.setdefault(what, {})["error"] = error.message
