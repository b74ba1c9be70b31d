"""What "the newest mail from Anna with the invoice in spring" asks for, taken apart. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from voiced.plugin import DATE_SPAN, DateSpan, SlotContext, normalise, number_words, parse_number

__all__ = ["NOUNS", "Wanted", "is_counted", "is_mail", "wanted"]

Words: TypeAlias = tuple[str, ...]
Order: TypeAlias = Literal["", "newest", "oldest"]

NOUNS = frozenset("mail mails email emails message messages".split())
"""What a mail is called."""

_SEVERAL_NOUNS = frozenset("mails emails messages".split())
_BEFORE_NOUN = 4
_OTHERS = frozenset(
    "account accounts address addresses alarm app application box card client drive file files "
    "folder folders host image inbox list lists note notes notification notifications page pages "
    "pdf photo photos picture pictures program programs reminder result server servers setting "
    "settings signature site tab tabs template thread threads timer video videos website window "
    "windows".split()
)
"""What is no mail: "the mail folder", "the page about mail"."""
_ORDERS: dict[str, Order] = {
    "newest": "newest", "latest": "newest", "last": "newest", "recent": "newest",
    "most": "newest", "oldest": "oldest", "earliest": "oldest",
}  # fmt: skip
_UNSEEN = frozenset("new unread unseen".split())
_FLAGGED = frozenset("flagged starred marked important".split())
_BULK = frozenset("newsletter newsletters".split())
_EMPTY = frozenset(
    "a all an and any every i it me my of one ones our please some that the their these this those "
    "us was were which who you his her have has had got is are sent wrote written came arrived "
    "called named titled subject".split()
)
_SENT = frozenset("sent wrote written".split())
_BEFORE_WRITER = NOUNS | frozenset("that which has have had was were is are".split())
_MINE = frozenset("my our".split())
_SEVERAL = frozenset("and or".split())
_FROM = frozenset("from by".split())
_TO = frozenset(["to"])
_ABOUT = frozenset("about regarding concerning mentioning saying says subject".split())
_WITH = frozenset("with containing contains".split())
_WHEN = frozenset("in on since before after during within until".split())
_MARKS = _FROM | _TO | _ABOUT | _WITH | _WHEN | {"for"}
_FILES = frozenset(
    "attachment attachments file files attached document documents enclosure".split()
)
_KINDS = frozenset("pdf pdfs picture pictures photo photos image images spreadsheet".split())
_ENDINGS: dict[str, str] = {"pdfs": "pdf"}
_JOINED = {" e mail ": " email ", " e mails ": " emails ", " p d f ": " pdf ", " p d fs ": " pdfs "}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_SURE, _LIKELY = 0.99, 0.85
_LONGEST_DATE = 6
_MOST_COUNTED = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; what is empty restricts nothing.

    Attributes:
        sender: Who wrote it, as it was said: "anna", "my sister", "the bank".
        recipient: To whom.
        words: What it is about, or what is in it.
        files: Words for what is with it: "invoice".
        has_files: There is a file with it.
        since, until: When it came, from then until just before then.
        order: Which one of many.
        count: How many in that order: "my last three mails".
        is_sent: The user wrote it.
        is_unseen, is_flagged, is_bulk: As in the index's query.
    """

    sender: str = ""
    recipient: str = ""
    words: Words = ()
    files: Words = ()
    has_files: bool = False
    since: datetime | None = None
    until: datetime | None = None
    order: Order = ""
    is_sent: bool = False
    is_unseen: bool = False
    is_flagged: bool = False
    is_bulk: bool = False
    count: int = 1

    @property
    def restricts(self) -> bool:
        """Whether anything was said but an order: "the newest mail" is any."""
        return replace(self, order="") != Wanted()


def is_counted(said: str) -> bool:
    """Whether words speak of several mails by their number: "my last three mails"."""
    words = _spoken(said)
    at = next((place for place, word in enumerate(words) if word in _SEVERAL_NOUNS), 0)
    return _count(words[:at]) > 1


def is_mail(said: str) -> bool:
    """Whether words speak of a mail: "the newest mail from Anna", not "the file about the mail"."""
    words = _spoken(said)
    at = next((place for place, word in enumerate(words) if word in NOUNS | _BULK), len(words))
    before, after = words[:at], words[at + 1 : at + 2]
    leads = not (_OTHERS | _MARKS).intersection(before) and len(before) <= _BEFORE_NOUN
    return at < len(words) and leads and _OTHERS.isdisjoint(after)


def _spoken(said: str) -> Words:
    text = f" {' '.join(normalise(said))} "
    for apart, joined in _JOINED.items():
        text = text.replace(apart, joined)
    return tuple(text.split())


def wanted(said: str, context: SlotContext) -> Wanted:
    """Take the words apart; what is left over is what the mail is about."""
    words = _spoken(said)
    found = Wanted()
    head, *parts = _parts(words)
    found = _read_head(head[1], found, context)
    for mark, part in parts:
        found = _read_part(mark, part, found, context)
    return found


def _parts(words: Words) -> list[tuple[str, Words]]:
    """The words in pieces, each with the word that leads it in; the first has none."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    for word in words:
        if word in _MARKS and not (word in _WHEN and parts[-1][0] in _ABOUT | _WITH):
            parts.append((word, []))
        else:
            parts[-1][1].append(word)
    return [(mark, tuple(part)) for mark, part in parts]


def _read_head(words: Words, found: Wanted, context: SlotContext) -> Wanted:
    """Read what stands before "from" and "about": "my newest unread mails", "Anna's mail"."""
    words, found = _without_date(words, found, context)
    said = set(words)
    order: Order = next((_ORDERS[word] for word in words if word in _ORDERS), "")
    whose = words[0].removesuffix("'s") if words and words[0].endswith("'s") else ""
    rest = words[1:] if whose else words
    rest, writer = _without_writer(rest)
    count = _count(rest) if order else 1
    marks = _UNSEEN | _FLAGGED | _BULK | _ORDERS.keys() | set(number_words(count))
    about = _telling(tuple(word for word in rest if word not in marks))
    return replace(
        found,
        order=order,
        count=count,
        sender=found.sender or whose or writer,
        words=(*found.words, *about),
        is_unseen=not said.isdisjoint(_UNSEEN),
        is_flagged=not said.isdisjoint(_FLAGGED),
        is_bulk=not said.isdisjoint(_BULK),
        is_sent=not said.isdisjoint(("i", "we")) and not said.isdisjoint(_SENT),
    )


def _count(words: Words) -> int:
    """How many are said: "three mails"; one where no number is."""
    numbers = (parse_number([word]) for word in words)
    return next((n for n in numbers if isinstance(n, int) and 1 < n <= _MOST_COUNTED), 1)


def _without_writer(words: Words) -> tuple[Words, str]:
    """Strip "that Tom sent me", and who that is; where the user wrote it, nothing."""
    verb = next((at for at, word in enumerate(words) if word in _SENT), 0)
    begin = verb
    while begin and words[begin - 1] not in _BEFORE_WRITER:
        begin -= 1
    who = words[begin:verb]
    if not who or {"i", "we"}.intersection(who):
        return words, ""
    return (*words[:begin], *words[verb + 1 :]), " ".join(who)


def _read_part(mark: str, part: Words, found: Wanted, context: SlotContext) -> Wanted:
    if mark in _WHEN:
        span = _span((mark, *part), context, _LIKELY) or _span(part, context, _LIKELY)
        if span is not None:
            return _dated(mark, span, found)
    part, found = _without_date(part, found, context)
    if mark in _FROM and part:
        return replace(found, sender=_named(part))
    if mark in _TO and part:
        return replace(found, recipient=_named(part))
    if mark in _WITH:
        return _with(part, found)
    return replace(found, words=(*found.words, *_telling(part)))


def _with(part: Words, found: Wanted) -> Wanted:
    """What is with it: any file, one of a kind, or one that is called so or is about that."""
    telling = [word for word in _telling(part) if word not in _FILES]
    kinds = [_ENDINGS.get(word, word) for word in telling if word in _KINDS]
    is_file = not _FILES.isdisjoint(part) or bool(kinds)
    named = tuple(word for word in telling if word not in _KINDS)
    endings = tuple(kind for kind in kinds if kind == "pdf")
    return replace(found, has_files=found.has_files or is_file, files=(*named, *endings))


def _named(words: Words) -> str:
    """Who was said, without "the", but with "my": "my sister" is a nickname."""
    kept = [word for word in words if word not in _EMPTY or word in _MINE | _SEVERAL]
    return " ".join(kept or words)


def _telling(words: Words) -> Words:
    return tuple(word for word in words if word not in _EMPTY and word not in NOUNS)


def _without_date(words: Words, found: Wanted, context: SlotContext) -> tuple[Words, Wanted]:
    """Strip a date from the end, or from the beginning: "yesterday's mails"."""
    for start in range(max(0, len(words) - _LONGEST_DATE), len(words)):
        span = _span(words[start:], context, _SURE)
        if span is not None and not words[start].isdigit():
            return words[:start], _dated("", span, found)
    for end in range(min(3, len(words)), 0, -1):
        if words[end - 1].endswith("'s"):
            spoken = (*words[: end - 1], words[end - 1].removesuffix("'s"))
            span = _span(spoken, context, _SURE)
            if span is not None:
                return words[end:], _dated("", span, found)
    return words, found


def _dated(mark: str, span: DateSpan, found: Wanted) -> Wanted:
    if mark == "since":
        return replace(found, since=span.start)
    if mark in ("before", "until"):
        return replace(found, until=span.start if mark == "before" else span.end)
    if mark == "after":
        return replace(found, since=span.end)
    return replace(found, since=span.start, until=span.end)


def _span(words: Words, context: SlotContext, least: float) -> DateSpan | None:
    if not words:
        return None
    season = _season(words, context.now)
    if season is not None:
        return season
    heard = DATE_SPAN.resolve(" ".join(words), context)
    return next((each.value for each in heard if each.score >= least), None)


def _season(words: Words, now: datetime) -> DateSpan | None:
    """Read "in spring", "last summer": three months, the latest that have begun; of the north."""
    telling = [word for word in words if word not in ("in", "the", "this", "last", "since")]
    if len(telling) != 1 or telling[0] not in _SEASONS:
        return None
    month = _SEASONS[telling[0]]
    first = now.replace(month=month, day=1, hour=0, minute=0, second=0, microsecond=0)
    first = first if first <= now else first.replace(year=now.year - 1)
    if "last" in words and first.year == now.year and _after(first) > now:
        first = first.replace(year=first.year - 1)
    return DateSpan(first, _after(first))


def _after(first: datetime) -> datetime:
    month = first.month + 3
    year = first.year + (month - 1) // 12
    return first.replace(year=year, month=(month - 1) % 12 + 1)
