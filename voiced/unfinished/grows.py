"""What is whole, but might well be the beginning of more: a list, a clause, a place, a time."""

from __future__ import annotations

from voiced.unfinished.opens import AGREES
from voiced.unfinished.reading import read
from voiced.unfinished.words import ANSWERS, BE, COMMANDS, DO, MODALS, PARTICLES, PREPOSITIONS, WH

__all__ = ["may_grow"]

_ASKS = WH | BE | DO | MODALS | {"have", "has"}
_ADJUNCTS = PREPOSITIONS | PARTICLES | {"called", "named"}
_LAST = frozenset("today tomorrow tonight again later now everything all it that this them".split())
_POINTED_AT = frozenset({"one", "ones"})
_AFTER_THE_OBJECT = 2
_LISTENER = 2
"""An order of fewer words ("stop talking", "go back") is rarely the beginning of a longer one."""


def may_grow(text: str) -> bool:
    """Whether people who say a whole sentence like this often go on after a breath.

    Questions and answers are over when they are whole; so is an order that says where, when, whose
    or how ("add milk to the list"). An order of a verb and its bare object may be the beginning of
    a list ("add milk ... eggs"), and a statement of anything.
    """
    said = read(text)
    core = said.core
    if said.last in _POINTED_AT or said.first in AGREES:
        return False
    if said.asks or said.phrase in ANSWERS or not core or core[0] in _ASKS:
        return False
    if core[0] not in COMMANDS:
        return True
    is_short = len(core) < _LISTENER
    has_adjunct = any(word in _ADJUNCTS for word in core[_AFTER_THE_OBJECT:])
    return not (is_short or has_adjunct or core[-1] in _LAST)
