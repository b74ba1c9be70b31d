"""What was changed in a text, word by word, and how that is told. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from voiced.plugin import number_words

__all__ = ["Change", "changes", "told"]

_WORD = re.compile(r"\n|\w+(?:['\u2019-]\w+)*|[^\w\s]")
_EDGES = re.compile(r"^\W+|\W+$")
_TOLD = 3
_LONGEST = 40
_MOST_SHARE = 0.5
_LEAST_WORDS = 12


@dataclass(frozen=True, slots=True)
class Change:
    """Words that were replaced by others; one of both may be empty."""

    old: str
    new: str

    @property
    def is_punctuation(self) -> bool:
        """Whether only signs between words differ."""
        return _plain(self.old) == _plain(self.new)

    @property
    def told(self) -> str:
        """As it is said: "changed recieve to receive"."""
        old, new = _shown(self.old), _shown(self.new)
        if not old:
            return f"put in '{new}'"
        return f"changed '{old}' to '{new}'" if new else f"took out '{old}'"


def changes(old: str, new: str) -> tuple[Change, ...]:
    """What was changed, in the order of the text; as small as words allow."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    found: list[Change] = []
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            continue
        if j - i == m - k:  # word for word: each is told on its own
            found += [Change(a, b) for a, b in zip(before[i:j], after[k:m], strict=True)]
        else:
            found.append(Change(" ".join(before[i:j]), " ".join(after[k:m])))
    if not found and old.strip() != new.strip():
        found.append(Change(" ", ""))
    return tuple(found)


def told(found: Sequence[Change], words: int) -> str:
    """What was changed in a text of so many words, in a sentence or two."""
    if not found:
        return "I found nothing to correct."
    if words >= _LEAST_WORDS and sum(_size(each) for each in found) > words * _MOST_SHARE:
        return "I changed most of the text, so read it before you use it."
    spoken = [each for each in found if not each.is_punctuation]
    signs = len(found) - len(spoken)
    parts = [each.told for each in spoken[:_TOLD]]
    more = len(spoken) - len(parts)
    if more:
        parts.append(f"made {_number(more)} more change{'s' * (more > 1)}")
    if signs:
        parts.append(f"corrected {_number(signs)} {'sign' if signs == 1 else 'signs'}")
    return f"I {_listed(parts)}."


def _listed(parts: Sequence[str]) -> str:
    *head, last = parts
    return f"{', '.join(head)}, and {last}" if head else last


def _size(change: Change) -> int:
    return max(len(change.old.split()), len(change.new.split()))


def _plain(text: str) -> str:
    return " ".join(filter(None, (_EDGES.sub("", word) for word in text.split())))


def _shown(text: str) -> str:
    words = " ".join(filter(None, (_EDGES.sub("", word) for word in text.split())))
    words = words or text.strip()
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST].rsplit(' ', 1)[0]} and so on"


def _number(value: int) -> str:
    return " ".join(number_words(value))
