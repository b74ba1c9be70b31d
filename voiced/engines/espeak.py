"""Speech from espeak-ng, in the process, through the library of the ``espeakng-loader`` wheel.

espeak-ng is GPL-3.0; it is loaded when it is used and touched only in this file. Hazards: the
library has one global state for the process, so one lock guards all synthesizers; the callback
object must live as long as the library.
"""

from __future__ import annotations

import ctypes
import functools
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from voiced.audio import Samples, silence
from voiced.engines.respelling import Respelling, respell
from voiced.errors import ModelMissing, SynthesisError
from voiced.sound.loudness import amplified
from voiced.stages import SpokenAudio, Voice, WordTiming
from voiced.workers import Exclusive, stream

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from voiced.workers import Emit

__all__ = ["EspeakSynthesizer"]

_DEFAULT_VOICE = "en-us"
_WORDS_PER_MINUTE = 175
_SLOWEST, _FASTEST = 80, 450
_BUFFER_MS = 60
_AUDIBLE = 100
"""Amplitude (int16) above which a word is still sounding."""

# From the library's interface: espeak_AUDIO_OUTPUT, options, flags, parameters, events.
_SYNCHRONOUS = 2
_DO_NOT_EXIT = 0x8000
_UTF8 = 1
_RATE, _PITCH = 1, 3
_LIST_END, _WORD = 0, 1

_process_lock = Exclusive()


class _Event(ctypes.Structure):
    """An espeak_EVENT: ``text`` counts characters from 1, ``sample`` counts from 0."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique", ctypes.c_uint),
        ("text", ctypes.c_int),
        ("length", ctypes.c_int),
        ("milliseconds", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_uint64),
    )


class _Voice(ctypes.Structure):
    """An espeak_VOICE: ``languages`` names one language where it is a wish."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("unused", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class _Library:
    """The loaded library. Its calls need ``_process_lock``."""

    def __init__(self, library: str, data: str) -> None:
        self._data = Path(data)
        self._sink: Callable[[Samples, list[tuple[int, int]]], bool] | None = None
        self._callback = _Callback(self._hear)
        try:
            self._espeak = ctypes.CDLL(library)
        except OSError as error:
            raise _missing(f"the library {library} cannot be loaded: {error}") from error
        self.rate_hz = int(
            self._espeak.espeak_Initialize(_SYNCHRONOUS, _BUFFER_MS, data.encode(), _DO_NOT_EXIT)
        )
        if self.rate_hz <= 0:
            raise _missing(f"no voices in {data}")
        self._espeak.espeak_GetCurrentVoice.restype = ctypes.POINTER(_Voice)
        self._espeak.espeak_SetSynthCallback(self._callback)

    def choose(self, voice: Voice) -> None:
        """Set voice, speed and pitch.

        Raises:
            ModelMissing: espeak-ng has no such voice.
        """
        name = voice.model or _DEFAULT_VOICE
        name = f"{name}+{voice.speaker}" if voice.speaker else name
        if not self._set_voice(*name.partition("+")[::2]):
            reason = f"voice {voice.name!r}: espeak-ng has no voice {name!r}"
            mend = "see `voiced voices list`"
            raise ModelMissing(reason, stage="synthesizer", mend=mend)
        rate = round(min(max(_WORDS_PER_MINUTE * voice.speed, _SLOWEST), _FASTEST))
        self._espeak.espeak_SetParameter(_RATE, rate, 0)
        self._espeak.espeak_SetParameter(_PITCH, round(100 * min(max(voice.pitch, 0), 1)), 0)

    def _set_voice(self, base: str, variant: str) -> bool:
        # The library takes an unknown variant without a word, and a path for a name.
        unknown = variant and not (self._data / "voices" / "!v" / variant).is_file()
        if unknown or ".." in base + variant:
            return False
        ending = f"+{variant}" if variant else ""
        if self._espeak.espeak_SetVoiceByName(f"{base}{ending}".encode()) == 0:
            return True
        language = ctypes.create_string_buffer(base.encode())
        wanted = _Voice(languages=ctypes.cast(language, ctypes.c_void_p))
        if self._espeak.espeak_SetVoiceByProperties(ctypes.byref(wanted)) != 0:
            return False
        found = self._espeak.espeak_GetCurrentVoice().contents.identifier
        return bool(self._espeak.espeak_SetVoiceByName(found + ending.encode()) == 0)

    def speak(self, text: str, sink: Callable[[Samples, list[tuple[int, int]]], bool]) -> None:
        """Give the sink samples and word marks (index in the text, sample) until it says False."""
        encoded = text.encode()
        self._sink = sink
        try:
            failure = self._espeak.espeak_Synth(
                encoded, ctypes.c_size_t(len(encoded) + 1), 0, 1, 0, _UTF8, None, None
            )
        finally:
            self._sink = None
        if failure:
            raise SynthesisError(f"espeak-ng refused a sentence (code {failure})")

    def _hear(self, wave: Any, count: int, events: Any) -> int:
        if self._sink is None or not wave:
            return 0
        # no array of ctypes: it would keep a type for each length that there ever was
        heard = ctypes.string_at(wave, count * ctypes.sizeof(ctypes.c_short))
        samples = np.frombuffer(heard, np.int16).copy()
        return 0 if self._sink(samples, _word_marks(events)) else 1


def _word_marks(events: Any) -> list[tuple[int, int]]:
    marks: list[tuple[int, int]] = []
    index = 0
    while events[index].type != _LIST_END:
        if events[index].type == _WORD:
            marks.append((events[index].text - 1, events[index].sample))
        index += 1
    return marks


def _missing(reason: str) -> ModelMissing:
    return ModelMissing(
        f"espeak-ng: {reason}",
        stage="synthesizer",
        mend="pip install --force-reinstall espeakng-loader",
    )


@functools.cache
def _load(library: str, data: str) -> _Library:
    # Cached, because initialising the global state twice leaks it.
    return _Library(library, data)


def _wheel_paths() -> tuple[str, str]:
    try:
        import espeakng_loader

        return espeakng_loader.get_library_path(), espeakng_loader.get_data_path()
    except (ImportError, RuntimeError) as error:
        raise _missing(str(error)) from error


class _WordCutter:
    """Cuts the sound at the beginnings of words, so that every piece holds whole words."""

    def __init__(self, text: Respelling, rate_hz: int, gain_db: float) -> None:
        self._text = text
        self._rate_hz = rate_hz
        self._gain_db = gain_db
        self._held = silence(0)
        self._base = 0
        self._word = -1

    def feed(self, samples: Samples, marks: list[tuple[int, int]]) -> list[SpokenAudio]:
        """The pieces that are complete with these samples and word marks."""
        self._held = np.concatenate([self._held, samples])
        pieces: list[SpokenAudio] = []
        for index, sample in marks:
            word = self._text.word_at(index)
            if word <= self._word:
                continue  # a number such as 2026 is one word here and several for espeak-ng
            pieces += self._cut(sample - self._base)
            self._word = word
        return pieces

    def flush(self) -> list[SpokenAudio]:
        """The last piece, if there is any."""
        return self._cut(len(self._held))

    def _cut(self, samples: int) -> list[SpokenAudio]:
        piece, self._held = self._held[:samples], self._held[samples:]
        if not len(piece):
            return []
        self._base += len(piece)
        words: tuple[WordTiming, ...] = ()
        if self._word >= 0:
            word = self._text.words[self._word]
            words = (WordTiming(word.text, word.start, 0, _sounding(piece)),)
        return [SpokenAudio(amplified(piece, self._gain_db), self._rate_hz, words)]


def _sounding(piece: Samples) -> int:
    """Where the word ends and the pause after it begins, in samples."""
    audible = np.flatnonzero(np.abs(piece.astype(np.int32)) > _AUDIBLE)
    return int(audible[-1]) + 1 if len(audible) else len(piece)


class EspeakSynthesizer:
    """The embedded voice: first sound in about a millisecond, hundreds of times real time.

    A piece of ``SpokenAudio`` is one word and the pause after it, with its timing. ``Voice.model``
    is an espeak-ng voice such as ``en-us`` or ``en-gb+f3``; ``Voice.speaker`` a variant.

    Args:
        library: The shared library; None takes the one of the wheel.
        data: Folder ``espeak-ng-data`` that belongs to it.
    """

    def __init__(self, library: Path | None = None, data: Path | None = None) -> None:
        self._paths = (str(library), str(data)) if library and data else None

    async def prepare(self) -> None:
        """Load the library and choose its default voice.

        Raises:
            ModelMissing: The library or its data is not installed.
        """
        await _process_lock.run(lambda: self._library().choose(Voice("default", "espeak")))

    async def aclose(self) -> None:
        """Nothing to free: other synthesizers may use the library, it stays loaded."""

    async def synthesize(self, sentence: str, voice: Voice) -> AsyncGenerator[SpokenAudio]:
        """Speak a sentence word by word; closing the generator aborts at the next word.

        Raises:
            ModelMissing: The library is not installed, or it has no such voice.
            SynthesisError: The library refused the sentence.
        """
        text = respell(sentence, voice.lexicon)
        if not text.words:
            return

        def produce(emit: Emit[SpokenAudio]) -> None:
            _process_lock.hold(self._speak, text, voice, emit)

        async with aclosing(stream(produce)) as pieces:
            async for piece in pieces:
                yield piece

    def _library(self) -> _Library:
        return _load(*(self._paths or _wheel_paths()))

    def _speak(self, text: Respelling, voice: Voice, emit: Emit[SpokenAudio]) -> None:
        library = self._library()
        library.choose(voice)
        cutter = _WordCutter(text, library.rate_hz, voice.volume_db)

        def sink(samples: Samples, marks: list[tuple[int, int]]) -> bool:
            return all(emit(piece) for piece in cutter.feed(samples, marks))

        library.speak(text.spoken, sink)
        for piece in cutter.flush():
            emit(piece)
