"""What keeps Whisper from inventing: guards on the sound before it, and on its text after it.

Whisper was trained on subtitles: given silence or noise it likes to say "Thank you for watching",
to repeat itself, or to say more than anybody could have said. Pure; no engine is imported here.
"""

from __future__ import annotations

import math
import re
import zlib
from dataclasses import dataclass

import numpy as np

from voiced.audio import FRAME_SAMPLES, RATE_HZ, Samples, silence

__all__ = ["Reading", "active_s", "confidence", "cut_repetition", "trusted_text", "windows"]

_AUDIBLE_DBFS = -55.0
_DYNAMIC_DB = 30.0
_MIN_ACTIVE_S = 0.06
_MIN_LOGPROB = -1.0
_MAX_COMPRESSION = 2.4
_WORDS_PER_S = 7.0
_WORDS_FREE = 2
_WINDOW_SAMPLES = 30 * RATE_HZ
_SEARCH_SAMPLES = 5 * RATE_HZ

# More repetitions of so many words than anybody says.
_LONGEST_PHRASE = 8
_MAX_WORD_REPEATS = 4
_MAX_PHRASE_REPEATS = 2

_ANNOTATION = re.compile(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*|[♪♫]+")
_PUNCTUATION = re.compile(r"[^\w'\s]+")

_NEVER_SAID = re.compile(
    r"(thanks?( you)?( so much| very much)? for (watching|listening|viewing)"
    r"|(please )?(like and )?subscribe( to (my|the|our) channel)?"
    r"|subtitles by .*|(sub)?titles? (by|made by) .*|transcri(bed|ption) by .*"
    r"|see you (in the )?next (time|video)|amara org.*)"
)
"""Whole texts that come from subtitles, not from people who talk to an assistant."""

_OFTEN_INVENTED = frozenset(
    {"bye", "bye bye", "okay", "ok", "yes", "yeah", "no", "so", "oh", "uh", "um", "hmm", "mm", "i"}
    | {"you", "thank you", "thanks", "thank you very much", "the", "and", "i'm sorry"}
)
"""Short texts that are believed only when nothing speaks against them."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What Whisper read: the mean log probability of its tokens, and how likely no speech is."""

    text: str
    avg_logprob: float
    no_speech: float


def active_s(sound: Samples) -> float:
    """Seconds of 16 kHz sound that are audible: above -55 dBFS, at most 30 dB below the loudest."""
    whole = sound[: len(sound) - len(sound) % FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    if not len(whole):
        return 0.0
    power = np.mean(np.square(whole.astype(np.float64) / 32768.0), axis=1)
    levels_dbfs = 10.0 * np.log10(np.maximum(power, 1e-12))
    threshold_dbfs = max(_AUDIBLE_DBFS, float(levels_dbfs.max()) - _DYNAMIC_DB)
    return float(np.count_nonzero(levels_dbfs >= threshold_dbfs)) * FRAME_SAMPLES / RATE_HZ


def windows(sound: Samples) -> list[Samples]:
    """The sound in parts of at most 30 s, cut where it is quietest; none for no audible sound."""
    if active_s(sound) < _MIN_ACTIVE_S:
        return []
    parts: list[Samples] = []
    while len(sound) > _WINDOW_SAMPLES:
        cut = _quietest(sound)
        parts.append(sound[:cut])
        sound = sound[cut:]
    return [*parts, sound if len(sound) else silence(FRAME_SAMPLES)]


def _quietest(sound: Samples) -> int:
    begin = _WINDOW_SAMPLES - _SEARCH_SAMPLES
    search = sound[begin:_WINDOW_SAMPLES].astype(np.float64).reshape(-1, FRAME_SAMPLES)
    frame = int(np.argmin(np.mean(np.square(search), axis=1)))
    return begin + frame * FRAME_SAMPLES + FRAME_SAMPLES // 2


def confidence(reading: Reading) -> float:
    """The mean probability of its tokens, in [0, 1]."""
    return min(1.0, math.exp(min(0.0, reading.avg_logprob)))


def trusted_text(reading: Reading, sounding_s: float, max_no_speech: float) -> str:
    """The text, its repetitions cut; empty where it was probably invented.

    Args:
        reading: What Whisper read.
        sounding_s: Audible seconds of the sound, by ``active_s``.
        max_no_speech: More likely no speech than this is not believed.
    """
    text = cut_repetition(_ANNOTATION.sub(" ", reading.text))
    words = _plain(text).split()
    sure = reading.avg_logprob >= _MIN_LOGPROB  # False for not-a-number too
    if not words or not sure or reading.no_speech > max_no_speech:
        return ""
    if len(words) > _WORDS_FREE + _WORDS_PER_S * sounding_s:
        return ""
    if _compression(text) > _MAX_COMPRESSION or _is_phantom(" ".join(words), reading, sounding_s):
        return ""
    return text


def cut_repetition(text: str) -> str:
    """Leave one of each phrase that is repeated more often than anybody does it."""
    words = text.split()
    plain = [_plain(word) for word in words]
    kept: list[str] = []
    at = 0
    while at < len(words):
        size, repeats = _repetition(plain, at)
        kept += words[at : at + size]
        at += size * repeats
    return " ".join(kept)


def _repetition(words: list[str], at: int) -> tuple[int, int]:
    """Length of the phrase at this place and how often it stands there, if that is too often."""
    for size in range(1, min(_LONGEST_PHRASE, (len(words) - at) // 2) + 1):
        phrase = words[at : at + size]
        repeats = 1
        while words[at + repeats * size : at + (repeats + 1) * size] == phrase:
            repeats += 1
        if repeats > (_MAX_WORD_REPEATS if size == 1 else _MAX_PHRASE_REPEATS):
            return size, repeats
    return 1, 1


def _is_phantom(plain: str, reading: Reading, sounding_s: float) -> bool:
    if _NEVER_SAID.fullmatch(plain):
        return True
    doubtful = reading.no_speech > 0.2 or reading.avg_logprob < -0.7 or sounding_s < 0.16  # noqa: PLR2004
    return doubtful and plain in _OFTEN_INVENTED


def _plain(text: str) -> str:
    return " ".join(_PUNCTUATION.sub(" ", text).casefold().split())


def _compression(text: str) -> float:
    data = text.encode()
    return len(data) / len(zlib.compress(data))
