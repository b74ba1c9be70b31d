"""What becomes of speech over a reply.

The rules, before the code:

1. A stop word, or other words, interrupt as soon as they are read; backchannels never do. Words
   that the recogniser is not sure of have to stand for a moment, while the speech goes on.
2. Speech without known words interrupts after ``barge_in`` with a tone in it, or three times as
   long without: coughs, breaths and laughs are shorter.
3. An overlap that falls silent waits for its words: half a second, or three where it was long
   enough to be a word; one that was very short is over at once.
4. Only what can be trusted not to be our own sound counts: see ``Sound.is_trusted``. While that is
   not known, speech counts from the moment when what we said before we held must have died away.
5. The reply's own words are an echo, and pass. They are the user's where nothing that we say is in
   the room, or where more was trusted than an echo can be, since the reply is held meanwhile. While
   some was trusted, but less, the final transcript is waited for.
"""

from __future__ import annotations

from voiced.events import OverlapReason
from voiced.turns.decisions import BargedIn, OverlapPassed
from voiced.turns.inputs import Said
from voiced.turns.rules import Rules, in_samples
from voiced.turns.stretch import Stretch

__all__ = ["TOO_SHORT", "weigh"]

TOO_SHORT = in_samples(110)
"""An overlap with less speech than this is no word, whatever is read."""

_A_WORD = in_samples(200)
"""So much trusted speech may be a word, "stop", and is worth waiting for."""

_NO_ECHO = in_samples(400)
"""So much trusted speech is no echo. A path that has changed is noticed within a third of that."""

_WORDS_WAIT, _A_WORDS_WAIT = in_samples(500), in_samples(3000)
"""An overlap that fell silent waits so long for its words; the second where it has ``_A_WORD``."""

_STOOD = in_samples(160)
"""A guess that stood for so long, while there was speech, is believed."""

_MORE_THAN_A_NOISE = in_samples(500)
"""Doubtful words in less speech than this are a cough or a "mhm"."""

_LONG = 3
"""Only speech so many times ``barge_in`` long interrupts in spite of being read as backchannel."""

_AT_ONCE = (Said.STOP, Said.CORRECTION)


def weigh(stretch: Stretch, rules: Rules, now: int) -> BargedIn | OverlapPassed | None:
    """Decide on the overlap as it is now; None while that is not possible."""
    if stretch.reading.said is Said.OWN and stretch.trusted < rules.suspicion:
        return OverlapPassed(stretch.start, "own words")
    interrupts = _why_it_interrupts(stretch, rules)
    if interrupts is not None:
        return BargedIn(stretch.start, interrupts)
    passes = _why_it_passes(stretch, now)
    return None if passes is None else OverlapPassed(stretch.start, passes)


def _why_it_interrupts(stretch: Stretch, rules: Rules) -> OverlapReason | None:
    reading = stretch.reading
    if reading.said in _AT_ONCE and stretch.trusted >= rules.suspicion:
        return "stop word"
    wanted = rules.suspicion if reading.is_final else 2 * rules.speech
    if _are_words(stretch) and stretch.trusted >= wanted:
        return "words"
    limit = rules.barge_in * (_LONG if reading.said is Said.BACKCHANNEL else 1)
    if stretch.voiced >= limit or stretch.trusted >= _LONG * rules.barge_in:
        return "speech"
    return None


def _are_words(stretch: Stretch) -> bool:
    """Whether the user's words were read, as far as that can be believed."""
    reading = stretch.reading
    if reading.said is Said.OWN and stretch.may_echo and stretch.trusted < _NO_ECHO:
        return False
    if reading.is_doubtful and stretch.speech < _MORE_THAN_A_NOISE:
        return False
    stood = stretch.last_speech - stretch.guessed_at
    return reading.said in (Said.WORDS, Said.OWN) and (not reading.guess or stood >= _STOOD)


def _why_it_passes(stretch: Stretch, now: int) -> OverlapReason | None:
    if not stretch.is_silent:
        return None
    if stretch.speech < TOO_SHORT:
        return "too short"
    reading = stretch.reading
    if reading.is_final and reading.said is Said.BACKCHANNEL:
        return "backchannel"
    wait = _A_WORDS_WAIT if stretch.trusted >= _A_WORD else _WORDS_WAIT
    if not reading.is_final and now - stretch.last_speech < wait:
        return None
    if reading.said is Said.OWN:
        return "own words"
    # what could not be trusted and went when we fell silent was our own
    return "echo" if not stretch.trusted and stretch.is_held else "silence"
