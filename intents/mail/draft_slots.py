"""The slot types of drafts: "the draft to Anna" in, a draft out; and words that stand in one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from voiced.plugin import (
    TEXT,
    Candidate,
    Entity,
    InvalidSlots,
    SlotContext,
    normalise,
    sound_similarity,
)

from .draft_things import DraftEntity, known, known_words, note
from .drafting import entity_of, listed, own_text, read
from .people import PERSON
from .refusals import failed
from .settings import Settings

__all__ = ["ACCOUNT", "ADDED", "DRAFT", "DRAFTED", "LETTER", "TEXT_OF", "WANTED", "one_of"]

_ALIKE = 0.75
_MOST = 3
_POINTERS = frozenset({"it", "that", "this"})
_WHICH = "first|second|third|fourth|fifth|last|other"


@dataclass(frozen=True, slots=True)
class _Draft:
    """A draft that was named before, the newest one, or that to somebody or about something."""

    nouns: str
    needs_one: bool = False
    """Whether "it" is to be answered where nothing was named."""
    points: bool = True
    """Whether "it" is expected; else it is left to others first, who know what they cannot hold."""
    name: ClassVar[str] = "draft"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "a draft: its handle, 'the draft to Anna', 'the draft about the boat'",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002 - always these
        """The words that point, and those for a draft."""
        pointers = ("(it|that|this)",) if self.points else ()
        return (
            *pointers,
            f"(the|my|that|this) [last|new|newest|latest] ({self.nouns})",
            f"the ({_WHICH}) (one|{self.nouns})",
        )

    def _read(self, said: str) -> re.Match[str] | None:
        words = " ".join(normalise(said))
        one = rf"(?:the|my|that|this)(?: (?:new|newest|latest|{_WHICH}))? (?:one|{self.nouns})"
        return re.fullmatch(rf"(?:it|that|this|{one}(?: (?:to|for|about) (?P<rest>.+))?)", words)

    def fits(self, said: str) -> bool:
        """Whether the words are for a draft at all."""
        return self._read(said) is not None

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[DraftEntity]]:
        """The drafts that may be meant, best first; the server is asked where none is known.

        Raises:
            IntentError: There is none, or the server cannot be reached.
        """
        found = self._read(said)
        if found is None:
            return ()
        if " ".join(normalise(said)) in _POINTERS:
            if self.needs_one:
                spoken = "I don't know which mail you mean. Say, for example: send the draft to"
                raise failed("no draft was named", f"{spoken} Anna.")
            return ()
        wanted = found["rest"] or ""
        if not context.settings(Settings).accounts:  # the intent says so
            return _unknown(said)
        near = _near(wanted, [each.entity for each in known()])
        return near or _near(wanted, _on_server(wanted, context.settings(Settings)))

    def from_entity(self, entity: Entity) -> DraftEntity | None:
        """What "it" is, if the conversation spoke of a draft."""
        return entity if isinstance(entity, DraftEntity) else None


def _unknown(said: str) -> list[Candidate[DraftEntity]]:
    words = " ".join(normalise(said))
    return [Candidate(DraftEntity("", "", (), words, ""), words)]


def _near(wanted: str, drafts: Sequence[DraftEntity]) -> list[Candidate[DraftEntity]]:
    """The newest; or those whose people or subject sound like the words."""
    if not wanted:
        return [Candidate(each, each.spoken) for each in drafts[:1]]
    scored = [(_likeness(wanted, each), each) for each in drafts]
    best = sorted((pair for pair in scored if pair[0] >= _ALIKE), key=lambda pair: -pair[0])
    return [Candidate(each, each.spoken, score) for score, each in best[:_MOST]]


def _likeness(wanted: str, draft: DraftEntity) -> float:
    words = wanted.removeprefix("the ").removeprefix("my ")
    names = [each.called for each in draft.recipients]
    forms = [draft.subject, *names, *(word for name in names for word in name.split())]
    subject = normalise(draft.subject)
    if words.split() and set(words.split()) <= set(subject):
        return 1.0
    return max(sound_similarity(words, " ".join(normalise(form))) for form in forms)


def _on_server(wanted: str, settings: Settings) -> list[DraftEntity]:
    """The drafts that lie there, read whole where they may be meant.

    Raises:
        IntentError: There is none, or the server cannot be reached.
    """
    found = [entity_of(settings, each) for each in listed(settings) if each.key]
    if not found:
        raise failed("there is no draft", "There is no draft that I wrote.")
    meant = [each.value for each in _near(wanted, found)]
    whole = [read(settings, each.account, each.key) for each in reversed(meant)]
    return [note(entity_of(settings, each), own_text(each)) for each in whole][::-1]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A draft by whom it is to, or what it is about: "Anna", "the boat"."""

    name: ClassVar[str] = "wanted_draft"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "whom a draft is to, or what it is about",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """The names of the address book."""
        return PERSON.phrases(context)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[DraftEntity]]:
        """The drafts that may be meant, best first; raises as DRAFT does."""
        wanted = " ".join(normalise(said))
        if not context.settings(Settings).accounts:  # the intent says so
            return _unknown(said)
        near = _near(wanted, [each.entity for each in known()]) if wanted else []
        return near or _near(wanted, _on_server(wanted, context.settings(Settings)))

    def from_entity(self, entity: Entity) -> DraftEntity | None:
        """A draft that a handle stands for."""
        return entity if isinstance(entity, DraftEntity) else None


@dataclass(frozen=True, slots=True)
class _Added:
    """What is to be added to a draft: any words but "to my list"."""

    name: ClassVar[str] = "added"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {"type": "string", "minLength": 1}

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002 - any words will do
        """None."""
        return ()

    def fits(self, said: str) -> bool:
        """Whether they are to be written, and do not say where something goes."""
        return said.split()[:1] not in (["to"], ["on"])

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[str]]:
        """The words themselves."""
        return TEXT.resolve(said, context)


@dataclass(frozen=True, slots=True)
class _Drafted:
    """Words that stand in the draft that was spoken of last; nothing where there is none."""

    name: ClassVar[str] = "drafted"
    is_open: ClassVar[bool] = False
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "words that stand in the draft",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002 - of the draft
        """Its words, and a few in a row."""
        return known_words()

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[str]]:  # noqa: ARG002
        """The words themselves: where they stand is looked for in the draft as it is then."""
        text = said.strip()
        return (Candidate(text, text),) if text and known() else ()

    def from_entity(self, entity: Entity) -> None:
        """Nothing: words stand for no thing."""


@dataclass(frozen=True, slots=True)
class _Account:
    """One of the accounts, by its name."""

    name: ClassVar[str] = "account"
    is_open: ClassVar[bool] = False
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "the name of a mail account: 'work'",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """Their names; with one account there is nothing to choose."""
        names = list(context.settings(Settings).accounts)
        return [name.replace("_", " ") for name in names] if len(names) > 1 else ()

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[str]]:
        """Those that sound like it."""
        scored = [
            (sound_similarity(" ".join(normalise(said)), name.replace("_", " ")), name)
            for name in context.settings(Settings).accounts
        ]
        best = sorted((pair for pair in scored if pair[0] >= _ALIKE), key=lambda pair: -pair[0])
        return [Candidate(name, name.replace("_", " "), score) for score, name in best]


DRAFT = _Draft("draft|reply|answer")
TEXT_OF = _Draft("draft|mail|email|e mail|message|reply|answer", points=False)
"""The same where a text of any kind may be meant: "make it shorter"."""

LETTER = _Draft("draft|mail|email|e mail|message|reply|answer|letter", needs_one=True)
"""The same where it is sent: "send the mail" is what was written."""

DRAFTED = _Drafted()
ACCOUNT = _Account()
ADDED = _Added()
WANTED = _Wanted()


def one_of(*named: DraftEntity | None) -> DraftEntity:
    """The draft that one of several slots holds.

    Raises:
        InvalidSlots: None of them does.
    """
    for each in named:
        if each is not None:
            return each
    raise InvalidSlots("no draft", spoken="Which draft? Say, for example: the draft to Anna.")
