"""Was it the assistant that was heard? A transcript held against what was just said aloud.

The last guard against its own voice, after the echo canceller: recognisers hear an echo badly, so
words are compared by spelling and by sound, in order. A few short words prove nothing: a reply
that holds a "no" must not swallow the user's. Nor do words tell who said them where the user
repeats what he was told; then the sound decides, in turns/.
"""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from voiced.spoken import FILLERS, normalise, phonemes, sound_similarity

__all__ = ["is_own_words"]

_MOST_HEARD, _MOST_SAID = 30, 120
_LEAST_SHARE = 0.6
_LEAST_WORDS = 3
_RARE_LETTERS = 7

_LEAST_ALIKE, _RARE_ALIKE = 0.72, 0.9
_LEAST_SHAPE = 0.45
_LOST, _PASSED = 0.35, 0.3
"""What it costs to leave out a word that was heard, or that was said."""

_SOUNDS, _LEAST_PERCENT = 10, 67.0
"""So many phonemes, in a row and so nearly the same, need no word boundaries."""

_COMMON = frozenset(
    "a an the is are was it its that this there in on at of to for and or i you we they he she do"
    " about"
    " does did have has be my your what how who when where with as so not can will".split()
)
"""Three of these in a row are in every other reply."""

_ONLY_A_USER = frozenset("stop wait cancel quiet enough no".split())
"""Where one of these was not said aloud, somebody else spoke."""

_BEGINS_A_USER = frozenset(
    "yes yep yup ok sure nope nah"
    " add ask book buy call change close copy create delete download edit erase find give go list"
    " lock mail make move mute open order play print put read remind remove rename repeat reply"
    " save say schedule search send set show shut spell start switch take tell trash turn undo"
    " unlock unmute write".split()
)
"""Answers and orders: where one of these begins, and nothing like it was said, it is no echo."""

_Cell = tuple[float, int, int, int]
"""Score of an alignment, words found in it, uncommon ones and rare ones among them."""

_NOTHING: _Cell = (0.0, 0, 0, 0)


def is_own_words(heard: str, said: str) -> bool:
    """Whether ``heard`` is some of ``said``, as a bad recogniser would hear it.

    Args:
        heard: The transcript of what may be an echo.
        said: What the assistant has been saying, up to and including what it says now.

    Returns:
        True where at least three words are found in order and close together, and they are most
        of what was heard; or where one long word is, and nothing else was heard.
    """
    words = [word for word in normalise(heard)[:_MOST_HEARD] if word not in FILLERS]
    own = normalise(said)[-_MOST_SAID:]
    if not words or not _ONLY_A_USER.isdisjoint(set(words) - set(own)):
        return False
    if words[0] in _BEGINS_A_USER and not any(_alike(words[0], other) for other in own):
        return False
    _, count, uncommon, rare = _best(words, own)
    if len(words) < _LEAST_WORDS:
        return rare > 0 and count == len(words)
    in_order = count >= _LEAST_WORDS and count >= _LEAST_SHARE * len(words)
    return uncommon > 0 and (in_order or _sounds_like(words, own))


def _sounds_like(heard: Sequence[str], said: Sequence[str]) -> bool:
    """Whether the sounds are found in one stretch of what was said, however cut into words."""
    sounds, own = ("".join(map(phonemes, words)) for words in (heard, said))
    if not _SOUNDS <= len(sounds) <= len(own):
        return False
    return fuzz.partial_ratio(sounds, own, score_cutoff=_LEAST_PERCENT) > 0


def _best(heard: Sequence[str], said: Sequence[str]) -> _Cell:
    """The best alignment of a part of ``heard`` with a part of ``said``."""
    best = _NOTHING
    above = [_NOTHING] * (len(said) + 1)
    for word in heard:
        row = [_NOTHING]
        for index, other in enumerate(said):
            cell = max(
                _matched(above[index], word, other),
                _less(above[index + 1], _LOST),
                _less(row[index], _PASSED),
                _NOTHING,
            )
            row.append(cell)
            best = max(best, cell)
        above = row
    return best


def _matched(cell: _Cell, word: str, other: str) -> _Cell:
    alike = _alike(word, other)
    if not alike:
        return _NOTHING
    rare = len(other) >= _RARE_LETTERS and alike >= _RARE_ALIKE
    return (cell[0] + alike, cell[1] + 1, cell[2] + (other not in _COMMON), cell[3] + rare)


def _less(cell: _Cell, cost: float) -> _Cell:
    return (cell[0] - cost, *cell[1:])


def _alike(word: str, other: str) -> float:
    """How alike two words are in spelling or sound; 0 where that is by chance."""
    if word == other:
        return 1.0
    shape = Levenshtein.normalized_similarity(phonemes(word), phonemes(other))
    if shape < _LEAST_SHAPE:
        return 0.0
    alike = max(sound_similarity(word, other), Levenshtein.normalized_similarity(word, other))
    return alike if alike >= _LEAST_ALIKE else 0.0
