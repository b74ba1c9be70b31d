"""What "the big video from the holiday that anna sent me last week" asks of the index. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from voiced.plugin import DATE_SPAN, DateSpan, SlotContext, normalise, parse_number, written_name
from voiced_intents.files.description import KIND_OF_SAID, without_tag
from voiced_intents.files.kinds import kinds_of_word

from .words import name_words

__all__ = ["Request", "dates_in", "is_silent", "readings"]

_CERTAIN, _LIKELY = 0.99, 0.85
_LONGEST_DATE = 6
_LONGEST_KIND = max(map(len, KIND_OF_SAID))

_BEFORE_DATE = frozenset("from of since on in at for".split())
_RELATIVE = frozenset("today yesterday tonight this last past".split())
_PLACES = frozenset("in inside within under".split())
_ORDERS = {
    "newest": "newest", "latest": "newest", "last": "newest", "recent": "newest",
    "oldest": "oldest", "earliest": "oldest", "first": "oldest",
    "biggest": "biggest", "largest": "biggest", "longest": "biggest", "big": "biggest",
    "large": "biggest", "huge": "biggest", "long": "biggest",
    "smallest": "smallest", "shortest": "smallest", "small": "smallest", "tiny": "smallest",
    "short": "smallest", "little": "smallest", "new": "newest", "old": "oldest",
}  # fmt: skip
_MILD = frozenset("new old big large long small short little first last recent".split())
"""These are often a part of a name: they choose only where they stand beside a kind."""

_OF_DATES = frozenset(
    "today yesterday tonight this last past the of in and day days before after week weeks weekend "
    "month months year years ago morning noon afternoon evening night monday tuesday wednesday "
    "thursday friday saturday sunday january february march april may june july august september "
    "october november december spring summer autumn fall winter quarter first second third fourth "
    "fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth thirtieth oh hundred thousand since "
    "a an couple few beginning end middle early late half".split()
)
_OF_NO_NAME = frozenset("last this past ago day days week month year".split())
_CHANGED = frozenset("changed change edited edit modified modify worked".split())
_ADDED = frozenset(
    "created create made make downloaded download added add sent send saved save got took taken "
    "received recorded".split()
)
_SILENT = frozenset(
    "a all am an and any anything are at by did do everything for from gave get got had has have "
    "he her him his i i'm i've in inside into is it its last me mine most my named called name of "
    "on one ones or our she some something somewhere stuff than that that's the their them there "
    "these they thing things this those to under us was we were what when where which who with "
    "within wrote you your about regarding concerning containing contains contain mentioning "
    "mentions having related".split()
) | _CHANGED | _ADDED  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """One way to read what was said; ``worth`` says how likely it is beside the others.

    ``words`` are looked for in names, folders and texts, ``place`` in folders only. ``since``
    says what the ``span`` is about: "changed", "added", or both where it is empty. ``called`` is
    the word for the kind, which a name may hold, and ``spoken`` everything that was said. ``tag``
    is what was said of a tag.
    """

    words: tuple[str, ...]
    place: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    span: DateSpan | None = None
    since: str = ""
    order: str = ""
    is_mild: bool = False
    worth: float = 1.0
    called: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()
    tag: str = ""

    @property
    def restricts(self) -> bool:
        """Whether it says anything but words."""
        return bool(self.kinds or self.span or self.order or self.tag)


Words = tuple[str, ...]


def dates_in(said: str, request: Request) -> frozenset[str]:
    """The words that were taken for a date, as names have them."""
    words = Counter(without_tag(_without_one(normalise(said)))[0])
    words.subtract(request.spoken)
    return frozenset(_meant(tuple(words.elements()))) - _OF_NO_NAME


def readings(said: str, context: SlotContext) -> Iterator[Request]:
    """The ways to read what was said, the likeliest first."""
    whole, tag = without_tag(_without_one(normalise(said)))
    for request in _readings(whole, context):
        yield replace(request, tag=tag)


def _without_one(words: Words) -> Words:
    """Without the "one" of "the one about bees", which is no number in a name."""
    head = words
    while head and head[0] in ("the", "my", "that", "this"):
        head = head[1:]
    is_one = head[:1] == ("one",) and not _AFTER_ONE.isdisjoint(head[1:2])
    return head[1:] if is_one else words


def _readings(whole: Words, context: SlotContext) -> Iterator[Request]:
    found = _without_date(whole, context)
    rest, span, is_for = found or (whole, None, False)
    full = replace(_described(rest), span=span, since=_since(whole), spoken=rest)
    undated = replace(_described(whole), spoken=whole)
    if is_for:  # "the bill for march" is rather called so
        yield undated
        yield replace(full, worth=0.95)
    else:
        yield full
        if span is not None and full.words:
            yield replace(undated, worth=0.9)
    if full.kinds or full.order or full.place:
        yield replace(full, words=_meant(rest), place=(), kinds=(), order="", worth=0.92)
    if full.place:
        yield replace(full, words=(*full.words, *full.place), place=(), worth=0.9)
    if span is not None:
        yield Request(_meant(whole), worth=0.85, spoken=whole)


def _described(words: Words) -> Request:
    words, place = _without_place(words)
    kept, kinds, order, is_mild = _without_kind(words)
    called = tuple(word for word in words if word not in kept) if kinds else ()
    return Request(_meant(kept), place, kinds, order=order, is_mild=is_mild, called=called)


def _since(words: Words) -> str:
    if not _CHANGED.isdisjoint(words):
        return "changed"
    return "" if _ADDED.isdisjoint(words) else "added"


def is_silent(word: str) -> bool:
    """Whether a word says nothing about which file is meant."""
    return word in _SILENT


def _meant(words: Words) -> Words:
    """The words that say something, as names have them: numbers in digits, no endings joined."""
    written = written_name(" ".join(words)).replace("'s ", " ").removesuffix("'s")
    return tuple(word for word in name_words(written) if word not in _SILENT)


def _without_date(words: Words, context: SlotContext) -> tuple[Words, DateSpan, bool] | None:
    """The words without a date, the date, and whether "for" or "of" announced it."""
    for start in range(len(words)):
        is_announced = words[start] in _BEFORE_DATE
        for first in (start + 1, start + 2) if is_announced else (start,):
            if first > start + 1 and words[first - 1] != "the":
                break
            found = _date_at(words, first, context, _LIKELY if is_announced else _CERTAIN)
            if found is not None and (is_announced or _is_relative(words[first : found[0]])):
                is_for = words[start] in ("for", "of")
                return words[:start] + words[found[0] :], found[1], is_for
    return None


def _date_at(
    words: Words, first: int, context: SlotContext, least: float
) -> tuple[int, DateSpan] | None:
    end = first
    while end < min(len(words), first + _LONGEST_DATE) and _may_be_date(words[end]):
        end += 1
    for last in range(end, first, -1):
        spoken = " ".join(words[first:last]).removesuffix("'s")
        for each in DATE_SPAN.resolve(spoken, context):
            if each.score >= least:
                return last, each.value
    return None


def _may_be_date(word: str) -> bool:
    plain = word.removesuffix("'s")
    return plain in _OF_DATES or plain.isdigit() or parse_number([plain]) is not None


def _is_relative(words: Words) -> bool:
    """True for "last week"; "twenty twenty six" without a "from" is rather a part of the name."""
    return words[0].removesuffix("'s") in _RELATIVE or words[-1] == "ago"


def _without_place(words: Words) -> tuple[Words, Words]:
    """Take "in my taxes folder" out, up to the next word that begins something else."""
    for start in range(1, len(words) - 1):
        if words[start] in _PLACES:
            end = start + 1
            while end < len(words) and words[end] not in ("about", "from", "that", "which", "with"):
                end += 1
            place = tuple(w for w in _meant(words[start + 1 : end]) if w not in _FOLDER_WORDS)
            if place:
                return words[:start] + words[end:], place
    return words, ()


_FOLDER_WORDS = frozenset(["folder", "folders", "directory"])


def _without_kind(words: Words) -> tuple[Words, Words, str, bool]:
    """Take the word for a kind out, and what chooses before it: the head of the phrase."""
    found = _kind_span(words)
    if found is None:
        return _without_order(words, 0)
    start, end = found
    kinds = kinds_of_word(KIND_OF_SAID[words[start:end]])
    before, order, is_mild = words[:start], "", False
    for index, word in enumerate(before):
        if word in _ORDERS and (word not in _MILD or index == len(before) - 1):
            order, is_mild = _ORDERS[word], word in _MILD
            before = before[:index] + before[index + 1 :]
            break
    if before[-1:] == ("most",):
        before = before[:-1]
    return before + words[end:], kinds, order, is_mild


def _without_order(words: Words, at: int) -> tuple[Words, Words, str, bool]:
    while at < len(words) and words[at] in ("the", "my"):
        at += 1
    if at < len(words) - 1 and words[at] in _ORDERS and words[at] not in _MILD:
        return words[:at] + words[at + 1 :], (), _ORDERS[words[at]], False
    return words, (), "", False


_ENDS_HEAD = frozenset("about from with that which i in on of for called named anna's".split())
_AFTER_ONE = _ENDS_HEAD | {"tagged"}


def _kind_span(words: Words) -> tuple[int, int] | None:
    """Where the head of the phrase is a kind: its last word before "about", "from" and the like."""
    head = next((i for i, word in enumerate(words) if word in _ENDS_HEAD and i > 0), len(words))
    spans = list(_kinds_in(words))
    in_head = [span for span in spans if span[1] <= head]
    if in_head:
        return in_head[-1]
    return spans[0] if spans else None


def _kinds_in(words: Words) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(words):
        for length in range(min(_LONGEST_KIND, len(words) - start), 0, -1):
            if words[start : start + length] in KIND_OF_SAID:
                yield start, start + length
                start += length - 1
                break
        start += 1
