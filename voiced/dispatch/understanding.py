"""What words ask for: a chain, a request, one of several that fit, or what was done last again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from voiced.dispatch.calls import Call, Question, Report
from voiced.dispatch.guard import Guard
from voiced.dispatch.referring import in_place
from voiced.dispatch.referring import meant as pointed_at
from voiced.dispatch.repeating import same_again
from voiced.dispatch.rivals import MOST_ASKED, meant, possible
from voiced.dispatch.settling import Settling
from voiced.dispatch.vocabulary import Vocabulary
from voiced.grammar import Match
from voiced.grammar.chains import clauses
from voiced.policy import Answer, Manner

__all__ = ["Understanding"]


class Understanding:
    """Makes calls and questions of the words.

    Args:
        guard: Knows how far the request is trusted.
        vocabulary: What can be said.
        settling: Holds the calls against the policy, and keeps the question that waits.
        takes: The call of an intent that takes all that is said, if one does.
        last: What was done last.
    """

    def __init__(
        self,
        guard: Guard,
        vocabulary: Vocabulary,
        settling: Settling,
        takes: Callable[[str], Call | None],
        last: Callable[[], Call | None],
    ) -> None:
        self._guard = guard
        self._vocabulary = vocabulary
        self._settling = settling
        self._takes = takes
        self._last = last

    async def understand(
        self, readings: Sequence[tuple[str, float]], report: Report, manner: Manner
    ) -> Call | Question | Answer | None:
        """What the words ask for, or what they answer; None where they do neither."""
        pending = self._settling.take(manner.seen)
        if manner.seen and (pending is None or pending.id != manner.seen):
            return Answer.NO  # what it answers is not asked any more
        if pending is not None and readings:
            answered = await self._settling.answered(pending, readings[0][0], report, manner)
            if answered is Answer.NO:
                self._guard.begin(readings[0][0])  # what was planned with it is off, too
            if answered is not None:
                return answered
        taken = self._taken(readings[0][0]) if readings else None
        if taken is not None:
            return await self._settling.begin(taken, report)
        asked_for = await self._matched(readings, report)
        if asked_for is not None:
            return asked_for
        repeated = self._same_again(readings[0][0]) if readings else None
        if repeated is not None:
            return await self._settling.begin(repeated, report)
        return self._settling.ask_again(pending, report)

    async def guess(
        self, readings: Sequence[tuple[str, float]], report: Report
    ) -> Call | Question | None:
        """What may be asked for in words that no intent fits: asked, unless it only reads."""
        resolve = partial(self._settling.resolved, report=report)
        for text, _ in readings:
            guessed = self._in_place(self._vocabulary.grammar.guesses(text))
            guesses = [self._call_of(each) for each in guessed]
            calls = await possible(guesses, resolve)
            if len(calls) == 1 and calls[0].effect.only_reads:
                return await self._settling.begin(calls[0], report)
            if 0 < len(calls) <= MOST_ASKED:
                return self._settling.ask_which(calls, report)
        return None

    async def follow(self, chain: Sequence[str], report: Report) -> Call | Question | None:
        """What the first of several clauses asks for; the call carries the others."""
        found = self._best(chain[0])
        if found is None:
            return None
        call = replace(self._call_of(found), rest=tuple(chain[1:]))
        return await self._settling.begin(call, report)

    def _taken(self, said: str) -> Call | None:
        """A new request begins; the call of the intent that takes all speech, if one does."""
        self._guard.begin(said)
        call = self._takes(said)
        self._guard.conversation.passes_over = call is not None
        return replace(call, trust=self._guard.spoken()) if call is not None else None

    async def _matched(
        self, readings: Sequence[tuple[str, float]], report: Report
    ) -> Call | Question | None:
        """What the grammar makes of the words: a chain, a request, or a chain heard less surely."""
        chains = [clauses(text, self._best) for text, _ in readings[:1]]
        found = self.match(readings) if not any(chains) else ()
        if found:
            return await self._follow_nearest(found, report)
        if not any(chains):
            chains = [clauses(text, self._best) for text, _ in readings[1:]]
        chain = next(filter(None, chains), ())
        return await self.follow(chain, report) if chain else None

    async def _follow_nearest(self, found: Sequence[Match], report: Report) -> Call | Question:
        """Do what fits best; ask where several fit equally well."""
        nearest = self._pointed_at(found)
        if nearest is not found[0]:
            return await self._settling.begin(self._call_of(nearest), report)
        resolve = partial(self._settling.resolved, report=report)
        calls = await meant(found, self._call_of, resolve)
        if len(calls) > 1:
            return self._settling.ask_which(calls[:MOST_ASKED], report)
        return await self._settling.begin(calls[0], report)

    def match(self, readings: Sequence[tuple[str, float]]) -> tuple[Match, ...]:
        """What the grammar makes of the words where the conversation stands, best first."""
        return self._in_place(self._vocabulary.match(readings))

    def _in_place(self, found: Sequence[Match]) -> tuple[Match, ...]:
        return in_place(found, self._vocabulary.intents, self._guard.conversation)

    def _best(self, text: str) -> Match | None:
        found = self.match([(text, 1.0)])
        return self._pointed_at(found) if found else None

    def _pointed_at(self, found: Sequence[Match]) -> Match:
        """The best one, or that for the kind of thing that is pointed at."""
        known = self._vocabulary

        def match(text: str) -> tuple[Match, ...]:
            return known.match([(text, 1.0)])

        return pointed_at(found, match, known.intents, self._guard.conversation)

    def _call_of(self, found: Match) -> Call:
        intent = self._vocabulary.intents[found.intent]
        return Call(intent, found.slots, trust=self._guard.spoken())

    def _same_again(self, said: str) -> Call | None:
        return same_again(said, self._last(), self._guard.conversation, self._guard.spoken())
