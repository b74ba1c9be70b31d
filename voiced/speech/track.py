"""A reply as it lies on the speaker's timeline: which words are where. Pure; no playback, no time.

Positions are samples of the reply at the speaker's rate, counted from its first sample.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from voiced.conversation import Spoken, heard_text

__all__ = ["Track"]

_SLOW_LETTERS_PER_S = 10
_WORD = re.compile(r"\S+")


@dataclass(slots=True)
class _Line:
    """A line of the reply, perhaps not whole yet.

    ``words`` are (index where the word begins, index where it ends, sample where it begins, sample
    where it ends), counted in the line.
    """

    text: str
    is_filler: bool
    start: int
    samples: int = 0
    is_whole: bool = False
    words: list[tuple[int, int, int, int]] = field(default_factory=list[tuple[int, int, int, int]])

    def spoken(self, rate_hz: int) -> Spoken:
        """As the history counts it, where a filler is no text.

        How long an unfinished line will be is guessed, long enough.
        """
        guess = len(self.text) * rate_hz // _SLOW_LETTERS_PER_S
        samples = self.samples if self.is_whole else max(self.samples + 1, guess)
        if self.is_filler:
            return Spoken("", samples)
        return Spoken(self.text, samples, tuple((end, at) for _, end, _, at in self.words))

    def word_starts(self, rate_hz: int) -> list[int]:
        """The samples where words begin: as the engine says, or in proportion to the letters."""
        if self.words:
            return [at for _, _, at, _ in self.words]
        samples = self.spoken(rate_hz).samples
        letters = max(1, len(self.text))
        return [found.start() * samples // letters for found in _WORD.finditer(self.text)]


class Track:
    """Append to it what is handed to the speaker, line by line."""

    def __init__(self) -> None:
        self._lines: list[_Line] = []
        self.rate_hz = 0
        self.samples = 0

    def add(
        self,
        text: str,
        samples: int,
        words: tuple[tuple[int, int, int, int], ...],
        *,
        is_filler: bool,
    ) -> None:
        """The next piece of a line. ``words`` as in a line, counted from the piece's beginning."""
        line = self._lines[-1] if self._lines and not self._lines[-1].is_whole else None
        if line is None:
            line = _Line(text, is_filler, self.samples)
            self._lines.append(line)
        for begins, ends, start, end in words:
            line.words.append((begins, ends, line.samples + start, line.samples + end))
        line.samples += samples
        self.samples += samples

    def end_line(self) -> None:
        """All of the line was added."""
        if self._lines:
            self._lines[-1].is_whole = True

    def heard(self, position: int) -> str:
        """The reply as far as it was heard up to here: whole words, without fillers."""
        return heard_text([line.spoken(self.rate_hz) for line in self._lines], position)

    def word_at(self, position: int) -> int:
        """Where the word begins that is being spoken here."""
        begun = self._begun(position)
        if not begun:
            return 0
        line = begun[-1]
        inside = position - line.start
        starts = [at for at in line.word_starts(self.rate_hz) if at <= inside]
        return line.start + max(starts, default=0)

    def lately(self, position: int) -> str:
        """The line that is being spoken here and the one before: what may still echo."""
        return " ".join(line.text for line in self._begun(position)[-2:] if line.text)

    def lines_heard(self, position: int) -> int:
        """How many lines of the reply, fillers left out, were heard to their end up to here."""
        return sum(
            line.is_whole and line.start + line.samples <= position
            for line in self._lines
            if not line.is_filler
        )

    def _begun(self, position: int) -> list[_Line]:
        """The lines that begin up to here."""
        return [line for line in self._lines if line.start <= position]
