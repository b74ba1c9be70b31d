"""How well what was found fits what was said. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from voiced_intents.files.names import split_extension
from voiced_intents.files.roots import Spot

from .lexicon import Lexicon
from .request import Request, is_silent
from .words import name_words, place_words

__all__ = ["Found", "Said", "ranked"]

_LEAST = 0.5
_UNNAMED = 0.9
_IN_NAME, _IN_PLACE, _IN_HEAD, _IN_TEXT = 1.0, 0.9, 0.88, 0.8
_HEAD_WORDS = 60
_WHOLE = 0.12
_NEAR_BEST = 0.12
_JOINED_ALIKE = 0.76
_LEAST_HALF = 3
_LARGER = 1.5
_CHOSEN = 0.08


@dataclass(frozen=True, slots=True)
class Found:
    """A row of the index, and how well it fits, in [0, 1]."""

    id: int
    spot: Spot
    kind: str
    size_bytes: int
    changed_ns: int
    created_ns: int
    added_ns: int
    rank: float = 0.0
    score: float = 0.0


Group = tuple[tuple[str, float], ...]
"""The words that one said word may be, each with how much it sounds like it; itself first."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was said as groups of words; some of them may be one word in truth, or two."""

    groups: tuple[Group, ...]
    places: tuple[Group, ...]
    others: tuple[tuple[Group, ...], ...] = ()
    called: frozenset[str] = frozenset()

    @classmethod
    def spelled(cls, request: Request) -> Said:
        """The words of a request as they were recognised, and no others."""
        words = tuple(((word, 1.0),) for word in request.words)
        places = tuple(((word, 1.0),) for word in request.place)
        return cls(words, places, (), frozenset(request.called))

    @classmethod
    def of(cls, request: Request, lexicon: Lexicon) -> Said:
        """What the words of a request may be in this index, by sound."""
        words = request.words
        groups = tuple(_group(word, lexicon) for word in words)
        places = tuple(_group(word, lexicon) for word in request.place)
        others = (*_joined(request, lexicon), *_parted(words, groups, lexicon))
        return cls(groups, places, others, frozenset(request.called))

    @property
    def strict(self) -> str:
        """The full-text query for everything that was said."""
        places = [_any(group, "place") for group in self.places]
        return _all([*(_any(group) for group in self.groups), *places])

    def queries(self, most: int) -> Iterator[str]:
        """Full-text queries, the strictest first; the next one is for when nothing is found."""
        place = [_any(group, "place") for group in self.places]
        everything = [_any(group) for group in self.groups[:most]]
        yield _all([*everything, *place])
        for other in self.others:
            yield _all([_any(group) for group in other])
        if len(everything) > 1:
            fewer = [everything[:i] + everything[i + 1 :] for i in range(len(everything))]
            yield " OR ".join(f"({_all([*each, *place])})" for each in fewer)
        if place and everything:
            yield _all([*everything, *(_any(group) for group in self.places)])
            yield _all(everything)
        if len(everything) > 2:  # noqa: PLR2004 - two of three
            pairs = [_all([a, b]) for i, a in enumerate(everything) for b in everything[i + 1 :]]
            yield " OR ".join(f"({pair})" for pair in pairs)


def _group(word: str, lexicon: Lexicon) -> Group:
    return ((word, 1.0), *lexicon.alike(word))


def _joined(request: Request, lexicon: Lexicon) -> Iterator[tuple[Group, ...]]:
    """Two words that were one in truth: "in voice"."""
    meant = (*request.words, *request.place)
    for first, second in pairwise(request.spoken):
        group = _group(first + second, lexicon)
        is_word = first + second in lexicon
        if is_word or (len(group) > 1 and group[1][1] >= _JOINED_ALIKE):
            rest = tuple(_group(w, lexicon) for w in meant if w not in (first, second))
            yield (*rest, group)


def _parted(
    words: Sequence[str], groups: Sequence[Group], lexicon: Lexicon
) -> Iterator[tuple[Group, ...]]:
    """One word that was two in truth: "heatpump"."""
    for index, word in enumerate(words):
        for at in range(_LEAST_HALF, len(word) - _LEAST_HALF + 1):
            if word[:at] in lexicon and word[at:] in lexicon:
                halves = (((word[:at], 1.0),), ((word[at:], 1.0),))
                yield (*groups[:index], *halves, *groups[index + 1 :])


def _any(group: Group, column: str = "") -> str:
    words = " OR ".join(f'"{word}"' for word, _ in group)
    return f"({column} : ({words}))" if column else f"({words})"


def _all(parts: Sequence[str]) -> str:
    return " AND ".join(parts)


Text = Callable[[int], Sequence[str]]
"""Gives the words of a document's text by its number."""


def ranked(rows: Iterable[Found], said: Said, request: Request, text: Text) -> list[Found]:
    """What fits well enough, with its score, best first."""
    ways = ((*said.groups, *said.places), *said.others)
    scored = [
        replace(
            row,
            score=request.worth * max(_score(row, groups, said.called, text) for groups in ways),
        )
        for row in rows
    ]
    kept = [row for row in scored if row.score >= _LEAST]
    kept.sort(key=lambda row: (-row.score, -row.changed_ns, row.id))
    return _chosen(kept, request) if request.order and kept else kept


def _score(row: Found, groups: Sequence[Group], called: frozenset[str], text: Text) -> float:
    if not groups:
        return _UNNAMED
    name, place = _words_of(row.spot)
    stem = {word for word in name if not is_silent(word)} - _ending(row.spot)
    hits = [_fit(group, name, place) for group in groups]
    fits = [fit for fit, _ in hits]
    if min(fits) < _IN_HEAD:
        words = text(row.id)
        head, body = set(words[:_HEAD_WORDS]), set(words)
        fits = [max(f, _fit_text(g, head, body)) for f, g in zip(fits, groups, strict=True)]
    weights = [_weight(group) for group in groups]
    fitting = sum(f * w for f, w in zip(fits, weights, strict=True)) / sum(weights)
    hit = {word for _, word in hits} | called
    whole = len(hit & stem) / len(stem) if stem else 0.0
    return fitting * (1 - _WHOLE + _WHOLE * whole)


def _fit_text(group: Group, head: set[str], body: set[str]) -> float:
    best = 0.0
    for said, alike in group if body else ():
        root = _root(said)
        forms = {said, root, *(root + ending for ending in ("s", "es", "e", "ing", "ed"))}
        if not forms.isdisjoint(body):
            worth = _IN_TEXT if forms.isdisjoint(head) else _IN_HEAD
            best = max(best, worth * alike)
    return best


def _ending(spot: Spot) -> frozenset[str]:
    return frozenset([split_extension(spot.name)[1][1:].lower()])


@lru_cache(maxsize=4096)
def _words_of(spot: Spot) -> tuple[dict[str, str], dict[str, str]]:
    """The words of a name and of its folders, by what is left of them without an ending."""
    names = {word: _root(word) for word in name_words(spot.name)}
    places = {word: _root(word) for word in place_words([spot.root.name, *spot.parts[:-1]])}
    return names, places


def _weight(group: Group) -> float:
    word = group[0][0]
    return 0.6 if word.isdigit() and len(word) < 3 else min(1.4, 0.5 + 0.12 * len(word))  # noqa: PLR2004


def _fit(group: Group, name: dict[str, str], place: dict[str, str]) -> tuple[float, str]:
    """How well one said word fits, and the word of the name that it is; a text is taken as told."""
    best, best_word = 0.0, ""
    for said, alike in group:
        root = _root(said)
        for column, worth in ((name, _IN_NAME), (place, _IN_PLACE)):
            for word, other in column.items():
                if word == said:
                    fit = worth * alike
                elif other == root:
                    fit = worth * alike * 0.98
                else:
                    continue
                if fit > best:
                    best, best_word = fit, word if column is name else ""
    return best, best_word


@lru_cache(maxsize=8192)
def _root(word: str) -> str:
    for ending in ("ings", "ing", "ies", "es", "s", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_HALF:
            return word.removesuffix(ending) + ("y" if ending == "ies" else "")
    return word.removesuffix("e") if len(word) > _LEAST_HALF else word


_BY: dict[str, Callable[[Found], int]] = {
    "newest": lambda row: -max(row.changed_ns, 0),
    "oldest": lambda row: row.changed_ns,
    "biggest": lambda row: -row.size_bytes,
    "smallest": lambda row: row.size_bytes,
}


def _chosen(rows: list[Found], request: Request) -> list[Found]:
    """The one that "newest" and the like mean goes first; "big" leaves others of its size near."""
    top = rows[0].score
    near = sorted((row for row in rows if row.score >= top - _NEAR_BEST), key=_BY[request.order])
    rest = [row for row in rows if row.score < top - _NEAR_BEST]
    first = near[0]
    is_close = request.is_mild and len(near) > 1 and _is_close(first, near[1], request.order)
    second = 1.0 if is_close else 1.0 - 2 * _CHOSEN
    best = min(1.0, top + _CHOSEN)
    moved = [
        replace(row, score=best if row is first else best * second - 0.001 * number)
        for number, row in enumerate(near)
    ]
    return [*moved, *rest]


def _is_close(first: Found, second: Found, order: str) -> bool:
    if order not in ("biggest", "smallest"):
        return False
    larger, smaller = sorted((first.size_bytes + 1, second.size_bytes + 1), reverse=True)
    return larger / smaller < _LARGER
