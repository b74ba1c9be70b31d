"""The slot types of several mails: "all mails from the bank" in the inbox, and "them"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from voiced.plugin import Candidate, IntentDenied, InvalidSlots, SlotContext, normalise

from .index.lookup import Query
from .matching import fitting, found_by
from .naming import MailEntity, entity_of
from .refusals import denied
from .settings import Settings
from .wanted import NOUNS, wanted

__all__ = ["MAILS", "all_unread", "meant_all", "read_back"]

_CLOSE = 0.05
_NAMED = 3
_LOOKED_AT = 1000
_BEFORE_NOUN = 6
_SEVERAL = frozenset("mails emails messages newsletters".split())
_EVERYTHING_FROM = ("everything", "from")
_THEM = frozenset("them these those".split())
_BESIDE = _SEVERAL | frozenset("all both of".split())


def read_back(mails: Sequence[MailEntity]) -> str:
    """How several are told in a question: how many, and three of them."""
    if len(mails) == 1:
        return mails[0].spoken
    rest = f", and {len(mails) - _NAMED} more" if len(mails) > _NAMED else ""
    return f"{len(mails)} mails: {'; '.join(each.spoken for each in mails[:_NAMED])}{rest}"


@dataclass(frozen=True, slots=True)
class _Mails:
    """Several mails of the inbox, by what they have in common; or those that were named last."""

    name: ClassVar[str] = "several_mails"
    is_open: ClassVar[bool] = True
    is_certain: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "which mails of the inbox: 'mails from Anna since Monday', 'unread mails'",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002
        """None: what is said of mails may be any words, as long as they fit."""
        return ()

    def fits(self, said: str) -> bool:
        """Whether it speaks of mails, or points at several things."""
        words = normalise(said)
        if words[:1] == ("all",) and words[-1] in NOUNS and words[:2] != ("all", "of"):
            return True  # of all mail it is said that this is too much
        is_described = not _SEVERAL.isdisjoint(words[:_BEFORE_NOUN])
        return is_described or words[:2] == _EVERYTHING_FROM or _points(said)

    def resolve(
        self, said: str, context: SlotContext
    ) -> Sequence[Candidate[tuple[MailEntity, ...]]]:
        """One candidate: all of the inbox that fit as well as the best.

        Raises:
            InvalidSlots: There is none.
            IntentDenied: They are too many, or all mail was said.
            IntentFailed: There is no index yet, or it is damaged.
        """
        if not context.settings(Settings).accounts:  # the intent says so
            return (Candidate((MailEntity("", 0, said),), said),)
        found = _named_last(context) if _points(said) else _described(said, context)
        most = context.settings(Settings).max_at_once
        if len(found) > most:
            raise _too_many(most)
        if not found and not _points(said):
            raise InvalidSlots("no mail fits the words", spoken="I found no such mail.")
        return (Candidate(tuple(found), read_back(found)),) if found else ()


def _too_many(most: int) -> IntentDenied:
    text = f"Those are more than {most} mails. That is too much at once by voice."
    mend = "raise max_at_once in the section [mail] of voiced.toml"
    return denied("more than [mail] max_at_once", text, mend)


def all_unread(settings: Settings) -> tuple[MailEntity, ...]:
    """The unread mails of the inbox. It blocks.

    Raises:
        IntentDenied: They are too many.
        IntentFailed: There is no index yet, or it is damaged.
    """
    most = settings.max_at_once
    found = found_by(settings, Query(is_unseen=True, role="inbox", limit=most + 1))
    if len(found) > most:
        raise _too_many(most)
    return tuple(entity_of(each) for each in found)


def _points(said: str) -> bool:
    words = set(normalise(said))
    return not words.isdisjoint(_THEM) and words <= _THEM | _BESIDE


def _named_last(context: SlotContext) -> list[MailEntity]:
    assistant: Any = getattr(context, "assistant", None)
    named = assistant.entities if assistant is not None else ()
    return [each for each in named if isinstance(each, MailEntity)]


def _described(said: str, context: SlotContext) -> list[MailEntity]:
    words = normalise(said)
    plain = ("mails", *words[1:]) if words[:1] == _EVERYTHING_FROM[:1] else words
    asked = wanted(" ".join(plain), context)
    if not asked.restricts:
        text = "I don't take all of your mail at once. Say which: from whom, or since when."
        raise denied("all mail was said", text)
    found = fitting(context, asked, _LOOKED_AT)
    inbox = [(score, each) for score, each in found if each.role == "inbox"]
    meant = [entity_of(each) for score, each in inbox if score >= inbox[0][0] - _CLOSE]
    return meant[: asked.count] if asked.count > 1 else meant


MAILS = _Mails()


def meant_all(
    mail: MailEntity | None, mails: tuple[MailEntity, ...] | None
) -> tuple[MailEntity, ...]:
    """What was said, by whichever of the slots.

    Raises:
        InvalidSlots: Nothing was.
    """
    found = (mail,) if mail is not None else mails
    if not found:
        raise InvalidSlots("no mail was said", spoken="I need to know the mail for that.")
    return found
