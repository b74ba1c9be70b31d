"""Microphone, loudspeaker and echo, tried out on the real devices; nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import aclosing

import numpy as np

from voiced.audio import FRAME_SAMPLES, RATE_HZ, Samples, silence
from voiced.composition import engines as composition
from voiced.config import Config
from voiced.demo import render_speech
from voiced.doctor.echo import EchoReport, measure
from voiced.engines import portaudio, pulse
from voiced.engines.echo_choice import chosen_for
from voiced.engines.webrtc_aec import WebrtcEchoCanceller
from voiced.errors import EngineError
from voiced.loop.speaking import read_aloud
from voiced.sound_notes import Kind
from voiced.stages import Microphone

__all__ = ["device_names", "hear_wake_word", "listen", "measure_echo", "record", "speak"]

_SENTENCE = "This is my voice. Your microphone should hear it, and I should not hear myself in it."


async def device_names(kind: Kind, config: Config) -> Sequence[str]:
    """The devices that can be chosen; empty where nobody says."""
    try:
        if not composition.uses_pulse(config):
            return portaudio.names("input" if kind == "microphone" else "output")
        connection = pulse.Connection(pulse.library(kind), kind, 0)
        await connection.open()
        try:
            listed = await connection.listed()
        finally:
            await connection.aclose()
    except EngineError:
        return ()
    return tuple(each.name for each in listed.devices if not each.is_monitor)


def _nobody(_: Samples) -> None:
    """Nobody follows it."""


async def listen(
    seconds: float, config: Config, hear: Callable[[Samples], None] = _nobody
) -> Samples:
    """A few seconds of the microphone; ``hear`` is given each piece as it comes.

    Raises:
        EngineError: It cannot be used.
    """
    microphone = composition.microphone(config, "mic")
    async with composition.prepared(microphone):
        return await record(microphone, seconds, hear)


async def hear_wake_word(
    seconds: float, config: Config, heard: Callable[[str], None], hear: Callable[[Samples], None]
) -> None:
    """Look for the wake words of the settings in a few seconds of the microphone.

    Args:
        seconds: How long.
        config: Says which words; whatever the mode is.
        heard: Told of each that was heard.
        hear: Given each piece of sound as it comes.

    Raises:
        EngineError: The microphone or the detector cannot be used.
    """
    asleep = config.activation.model_copy(update={"mode": "wake_word"})
    detector, _ = composition.wake_words(config.model_copy(update={"activation": asleep}))
    microphone = composition.microphone(config, "mic")
    if detector is None:
        return
    async with composition.prepared(microphone, detector):
        wanted = round(seconds * RATE_HZ / FRAME_SAMPLES)
        async with aclosing(microphone.frames()) as frames:
            async for frame in frames:
                hear(frame.samples)
                if (word := detector.detect(frame)) is not None:
                    heard(word.word)
                wanted -= 1
                if wanted <= 0:
                    break


async def record(
    microphone: Microphone, seconds: float, hear: Callable[[Samples], None] = _nobody
) -> Samples:
    """So much of the sound, or as much as there is; ``hear`` is given each piece as it comes."""
    wanted = round(seconds * RATE_HZ / FRAME_SAMPLES)
    heard: list[Samples] = []
    async with aclosing(microphone.frames()) as frames:
        async for frame in frames:
            heard.append(frame.samples)
            hear(frame.samples)
            if len(heard) >= wanted:
                break
    return np.concatenate(heard) if heard else silence(0)


async def speak(text: str, config: Config) -> None:
    """Say a sentence through the loudspeaker, to its end.

    Raises:
        EngineError: The voice or the device cannot be used.
    """
    profile = composition.voice(config)
    synthesizer = composition.synthesizer(config, profile)
    speaker = composition.speaker(config, "speaker")
    async with composition.prepared(synthesizer, speaker):
        playback = speaker.open()
        await read_aloud(text, synthesizer, profile, playback)
        await playback.drain()


async def measure_echo(config: Config) -> EchoReport:
    """Measure the way from the loudspeaker to the microphone.

    Raises:
        EngineError: A device cannot be used.
    """
    settings = config.audio
    choice = await chosen_for(settings.speaker, settings.microphone)
    microphone = composition.microphone(config, "mic")
    speaker = composition.speaker(config, "speaker")
    profile = composition.voice(config)
    synthesizer = composition.synthesizer(config, profile)
    async with composition.prepared(synthesizer):
        sentence = await render_speech(_SENTENCE, synthesizer, profile)
    stages = (microphone, speaker, WebrtcEchoCanceller())
    return await measure(stages, settings, choice, sentence=sentence)
