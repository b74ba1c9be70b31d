"""What is asked before a call runs, and what the answer means. Pure: no model reads an answer."""

from __future__ import annotations

from collections.abc import Sequence

from voiced.dispatch.calls import Call, Choice, Question
from voiced.dispatch.resolve import chosen
from voiced.grammar.costs import importance
from voiced.plugin import Candidate
from voiced.policy import Answer, Verdict, is_content_bound, read_answer
from voiced.spoken import FILLERS, normalise, number_words, parse_ordinal, sound_similarity

__all__ = ["ask_choice", "ask_yes", "deed", "posting", "read_choice", "read_yes", "sounds_like_yes"]

_LISTED = 3
_SURE = 0.6
_LEAD = 0.1
_LIKE = 0.75
_NOUNS = frozenset({"email", "file", "folder", "mail", "one"})


def ask_choice(call: Call, choice: Choice, name: str) -> Question:
    """Ask which one is meant: three are named, then how many more."""
    names = [candidate.spoken for candidate in choice.candidates]
    listed = names[:_LISTED]
    if len(names) > _LISTED:
        text = f"Which one: {', '.join(listed)}, or one of {len(names) - _LISTED} more?"
    else:
        text = f"Which one: {', '.join(listed[:-1])}, or {listed[-1]}?"
    return Question(name, text, call, choice=choice)


def ask_yes(call: Call, verdict: Verdict, name: str) -> Question:
    """Read the call back from its resolved values and ask for a yes."""
    what = deed(call)
    objects = "; ".join(", ".join(each.labels.values()) for each in call.each)
    text = f"{what}: {objects}. Shall I?" if objects else f"{what}. Shall I?"
    if verdict is Verdict.CONFIRM:
        text = f"{text} Say yes, and what I should do."
    return Question(name, text, call, verdict=verdict, digest=call.digest)


def posting(call: Call, wait_s: float) -> str:
    """Tell that a call waits in the outbox: what leaves, where to, and how to stop it."""
    objects = ", ".join(call.labels.values())
    what = f"{deed(call)}: {objects}" if objects else deed(call)
    seconds = " ".join(number_words(round(wait_s)))
    return f"{what}, in {seconds} seconds. Say stop to keep it back."


def deed(call: Call) -> str:
    """What the call does: the first sentence of its description, without the full stop."""
    return call.intent.description.split(". ", 1)[0].removesuffix(".")


def read_choice(question: Question, answer: str) -> Call | Answer:
    """The call with the chosen one, or NO, or OTHER if the answer chooses nothing."""
    if question.choice is None:
        return Answer.OTHER
    if read_answer(answer) is Answer.NO:
        return Answer.NO
    candidates = question.choice.candidates
    said = [word for word in normalise(answer) if word not in FILLERS]
    picked = _by_ordinal(candidates, said)
    if picked is None and read_answer(answer) is not Answer.YES:  # a name may be "yes" itself
        picked = _by_sound(candidates, " ".join(said)) or _by_words(candidates, said)
    return chosen(question.call, question.choice.slot, picked) if picked else Answer.OTHER


def _by_ordinal(
    candidates: tuple[Candidate[object], ...], said: Sequence[str]
) -> Candidate[object] | None:
    ordinal = parse_ordinal([word for word in said if word not in _NOUNS])
    if ordinal is None or ordinal == 0 or not -len(candidates) <= ordinal <= len(candidates):
        return None
    return candidates[ordinal - 1 if ordinal > 0 else ordinal]


def _by_sound(candidates: tuple[Candidate[object], ...], said: str) -> Candidate[object] | None:
    scored = sorted(
        ((sound_similarity(item.spoken, said), index) for index, item in enumerate(candidates)),
        reverse=True,
    )
    best, index = scored[0]
    if best < _SURE or (len(scored) > 1 and best - scored[1][0] < _LEAD):
        return None
    return candidates[index]


def _by_words(
    candidates: tuple[Candidate[object], ...], said: Sequence[str]
) -> Candidate[object] | None:
    """The only one that holds all the words that tell something: "the one from wikipedia"."""
    telling = [word for word in said if importance(word) == 1 and word not in _NOUNS]
    holding = [
        each for each in candidates if all(_is_in(word, normalise(each.spoken)) for word in telling)
    ]
    return holding[0] if telling and len(holding) == 1 else None


def _is_in(said: str, words: Sequence[str]) -> bool:
    return any(said == word or sound_similarity(said, word) >= _LIKE for word in words)


def read_yes(question: Question, answer: str) -> Answer:
    """What the answer means; a confirmation that is content-bound needs more than a yes."""
    labels = (label for each in question.call.each for label in each.labels.values())
    content = f"{deed(question.call)} {' '.join(labels)}"
    meaning = read_answer(answer, content)
    if (
        meaning is Answer.YES
        and question.verdict is Verdict.CONFIRM
        and not is_content_bound(answer, content)
    ):
        return Answer.OTHER
    return meaning


def sounds_like_yes(answer: str) -> bool:
    """Whether the answer assents to something, if perhaps not in the way that was asked for."""
    return read_answer(answer) is Answer.YES
