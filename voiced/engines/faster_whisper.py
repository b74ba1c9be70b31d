"""Transcription by Whisper through faster-whisper: partials while the user speaks, then one final.

The model is driven below ``WhisperModel.transcribe``: that pads every sound to 30 s, which costs
a short order most of its time. Nothing is downloaded here.
"""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from voiced.audio import RATE_HZ, Samples, samples_to_s, silence, to_float32
from voiced.engines.whisper_guards import Reading, active_s, confidence, trusted_text, windows
from voiced.errors import ConfigError, ModelMissing, TranscriptionError
from voiced.stages import Hints, Hypothesis, Transcript
from voiced.workers import Errand, Exclusive

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable

    from voiced.audio import AudioFrame
    from voiced.config import TranscriberSettings

__all__ = ["FasterWhisperTranscriber"]

_FILES = ("model.bin", "config.json", "tokenizer.json")
_FEATURES_HZ = 100
_ENCODER_STRIDE = 2
_MAX_THREADS = 4
_MAX_HINT_TOKENS = 100
_TOKENS_FREE, _TOKENS_PER_S = 16, 15
_HYPOTHESES = 3
_PARTIAL_PACE = 1.5


class FasterWhisperTranscriber:
    """Whisper, on the processor.

    Partials are whole readings of the sound so far and may change. ``Hints.key_terms`` are put
    before the sound as if they had been said; the graph is not used.

    Args:
        settings: ``model`` is a folder, or a name in ``models``; empty is "base.en", or
            "base" for other languages than English.
        models: The folder of the models; None allows only a folder in ``settings``.
    """

    def __init__(self, settings: TranscriberSettings, models: Path | None = None) -> None:
        self._settings = settings
        self._models = models
        self._decoder: _Decoder | None = None
        self._one_at_a_time = Exclusive()

    @property
    def supports_partials(self) -> bool:
        """Always: while the user speaks."""
        return True

    async def prepare(self) -> None:
        """Load the model and run it once.

        Raises:
            ModelMissing: faster-whisper or the model is not installed.
            ConfigError: The language or the arithmetic is not one of the model's.
        """
        await self._one_at_a_time.run(self._load)

    async def aclose(self) -> None:
        """Free the model."""
        self._decoder = None

    async def transcribe(
        self, audio: AsyncIterable[AudioFrame], hints: Hints
    ) -> AsyncGenerator[Transcript]:
        """Transcribe one utterance; when the generator is closed, a running pass is left behind.

        Raises:
            ModelMissing: Not prepared, and the model is not there.
            TranscriptionError: The sound is not 16 kHz, or the model failed.
        """
        utterance = _Utterance(self._settings.partial_interval_ms)
        errand: Errand[Transcript] | None = None
        shown = ""
        async for frame in audio:
            utterance.add(frame)
            if errand and errand.done:
                partial, errand = errand.result(), None
                utterance.pace()
                if partial.text not in ("", shown):
                    shown = partial.text
                    yield partial
            if errand is None and utterance.partial_is_due():
                sound = utterance.sound()
                errand = Errand(self._one_at_a_time.hold, self._read_partial, sound, hints)
        yield await self._one_at_a_time.run(self._read, utterance.sound(), hints)

    def _read_partial(self, sound: Samples, hints: Hints) -> Transcript:
        reading = self._load().read(sound, hints, beam_size=1)
        return Transcript(reading.text, is_final=False, confidence=reading.confidence)

    def _read(self, sound: Samples, hints: Hints) -> Transcript:
        reading = self._load().read(sound, hints, beam_size=self._settings.beam_size)
        return Transcript(
            reading.text,
            is_final=True,
            confidence=reading.confidence,
            alternatives=reading.alternatives,
        )

    def _load(self) -> _Decoder:
        if self._decoder is None:
            decoder = _Decoder(_folder(self._settings.whisper_model, self._models), self._settings)
            decoder.warm()
            self._decoder = decoder
        return self._decoder


class _Utterance:
    """The sound of one utterance so far, and when its next partial is due."""

    def __init__(self, interval_ms: int) -> None:
        self._parts: list[Samples] = []
        self._interval_samples = interval_ms * RATE_HZ // 1000
        self._waiting_samples = 0

    def add(self, frame: AudioFrame) -> None:
        if frame.rate_hz != RATE_HZ:
            raise TranscriptionError(f"need sound at {RATE_HZ} Hz, got {frame.rate_hz} Hz")
        self._parts.append(frame.samples)
        self._waiting_samples += len(frame.samples)

    def partial_is_due(self) -> bool:
        """True once for each interval of new sound."""
        if self._waiting_samples < self._interval_samples:
            return False
        self._waiting_samples = 0
        return True

    def pace(self) -> None:
        """A partial is done: leave more time than it took, for the final must wait for it."""
        self._interval_samples = max(
            self._interval_samples, int(_PARTIAL_PACE * self._waiting_samples)
        )

    def sound(self) -> Samples:
        return np.concatenate(self._parts) if self._parts else silence(0)


@dataclass(frozen=True, slots=True)
class _Result:
    """What the guards left of the readings of a sound."""

    text: str
    confidence: float
    alternatives: tuple[Hypothesis, ...] = ()


_NOTHING = _Result("", 0.0)


class _Decoder:
    """The model and its tokenizer. Blocking, one thread at a time."""

    def __init__(self, folder: Path, settings: TranscriberSettings) -> None:
        faster_whisper = _library()
        self._settings = settings
        _check_arithmetic(settings.compute_type)
        try:
            self._model = faster_whisper.WhisperModel(
                str(folder),
                device="cpu",
                compute_type=settings.compute_type,
                cpu_threads=settings.threads or min(_MAX_THREADS, os.cpu_count() or 1),
                local_files_only=True,
            )
        except Exception as error:  # ctranslate2's and tokenizers' errors share no other base
            raise _missing(settings.whisper_model, f"{folder} cannot be loaded: {error}") from error
        self._tokenizer = self._make_tokenizer(settings.language)

    def warm(self) -> None:
        """Run the model once on a second of silence."""
        self._decode(silence(RATE_HZ), Hints(), 1)

    def read(self, sound: Samples, hints: Hints, *, beam_size: int) -> _Result:
        """Text that can be trusted, and other readings where the sound fits into one window."""
        try:
            decoded = [(part, self._decode(part, hints, beam_size)) for part in windows(sound)]
        except (RuntimeError, ValueError) as error:
            raise TranscriptionError(f"whisper failed: {type(error).__name__}") from error
        read = [
            result for part, readings in decoded if (result := self._guard(part, readings)).text
        ]
        if len(read) <= 1:
            return read[0] if read else _NOTHING
        return _Result(" ".join(r.text for r in read), min(r.confidence for r in read))

    def _guard(self, part: Samples, readings: list[Reading]) -> _Result:
        sounding_s = active_s(part)
        texts: dict[str, float] = {}
        for reading in readings:
            text = trusted_text(reading, sounding_s, self._settings.max_no_speech)
            if text:
                texts.setdefault(text, confidence(reading))
            elif not texts:
                return _NOTHING  # the best reading is not trusted, so the others are not
        (text, sure), *others = texts.items()
        return _Result(text, sure, tuple(Hypothesis(*other) for other in others))

    def _decode(self, sound: Samples, hints: Hints, beam_size: int) -> list[Reading]:
        prompt = self._prompt(hints)
        seconds = samples_to_s(len(sound))
        longest = len(prompt) + _TOKENS_FREE + int(_TOKENS_PER_S * seconds)
        result = self._model.model.generate(
            self._model.encode(self._features(sound)),
            [prompt],
            beam_size=beam_size,
            num_hypotheses=min(beam_size, _HYPOTHESES),
            max_length=min(longest, self._model.max_length),
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        return [
            Reading(
                self._tokenizer.decode(tokens).strip(),
                score * len(tokens) / (len(tokens) + 1),
                result.no_speech_prob,
            )
            for tokens, score in zip(result.sequences_ids, result.scores, strict=True)
        ]

    def _features(self, sound: Samples) -> Any:
        """Log-mel features, (mels, frames), padded to ``pad_s``."""
        features = self._model.feature_extractor(to_float32(sound))[..., :-1]
        shortest = int(self._settings.pad_s * _FEATURES_HZ)
        frames = max(shortest, features.shape[-1] + features.shape[-1] % _ENCODER_STRIDE)
        frames = min(frames, self._model.feature_extractor.nb_max_frames)
        features = features[..., :frames]
        return np.pad(features, ((0, 0), (0, frames - features.shape[-1])))

    def _prompt(self, hints: Hints) -> list[int]:
        terms: list[int] = []
        for term in hints.key_terms:
            tokens = self._tokenizer.encode(f" {term}," if terms else f" {term}")
            if len(terms) + len(tokens) > _MAX_HINT_TOKENS:
                break
            terms += tokens
        prompt = self._model.get_prompt(self._tokenizer, terms, without_timestamps=True)
        return [int(token) for token in prompt]

    def _make_tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        multilingual = self._model.model.is_multilingual
        if language not in self._model.supported_languages:
            known = "English only" if not multilingual else "none of its languages"
            raise ConfigError(
                file="voiced.toml",
                key="transcriber.language",
                reason=f"the model knows {known}: {language!r}",
                mend="use a two-letter code, and a model without .en for other languages",
            )
        task = "transcribe" if multilingual else None
        return Tokenizer(self._model.hf_tokenizer, multilingual, task, language)


def _library() -> Any:
    if importlib.util.find_spec("faster_whisper") is None:
        raise ModelMissing(
            "faster-whisper is not installed",
            stage="transcriber",
            mend="pip install 'voiced[whisper]'",
        )
    import faster_whisper

    return faster_whisper


def _check_arithmetic(compute_type: str) -> None:
    import ctranslate2

    known = {"default", "auto", *ctranslate2.get_supported_compute_types("cpu")}
    if compute_type not in known:
        raise ConfigError(
            file="voiced.toml",
            key="transcriber.compute_type",
            reason=f"this processor has no {compute_type!r}",
            mend=f"use one of: {', '.join(sorted(known))}",
        )


def _folder(name: str, models: Path | None) -> Path:
    folder = Path(name).expanduser()
    if models and len(folder.parts) == 1:
        folder = models / name
    missing = [file for file in _FILES if not (folder / file).is_file()]
    if missing:
        raise _missing(name, f"{folder} has no {', '.join(missing)}")
    return folder


def _missing(name: str, reason: str) -> ModelMissing:
    return ModelMissing(
        f"whisper model: {reason}", stage="transcriber", mend=f"voiced models pull {name}"
    )
