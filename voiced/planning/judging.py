"""How far text from outside may have shaped what a model wants: by where each value comes from.

A call is trusted as its worst critical argument is. Pure: no I/O, no words of a model are run.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voiced.plugin import Field, Intent
from voiced.policy import Trust
from voiced.spoken import normalise, stem
from voiced.trust.quoting import links_in
from voiced.trust.user_words import SMALL_WORDS, Held, UserWords, parts_of, same_value

__all__ = [
    "Judgement",
    "Sources",
    "Standing",
    "UserWords",
    "asks_for",
    "invents_a_link",
    "is_well_formed",
    "judge",
]

_REFUSALS = frozenset("no not never without".split())
_NEAR = 3
_NUMBERS = ("number", "integer")
_LEADING_OPTIONAL = re.compile(r"^\s*\[[^\[\]]*\]")
_TRAILING_OPTIONAL = re.compile(r"\s*\[[^\[\]]*\]\s*$")
_TAIL = re.compile(r"(?:\(([^()]*)\)|([^\s\])}]+))\s*$")
_HEAD = re.compile(r"^\s*(?:\(([^()]*)\)|([^\s\[({]+))")
_WELL_FORMED: Mapping[str, re.Pattern[str]] = {
    "id": re.compile(r"[^\s\x00-\x1f]{1,200}"),
    "address": re.compile(r"[^\s\x00-\x1f]{1,254}"),
    "date": re.compile(r"[\d:T+Z. -]{4,40}"),
    "number": re.compile(r"[-+]?[\d.,]{1,40}"),
    "url": re.compile(r"[^\s\x00-\x1f]{1,2048}"),
    "path": re.compile(r"[^\x00-\x1f]{1,4096}"),
}


class Standing(enum.IntEnum):
    """Where a value comes from; the higher, the better."""

    FREE = 0
    """From nowhere that is known: a model made it, or text from outside holds it."""
    TYPED = 1
    """A typed value or a thing that an intent gave; or words that may have meant something else."""
    SAID = 2
    """The user said it, or pointed at it."""


def _points_nowhere(_: str) -> Standing:
    return Standing.FREE


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the values of a model's call may come from.

    ``fields`` are typed values from outside. ``pointed`` gives the standing of words or a handle
    that stand for a thing named before. ``own`` are values that stand for the user's own words:
    what these words single out, or what his request made. ``kept`` are typed values of a store
    that is his own, such as the address book, found by his own words.
    """

    said: UserWords
    fields: tuple[Field, ...] = ()
    pointed: Callable[[str], Standing] = _points_nowhere
    own: tuple[Field, ...] = ()
    kept: tuple[Field, ...] = ()

    def standing(
        self, value: object, *, may_point: bool = False, is_planned: bool = False
    ) -> Standing:
        """Where a value comes from; of several, the worst counts.

        A planned step may take its holes from the user's own stores as from his words.
        """
        parts = parts_of(value)
        if parts is not None:
            standings = [
                self.standing(part, may_point=may_point, is_planned=is_planned) for part in parts
            ]
            return min(standings, default=Standing.FREE)
        pointed = self.pointed(value) if may_point and isinstance(value, str) else Standing.FREE
        if pointed is not Standing.FREE:  # "the second one" may have been said of other things
            return pointed
        held = self.said.hold(value)
        if held is Held.SURELY or _is_among(value, self.own):
            return Standing.SAID
        if _is_among(value, self.kept):
            return Standing.SAID if is_planned else Standing.TYPED
        is_typed = held is Held.WEAKLY or _is_among(value, self.fields)
        return Standing.TYPED if is_typed else Standing.FREE


def _is_among(value: object, fields: Iterable[Field]) -> bool:
    return any(_is_of(value, each) for each in fields)


def _is_of(value: object, field: Field) -> bool:
    """Whether a value is a typed one; ids and paths are what they are, to the letter."""
    if field.kind in ("number", "address"):
        return same_value(value, field.value)
    return str(value).strip() == field.value.strip()


@dataclass(frozen=True, slots=True)
class Judgement:
    """How far text from outside may have shaped a call.

    ``typed`` are the arguments for which it is no better than TYPED_EXTERNAL, where the others are
    the user's and he asked for the deed; empty else.
    """

    trust: Trust
    typed: frozenset[str] = frozenset()


def judge(
    intent: Intent, arguments: Mapping[str, Any], sources: Sources, *, is_planned: bool = False
) -> Judgement:
    """How far text from outside may have shaped a model's call, where such text is about.

    Args:
        intent: What is called.
        arguments: As the model gave them, without those that a plan gave; None is not given.
        sources: The user's words and the typed values.
        is_planned: The call is a step that was planned before that text was read.

    Returns:
        USER_SAID where the user asked for the deed and said every critical argument;
        TYPED_EXTERNAL where he said these but not the deed, or where one is a typed value or only
        may have been said; else FREE_TEXT. An intent that names no critical argument has only such.
        Where none is given, the user must have said what it is done to, or nothing else at all: one
        verb may have meant something else.
        A number in the hole of a planned step may be computed: it is a typed value at least. What
        leaves the machine with a link that the user did not say counts as such a value, too.
    """
    critical = intent.critical or tuple(intent.slots)
    given = {name: value for name, value in arguments.items() if value is not None}
    standings = {
        name: _standing(intent, name, given[name], sources, is_planned=is_planned)
        for name in critical
        if name in given
    }
    is_asked = is_planned or asks_for(intent, sources.said.now)
    is_bare = not standings and not is_planned and not _names_all(intent, sources.said.now)
    named_by_the_user = bool(standings) and min(standings.values()) is Standing.SAID
    for name in _with_links(intent, given, sources):
        standings[name] = min(Standing.TYPED, standings.get(name, Standing.SAID))
    worst = min(standings.values(), default=Standing.TYPED if is_bare else Standing.SAID)
    if not is_asked:
        return Judgement(Trust.TYPED_EXTERNAL if named_by_the_user else Trust.FREE_TEXT)
    typed = frozenset(name for name, each in standings.items() if each is Standing.TYPED)
    return Judgement(_TRUST[worst], typed if worst is Standing.TYPED else frozenset())


def _with_links(intent: Intent, given: Mapping[str, Any], sources: Sources) -> Iterator[str]:
    """The arguments of what may leave the machine that hold a link the user did not say."""
    if not (intent.effect.is_outward or intent.effect_of):
        return
    for name, value in given.items():
        links = [link for text in _texts(value) for link in links_in(text)]
        if any(sources.said.hold(link) is not Held.SURELY for link in links):
            yield name


def invents_a_link(intent: Intent, arguments: Mapping[str, Any], sources: Sources) -> bool:
    """Whether what may leave the machine holds a link whose site the user did not even name.

    "wikipedia.org" is named by "open wikipedia"; no text from outside need be about.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    return any(
        sources.said.hold(site) is not Held.SURELY
        for name in _with_links(intent, given, sources)
        for text in _texts(given[name])
        for site in map(_site, links_in(text))
    )


def _site(link: str) -> str:
    """The name of a link's site without what stands before and behind it."""
    host = link.split("://", 1)[-1].split("/", 1)[0].rsplit("@", 1)[-1].split(":", 1)[0]
    return (host.split(".")[-2:] or [host])[0]


def _texts(value: object) -> Iterator[str]:
    for part in parts_of(value) or (value,):
        if isinstance(part, str):
            yield part


_TRUST = {
    Standing.SAID: Trust.USER_SAID,
    Standing.TYPED: Trust.TYPED_EXTERNAL,
    Standing.FREE: Trust.FREE_TEXT,
}


def _standing(
    intent: Intent, name: str, value: object, sources: Sources, *, is_planned: bool
) -> Standing:
    slot = intent.slots.get(name)
    may_point = slot is not None and hasattr(slot.type, "from_entity")
    found = sources.standing(value, may_point=may_point, is_planned=is_planned)
    is_number = slot is not None and slot.type.json_schema.get("type") in _NUMBERS
    if is_planned and is_number and found is Standing.FREE:
        return Standing.TYPED
    return found


def asks_for(intent: Intent, said: str) -> bool:
    """Whether the user's words ask for what this intent does: by a verb of it, not refused."""
    deeds = _deeds(intent)
    words = normalise(said)
    return any(
        word not in SMALL_WORDS and stem(word) in deeds and not _is_refused(words[:at])
        for at, word in enumerate(words)
    )


def _names_all(intent: Intent, said: str) -> bool:
    """Whether the words ask for this deed and name its object, or say nothing beside it."""
    telling = {stem(word) for word in normalise(said) if word not in SMALL_WORDS}
    tails = _tails([*intent.sentences, intent.description.split(". ", 1)[0].removesuffix(".")])
    objects = {stem(word) for word in tails if word not in SMALL_WORDS}
    deeds = telling & _deeds(intent)
    return any(telling & objects - {deed} for deed in deeds) or (
        bool(deeds) and telling <= (_deeds(intent) | objects)
    )


def _tails(templates: Iterable[str]) -> Iterable[str]:
    """The words that templates end with: what their deeds are done to."""
    for template in templates:
        rest, before = template.strip(), ""
        while rest != before:
            rest, before = _TRAILING_OPTIONAL.sub("", rest), rest
        found = _TAIL.search(rest)
        if found:
            yield from normalise((found[1] or found[2]).replace("|", " "))


def _is_refused(before: Sequence[str]) -> bool:
    return any(word in _REFUSALS or word.endswith("n't") for word in before[-_NEAR:])


def _deeds(intent: Intent) -> set[str]:
    """The verbs of an intent: its name's, its description's, and those its templates begin with."""
    name = intent.name.rpartition(".")[2].replace("_", " ")
    heads = [name, intent.description, *_heads(intent.sentences)]
    first = [words[0] for words in map(normalise, heads) if words]
    return {stem(word) for word in first if word not in SMALL_WORDS}


def _heads(templates: Iterable[str]) -> Iterable[str]:
    for template in templates:
        rest, before = template, ""
        while rest != before:
            rest, before = _LEADING_OPTIONAL.sub("", rest), rest
        found = _HEAD.match(rest)
        if found:
            yield from (found[1] or found[2] or "").split("|")


def is_well_formed(field: Field) -> bool:
    """Whether a typed value is what its kind says, and can hold no sentence."""
    pattern = _WELL_FORMED.get(field.kind)
    return pattern is not None and pattern.fullmatch(field.value) is not None
