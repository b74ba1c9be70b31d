"""Where the beginning of a reply can be cut, so that it is spoken while the rest is written.

Pure. A place is decided by what stands before it and by the next word, so that the cuts are the
same however the text comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["LEAVE_IT", "first_clause", "word_count"]

LEAVE_IT = 0
"""The text is of a kind that is not cut into clauses here."""

_FEW, _CLAUSE, _PHRASE, _LONG, _LONGEST = 3, 5, 8, 12, 20
"""Words before a comma, a conjunction, a preposition, any word, and any word at all."""

_MOST_WORDS = 60
"""So many words without a place to cut are figures, or one long quotation."""

_CLOSERS = "\"'*_`~)]}\u2019\u201d\u00bb"
_TOKEN = re.compile(r"\S+")
_WIDE_STOP = re.compile("[\u3002\uff01\uff1f]")
_INITIALS = re.compile(r"(?:\w\.)+|[A-Z]\.")
_LINES_END = re.compile(r"\n\s*\n")
_DAY = re.compile(r"[0-9]{1,2}(?:st|nd|rd|th)?,")
_YEAR = re.compile(r"(?:19|20)[0-9]")
_CENTURY_DIGITS = 2
_SHORTEST_ALONE = 10

_ALONE = frozenset(
    "absolutely actually ah alright certainly definitely done exactly first great hello hey hi "
    "hm hmm however indeed maybe no now oh ok okay perfect right so sorry sure thanks true "
    "unfortunately welcome well yeah yep yes".split()
)
_PHRASES_ALONE = frozenset({"of course", "i see", "no problem", "all right", "got it", "thank you"})
_JOINING = frozenset(
    "although and because but if since so then though unless until when whereas where which while "
    "who whom whose".split()
)
_LEADING = frozenset(
    "about above across after against along among around as at before behind below between by "
    "during for from in inside into like near on onto outside over per than that through to "
    "toward under via with within without".split()
)
_CLINGING = _LEADING | frozenset(
    "a all an and any are be been being but can could did do does each every had has have he her "
    "his how i if is it's its i'm i've i'll may might more most must my no not of one or our "
    "shall she should so some such that's the their there's these they this those too very was "
    "we were what's when where which who will would you your".split()
)
_SHORT = frozenset(
    "approx ave blvd ca capt cf corp dept dr e.g eg etc fig gen i.e ie inc jr lt ltd mr mrs ms mt "
    "nr p pp prof rd rev sgt sr st vol vs jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
_NUMBERED = frozenset("ch fig no nr p pp sec vol".split())
_MONTHS = frozenset(
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july "
    "august september october november december".split()
)
_INSIDE_CHARS = 100
_PAIRS = {"(": ")", "[": "]", "\u201c": "\u201d", '"': '"', "`": "`", "\u00ab": "\u00bb"}


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the text with its punctuation; ``core`` is the bare word in lower case.

    ``is_whole``: white space follows it; else more of it may come.
    """

    text: str
    end: int
    core: str
    is_whole: bool

    @property
    def is_spoken(self) -> bool:
        return any(map(str.isalnum, self.text))


def word_count(text: str) -> int:
    """How many words of the text are spoken."""
    return sum(word.is_spoken for word in _words(text))


def first_clause(text: str) -> int | None:
    """Where the first piece of the text ends that can be spoken alone.

    Returns:
        The index; None if more of the text must be known; ``LEAVE_IT`` if it is not cut here.
    """
    before: list[_Word] = []
    inside = _Inside()
    end = 0
    for word in _words(text):
        if _WIDE_STOP.search(word.text) or len(before) == _MOST_WORDS:
            return LEAVE_IT
        inside.read(word)
        before.append(word)
        may_end = False if inside.is_open else _may_end(before, text)
        if may_end is None:
            return None
        if may_end:
            return word.end
        end = word.end
    return LEAVE_IT if _WIDE_STOP.search(text, end) else None


def _words(text: str) -> Iterator[_Word]:
    """The whole words."""
    for found in _TOKEN.finditer(text):
        if found.end() < len(text):
            yield _word(found)


def _word(found: re.Match[str]) -> _Word:
    core = found[0].strip(_CLOSERS + "([\u201c\u00ab.,;:!?\u2026\u2013\u2014")
    is_whole = found.end() < len(found.string)
    return _Word(found[0], found.end(), core.replace("\u2019", "'").lower(), is_whole)


class _Inside:
    """Knows whether a quotation or a bracket is open; one that is never closed is forgotten."""

    def __init__(self) -> None:
        self._closer = ""
        self._chars = 0

    @property
    def is_open(self) -> bool:
        return bool(self._closer) and self._chars < _INSIDE_CHARS

    def read(self, word: _Word) -> None:
        self._chars += len(word.text)
        for letter in word.text:
            if self.is_open:
                self._closer = "" if letter == self._closer else self._closer
            elif letter in _PAIRS:
                self._closer, self._chars = _PAIRS[letter], 0


def _may_end(before: list[_Word], text: str) -> bool | None:
    """Whether the words can be spoken now; None if that is not known before the next word is."""
    last = before[-1]
    if not any(word.is_spoken for word in before):
        return False
    if _LINES_END.match(text, last.end):
        return True
    bare = last.text.rstrip(_CLOSERS)
    found = _TOKEN.search(text, last.end)
    following = _word(found) if found else None
    if bare.endswith((".", "!", "?", "\u2026")):
        return _ends_sentence(bare, last, following)
    if bare.endswith((",", ";", ":", "\u2013", "\u2014", "--")):
        return _ends_clause(before, following)
    if following is None or not following.is_whole:
        return None
    return _ends_phrase(before, following)


def _ends_sentence(bare: str, last: _Word, following: _Word | None) -> bool | None:
    opened = following.text.lstrip("(\"'\u201c*_[") if following else ""
    if following is None or not (opened or following.is_whole):
        return None
    if not opened:
        return True
    if bare[-1] == ".":
        is_short = last.core in _SHORT or (last.core in _NUMBERED and opened[0].isdigit())
        if is_short or _INITIALS.fullmatch(bare.lstrip("(\"'\u201c")):
            return False
    return not opened[0].islower()


def _ends_clause(before: list[_Word], following: _Word | None) -> bool | None:
    """A pause is heard after the words; too few of them are only spoken if they are said so."""
    last = before[-1]
    if _DAY.fullmatch(last.text) and len(before) > 1 and before[-2].core in _MONTHS:
        if following is None or not (following.is_whole or len(following.text) > _CENTURY_DIGITS):
            return None
        if _YEAR.match(following.text):
            return False
    if last.core in ("e.g", "i.e", "vs"):
        return False
    spoken = [word.core for word in before if word.is_spoken]
    if len(spoken) == 1 and spoken[0] in _ALONE:
        return True
    is_enough = len(spoken) > 1 and sum(map(len, spoken)) >= _SHORTEST_ALONE
    return len(spoken) >= _FEW or is_enough or " ".join(spoken) in _PHRASES_ALONE


def _ends_phrase(before: list[_Word], following: _Word) -> bool:
    """No punctuation: only where a new phrase begins, and never within a name or a number."""
    last, count = before[-1], sum(word.is_spoken for word in before)
    if last.core in _CLINGING or last.core in _SHORT or _is_figure(last) or _is_figure(following):
        return False
    if following.core in _JOINING:
        return count >= _CLAUSE
    if following.core in _LEADING:
        return count >= _PHRASE
    is_name = last.text[:1].isupper() and following.text[:1].isupper()
    return count >= _LONGEST or (count >= _LONG and not is_name)


def _is_figure(word: _Word) -> bool:
    return any("0" <= letter <= "9" for letter in word.text)
