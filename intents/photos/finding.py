"""Which pictures are meant by what is said of them: where, when, with what, who is on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from voiced.plugin import (
    DateSpan,
    FileEntity,
    IntentError,
    SlotContext,
    normalise,
    sound_similarity,
)
from voiced_intents.files.listing import Entry
from voiced_intents.files.slot import WANTED

from .facts import Facts
from .library import looks_of, media, seen, taken_at
from .people import tags_of
from .places import likeness, places

__all__ = ["Found", "Query", "alike", "search"]

_LIKE_PLACE, _LIKE_WORD, _LIKE_PERSON = 0.8, 0.75, 0.8
_MOST_BITS = 12
"""Pictures whose looks differ in more of 64 bits are not alike."""


@dataclass(frozen=True, slots=True)
class Query:
    """What was said; what was not said restricts nothing."""

    place: str = ""
    when: DateSpan | None = None
    camera: str = ""
    subject: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, the newest first; ``known`` counts the pictures that say what was asked.

    ``left`` counts those that time was too short for.
    """

    files: tuple[FileEntity, ...]
    looked_at: int
    known: int = 0
    left: int = 0


@dataclass(slots=True)
class _Pile:
    """The pictures that still fit, with what they say."""

    context: SlotContext
    pictures: list[tuple[Entry, Facts]] = field(default_factory=list[tuple[Entry, Facts]])
    known: int = 0

    def keep_place(self, said: str) -> None:
        """Those from a place; where several fit by sound, from the one that fits best."""
        placed = [pair for pair in self.pictures if pair[1].position]
        self.known = len(placed)
        by_position = places(facts.position for _, facts in placed if facts.position)
        scored = [
            (likeness(said, by_position[facts.position]), (entry, facts))
            for entry, facts in placed
            if facts.position
        ]
        least = max(_LIKE_PLACE, max((score for score, _ in scored), default=0.0) - 0.05)
        self.pictures = [pair for score, pair in scored if score >= least]

    def keep_camera(self, said: str) -> None:
        """Those whose camera has all the words in its name, by sound."""
        self.known = sum(1 for _, facts in self.pictures if facts.camera)
        self.pictures = [pair for pair in self.pictures if _is_camera(said, pair[1].camera)]

    def keep_when(self, when: DateSpan) -> None:
        """Those that were taken then."""
        self.pictures = [
            pair for pair in self.pictures if taken_at(pair[0], pair[1], self.context) in when
        ]

    def keep_person(self, said: str) -> None:
        """Those that the user has marked with that name."""
        marked = [(pair, _tags(pair[0])) for pair in self.pictures]
        self.known = sum(1 for _, tags in marked if tags)
        self.pictures = [
            pair for pair, tags in marked if any(_is_person(said, tag) for tag in tags)
        ]


def _tags(entry: Entry) -> tuple[str, ...]:
    try:
        return tags_of(entry.spot)
    except IntentError:
        return ()


def _is_person(said: str, tag: str) -> bool:
    words, known = normalise(said), normalise(tag)
    is_part = bool(words) and set(words) <= set(known)
    return is_part or sound_similarity(" ".join(words), " ".join(known)) >= _LIKE_PERSON


def _is_camera(said: str, camera: str) -> bool:
    known = normalise(camera)
    words = [word for word in normalise(said) if word not in ("camera", "phone")]
    return bool(words and known) and all(
        max(sound_similarity(word, other) for other in known) >= _LIKE_WORD for word in words
    )


def search(context: SlotContext, query: Query) -> Found:
    """All pictures that fit. Blocking.

    Raises:
        IntentError: A folder is gone, or a library that is needed is not installed.
    """
    entries = [entry for entry in media(context) if entry.kind == "image"]
    looked = seen(context, entries)
    pile = _Pile(context, list(looked.pictures))
    if query.when:
        pile.keep_when(query.when)
    if query.tag:
        pile.keep_person(query.tag)
    if query.camera:
        pile.keep_camera(query.camera)
    if query.subject:
        return _of_subject(pile, query, looked.left)
    if query.place:
        pile.keep_place(query.place)
    return _found(pile, len(entries), looked.left)


def _of_subject(pile: _Pile, query: Query, left: int) -> Found:
    """By the names of people first, then as a place, then as a name of files."""
    total, pictures = len(pile.pictures), list(pile.pictures)
    pile.keep_person(query.subject)
    if not pile.pictures:
        pile.pictures = pictures
        named = _named(query.subject, pile.context)
        pile.pictures = [pair for pair in pictures if pair[0].spot.path in named]
    if not pile.pictures and any(facts.position for _, facts in pictures):
        pile.pictures = pictures
        try:
            pile.keep_place(query.subject)
        except IntentError:  # nobody said that it is a place
            pile.pictures = []
    if query.place and pile.pictures:
        pile.keep_place(query.place)
    return _found(pile, total, left)


def _named(said: str, context: SlotContext) -> set[object]:
    found = WANTED.resolve(f"pictures called {said}", context)
    return {file.path for file in found[0].value} if found else set()


def _found(pile: _Pile, looked_at: int, left: int) -> Found:
    context = pile.context
    ordered = sorted(pile.pictures, key=lambda pair: taken_at(pair[0], pair[1], context))
    ordered.reverse()
    return Found(tuple(entry.entity() for entry, _ in ordered), looked_at, pile.known, left)


def alike(context: SlotContext, file: FileEntity) -> Found:
    """The pictures that look like one, the likest first; it itself is left out. Blocking.

    Raises:
        IntentError: A folder is gone, or Pillow is not installed.
    """
    entries = [entry for entry in media(context) if entry.kind == "image"]
    one = [entry for entry in entries if entry.spot.path == file.path]
    (own,), _ = (looks_of(context, one)) if one else ([(None, None)], 0)
    if own[1] is None:
        return Found((), 0)
    looks, left = looks_of(context, entries)
    near = sorted(
        (
            ((own[1] ^ look).bit_count(), -entry.mtime_ns, entry)
            for entry, look in looks
            if look is not None and entry.spot.path != file.path
        ),
        key=lambda each: each[:2],
    )
    close: Sequence[Entry] = [entry for bits, _, entry in near if bits <= _MOST_BITS]
    return Found(tuple(entry.entity() for entry in close), len(entries), 1, left)
