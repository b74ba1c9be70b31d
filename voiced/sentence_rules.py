"""What every sentence template must be: readable, and none that fits whatever is said."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from voiced.errors import PluginError
from voiced.spoken import FILLERS, normalise

if TYPE_CHECKING:
    from hassil.expression import Expression

__all__ = ["check_sentences", "take_read"]

_LONGEST = 2000
_ENOUGH = 2
_WEAK = frozenset(
    "a an and at do for i i'd i'm in it let me my of on that the this to want we with you".split()
)
"""Words that say next to nothing of what is wanted; two of them are enough."""
_MOST_READ = 4096
_read: dict[str, Expression] = {}

_NO_WORD = re.compile(r"[^\w' ]")


def check_sentences(intent: str, sentences: Sequence[str], open_slots: Collection[str]) -> None:
    """Refuse a template that cannot be read, or that an utterance of any kind would fit.

    Args:
        intent: Named in the error.
        sentences: hassil templates.
        open_slots: The slots that take any words.

    Raises:
        PluginError: One of them will not do.
    """
    from hassil.parse_expression import parse_sentence  # noqa: PLC0415 - only plugins need it
    from hassil.parser import ParseError  # noqa: PLC0415

    for sentence in sentences:
        shown = repr(sentence if len(sentence) <= _LONGEST else f"{sentence[:60]}...")
        if len(sentence) > _LONGEST:
            reason = f"{intent}: template {shown} is longer than {_LONGEST} letters"
            raise PluginError(reason, mend="write several shorter ones")
        try:
            read = parse_sentence(sentence).expression
        except (ParseError, RecursionError) as error:
            reason = f"{intent}: template {shown}: {error}"
            raise PluginError(reason, mend="see the template syntax in docs/plugins.md") from error
        if open_slots and _weight(read, open_slots) < _ENOUGH:
            reason = f"{intent}: template {shown} would fit whatever is said"
            mend = "put a word in it that must be said and that tells what is wanted"
            raise PluginError(reason, mend=mend)
        if len(_read) < _MOST_READ:
            _read[sentence] = read


def take_read(sentence: str) -> Expression | None:
    """What a checked template was read as, once: a grammar need not read it again."""
    return _read.pop(sentence, None)


def _weight(expression: object, open_slots: Collection[str]) -> int:
    """How much the emptiest reading tells of what is wanted; ``_ENOUGH`` for one telling word."""
    from hassil.expression import Alternative, Group, ListReference, TextChunk  # noqa: PLC0415

    match expression:
        case TextChunk():
            words = normalise(_NO_WORD.sub(" ", expression.original_text))
            return sum(_word_weight(word) for word in words)
        case ListReference():
            return 0 if expression.slot_name in open_slots else _ENOUGH
        case Alternative():
            return min((_weight(item, open_slots) for item in expression.items), default=0)
        case Group():
            return sum(_weight(item, open_slots) for item in expression.items)
        case _:
            return _ENOUGH


def _word_weight(word: str) -> int:
    if word in FILLERS:
        return 0
    return 1 if word in _WEAK else _ENOUGH
