"""The shapes of a text that cannot end here: hesitation, lists, spelling, numbers, clauses."""

from __future__ import annotations

import re
from collections.abc import Callable

from voiced.unfinished.reading import Said
from voiced.unfinished.words import (
    ADVERBS,
    ARTICLES,
    AUXILIARIES,
    BE,
    BEFORE_A_VERB,
    BEFORE_THAT,
    COMMANDS,
    CONJUNCTIONS,
    DIGITS,
    DO,
    HANGING_QUALITIES,
    HESITATIONS,
    KINDS,
    LETTERED,
    LISTING,
    MODALS,
    NAMED,
    NAMING,
    NEEDS_MORE,
    NEGATED,
    NO_ORDER_AFTER,
    NUMBERED,
    OPENERS,
    PARTICLE_VERBS,
    PARTICLES,
    PREPOSITIONS,
    PRONOUNS,
    QUALITIES,
    SO,
    SPELLING,
    STRANDED,
    SUBJECTS,
    SUBORDINATE,
    SYMBOLS,
    TRANSITIVE,
    TRANSITIVE_PARTICLES,
    WELL_KNOWN_LETTERS,
    WH,
)

__all__ = ["AGREES", "hangs", "has_main_clause", "is_clause", "is_cut_off"]

_OPENER = re.compile("|".join(f"(?:{each})" for each in OPENERS))
_CLAUSE = re.compile(rf"(?:{'|'.join(SUBORDINATE)})\b")
_OPERATORS = frozenset("plus minus times over point".split())
_INVERTED = BE | DO | MODALS | {"have", "has"}
AGREES = frozenset("yes no yeah nope sure".split())
_NUMBERS = frozenset("ten eleven twelve hundred thousand million".split())
_ASKED_FOR = frozenset("what when where who how".split())
_KNOWN = frozenset("know so now say else idea remember sure and or that's somehow".split())
_SAYS = PRONOUNS | AUXILIARIES
"""What a thing in a list is not called."""

_ENUMERATES = frozenset("second secondly third thirdly next then finally two three".split())

_LONGEST_ITEM, _ITEMS = 3, 3
_LETTERS, _SPOKEN_DIGITS, _WHOLE_NUMBER = 2, 3, 7
_FIRST_MAIN = 3
"""A clause has a subject and a verb before the next one begins."""


def is_cut_off(said: Said) -> bool:
    """True where it ends in a comma, a dash, three dots, or a sound of hesitation."""
    return said.is_broken or _ends_with(said.words, HESITATIONS)


def hangs(said: Said) -> bool:
    """True where the last words ask for more."""
    return any(rule(said) for rule in _RULES)


def _ends_with(words: tuple[str, ...], phrases: frozenset[str]) -> bool:
    return any(" ".join(words[-length:]) in phrases for length in (1, 2, 3, 4))


def _begins(said: Said) -> bool:
    """The whole of it is how something begins: "can you", "tell me"."""
    if _OPENER.fullmatch(said.phrase):
        return True
    return said.first not in WH and _ends_with(said.core, NEEDS_MORE)


def _binds(said: Said) -> bool:
    """It ends in a word that binds what follows: "and", "the", "if", "i"."""
    last, before = said.last, said.before
    if last in ARTICLES or last in CONJUNCTIONS:
        return True
    if last in SUBJECTS:
        return not (before in BE and said.first in WH)
    if last in ("you", "it"):
        return before in CONJUNCTIONS or before in ("that", "when", "where", "how")
    return last in ("his", "any", "some") and before not in AUXILIARIES | {"want", "need"}


def _points(said: Said) -> bool:
    """It ends in "that", "so" or "what", and what they point to has not been said."""
    last, before = said.last, said.before
    if last == "that":
        return before in BEFORE_THAT or (before in BE and not _asks(said))
    if last == "so":
        return before not in SO
    return last in _ASKED_FOR and len(said.core) > 2 and before not in _KNOWN  # noqa: PLR2004


def _is_prepared(said: Said) -> bool:
    """It ends in a preposition that is not a question's: "the weather in"."""
    last, before = said.last, said.before
    if last in PREPOSITIONS:
        ends = f"{before} {last}" in STRANDED or before.endswith("ing")
        return not (ends and _asks(said))
    if last in ("on", "off", "in") and before in TRANSITIVE_PARTICLES:
        return True
    if last in PARTICLES:
        particles = PARTICLE_VERBS | TRANSITIVE_PARTICLES
        asked = _asks(said) and f"{before} {last}" in STRANDED
        return not asked and particles.isdisjoint(said.core)
    return False


def _asks(said: Said) -> bool:
    return not WH.isdisjoint(said.core)


def _is_helped(said: Said) -> bool:
    """It ends in an auxiliary, without being an answer or a question within a question."""
    last = said.last
    if last == "am" and _is_number(said.before):
        return False
    if last not in AUXILIARIES:
        return last == "not" and said.before in BE | {"have", "has", "should", "would", "must"}
    is_answer = said.words[0] in AGREES and said.before in PRONOUNS
    is_short = said.before in SUBJECTS and last in DO | NEGATED and len(said.core) == 2  # noqa: PLR2004
    is_main_verb = last in ("do", "have") and said.first in WH and said.before in PRONOUNS
    return not (is_answer or is_short or is_main_verb or _is_indirect(said))


def _is_indirect(said: Said) -> bool:
    """It asks within something else: "tell me where the station is"."""
    places = [index for index, word in enumerate(said.core) if word in WH and index]
    return bool(places) and len(said.core) - places[-1] > 2  # noqa: PLR2004 - a subject between


def _wants_a_word(said: Said) -> bool:
    """It ends before the word that matters: "a very", "remind me to buy"."""
    last, before = said.last, said.before
    if last in ADVERBS:
        return before in PRONOUNS or before in AUXILIARIES or before in ARTICLES or before == "but"
    if last in QUALITIES:
        return before in ARTICLES
    if last in HANGING_QUALITIES:
        return not _asks(said) or before in ARTICLES
    if last in TRANSITIVE:
        return not _asks(said) and (before in BEFORE_A_VERB or not before)
    return last == "number" and not _asks(said) and AUXILIARIES.isdisjoint(said.core)


def _spells(said: Said) -> bool:
    """Letters are being spelled, or the signs of an address."""
    if said.last in SYMBOLS or (said.last == "double" and said.before in ARTICLES):
        return True
    letters = _run(said.core, lambda word: len(word) == 1 and word.isalpha())
    if len(letters) >= _LETTERS:
        return "".join(letters) not in WELL_KNOWN_LETTERS
    if len(letters) != 1:
        return False
    is_named = said.before in LETTERED or (letters[0] in "ai" and said.before not in BE)
    return not SPELLING.isdisjoint(said.core) or not is_named


def _run(words: tuple[str, ...], fits: Callable[[str], bool]) -> tuple[str, ...]:
    """The longest end of the words that all fit."""
    count = 0
    for word in reversed(words):
        if not fits(word):
            break
        count += 1
    return words[len(words) - count :]


def _dictates(said: Said) -> bool:
    """Digits are being said one by one, or the half of a sum."""
    if said.last in _OPERATORS:
        return _is_number(said.before) and (_asks(said) or said.last != "times")
    digits = _run(said.core, lambda word: word in DIGITS or word.isdigit())
    count = sum(len(word) if word.isdigit() else 1 for word in digits)
    if not digits or count >= _WHOLE_NUMBER:
        return False
    if len(digits) >= _SPOKEN_DIGITS or not {"zero", "oh"}.isdisjoint(digits[:-1]):
        return True
    return not NUMBERED.isdisjoint(said.core[: -len(digits)]) and not _asks(said)


def _is_number(word: str) -> bool:
    return word.isdigit() or word in DIGITS or word in _NUMBERS or word.endswith(("teen", "ty"))


def _lists(said: Said) -> bool:
    """Things are being listed, and the last one is still to come."""
    return _has_items(said) or _repeats_a_kind(said) or _enumerates(said)


def _has_items(said: Said) -> bool:
    *head, last = said.parts or ((),)
    if not head or len(last) > _LONGEST_ITEM or not {"and", "or"}.isdisjoint(last):
        return False
    if not PRONOUNS.isdisjoint(last) or " ".join(said.core[-len(last) :]) != " ".join(last):
        return False
    if len(said.parts) >= _ITEMS:
        return all(len(part) <= _LONGEST_ITEM and _SAYS.isdisjoint(part) for part in head[1:])
    return not LISTING.isdisjoint(head[0])


def _repeats_a_kind(said: Said) -> bool:
    return any(said.last in kind and said.before in kind for kind in KINDS)


def _enumerates(said: Said) -> bool:
    core = said.core
    if said.first in ("first", "firstly", "one") and len(core) > 1:
        goes_on = core[1] in PRONOUNS or core[1] in COMMANDS
        return goes_on and (said.last in _ENUMERATES or _ENUMERATES.isdisjoint(core[1:]))
    if "following" in core[-4:] or ("either" in core[:-1] and "or" not in core):
        return True
    return said.last == "first" and said.before not in ARTICLES and len(core) > 1


def _depends(said: Said) -> bool:
    """A clause that leans on another, which has not begun: "if it rains"."""
    return is_clause(said) and not has_main_clause(said)


def is_clause(said: Said) -> bool:
    """It begins like a clause that leans on another; "when is lunch" is none."""
    asks = len(said.core) > 1 and said.core[1] in _INVERTED
    return _CLAUSE.match(said.phrase) is not None and not (said.first == "when" and asks)


def has_main_clause(said: Said) -> bool:
    """Another clause has begun after the one that leans on it."""
    if len(said.parts) > 1 and len(said.parts[-1]) > 1:
        return True
    core = said.core
    return any(_begins_main(core, index) for index in range(_FIRST_MAIN, len(core) - 1))


def _begins_main(core: tuple[str, ...], index: int) -> bool:
    before, word, after = core[index - 1], core[index], core[index + 1]
    if word in SUBJECTS or word in WH:
        return before not in CONJUNCTIONS and before not in NO_ORDER_AFTER
    if word in ("you", "it"):
        return after in AUXILIARIES
    if word in MODALS | DO:
        return after in PRONOUNS
    free = before not in NO_ORDER_AFTER | ARTICLES | AUXILIARIES | CONJUNCTIONS
    return word in COMMANDS and free


def _names(said: Said) -> bool:
    """Something is being named, and the name has not been said: "call the new folder"."""
    return said.first in NAMING and said.last in NAMED


_RULES = (
    _names, _begins, _binds, _points, _is_prepared, _is_helped, _wants_a_word,
    _spells, _dictates, _lists, _depends,
)  # fmt: skip
