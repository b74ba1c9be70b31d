"""Other wordings of what was said: without a polite end, corrected as the speaker did, unspelled.

"open the first, no, the second file" is also "open the second file", and "call a n n a" is also
"call anna". Which wording is meant is the matcher's choice; its cost says how unlikely it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voiced.grammar.spelling import unspelled
from voiced.spoken import FILLERS, Token, tokens

__all__ = ["COURTESIES", "Wording", "wordings"]

COURTESIES = tuple(
    tuple(each.split())
    for each in (
        "for me", "for us", "if you can", "if you could", "if you please", "right now",
        "right away", "thank you", "thank you very much", "will you", "would you",
    )
)  # fmt: skip
"""Words at the end of an order that change nothing."""

_STRONG = tuple(
    tuple(each.split())
    for each in (
        "no wait no", "no sorry i meant", "no sorry i mean", "no i meant", "no i mean",
        "sorry i meant", "sorry i mean", "wait i meant", "wait i mean", "no make that",
        "no actually", "actually no", "no wait", "wait no", "no sorry", "sorry no", "no no",
        "scratch that", "strike that",
    )
)  # fmt: skip
"""What corrects even where no pause is heard before it."""

_WEAK = (("i", "meant"), ("i", "mean"), ("oh", "no"), ("no",), ("nope",), ("sorry",))
"""What corrects after a pause, or where nothing else makes sense: "take a note I mean it"."""

_AFTER_PAUSE = tuple(
    tuple(each.split()) for each in ("make that", "or rather", "correction", "wait", "actually",
    "rather")
)  # fmt: skip
"""What corrects after a pause only."""

_QUOTING = frozenset(("say", "saying", "says"))
_TAKEN_BACK = frozenset(("don't", "not", "wait", "no"))
_GIVEN_UP = frozenset(("never", "nevermind", "forget", "stop", "cancel", "leave"))
_PAUSES = ",;.!?:\u2013\u2014\u2026-"

_COURTESY_COST, _SPELLED_COST = 0.02, 0.1
_LAST_RESORT, _UNCORRECTED_COST = 3.0, 0.8
_PARALLEL_COST, _SAME_LENGTH_COST, _CORRECTED_COST, _PER_WORD = 0.1, 0.12, 0.2, 0.01
_WHOLE_COST = 0.15
_MOST_REPLACED, _MOST_WORDINGS, _MOST_MARKERS = 8, 32, 3


@dataclass(frozen=True, slots=True)
class Wording:
    """A text that may have been meant, and how unlikely that is."""

    text: str
    cost: float


@dataclass(frozen=True, slots=True)
class _Marker:
    """Words from ``start`` to ``end`` that take back what was said before them."""

    start: int
    end: int
    is_strong: bool


def wordings(text: str) -> list[Wording]:
    """The text itself where it may be meant as it stands, and its other wordings.

    None where the speaker took it all back: "delete the budget, no, don't".
    """
    bare = _without_courtesy(text)
    found = _corrected(bare, _MOST_MARKERS)
    if bare != text:
        found = [Wording(each.text, each.cost + _COURTESY_COST) for each in found]
        found = [Wording(text, 0.0), *found] if found else []
    for each in list(found):
        plain = unspelled(each.text)
        if plain != each.text:
            found.append(Wording(plain, each.cost + _SPELLED_COST))
    best: dict[str, float] = {}
    for each in found:
        best[each.text] = min(each.cost, best.get(each.text, each.cost))
    ranked = sorted(best.items(), key=lambda pair: pair[1])
    return [Wording(text, cost) for text, cost in ranked[:_MOST_WORDINGS]]


def _without_courtesy(text: str) -> str:
    pieces = tokens(text)
    words = [_word(piece) for piece in pieces]
    kept, bare = len(words), len(words)
    while True:
        while kept > 1 and words[kept - 1] in FILLERS:
            kept -= 1
        ending = next((each for each in COURTESIES if _ends_with(words[:kept], each)), None)
        if ending is None:
            return text if bare == len(words) else text[: pieces[bare - 1].end]
        kept = bare = kept - len(ending)


def _ends_with(words: Sequence[str], ending: tuple[str, ...]) -> bool:
    return len(words) > len(ending) + 1 and tuple(words[-len(ending) :]) == ending


def _corrected(text: str, most: int) -> list[Wording]:
    pieces = tokens(text)
    words = [_word(piece) for piece in pieces]
    marker = _marker(words, pieces, text) if most else None
    if marker is None:
        return [Wording(text, 0.0)]
    repair = words[marker.end :]
    if not repair or repair[0] in _TAKEN_BACK or repair[:2] == ["do", "not"]:
        return _taken_back(text, pieces, marker) if not repair else []
    if repair[0] in _GIVEN_UP:
        return [Wording(text[pieces[marker.end].start :], _WHOLE_COST)]
    fixed = list(_repairs(text, pieces, words, marker))
    extra = 0.0 if marker.is_strong else _LAST_RESORT
    found = [
        Wording(again.text, cost + again.cost + (0.0 if is_parallel else extra))
        for fix, cost, is_parallel in fixed
        for again in _corrected(fix, most - 1)
    ]
    return [Wording(text, _UNCORRECTED_COST if marker.is_strong else 0.0), *found]


def _taken_back(text: str, pieces: Sequence[Token], marker: _Marker) -> list[Wording]:
    """Nothing follows: all is taken back, unless the word itself was meant ("spell sorry")."""
    is_content = not marker.is_strong and marker.start == 1 and len(pieces) == marker.end
    return [Wording(text, 0.0)] if is_content or marker.start == 0 else []


def _repairs(
    text: str, pieces: Sequence[Token], words: Sequence[str], marker: _Marker
) -> Iterator[tuple[str, float, bool]]:
    """Texts in which the repair stands for the last words before the marker.

    Each with its cost, and whether the repair is built like what it replaces.
    """
    before, repair = words[: marker.start], words[marker.end :]
    after = text[pieces[marker.end].start :]
    ends = [after]
    if repair[-1] in ("one", "ones") and len(repair) > 1 and before:  # "no, the second one"
        start = text[pieces[marker.end].start : pieces[-1].start]
        ends += [f"{start}{before[-1]}", start.rstrip()]
    if len(repair) > 1:
        yield after, _WHOLE_COST, False
    for count in range(1, min(len(before), _MOST_REPLACED) + 1):
        if count == len(before):
            break
        kept = text[: pieces[marker.start - count - 1].end]
        cost, is_parallel = _likeness(before, repair, count)
        for end in ends:
            yield f"{kept} {end}", cost + _PER_WORD * count, is_parallel


def _likeness(before: Sequence[str], repair: Sequence[str], count: int) -> tuple[float, bool]:
    if before[-count] == repair[0]:
        return _PARALLEL_COST, True
    if count == len(repair):
        is_same = before[-1] == repair[-1]
        return (_PARALLEL_COST, True) if is_same else (_SAME_LENGTH_COST, False)
    return _CORRECTED_COST, False


def _marker(words: Sequence[str], pieces: Sequence[Token], text: str) -> _Marker | None:
    """The first marker of a correction that has something before it."""
    for start in range(1, len(words)):
        if words[start - 1] in _QUOTING and words[start] == "no":
            continue  # "reply saying no": it is what is to be said
        gap = text[pieces[start - 1].end : pieces[start].start]
        is_pause = any(mark in gap for mark in _PAUSES)
        known = (*_STRONG, *_WEAK, *_AFTER_PAUSE) if is_pause else (*_STRONG, *_WEAK)
        for each in known:
            end = start + len(each)
            if tuple(words[start:end]) == each:
                is_strong = is_pause or each in _STRONG
                return _Marker(start, _past_fillers(words, end), is_strong)
    return None


def _past_fillers(words: Sequence[str], start: int) -> int:
    while start < len(words) and words[start] in ("uh", "um", "er", "uhm", "oh"):
        start += 1
    return start


def _word(piece: Token) -> str:
    return " ".join(piece.words)
