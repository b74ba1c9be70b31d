"""How a mail is named: "it", "the second mail", "the mail from Anna about the boat".

Subjects and names are anybody's words: they are told, and compared with what was said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, ClassVar

from voiced.plugin import (
    Candidate,
    Entity,
    InvalidSlots,
    SlotContext,
    normalise,
    one_line,
    parse_ordinal,
)

from .headers import shown_name
from .index.lookup import Found
from .matching import fitting, one_by_number, with_account
from .mime import Mail, read_mail
from .refusals import Gone
from .settings import Settings
from .wanted import NOUNS, is_counted, is_mail, wanted
from .warm import session_of

__all__ = [
    "MAIL",
    "MailEntity",
    "MailSlot",
    "entity_of",
    "fetched",
    "found_of",
    "raw_of",
    "still_told",
    "title_of",
    "who_wrote",
]

_MOST_BYTES = 2 * 2**20
_SHORT = 120
_MOST, _LOOKED_AT = 10, 20
_POINTING = frozenset("it that this one the other".split())
_DETERMINERS = frozenset(("a", "an", "my", "the"))
_OF_SEVERAL = (["all"], ["both"], ["these"], ["those"])
_ENDS = frozenset("a as from in into of on the to with".split())
"""No description of a mail ends so."""

_IT = frozenset(("it", "that", "this"))


@dataclass(frozen=True, slots=True)
class MailEntity:
    """A mail that was named. ``account`` and ``number`` find it in the index.

    ``message_id`` finds it there again once it was moved, which gives it another number.
    """

    account: str
    number: int
    title: str
    message_id: str = ""

    @property
    def kind(self) -> str:
        """What it is."""
        return "mail"

    @property
    def place(self) -> tuple[str, int]:
        """What tells it from every other."""
        return self.account, self.number

    @property
    def spoken(self) -> str:
        """What it is about, and who wrote it: the sender's words."""
        return self.title


def entity_of(found: Found) -> MailEntity:
    """A mail as a thing that "it" may mean."""
    return MailEntity(found.account, found.number, _called(found), found.message_id)


def still_told(told: Sequence[Entity], mail: MailEntity) -> tuple[tuple[MailEntity, ...], int]:
    """The mails that were told, with this one among them, and where: "next" goes on with them."""
    mails = tuple(each for each in told if isinstance(each, MailEntity))
    at = next((at for at, each in enumerate(mails) if each.place == mail.place), None)
    return ((mail,), 0) if at is None else (mails, at)


def title_of(found: Found) -> str:
    """How a mail is told: "From Anna Schmidt: A boat"."""
    subject = one_line(found.subject)[:_SHORT].rstrip(".")
    return f"From {who_wrote(found)}: {subject or 'without a subject'}"


def _called(found: Found) -> str:
    """How it is called in a sentence: "A boat, from Anna Schmidt"."""
    return f"{_about(found)}, from {who_wrote(found)}"


def _about(found: Found) -> str:
    subject = one_line(found.subject)[:_SHORT].rstrip(".")
    return subject or "the mail without a subject"


def who_wrote(found: Found) -> str:
    """The sender's name, as it is told."""
    return one_line(shown_name(found.sender))[:_SHORT] or "somebody"


def found_of(settings: Settings, mail: MailEntity) -> Found:
    """What the index knows of a mail that was named. It blocks.

    Raises:
        Gone: It is not there any more.
        IntentFailed: There is no account, or the index is damaged.
    """
    with_account(settings)
    found = one_by_number(settings, mail.account, mail.number, mail.message_id)
    if found is None:
        raise _gone()
    return found


def raw_of(settings: Settings, found: Found, most_bytes: int = _MOST_BYTES) -> bytes:
    """A mail as its server has it; nothing is marked as read. It blocks.

    Raises:
        Gone: It is not there any more.
        IntentError: The server cannot be reached, or says no.
    """

    def look(client: Any) -> bytes:
        row = client.fetch([found.uid], [f"BODY.PEEK[]<0.{most_bytes}>"]).get(found.uid, {})
        raw = next((value for name, value in row.items() if name.startswith(b"BODY[")), b"")
        return bytes(raw or b"")

    with session_of(settings, found.account) as session:
        session.opened(found.folder)  # a folder that stays open may not show what has come since
        raw = session.repeat(look, found.folder)
    if not raw:
        raise _gone()
    return raw


def fetched(settings: Settings, found: Found) -> Mail:
    """What can be read of a mail; raises as ``raw_of``."""
    return read_mail(raw_of(settings, found))


def _gone() -> Gone:
    return Gone("the mail is not there", spoken="That mail is not there any more.")


def _points(said: str) -> bool:
    """Whether words point at what was named before, and say nothing of it."""
    words = [word for word in normalise(said) if word not in NOUNS]
    return bool(words) and (_POINTING.issuperset(words) or _is_place(words))


def _is_place(words: Sequence[str]) -> bool:
    """Whether they are a place in a row; the last mail is the newest one."""
    telling = [word for word in words if word not in _POINTING]
    return telling not in (["last"], ["newest"]) and parse_ordinal(telling) is not None


@dataclass(frozen=True, slots=True)
class MailSlot:
    """A mail, by who wrote it, when, and what it is about. Where several fit, it is asked for."""

    name: ClassVar[str] = "mail"
    is_open: ClassVar[bool] = True
    is_certain: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "which mail: its handle, or 'the mail from Anna about the boat'",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002
        """None: what is said of a mail may be any words, as long as they fit."""
        return ()

    def fits(self, said: str) -> bool:
        """Whether it speaks of a mail, or points at something; not of all, nor of what it says."""
        words = said.split()
        if words[:1] in _OF_SEVERAL or "say" in words or not _ENDS.isdisjoint(words[-1:]):
            return False
        if is_counted(said):
            return False
        return said in _IT or said.endswith(" one") or is_mail(said)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[MailEntity]]:
        """The mails that may be meant, best first, at most ten.

        Raises:
            InvalidSlots: There is none, or the words point at nothing that was named.
            IntentFailed: There is no index yet, or it is damaged.
        """
        if not context.settings(Settings).accounts:  # the intent says so
            words = [word for word in normalise(said) if word not in _DETERMINERS]
            return (Candidate(MailEntity("", 0, " ".join(words)), one_line(said)),)
        if _points(said):
            text = "I don't know which mail you mean. Say: the mail from, and a name."
            raise InvalidSlots("no mail was named before", spoken=text)
        asked = wanted(said, context)
        found = _newest_of_threads(fitting(context, asked, _LOOKED_AT))
        if not found:
            raise InvalidSlots("no mail fits the words", spoken="I found no such mail.")
        kept = found[: asked.count if asked.order else _MOST]
        told = _told_apart([each for _, each in kept], context.now.tzinfo)
        return [
            Candidate(entity_of(each), name, score)
            for (score, each), name in zip(kept, told, strict=True)
        ]

    def from_entity(self, entity: Entity) -> MailEntity | None:
        """What "it" is, if the conversation spoke of a mail."""
        return entity if isinstance(entity, MailEntity) else None


def _newest_of_threads(found: Sequence[tuple[float, Found]]) -> list[tuple[float, Found]]:
    """Of several mails of one thread that fit as well, the newest one."""
    kept: dict[tuple[str, str, float], tuple[float, Found]] = {}
    for score, each in found:
        key = (each.account, each.thread or each.message_id or each.handle, score)
        if key not in kept or each.date > kept[key][1].date:
            kept[key] = (score, each)
    return list(kept.values())


def _told_apart(mails: Sequence[Found], zone: tzinfo | None) -> list[str]:
    """What each is called in a row; with the day, or the time too, where two are called the same.

    Between the names are commas, so that there is none in them.
    """
    plain = [f"{_about(each)} from {who_wrote(each)}" for each in mails]
    names = plain
    for day in ("%-d %B", "%-d %B %Y at %H:%M"):
        counts = Counter(names)
        names = [
            f"{said} of {each.date.astimezone(zone):{day}}" if counts[name] > 1 else name
            for each, said, name in zip(mails, plain, names, strict=True)
        ]
    return names


MAIL = MailSlot()
