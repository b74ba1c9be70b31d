"""The way from the loudspeaker to the microphone, measured: plays a sound, listens, calculates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Samples, level_dbfs, silence
from voiced.composition.engines import prepared
from voiced.config import AudioSettings
from voiced.engines.echo_choice import EchoChoice
from voiced.errors import ModelMissing
from voiced.stages import EchoCanceller, Microphone, Speaker
from voiced.testing import signals, sounds

__all__ = [
    "EchoFigures",
    "EchoReport",
    "Recording",
    "analyse",
    "measure",
    "probe_sound",
    "record",
]

_QUIET_S = 1.0
_AFTER_S = 0.8
_AHEAD_FRAMES = 5
_SETTLED_S = 2.0
_MOST_DELAY_S = 0.7
_CLEAR = 8.0
_LEAST_DELAY_MS = 4.0
_AUDIBLE_DBFS = -50.0
_WELL_DB = 15.0
_CLIPPED = 32_000
_SHORTEST_S = 0.2
_SPEECH_S = 5.0
_ABOVE_NOISE_DB, _WORTH_DB = 10.0, 3.0
_USUAL_LEVEL_DBFS, _MOST_LEVEL_DBFS = -50.0, -35.0


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """What was played, heard and left of it by the canceller, frame beside frame, at 16 kHz.

    ``begin`` is the sample at which playing began; before it there was silence.
    """

    far: Samples
    near: Samples
    cleaned: Samples | None
    begin: int


@dataclass(frozen=True, slots=True)
class EchoFigures:
    """What there is of the echo. None: it was not heard, so there is nothing to say.

    ``delay_ms`` is from the far signal to the microphone's, devices included; ``echo_db`` the
    echo against the sound as it was played; ``erle_db`` by how much the canceller makes it softer
    after two seconds.
    """

    noise_dbfs: float
    echo_dbfs: float | None
    delay_ms: float | None
    echo_db: float | None
    erle_db: float | None
    left_dbfs: float | None
    is_clipped: bool

    @property
    def verdict(self) -> str:
        """What it means, in a sentence."""
        if self.delay_ms is None or self.echo_db is None:
            return (
                "nothing of the speaker reaches the microphone: a headset, or one of them is muted"
            )
        if self.is_clipped:
            return "the echo is too loud for the microphone: turn the speaker or the gain down"
        if self.delay_ms < _LEAST_DELAY_MS:
            return "the echo comes too early to be cancelled: use other devices, or a headset"
        if self.erle_db is None:
            return "there is an echo, and no canceller to take it away"
        if self.erle_db < _WELL_DB and (self.left_dbfs or 0.0) > _AUDIBLE_DBFS:
            return "the canceller leaves much of the echo: turn the speaker down"
        return "the echo is cancelled well"


@dataclass(frozen=True, slots=True)
class EchoReport:
    """The figures, and what is done about them: the settings and what ``auto`` makes of them."""

    figures: EchoFigures
    settings: AudioSettings
    choice: EchoChoice

    @property
    def margin_db(self) -> float | None:
        """How far what is left of our own sound is below what may count as speech.

        None: nothing of it is heard. Below 0 a reply may interrupt itself.
        """
        figures = self.figures
        left_dbfs = figures.left_dbfs if self.cancels else figures.echo_dbfs
        if figures.echo_dbfs is None or left_dbfs is None:
            return None
        return self.settings.min_level_dbfs - left_dbfs

    @property
    def fitting(self) -> Mapping[str, str | float]:
        """The keys of ``[audio]`` that would fit better than they are set, and their values."""
        found: dict[str, str | float] = {}
        if self.figures.echo_dbfs is not None and not self.cancels:
            found["echo"] = "webrtc"
        quietest = self.figures.noise_dbfs + _ABOVE_NOISE_DB
        least_dbfs = float(round(min(_MOST_LEVEL_DBFS, max(_USUAL_LEVEL_DBFS, quietest))))
        if abs(least_dbfs - self.settings.min_level_dbfs) >= _WORTH_DB:
            found["min_level_dbfs"] = least_dbfs
        return found

    @property
    def cancels(self) -> bool:
        """Whether the echo is cancelled in this process."""
        echo = self.settings.echo
        return self.choice.cancels if echo == "auto" else echo == "webrtc"

    def as_document(self) -> Mapping[str, Any]:
        """For ``--json``."""
        return {
            **asdict(self.figures),
            "verdict": self.figures.verdict,
            "setting": self.settings.echo,
            "margin_db": self.margin_db,
            "fits": dict(self.fitting),
            "cancels": self.cancels,
            "auto": {"cancels": self.choice.cancels, "reason": self.choice.reason},
        }

    def as_rows(self) -> Sequence[tuple[str, str]]:
        """For people."""
        figures = self.figures
        auto = "cancels the echo" if self.choice.cancels else "leaves it"
        done = "cancelled in this process" if self.cancels else "not cancelled in this process"
        return (
            ("verdict", figures.verdict),
            ("noise of the room", _words(figures.noise_dbfs, "dBFS")),
            ("echo", _words(figures.echo_dbfs, "dBFS")),
            ("echo against the sound", _words(figures.echo_db, "dB")),
            ("delay of the echo", _words(figures.delay_ms, "ms")),
            ("softer by the canceller", _words(figures.erle_db, "dB")),
            ("left of it", _words(figures.left_dbfs, "dBFS")),
            ("margin of a barge-in", _words(self.margin_db, "dB")),
            ("microphone clips", "yes" if figures.is_clipped else "no"),
            (f'echo = "{self.settings.echo}"', done),
            ("auto", f"{auto}: {self.choice.reason}"),
            ("would fit better", self._fits()),
        )

    def _fits(self) -> str:
        settings = ", ".join(f"{key} = {value!r}" for key, value in self.fitting.items())
        return f"{settings} (voiced doctor audio --set)" if settings else "nothing: it is set well"


def _words(value: float | None, unit: str) -> str:
    return "-" if value is None else f"{value:.0f} {unit}"


async def measure(
    stages: tuple[Microphone, Speaker, EchoCanceller],
    settings: AudioSettings,
    choice: EchoChoice,
    on_ready: Callable[[], object] = lambda: None,
    sentence: Samples | None = None,
) -> EchoReport:
    """Open the devices, play and listen. Without the canceller's library it does without.

    ``on_ready`` is called when the devices are open, before anything is played; ``sentence`` is
    said again and again instead of a babble.

    Raises:
        DeviceError: A device cannot be opened, or is lost.
        ModelMissing: The sound library is not installed.
    """
    microphone, speaker, canceller = stages
    async with prepared(microphone, speaker):
        on_ready()
        try:
            async with prepared(canceller):
                recording = await record(microphone, speaker, canceller, sentence)
        except ModelMissing:
            recording = await record(microphone, speaker, None, sentence)
    return EchoReport(analyse(recording), settings, choice)


def probe_sound(sentence: Samples | None = None) -> Samples:
    """A sweep that is easy to find, then five seconds of a sentence, or as lively as one."""
    speech = sounds.babble(_SPEECH_S)
    if sentence is not None and len(sentence):
        speech = np.resize(sentence, len(speech)).astype(np.int16)
    return signals.concat(signals.chirp(0.5) // 2, speech, gap_s=0.3)


async def record(
    microphone: Microphone,
    speaker: Speaker,
    canceller: EchoCanceller | None,
    sentence: Samples | None = None,
) -> Recording:
    """Play the test sound and record what comes back; takes nine seconds.

    Args:
        microphone: Prepared, as the others are.
        speaker: Plays it.
        canceller: Hears both; None where there is none.
        sentence: What is said; None plays a babble.

    Raises:
        DeviceError: A device is lost.
    """
    sound = signals.frames(probe_sound(sentence))
    quiet = round(_QUIET_S * RATE_HZ / FRAME_SAMPLES)
    last = quiet + len(sound) + round(_AFTER_S * RATE_HZ / FRAME_SAMPLES)
    heard: list[tuple[Samples, Samples, Samples]] = []
    playback = speaker.open()
    try:
        async with aclosing(microphone.frames()) as frames:
            async for frame in frames:
                far = speaker.played(len(frame.samples))
                if far is None:  # the device stalled: it will be seen as a bad echo
                    far = silence(len(frame.samples))
                heard.append((far, frame.samples, _cleaned(canceller, frame, far)))
                begin = _AHEAD_FRAMES if len(heard) == quiet else 1
                while len(heard) >= quiet and sound and begin:
                    await playback.play(sound.pop(0))
                    begin -= 1
                if len(heard) >= last:
                    break
    finally:
        playback.stop()
    columns = [np.concatenate(column) for column in zip(*heard, strict=True)]
    cleaned = columns[2] if canceller is not None else None
    return Recording(columns[0], columns[1], cleaned, quiet * FRAME_SAMPLES)


def _cleaned(canceller: EchoCanceller | None, near: AudioFrame, far: Samples) -> Samples:
    if canceller is None:
        return near.samples
    return canceller.cancel(near, AudioFrame(far, RATE_HZ, near.start)).samples


def analyse(recording: Recording) -> EchoFigures:
    """Calculate the figures."""
    before = recording.near[: recording.begin]
    noise_dbfs = float(np.median(_levels(before))) if len(before) >= FRAME_SAMPLES else -120.0
    is_clipped = bool(np.abs(recording.near.astype(np.int32)).max(initial=0) >= _CLIPPED)
    delay = _delay(recording)
    if delay is None:
        return EchoFigures(noise_dbfs, None, None, None, None, None, is_clipped)
    echo = recording.near[delay:]
    far = recording.far[: len(echo)]
    is_loud = _is_loud(far)
    echo_dbfs = _level_where(echo, is_loud)
    erle_db = left_dbfs = None
    if recording.cleaned is not None:
        settled = is_loud.copy()
        settled[: round((recording.begin / RATE_HZ + _SETTLED_S) * RATE_HZ / FRAME_SAMPLES)] = False
        left_dbfs = _level_where(recording.cleaned[delay:], settled)
        erle_db = _level_where(echo, settled) - left_dbfs
    echo_db = echo_dbfs - _level_where(far, is_loud)
    delay_ms = 1000 * delay / RATE_HZ
    return EchoFigures(noise_dbfs, echo_dbfs, delay_ms, echo_db, erle_db, left_dbfs, is_clipped)


def _delay(recording: Recording) -> int | None:
    """How much later the echo is than the far sound, in samples; None if there is no clear one."""
    far, near = recording.far.astype(float), recording.near.astype(float)
    if len(near) < _SHORTEST_S * RATE_HZ or not np.any(far) or not np.any(near):
        return None
    size = 2 ** (len(far) + len(near)).bit_length()
    cross = np.fft.rfft(near, size) * np.conj(np.fft.rfft(far, size))
    strength = np.abs(np.fft.irfft(cross / np.sqrt(np.abs(cross) + 1e-9), size))
    most = round(_MOST_DELAY_S * RATE_HZ)
    found = strength[:most]
    at = int(np.argmax(found))
    # against what chance gives at delays that no echo has
    chance = float(np.max(strength[2 * most : 6 * most]))
    usual = float(np.median(strength[2 * most : 6 * most]))
    return at if found[at] > max(1.5 * chance, _CLEAR * usual) else None


def _levels(sound: Samples) -> Sequence[float]:
    whole = sound[: len(sound) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    return [level_dbfs(frame) for frame in whole]


def _is_loud(far: Samples) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    levels = np.array(_levels(far))
    loud: np.ndarray[tuple[int], np.dtype[np.bool_]] = levels > levels.max(initial=-120.0) - 20
    return loud


def _level_where(sound: Samples, chosen: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    whole = sound[: len(sound) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    picked = whole[chosen[: len(whole)]]
    return level_dbfs(picked.reshape(-1) if len(picked) else silence(0))
