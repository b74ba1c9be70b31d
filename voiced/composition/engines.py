"""The configuration to engines. The only place that knows every one of them.

Each engine is imported when it is chosen.
"""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from voiced.activation.keys import KeyAct, KeySource
from voiced.activation.shortcut import Shortcut, shortcut
from voiced.composition.page import missing_libraries
from voiced.config import (
    Config,
    journal_folder,
    model_folder,
    pin_folder,
    voice_folder,
)
from voiced.control.peers import scope_of
from voiced.desk import Desk, ScreenLock
from voiced.errors import ConfigError, ModelMissing
from voiced.mcp import LoadedServers, Pins, load_servers
from voiced.stages import Responder, Stage

if TYPE_CHECKING:
    from voiced.engines.notifications import DesktopNotices, Pressed
    from voiced.engines.tray import Tray, TrayAct
    from voiced.engines.wyoming_satellite import WyomingSatellite
    from voiced.memory.recorder import FlightRecorder
    from voiced.stages import (
        EchoCanceller,
        Microphone,
        NameSpotter,
        Speaker,
        Synthesizer,
        Transcriber,
        TurnEndDetector,
        Voice,
        VoiceDetector,
        WakeWordDetector,
    )

__all__ = [
    "WYOMING",
    "desk",
    "desktop_notices",
    "detector",
    "echo_canceller",
    "flight_recorder",
    "key_sources",
    "keys_of",
    "microphone",
    "name_spotter",
    "prepared",
    "responder",
    "room_canceller",
    "satellite",
    "screen_lock",
    "speaker",
    "synthesizer",
    "tool_servers",
    "transcriber",
    "tray",
    "turn_end_detector",
    "uses_pulse",
    "voice",
    "wake_words",
    "watch_sleep",
]

_log = logging.getLogger(__name__)

WYOMING = "wyoming:"
"""What the address of a satellite begins with, where a microphone is named."""


@asynccontextmanager
async def prepared(*stages: Stage) -> AsyncGenerator[None]:
    """Load and warm the stages; free them at the end, the last one first.

    Raises:
        EngineError: One of them cannot be used; those before it are freed.
    """
    async with AsyncExitStack() as stack:
        for stage in stages:
            stack.push_async_callback(stage.aclose)
            await stage.prepare()
        yield


def responder(config: Config) -> Responder | None:
    """The language model, or None where no server is configured."""
    if not config.responder.url:
        return None
    from voiced.engines.openai_chat import OpenAIResponder

    return OpenAIResponder(config.responder)


def desk(config: Config) -> Desk:
    """The user's desktop, as far as one is there."""
    from voiced.engines.desk import desk as open_desk

    return open_desk(leave=journal_folder(config.journal) / "keyboard-leave")


def screen_lock() -> ScreenLock:
    """Knows whether the screen of the user's session is locked."""
    from voiced.engines.screen_lock import DBusScreenLock

    return DBusScreenLock()


async def watch_sleep(tell: Callable[[bool], None]) -> None:
    """Tell when the computer goes to sleep and when it woke, until cancelled."""
    from voiced.engines import sleep_signal

    await sleep_signal.watch_sleep(tell)


def tool_servers(config: Config) -> LoadedServers:
    """The MCP servers that were enabled; none of them is started. Reads files."""
    if not config.mcp.servers:
        return LoadedServers()
    from voiced.engines.mcp_client import connect

    return load_servers(config.mcp, Pins(pin_folder()), connect)


def transcriber(config: Config, engine: str = "") -> Transcriber:
    """The transcriber of the configuration, or the one named ``engine``."""
    settings = config.transcriber
    match engine or settings.engine:
        case "faster-whisper":
            from voiced.engines.faster_whisper import FasterWhisperTranscriber

            return FasterWhisperTranscriber(settings, model_folder())
        case "openai":
            from voiced.engines.openai_transcribe import OpenAITranscriber

            return OpenAITranscriber(settings)
        case "pocketsphinx":
            from voiced.engines.pocketsphinx import PocketsphinxTranscriber

            return PocketsphinxTranscriber(settings)
        case "wyoming":
            from voiced.engines.wyoming_transcriber import WyomingTranscriber

            return WyomingTranscriber(settings)
        case unknown:
            raise ConfigError(
                file="--engine",
                key=unknown,
                reason="no such transcriber",
                mend="use pocketsphinx, faster-whisper, openai or wyoming",
            )


def detector(config: Config) -> VoiceDetector:
    """The voice detector."""
    settings = config.audio
    if settings.detector == "silero":
        from voiced.engines.silero_vad import SileroVoiceDetector

        return SileroVoiceDetector(min_level_dbfs=settings.min_level_dbfs)
    from voiced.engines.webrtc_vad import WebrtcVoiceDetector

    return WebrtcVoiceDetector(min_level_dbfs=settings.min_level_dbfs)


def wake_words(config: Config) -> tuple[WakeWordDetector | None, WakeWordDetector | None]:
    """What hears the wake word, and what hears the word that stops a reply; None where unused."""
    settings = config.activation
    words = settings.words if settings.mode == "wake_word" else ()
    if not words and not settings.stop_words:
        return None, None
    from voiced.engines.wake_word import MicroWakeWordDetector

    def detector(words: Sequence[str]) -> WakeWordDetector | None:
        return MicroWakeWordDetector(words, settings.sensitivity) if words else None

    return detector(words), detector(settings.stop_words)


def name_spotter(config: Config) -> NameSpotter | None:
    """What hears its names; None where it goes by none."""
    settings = config.activation
    if settings.mode != "name":
        return None
    from voiced.engines.name_spotter import PocketsphinxNameSpotter

    return PocketsphinxNameSpotter(settings.names, settings.sensitivity)


def desktop_notices(
    config: Config, press: Callable[[Pressed], None], tell: Callable[[str], None]
) -> DesktopNotices | None:
    """What shows notifications; None where the settings want none."""
    if not config.activation.notifications:
        return None
    from voiced.engines.notifications import DesktopNotices

    return DesktopNotices(press, tell)


def tray(config: Config, act: Callable[[TrayAct], Awaitable[None]]) -> Tray | None:
    """The icon in the desktop's tray; None where the settings want none."""
    if not config.activation.tray:
        return None
    from voiced.engines.tray import Tray

    return Tray(act, scope_of, has_page=not missing_libraries())


def keys_of(config: Config) -> dict[Shortcut, KeyAct]:
    """The desktop's keys of the settings, and what each is for.

    Raises:
        ConfigError: One of them is no shortcut.
    """
    settings = config.activation
    talk: KeyAct = "press" if settings.key_is == "hold" else "toggle"
    named: list[tuple[str, KeyAct]] = [
        ("key", talk),
        ("mute_key", "mute"),
        ("stop_key", "stop"),
    ]
    keys: dict[Shortcut, KeyAct] = {}
    for name, act in named:
        if text := getattr(settings, name):
            keys[shortcut(text, name)] = act
    return keys


def key_sources(config: Config, environ: Mapping[str, str]) -> list[KeySource]:
    """Who gives the keys of the settings.

    Raises:
        ConfigError: One of them is no shortcut.
    """
    settings, keys = config.activation, keys_of(config)
    sources: list[KeySource] = []
    by = settings.keys_by
    if by == "auto":
        by = "x11" if environ.get("DISPLAY") and not environ.get("WAYLAND_DISPLAY") else "portal"
    if keys and by == "x11":
        from voiced.engines.key_x11 import X11Keys

        sources.append(X11Keys(keys))
    elif keys:
        from voiced.engines.key_portal import PortalKeys

        sources.append(PortalKeys(keys))
    if settings.button:
        from voiced.engines.key_device import ButtonDevice

        toggles = settings.key_is == "toggle"
        sources.append(ButtonDevice(settings.button, settings.button_code, toggles=toggles))
    return sources


async def echo_canceller(config: Config, source: str, sink: str) -> EchoCanceller | None:
    """What takes our own sound out of the microphone's; None where it cannot or need not be.

    Only a real microphone hears a real speaker. ``auto`` asks the sound server, and goes without
    where the canceller is not installed.
    """
    settings = config.audio
    if source != "mic" or sink != "speaker":
        return None
    if settings.echo == "off":
        _log.info("the echo is not cancelled here: [audio] echo is off")
        return None
    from voiced.engines.webrtc_aec import WebrtcEchoCanceller

    canceller = WebrtcEchoCanceller()
    if settings.echo == "webrtc":
        return canceller
    from voiced.engines.echo_choice import chosen_for

    choice = await chosen_for(settings.speaker, settings.microphone)
    if not choice.cancels:
        _log.info("the echo is not cancelled here: %s", choice.reason)
        return None
    try:
        await canceller.prepare()
    except ModelMissing as error:
        _log.warning(
            "my own sound is not taken out of the microphone's (%s), so I may interrupt myself: %s",
            choice.reason,
            error,
        )
        return None
    _log.info("the echo is cancelled here: %s", choice.reason)
    return canceller


def room_canceller(config: Config) -> EchoCanceller | None:
    """The same for a satellite, where no sound server is known to do it."""
    if config.audio.echo == "off":
        return None
    from voiced.engines.webrtc_aec import WebrtcEchoCanceller

    return WebrtcEchoCanceller()


def turn_end_detector(config: Config) -> TurnEndDetector | None:
    """What judges by the sound whether a turn is over; None where it is off or not installed."""
    choice = config.turns.end_detector
    if choice == "off":
        return None
    from voiced.engines.smart_turn import SmartTurnDetector, what_is_missing

    if choice == "auto" and what_is_missing(model_folder()):
        return None
    return SmartTurnDetector(model_folder())


def flight_recorder(config: Config) -> FlightRecorder:
    """What keeps how turns went, and, where the user allows it, their sound."""
    from voiced.engines.flac import write_flac
    from voiced.memory.recorder import FlightRecorder

    return FlightRecorder(config, write_flac)


def voice(config: Config, name: str = "") -> Voice:
    """The voice profile of the configuration, or the one named.

    Raises:
        ModelMissing: There is none of that name, or its model was not pulled.
    """
    from voiced.models.voices import load_voice, with_lexicon

    profile = load_voice(name or config.synthesizer.voice, model_folder(), voice_folder())
    return with_lexicon(profile, config.synthesizer.lexicon)


def synthesizer(config: Config, profile: Voice) -> Synthesizer:
    """The engine that speaks with this voice."""
    match profile.engine:
        case "piper":
            from voiced.engines.piper import PiperSynthesizer

            return PiperSynthesizer(model_folder(), warm=profile)
        case "openai":
            from voiced.engines.openai_speech import OpenAISynthesizer

            return OpenAISynthesizer(config.synthesizer)
        case "wyoming":
            from voiced.engines.wyoming_synthesizer import WyomingSynthesizer

            return WyomingSynthesizer(config.synthesizer)
        case _:
            from voiced.engines.espeak import EspeakSynthesizer

            return EspeakSynthesizer()


def uses_pulse(config: Config) -> bool:
    """Whether sound goes through PulseAudio's library, and not through PortAudio."""
    if config.audio.server != "auto":
        return config.audio.server == "pulse"
    from voiced.engines import pulse_library

    return pulse_library.server_is_there(os.environ) and pulse_library.load() is not None


def satellite(source: str) -> WyomingSatellite:
    """Microphone and loudspeaker in one: ``wyoming:HOST:PORT``."""
    from voiced.engines.wyoming_satellite import WyomingSatellite

    return WyomingSatellite(f"tcp://{source.removeprefix(WYOMING)}")


def microphone(config: Config, source: str) -> Microphone:
    """Sound in: ``mic``, or the path of a sound file."""
    if source == "mic" and uses_pulse(config):
        from voiced.engines.pulse_microphone import PulseMicrophone

        return PulseMicrophone(config.audio.microphone)
    if source == "mic":
        from voiced.engines.portaudio_microphone import PortAudioMicrophone

        return PortAudioMicrophone(config.audio.microphone)
    from voiced.engines.sound_file import SoundFileMicrophone

    trailing_s = config.turns.end_silence_ms / 1000 + 1.0
    return SoundFileMicrophone(Path(source), trailing_s=trailing_s)


def speaker(config: Config, sink: str) -> Speaker:
    """Sound out: ``speaker``, ``null``, or the path of a WAV file to write."""
    if sink == "speaker" and uses_pulse(config):
        from voiced.engines.pulse_speaker import PulseSpeaker

        return PulseSpeaker(config.audio.speaker)
    if sink == "speaker":
        from voiced.engines.portaudio_speaker import PortAudioSpeaker

        return PortAudioSpeaker(config.audio.speaker)
    if sink == "null":
        from voiced.engines.null_speaker import NullSpeaker

        return NullSpeaker()
    from voiced.engines.wav_sink import WavSpeaker

    return WavSpeaker(Path(sink))
