"""A recogniser's dictionary as a file: how words are pronounced, looked up one by one.

pocketsphinx would hold all of its words in memory, once for each decoder; a grammar needs few.
"""

from __future__ import annotations

from array import array
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

__all__ = ["Dictionary"]


class Dictionary:
    """The words of a file in the format of CMUdict: a word and its phones on each line."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._hashes, self._places = _index(file)
            is_empty = not len(self._hashes)
            self._text = b"" if is_empty else mmap(file.fileno(), 0, access=ACCESS_READ)

    def __call__(self, word: str) -> str | None:
        """The phones of a word, separated by spaces, or None. ``word(2)`` is its second way."""
        wanted = word.encode()
        number = crc32(wanted)
        first = int(np.searchsorted(self._hashes, np.uint32(number)))
        for index in range(first, len(self._hashes)):
            if self._hashes[index] != number:
                break
            begin = int(self._places[index])
            found, *phones = self._text[begin : self._line_end(begin)].split()
            if found == wanted:
                return b" ".join(phones).decode()
        return None

    def ways(self, word: str) -> list[str]:
        """All that are known to say a word, the likeliest first."""
        ways: list[str] = []
        while (phones := self(word if not ways else f"{word}({len(ways) + 1})")) is not None:
            ways.append(phones)
        return ways

    def _line_end(self, begin: int) -> int:
        end = self._text.find(b"\n", begin)
        return len(self._text) if end < 0 else end


def _index(file: BinaryIO) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """A checksum of each word, in order, and where its line begins."""
    hashes, places = array("I"), array("I")
    place = 0
    for line in file:
        if words := line.split(None, 1):
            hashes.append(crc32(words[0]))
            places.append(place)
        place += len(line)
    unsorted = np.array(hashes, np.uint32)
    order = np.argsort(unsorted, kind="stable")
    return unsorted[order], np.array(places, np.uint32)[order]
