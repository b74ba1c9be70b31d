"""What "the newest invoice PDF from last week in downloads" asks for, taken apart. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from voiced.plugin import DATE_SPAN, DateSpan, SlotContext, normalise

from .kinds import FOLDER_KIND, KIND_WORDS, kinds_of_word

__all__ = ["KIND_OF_SAID", "ORDERS", "Description", "described", "without_tag"]

ORDERS = {
    ("most", "recent"): "newest",
    ("newest",): "newest",
    ("latest",): "newest",
    ("last",): "newest",
    ("oldest",): "oldest",
    ("biggest",): "biggest",
    ("largest",): "biggest",
    ("smallest",): "smallest",
}
"""Words that choose one of many, and what they choose by."""

_DETERMINERS = frozenset("the my a an all any some that this those these our".split())
_BEFORE_DATE = frozenset("from of since on in at for".split())
_BEFORE_FOLDER = frozenset(["in", "inside", "within", "under", "from", "on"])
_RELATIVE = frozenset(["today", "yesterday", "tonight", "this", "last", "past"])
_CHANGED = frozenset(
    (
        "changed", "created", "made", "saved", "downloaded", "taken", "edited", "modified", "dated",
        "written", "recorded", "i", "was", "were", "that", "which",
    )
)  # fmt: skip
_CONNECTORS = (("called",), ("named",), ("about",), ("with", "the", "name"))

KIND_OF_SAID = {normalise(word): word for words in KIND_WORDS.values() for word in words}
"""The words for kinds as they are said: ("p", "d", "f") is "pdf"."""

_CERTAIN, _LIKELY = 0.99, 0.85
_LONGEST_KIND = max(map(len, KIND_OF_SAID))

Words = tuple[str, ...]

_ANYTHING = (("everything",), ("anything",))
_THINGS = frozenset("everything anything all what is are one ones thing things that".split())
_WITH_TAG = tuple((verb, "the", "tag") for verb in ("with", "has", "have", "having", "had", "got"))
_BEFORE_TAG = frozenset("that which is are was were i have has had having got with the".split())
_AFTER_TAG = frozenset("about from in inside since that under which within".split())


@dataclass(frozen=True, slots=True)
class Description:
    """What is wanted. ``text`` is all the words, ``name`` those that are left for the name.

    ``kinds`` empty and ``span`` None restrict nothing; ``folder`` is what was said of the place.
    """

    text: str
    name: str
    kinds: tuple[str, ...] = ()
    span: DateSpan | None = None
    folder: str = ""
    order: str = ""
    tag: str = ""

    @property
    def restricts(self) -> bool:
        """True if more than a name was said."""
        return bool(self.kinds or self.span or self.folder or self.order or self.tag)


def described(said: str, context: SlotContext, is_folder: Callable[[str], bool]) -> Description:
    """Take the words apart.

    Args:
        said: What was said, as words or as a transcript writes them.
        context: For the time.
        is_folder: Tells whether words name a folder, so that "the letter in blue" stays a name.
    """
    whole, tag = without_tag(normalise(said))
    found = Description(text=" ".join(_without_determiners(whole)), name="", tag=tag)
    words, found = _strip_ends(_without_determiners(whole), found, context, is_folder)
    if words in _ANYTHING or (tag and _THINGS.issuperset(words)):  # whatever is there, or from then
        words = ()
    words, order = _strip_order(words)
    words, kinds = _strip_kind(_without_determiners(words))
    return replace(found, name=" ".join(words), kinds=kinds, order=order)


def without_tag(words: Words) -> tuple[Words, str]:
    """The words without "tagged as ..." or "with the tag ...", and the tag."""
    for start in range(len(words)):
        if words[start] == "tagged" or words[max(0, start - 2) : start + 1] in _WITH_TAG:
            first = start + 1
            while first < len(words) and words[first] in ("as", "with", "called", "named"):
                first += 1
            rest = range(first, len(words))
            last = next((i for i in rest if words[i] in _AFTER_TAG), len(words))
            before = words[:start]
            while before and before[-1] in _BEFORE_TAG:
                before = before[:-1]
            if first < last:
                return (*before, *words[last:]), " ".join(words[first:last])
    return words, ""


def _without_determiners(words: Words) -> Words:
    while words and words[0] in _DETERMINERS:
        words = words[1:]
    return words


def _strip_ends(
    words: Words, found: Description, context: SlotContext, is_folder: Callable[[str], bool]
) -> tuple[Words, Description]:
    """Strip dates and places from both ends until nothing is left to strip."""
    while True:
        cut = None
        if found.span is None:
            cut = _date_at_end(words, context) or _date_at_start(words, context)
        if cut is not None:
            words, found = cut[0], replace(found, span=cut[1])
            continue
        place = None if found.folder else _place_at_end(words, is_folder)
        if place is None:
            return words, found
        words, found = place[0], replace(found, folder=place[1])


def _span(words: Words, context: SlotContext, least: float) -> DateSpan | None:
    candidates = DATE_SPAN.resolve(" ".join(words), context) if words else ()
    return next((each.value for each in candidates if each.score >= least), None)


def _date_at_end(words: Words, context: SlotContext) -> tuple[Words, DateSpan] | None:
    for index in range(len(words)):
        is_announced = words[index] in _BEFORE_DATE
        rest = words[index + 1 :] if is_announced else words[index:]
        if not is_announced and not _sounds_relative(rest):
            continue
        span = _span(rest, context, _LIKELY if is_announced else _CERTAIN)
        if span is not None:
            kept = words[:index]
            while kept and kept[-1] in _CHANGED:
                kept = kept[:-1]
            return kept, span
    return None


def _sounds_relative(words: Words) -> bool:
    """True for "last week"; "twenty twenty six" without a "from" is rather a part of the name."""
    return words[0] in _RELATIVE or words[-1] == "ago"


def _date_at_start(words: Words, context: SlotContext) -> tuple[Words, DateSpan] | None:
    for length in range(min(3, len(words) - 1), 0, -1):
        if words[length - 1].endswith("'s"):
            spoken = (*words[: length - 1], words[length - 1].removesuffix("'s"))
            span = _span(spoken, context, _CERTAIN)
            if span is not None:
                return words[length:], span
    return None


def _place_at_end(words: Words, is_folder: Callable[[str], bool]) -> tuple[Words, str] | None:
    for index in range(len(words) - 1, 0, -1):
        place = " ".join(_without_determiners(words[index + 1 :]))
        if words[index] in _BEFORE_FOLDER and place and is_folder(place):
            return words[:index], place
    return None


def _strip_order(words: Words) -> tuple[Words, str]:
    for spoken, order in ORDERS.items():
        if words[: len(spoken)] == spoken and len(words) > len(spoken):
            return words[len(spoken) :], order
    return words, ""


def _strip_kind(words: Words) -> tuple[Words, tuple[str, ...]]:
    """Strip a word for a kind: at the end ("tax folder"), before "called ...", "folder" first."""
    for length in range(min(_LONGEST_KIND, len(words)), 0, -1):
        kinds = _kinds(words[-length:])
        if kinds:
            return words[:-length], kinds
    for length in range(min(_LONGEST_KIND, len(words)), 0, -1):
        rest = words[length:]
        for connector in _CONNECTORS:
            if rest[: len(connector)] == connector and _kinds(words[:length]):
                return rest[len(connector) :], _kinds(words[:length])
    if len(words) > 1 and FOLDER_KIND in _kinds(words[:1]):  # "folder rome"
        return words[1:], (FOLDER_KIND,)
    return words, ()


def _kinds(words: Words) -> tuple[str, ...]:
    return kinds_of_word(KIND_OF_SAID.get(words, ""))
