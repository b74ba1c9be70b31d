"""A stretch of speech, counted frame by frame; what its counts mean is decided elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from voiced.turns.hearing import Sound
from voiced.turns.inputs import NOTHING_READ, Reading
from voiced.turns.rules import in_samples

__all__ = ["BLIP", "NEVER", "Stretch"]

NEVER = -1

BLIP = in_samples(100)
"""Silence that parts one bit of sound from the next."""

_ECHO_TAIL = in_samples(550)
"""After so long nothing that we said can be in the room any more: 400 ms of path, and its tail."""


@dataclass(slots=True)
class Stretch:
    """A stretch of speech, from its first sample on; all in samples.

    ``trusted`` is how much of an overlap's ``speech`` cannot be our own sound, ``voiced`` how much
    of that had a tone. ``may_echo``: something that we said may have been in the room meanwhile.
    ``regained`` is the speech in a pause that was not enough to end it yet. ``guessed_at`` is when
    the first words of the reading began to be read as they are; ``is_finalised``: in this pause the
    words are made sure.
    """

    start: int = NEVER
    last_speech: int = NEVER
    speech: int = 0
    trusted: int = 0
    voiced: int = 0
    may_echo: bool = False
    regained: int = 0
    regained_at: int = NEVER
    longest_pause: int = 0
    is_paused: bool = False
    is_finalised: bool = False
    suspected_at: int = NEVER
    held_at: int = NEVER
    reading: Reading = NOTHING_READ
    guessed_at: int = NEVER
    judged: float | None = None

    @property
    def has_begun(self) -> bool:
        """Whether there was any speech."""
        return self.start >= 0

    @property
    def is_held(self) -> bool:
        """Whether the reply was held for it."""
        return self.held_at >= 0

    @property
    def is_silent(self) -> bool:
        """Whether there is a pause without a sound that might end it."""
        return self.is_paused and not self.regained

    def gather(self, start: int, end: int) -> None:
        """Take a frame of speech while it is not known yet what it is."""
        if not self.has_begun:
            self.start = start
        self.last_speech = end
        self.speech += end - start

    def suspect(self, sound: Sound, end: int) -> None:
        """From now on it is an overlap; ``sound`` is its latest frame."""
        self.suspected_at = end
        self.may_echo = sound.may_echo
        self.trusted = self.speech if sound.is_trusted else 0
        self.voiced = self.trusted if sound.is_voiced else 0

    def overlap(self, sound: Sound, start: int, end: int, *, is_clear: bool) -> None:
        """Take a frame of an overlap."""
        self.may_echo = self.may_echo or sound.may_echo
        is_trusted = sound.is_trusted or 0 <= self.held_at <= start - _ECHO_TAIL
        if not is_trusted:  # what was trusted before was measured by a path that has changed
            self.trusted = self.voiced = 0
        if not is_clear:
            return
        self.speech += end - start
        if is_trusted:
            self.trusted += end - start
            self.voiced += end - start if sound.is_voiced else 0
        if not self.is_paused:
            self.last_speech = end

    def read(self, reading: Reading, now: int) -> None:
        """Take a transcript of it."""
        if reading.guess != self.reading.guess or reading.said is not self.reading.said:
            self.guessed_at = now
        self.reading = reading

    def begins_pause(self, end: int, pause: int) -> bool:
        """Whether there is so much silence for the first time since the last speech."""
        if self.is_paused or end - self.last_speech < pause:
            return False
        self.is_paused = True
        self.regained = 0
        return True

    def regain(self, start: int, end: int, *, is_speech: bool) -> None:
        """Take a frame of a pause; a click or a cough's end is forgotten."""
        if is_speech:
            if not self.regained:
                self.regained_at = start
            self.regained += end - start
        elif self.regained and end - self.regained_at > BLIP:
            self.regained = 0

    def go_on(self, end: int) -> int:
        """It was only a pause; its length. What was thought of it is worth nothing."""
        pause = self.regained_at - self.last_speech
        self.longest_pause = max(self.longest_pause, pause)
        self.is_paused = False
        self.last_speech = end
        self.judged = None
        self.reading = NOTHING_READ
        return pause
