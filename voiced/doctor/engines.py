"""The engines that are configured: is the library there, is the model. None is imported."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from voiced.config import trace_folder
from voiced.doctor.checks import Check, Examination
from voiced.doctor.services import check_prompt_cache, check_server, check_wyoming
from voiced.engines.smart_turn import what_is_missing
from voiced.errors import VoicedError
from voiced.memory.turn_store import TurnStore
from voiced.models.catalogue import locate
from voiced.models.voices import Profile, load_voice, profile

__all__ = ["check_engines"]

_DETECTORS = {
    "webrtc": ("webrtcvad", "webrtcvad-wheels"),
    "silero": ("faster_whisper", "'voiced[whisper]'"),
}
_SPEECH = {
    "espeak": ("espeakng_loader", "espeakng-loader"),
    "piper": ("piper", "'voiced[piper]'"),
}


def check_engines(what: Examination) -> tuple[Check, ...]:
    """The configured detector, transcriber, responder and voice, and those that could be."""
    config = what.loaded.config
    detector = _library("voice detector", *_DETECTORS[config.audio.detector])
    return (
        detector,
        _echo_canceller(what),
        _turn_end_detector(what),
        _transcriber(what),
        _responder(what),
        *_prompt_cache(what),
        _synthesizer(what),
        *_others(what),
    )


def _library(name: str, module: str, package: str, *, is_needed: bool = True) -> Check:
    if find_spec(module) is None:
        mend = f"pip install {package}"
        return Check(
            name, None if not is_needed else False, f"{module} is not installed", mend, is_needed
        )
    return Check(name, ok=True, found=f"{module} is installed", is_needed=is_needed)


def _echo_canceller(what: Examination) -> Check:
    choice, name = what.loaded.config.audio.echo, "echo canceller"
    if choice == "off":
        return Check(name, ok=None, found="off: use a headset")
    return _library(name, "livekit", "livekit", is_needed=choice == "webrtc")


def _turn_end_detector(what: Examination) -> Check:
    choice, name = what.loaded.config.turns.end_detector, "turn end detector"
    if choice == "off":
        return Check(name, ok=None, found="off: silence and the grammar alone end a turn")
    is_needed = choice == "smart-turn"
    missing = what_is_missing(what.models)
    if missing is None:
        return Check(name, ok=True, found="smart-turn is used", is_needed=is_needed)
    found = f"not used: {missing.message}"
    ok = False if is_needed else None
    return Check(name, ok=ok, found=found, mend=missing.mend, is_needed=is_needed)


def _transcriber(what: Examination) -> Check:
    settings = what.loaded.config.transcriber
    name = f"transcriber {settings.engine}"
    if settings.engine == "openai":
        if not settings.url:
            mend = "set [transcriber] url in voiced.toml"
            return Check(name, ok=False, found="no url is set", mend=mend, is_needed=True)
        return check_server(name, settings.url, settings.key, what.env)
    if settings.engine == "wyoming":
        return check_wyoming(name, "transcriber", settings.wyoming, "asr")
    if settings.engine == "pocketsphinx":
        return _library(name, "pocketsphinx", "pocketsphinx")
    check = _library(name, "faster_whisper", "'voiced[whisper]'")
    return check if not check.ok else _whisper_model(name, settings.whisper_model, what.models)


def _whisper_model(name: str, wanted: str, models: Path) -> Check:
    folder = Path(wanted).expanduser() if "/" in wanted else locate(wanted, models)
    if folder is None or not (folder / "model.bin").is_file():
        mend = f"voiced models pull {wanted}"
        reason = f"the model {wanted} is not installed"
        return Check(name, ok=False, found=reason, mend=mend, is_needed=True)
    return Check(name, ok=True, found=str(folder), is_needed=True)


def _responder(what: Examination) -> Check:
    settings = what.loaded.config.responder
    if not settings.url:
        found = "none is configured: the assistant does its intents and nothing else"
        return Check("language model", ok=None, found=found, mend="set [responder] url")
    return check_server("language model", settings.url, settings.key, what.env)


def _prompt_cache(what: Examination) -> tuple[Check, ...]:
    config = what.loaded.config
    if not config.responder.url:
        return ()
    try:
        turns = TurnStore(trace_folder(config.journal)).turns()
    except VoicedError as error:
        return (Check("prompt cache", ok=None, found=error.message),)
    return (check_prompt_cache(turn.timeline for turn in turns),)


def _synthesizer(what: Examination) -> Check:
    settings = what.loaded.config.synthesizer
    name = f"voice {settings.voice}"
    try:
        found = profile(settings.voice, what.voices)
        if found.voice.engine == "openai":
            return _speech_server(name, what)
        if found.voice.engine == "wyoming":
            return check_wyoming(name, "synthesizer", settings.wyoming, "tts")
        check = _library(name, *_SPEECH[found.voice.engine])
        if not check.ok:
            return check
        load_voice(settings.voice, what.models, what.voices)
    except VoicedError as error:
        return Check(name, ok=False, found=error.message, mend=error.mend, is_needed=True)
    return Check(name, ok=True, found=_voice_found(found), is_needed=True)


def _voice_found(found: Profile) -> str:
    model = f", model {found.voice.model}" if found.voice.model else ""
    return f"{found.voice.engine}{model}"


def _speech_server(name: str, what: Examination) -> Check:
    settings = what.loaded.config.synthesizer
    if not settings.url:
        mend = "set [synthesizer] url in voiced.toml"
        return Check(name, ok=False, found="no url is set", mend=mend, is_needed=True)
    return check_server(name, settings.url, settings.key, what.env)


def _others(what: Examination) -> tuple[Check, ...]:
    """Engines that are recommended, where another one is configured."""
    checks: list[Check] = []
    if what.loaded.config.transcriber.engine != "faster-whisper":
        checks.append(
            _library("faster-whisper", "faster_whisper", "'voiced[whisper]'", is_needed=False)
        )
    checks.append(_library("piper", "piper", "'voiced[piper]'", is_needed=False))
    return tuple(checks)
