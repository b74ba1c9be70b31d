"""The shapes of a text that is whole: questions, orders, statements, short answers."""

from __future__ import annotations

from voiced.unfinished.opens import AGREES, has_main_clause, is_clause
from voiced.unfinished.reading import Said
from voiced.unfinished.words import (
    ARTICLES,
    AUXILIARIES,
    BE,
    COMMANDS,
    DO,
    MODALS,
    PRONOUNS,
    RELATIONAL,
    UNITS,
    WH,
)

__all__ = ["is_whole"]

_LEADS = (
    ("would", "you", "mind"),
    ("can", "you"), ("could", "you"), ("will", "you"), ("would", "you"), ("i", "want", "you", "to"),
    ("i'd", "like", "you", "to"), ("you", "can"), ("can", "we"),
)  # fmt: skip
_SUBJECTS = PRONOUNS | frozenset("nobody somebody everybody someone everyone something".split())
_QUESTION_WORDS, _STATEMENT_WORDS, _ANSWER_WORDS = 3, 3, 2


def is_whole(said: Said) -> bool:
    """True where it is a question, an order, a statement or an answer that lacks nothing.

    Asked only of a text that does not hang (see opens.py).
    """
    if said.last in RELATIONAL and said.before in COMMANDS | {"the", "a", "an"}:
        return False
    return _orders(said) or _asks(said) or _states(said) or _answers(said)


def _orders(said: Said) -> bool:
    core = said.core
    for lead in _LEADS:
        if core[: len(lead)] == lead:
            core = core[len(lead) :]
            return len(core) > 1 or (len(core) == 1 and core[0] not in AUXILIARIES)
    return len(core) > 1 and core[0] in COMMANDS


def _asks(said: Said) -> bool:
    core = said.core
    if said.asks and len(core) >= _QUESTION_WORDS - 1:
        return True
    if len(core) < _QUESTION_WORDS:
        return len(core) > 1 and core[0] in WH and "'" in core[0] and core[1] not in ARTICLES
    if core[0] in WH:
        return True
    return core[0] in BE | DO | MODALS | {"have", "has", "isn't", "aren't", "don't", "can't"}


def _states(said: Said) -> bool:
    core = said.core
    if not core:
        return False
    if "'" in core[0] and core[0] in AUXILIARIES:
        return len(core) > 1
    if is_clause(said):
        return has_main_clause(said)
    if core[0] in _SUBJECTS:
        return len(core) >= _STATEMENT_WORDS
    helped = any(word in AUXILIARIES for word in core[1:-1])
    return helped and core[0] in ARTICLES | {"this", "that", "his", "her"}


def _answers(said: Said) -> bool:
    if said.is_polite or len(said.core) < _ANSWER_WORDS:
        return said.is_polite and bool(said.core)
    if said.first in AGREES or said.last in UNITS:
        return True
    return said.last in ("one", "ones") and said.first in ("the", "this", "that")
