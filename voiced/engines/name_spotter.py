"""Hears names by pocketsphinx: their phones, held against free phones, in a few percent of a core.

Its English model is in the wheel. It makes no words of anything else.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from itertools import islice, product
from pathlib import Path
from typing import Any

from voiced.audio import RATE_HZ, AudioFrame
from voiced.engines.dictionary import Dictionary
from voiced.engines.pronunciation import pronunciations
from voiced.errors import ConfigError, ModelMissing
from voiced.spoken import normalise
from voiced.stages import NameHeard
from voiced.workers import in_worker

__all__ = ["PocketsphinxNameSpotter"]

_SEARCH = "names"
_FRAME = RATE_HZ // 100
_MOST_WAYS = 6
_FEWEST_PHONES = 4
_LEAST, _MORE = 2.5, 5.0
"""How unlikely a name may be, in powers of ten for each of its phones; and how much of that the
sensitivity adds."""

_R_LESS = (("ER", "AH"), ("AA R", "AA"), ("AO R", "AO"), ("EH R", "EH"))
_MEND = "pip install --force-reinstall pocketsphinx"


class PocketsphinxNameSpotter:
    """Knows a few names.

    Args:
        names: As they are written, each of one word or more.
        sensitivity: From 0, hardly ever, to 1, often also where it was not said.
    """

    def __init__(self, names: Sequence[str], sensitivity: float = 0.5) -> None:
        self._names = {" ".join(normalise(name)): name for name in names}
        self._sensitivity = sensitivity
        self._raw: Any = None
        self._words: dict[str, str] = {}
        self._is_open = False
        self._began: int | None = None
        self._told: tuple[str, int, int] | None = None

    async def prepare(self) -> None:
        """Load the model.

        Raises:
            ModelMissing: pocketsphinx or its model is not there.
            ConfigError: A name is too short to be heard.
        """
        if self._raw is None:
            self._raw = await in_worker(self._load)

    async def aclose(self) -> None:
        """Free the model."""
        self._raw = None

    def begin(self) -> None:
        """Somebody begins to speak."""
        if self._is_open:
            self._raw.end_utt()
        self._raw.start_utt()
        self._is_open, self._began, self._told = True, None, None

    def hear(self, frame: AudioFrame) -> NameHeard | None:
        """Look for names; one that is found may be told again, better placed."""
        if self._began is None:
            self._began = frame.start
        self._raw.process_raw(frame.samples.tobytes(), False, False)  # noqa: FBT003 - the vendor's
        if self._raw.hyp() is None:
            return None
        found = max(
            ((each.end_frame, each.start_frame, each.word.strip()) for each in self._raw.seg()),
            default=None,
        )
        if found is None or (found[2], found[1], found[0]) == self._told:
            return None
        end, start, word = found
        self._told = word, start, end
        began = self._began
        return NameHeard(self._words[word], began + start * _FRAME, began + (end + 1) * _FRAME)

    def _load(self) -> Any:
        try:
            import pocketsphinx
        except ImportError as error:
            raise ModelMissing(
                f"pocketsphinx cannot be imported: {error}", stage="names", mend=_MEND
            ) from error
        folder = Path(pocketsphinx.get_model_path("en-us"))
        dictionary = Dictionary(folder / "cmudict-en-us.dict")
        raw = pocketsphinx.Decoder(hmm=str(folder / "en-us"), dict=None, lm=None, loglevel="FATAL")
        lines: list[str] = []
        for number, (name, written) in enumerate(self._names.items()):
            ways = _ways(name, dictionary)
            if not all(ways) or not ways:  # the vendor does not survive a word without phones
                raise _unfit(written, "is no word that can be said in English")
            for way, phones in enumerate(ways):
                word = f"name{number}x{way}"
                raw.add_word(word, phones, False)  # noqa: FBT003 - the vendor's
                self._words[word] = written
                lines.append(f"{word} /{self._threshold(phones, written):g}/\n")
        _add(raw, "".join(lines))
        return raw

    def _threshold(self, phones: str, written: str) -> float:
        count = len(phones.split())
        if count < _FEWEST_PHONES:
            raise _unfit(written, "is too short to be heard in what is said")
        return math.pow(10.0, -count * (_LEAST + _MORE * self._sensitivity))


def _unfit(written: str, why: str) -> ConfigError:
    return ConfigError(
        file="voiced.toml",
        key="activation.names",
        reason=f"{written!r} {why}",
        mend="choose a name of three syllables, such as computer",
    )


def _ways(name: str, dictionary: Dictionary) -> list[str]:
    """How a name may be said, in phones; also by those who drop their r."""
    words = [dictionary.ways(word) or pronunciations(word, dictionary) for word in name.split()]
    ways = [" ".join(each) for each in islice(product(*words), _MOST_WAYS)]
    dropped: list[str] = []
    for way in ways:
        without = f"{way} "
        for coloured, plain in _R_LESS:
            without = without.replace(f"{coloured} ", f"{plain} ")
        dropped.append(without.strip())
    return list(dict.fromkeys([*ways, *dropped]))


def _add(raw: Any, lines: str) -> None:
    """The vendor reads them from a file: one in memory."""
    descriptor = os.memfd_create(_SEARCH)
    try:
        os.write(descriptor, lines.encode())
        raw.add_kws(_SEARCH, f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)
    raw.activate_search(_SEARCH)
