"""Several requests that the same words may mean, and what was hardly understood: both are asked.

"Did you mean ..., or ...?" is answered by "the second", by a word of it, or by "neither"; what is
chosen then goes through the whole policy, as if it had been said.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from voiced.dispatch.calls import WHOLE, Call, Choice, Question
from voiced.dispatch.questions import deed
from voiced.dispatch.resolve import Ambiguous
from voiced.errors import InvalidSlots, VoicedError
from voiced.grammar import Match
from voiced.grammar.costs import importance
from voiced.plugin import Candidate
from voiced.policy import Answer, Manner, is_answerable, read_answer
from voiced.spoken import FILLERS, normalise, parse_ordinal, sound_similarity

__all__ = [
    "AS_CHEAP",
    "MOST_ASKED",
    "MOST_TRIED",
    "ask_which",
    "asked_calls",
    "meant",
    "possible",
    "read_which",
]

MOST_ASKED = 3
"""More than so many are not asked about: nobody remembers them."""

MOST_TRIED = 8
"""Where there are more, nothing is known of what was meant."""

AS_CHEAP = 0.02
"""Matches whose costs lie this close together fit equally well."""

_AS_MUCH_SAID = 0.3
_LIKE = 0.75
_NOUNS = frozenset({"one", "thing"})
_NEITHER = frozenset({"neither", "none", "nothing"})

Resolve = Callable[[Call], Awaitable[Call]]


async def meant(
    found: Sequence[Match], call_of: Callable[[Match], Call], resolve: Resolve
) -> list[Call]:
    """The calls of the matches that fit equally well; where one of them can be done, only those.

    Raises:
        VoicedError: What a slot type raised on purpose, where none of them can be done.
    """
    rivals = [each for each in found if each.rank[0] - found[0].rank[0] <= AS_CHEAP]
    if len(rivals) == 1:
        return [call_of(found[0])]
    best: Match | None = None
    calls: list[Call] = []
    failure: VoicedError | None = None
    for match in rivals:
        if best is not None and match.rank[1] - best.rank[1] > _AS_MUCH_SAID:
            break
        try:
            call = await _tried(call_of(match), resolve)
        except VoicedError as error:
            failure = failure or error
            continue
        if call is not None:
            best = best or match
            calls.append(call)
    if failure is not None and not calls:
        raise failure
    return _distinct(calls) or [call_of(found[0])]


async def possible(calls: Sequence[Call], resolve: Resolve) -> list[Call]:
    """The calls that can be done, of those that are only guessed at; none where they are many."""
    known: list[Call] = []
    for call in calls if len(calls) <= MOST_TRIED else ():
        try:
            tried = await _tried(call, resolve)
        except VoicedError:
            continue
        known += [tried] if tried else []
    return _distinct(known)


async def _tried(call: Call, resolve: Resolve) -> Call | None:
    """The call with its slots resolved, as far as can be without asking; None if it cannot be."""
    try:
        return await resolve(call)
    except Ambiguous as ambiguous:
        return ambiguous.call
    except InvalidSlots:
        return None


def _distinct(calls: Iterable[Call]) -> list[Call]:
    """Each meaning once."""
    found: dict[str, Call] = {}
    for call in calls:
        known = sorted((name, repr(value)) for name, value in call.values.items())
        unknown = sorted(pair for pair in call.words.items() if pair[0] not in call.values)
        found.setdefault(repr((call.intent.name, known, unknown)), call)
    return list(found.values())


def ask_which(calls: Sequence[Call], name: str) -> Question:
    """Ask which request is meant, or of a single one whether it is."""
    objects = [_objects(call) for call in calls]
    is_one_deed = len(calls) > 1 and len({deed(call) for call in calls}) == 1 and all(objects)
    told = objects if is_one_deed else [_told(call) for call in calls]
    which = f"{', '.join(told[:-1])}, or {told[-1]}" if len(told) > 1 else told[0]
    text = f"Did you mean {which}?" if is_one_deed else f"Did you mean to {which}?"
    candidates = tuple(map(Candidate, calls, told))
    return Question(name, text, calls[0], choice=Choice(WHOLE, candidates))


def _told(call: Call) -> str:
    what, objects = deed(call), _objects(call)
    what = f"{what[:1].lower()}{what[1:]}"
    return f"{what}: {objects}" if objects else what


def _objects(call: Call) -> str:
    names = (call.labels.get(slot, words) for slot, words in call.words.items())
    return ", ".join(each for each in names if each)


def asked_calls(question: Question) -> list[Call]:
    """The requests that a question is about."""
    if question.choice is None or question.choice.slot != WHOLE:
        return [question.call]
    return [candidate.value for candidate in question.choice.candidates]


def read_which(question: Question, answer: str, manner: Manner) -> Call | Answer:
    """The request that was chosen, NO, or OTHER if the answer chooses none."""
    calls = asked_calls(question)
    said = [word for word in normalise(answer) if word not in FILLERS]
    meaning = read_answer(answer)
    if meaning is Answer.NO or not _NEITHER.isdisjoint(said):
        return Answer.NO
    if meaning is Answer.YES and len(calls) == 1:
        return calls[0] if is_answerable(manner) else Answer.OTHER
    if len(calls) == 1:
        return Answer.OTHER
    ordinal = parse_ordinal([word for word in said if word not in _NOUNS]) or 0
    at = ordinal - 1 if ordinal > 0 else ordinal
    if ordinal and -len(calls) <= at < len(calls):
        return calls[at]
    return _by_words(question, said)


def _by_words(question: Question, said: Sequence[str]) -> Call | Answer:
    """The one whose words the answer repeats, and nothing else: more may be another request."""
    told = (
        [normalise(each.spoken) for each in question.choice.candidates] if question.choice else []
    )
    telling = [word for word in said if importance(word) == 1 and word not in _NOUNS]
    repeated = [
        call
        for call, words in zip(asked_calls(question), told, strict=True)
        if all(_is_in(word, words) for word in telling)
    ]
    return repeated[0] if telling and len(repeated) == 1 else Answer.OTHER


def _is_in(said: str, words: Iterable[str]) -> bool:
    return any(said == word or sound_similarity(said, word) >= _LIKE for word in words)
