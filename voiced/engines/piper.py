"""Speech from piper: neural voices, a file each, one piece of sound for a sentence.

piper is GPL-3.0; it is imported when it is used and only in this file. Nothing is downloaded here.
"""

from __future__ import annotations

import importlib.util
import logging
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiced.audio import to_int16
from voiced.engines.respelling import Respelling, respell
from voiced.errors import ModelMissing, SynthesisError
from voiced.sound.loudness import amplified
from voiced.stages import SpokenAudio, Voice, WordTiming
from voiced.workers import Exclusive, stream

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Sequence

    from voiced.workers import Emit

__all__ = ["PiperSynthesizer"]

_SLOWEST, _FASTEST = 0.25, 4.0


class PiperSynthesizer:
    """Speaks with the voice files of a folder.

    ``Voice.model`` names a file there without its ending, such as ``en_US-lessac-medium``, or is
    the path of an ``.onnx`` file; its ``.onnx.json`` lies beside it. ``Voice.speaker`` is the name
    or the number of a speaker of a voice that has several. Words have timings where the voice
    tells how long each sound lasts and the words can be told apart.

    Args:
        models: The folder of the voice files.
        warm: The voice that ``prepare`` loads; None leaves loading to the first sentence.
    """

    def __init__(self, models: Path, warm: Voice | None = None) -> None:
        self._models = models
        self._warm = warm
        self._loaded: tuple[Path, Any] | None = None
        self._one_at_a_time = Exclusive()

    async def prepare(self) -> None:
        """Import piper, load the voice and let it say a word.

        Raises:
            ModelMissing: piper or the voice is not installed.
        """
        await self._one_at_a_time.run(self._prepare)

    async def aclose(self) -> None:
        """Free the voice."""
        self._loaded = None

    async def synthesize(self, sentence: str, voice: Voice) -> AsyncGenerator[SpokenAudio]:
        """Speak; a piece for each sentence that piper finds. Closing stops between the pieces.

        Raises:
            ModelMissing: piper, the voice or the speaker is not there.
            SynthesisError: piper failed.
        """
        text = respell(sentence, voice.lexicon)
        if not text.words:
            return

        def produce(emit: Emit[SpokenAudio]) -> None:
            self._one_at_a_time.hold(self._speak, text, voice, emit)

        async with aclosing(stream(produce)) as pieces:
            async for piece in pieces:
                yield piece

    def _prepare(self) -> None:
        _require_piper()
        if self._warm and self._loaded is None:
            self._speak(respell("Okay.", {}), self._warm, lambda _: True)

    def _speak(self, text: Respelling, voice: Voice, emit: Emit[SpokenAudio]) -> None:
        piper_voice = self._load(voice)
        config = _configuration(piper_voice, voice)
        # Double brackets would be taken for phonemes.
        spoken = text.spoken.replace("[[", "  ").replace("]]", "  ")
        try:
            owners = _owners(piper_voice, text, spoken)
            for sound in piper_voice.synthesize(spoken, config, include_alignments=bool(owners)):
                words, owners = _timings(sound.phoneme_alignments, text, owners)
                samples = amplified(to_int16(sound.audio_float_array), voice.volume_db)
                if len(samples) and not emit(SpokenAudio(samples, sound.sample_rate, words)):
                    return
        except Exception as error:
            raise SynthesisError(f"piper, voice {voice.name!r}: {type(error).__name__}") from error

    def _load(self, voice: Voice) -> Any:
        path = self._path(voice)
        if self._loaded is None or self._loaded[0] != path:
            self._loaded = (path, _load(path, voice))
        return self._loaded[1]

    def _path(self, voice: Voice) -> Path:
        model = voice.model or voice.name
        if model.endswith(".onnx"):
            return self._models / Path(model).expanduser()
        return self._models / f"{model}.onnx"


def _require_piper() -> None:
    if importlib.util.find_spec("piper") is None:
        raise ModelMissing(
            "piper is not installed", stage="synthesizer", mend="pip install 'voiced[piper]'"
        )


def _load(path: Path, voice: Voice) -> Any:
    _require_piper()
    for file in (path, path.with_name(path.name + ".json")):
        if not file.is_file():
            raise _missing(voice, f"there is no {file}")
    try:
        import piper

        # Its debug messages hold the text that is spoken.
        logging.getLogger("piper").setLevel(logging.WARNING)
        # Without the onnx package piper cannot add the timings to a voice that lacks them.
        with_timings = importlib.util.find_spec("onnx") is not None
        return piper.PiperVoice.load(path, include_alignments=with_timings)
    except Exception as error:  # onnxruntime's errors share no other base
        raise _missing(voice, f"{path} cannot be loaded: {error}") from error


def _missing(voice: Voice, reason: str) -> ModelMissing:
    return ModelMissing(
        f"voice {voice.name!r}: {reason}",
        stage="synthesizer",
        mend=f"voiced voices pull {voice.name}",
    )


def _configuration(piper_voice: Any, voice: Voice) -> Any:
    import piper

    speed = min(max(voice.speed, _SLOWEST), _FASTEST)
    return piper.SynthesisConfig(
        speaker_id=_speaker(piper_voice, voice),
        length_scale=piper_voice.config.length_scale / speed,
    )


def _speaker(piper_voice: Any, voice: Voice) -> int | None:
    if not voice.speaker:
        return None
    known = piper_voice.config.speaker_id_map
    number = known.get(voice.speaker, voice.speaker)
    if str(number).isdecimal() and int(number) < max(1, piper_voice.config.num_speakers):
        return int(number)
    raise ModelMissing(
        f"voice {voice.name!r} has no speaker {voice.speaker!r}",
        stage="synthesizer",
        mend=f"use one of: {', '.join(sorted(known)) or 'none, it has one speaker'}",
    )


def _owners(piper_voice: Any, text: Respelling, spoken: str) -> tuple[int, ...]:
    """For each group of phonemes the number of its word; empty where that cannot be told.

    Groups are set apart by spaces. espeak-ng says some words as several groups (2026) and joins
    others (of the); only where the sums agree is it known which is which.
    """
    parts = [spoken[start:end] for start, end in _spans(text, len(spoken))]
    counts = [_group_count(piper_voice.phonemize(part)) for part in parts]
    if sum(counts) != _group_count(piper_voice.phonemize(spoken)):
        return ()
    return tuple(word for word, count in enumerate(counts) for _ in range(count))


def _spans(text: Respelling, length: int) -> Iterator[tuple[int, int]]:
    return zip(text.starts, (*text.starts[1:], length), strict=True)


def _group_count(sentences: Sequence[Sequence[str]]) -> int:
    groups = [group for phonemes in sentences for group in "".join(phonemes).split(" ")]
    return sum(any(phoneme.isalpha() for phoneme in group) for group in groups)


def _timings(
    alignments: Sequence[Any] | None, text: Respelling, owners: tuple[int, ...]
) -> tuple[tuple[WordTiming, ...], tuple[int, ...]]:
    """The words of one piece of sound, and the owners of the groups that are still to come."""
    timings: dict[int, WordTiming] = {}
    for (start, end), owner in zip(groups := list(_groups(alignments or ())), owners, strict=False):
        word = text.words[owner]
        first = timings[owner].start if owner in timings else start
        timings[owner] = WordTiming(word.text, word.start, first, end)
    return tuple(timings.values()), owners[len(groups) :]


def _groups(alignments: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """Where each group of phonemes begins and ends, in samples; pauses belong to none."""
    at, start, end = 0, -1, -1
    for each in alignments:
        if each.phoneme == " " and start >= 0:
            yield start, end
            start = -1
        at += int(each.num_samples)
        if each.phoneme.isalpha():
            start = at - int(each.num_samples) if start < 0 else start
            end = at
    if start >= 0:
        yield start, end
