"""The guard between a model and the world: what a call may do, by who shaped it.

One request at a time. The plan is open until the first text from outside comes in; what the model
wants to change afterwards must be planned already, and the user's own words must hold what matters.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from voiced.conversation import Conversation, is_handle
from voiced.dispatch.calls import Call
from voiced.errors import IntentDenied
from voiced.planning.judging import (
    Sources,
    Standing,
    UserWords,
    invents_a_link,
    is_well_formed,
    judge,
)
from voiced.planning.plan import Plan, Step
from voiced.plugin import Entity, Field, Integrity, Intent, Reply
from voiced.policy import Trust, Where
from voiced.spoken import FILLERS, normalise

__all__ = ["Admission", "Guard", "GuardMemo", "denied"]

_HIDDEN = "I ignored one request hidden in what I read."
_GO_ON = frozenset(
    {"go on", "go ahead", "carry on", "continue", "keep going", "proceed", "do the rest", "next"}
)

_Done = frozenset[tuple[str, tuple[tuple[str, str], ...]]]


@dataclass(frozen=True, slots=True)
class Admission:
    """How far a model's call is trusted, which of its values are only typed, which step it is.

    ``invents``: it leads to a site that nobody named.
    """

    trust: Trust
    step: Step | None = None
    typed: frozenset[str] = frozenset()
    invents: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """What a request has found or made so far.

    ``own`` are values that stand for the user's words, ``kept`` come from his own stores,
    ``things`` are what his words singled out.
    """

    own: tuple[Field, ...] = ()
    kept: tuple[Field, ...] = ()
    things: tuple[Entity, ...] = ()


_NOTHING = _Found()


@dataclass(frozen=True, slots=True)
class GuardMemo:
    """What of a request can be taken back."""

    plan: Plan
    was_clean: bool
    said: UserWords
    named: tuple[Entity, ...]
    done: _Done
    found: _Found = field(default=_NOTHING)
    where: Where = Where.HERE


class Guard:
    """Holds the plan of the request that is being answered.

    Args:
        conversation: Knows whether text from outside is about, and which typed values it held.

    Attributes:
        where: Where the request comes from.
    """

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.where = Where.HERE
        self.clear()

    def clear(self) -> None:
        """Forget the request."""
        self._plan = Plan()
        self._said = UserWords("")
        self._was_clean = True
        self._named: tuple[Entity, ...] = ()
        self._done: _Done = frozenset()
        self._found = _NOTHING

    @property
    def has_more(self) -> bool:
        """Whether something is planned and not done yet."""
        return bool(self._plan.steps)

    def begin(self, said: str) -> None:
        """A new request of the user, in his own words. "Go on" is none: the plan stays."""
        self._named = self.conversation.entities
        if self._plan.steps and _is_go_on(said):
            return
        before = tuple(exchange.said for exchange in self.conversation.exchanges)
        self._said = UserWords(said, before)
        self._plan = Plan()
        self._was_clean = not self.conversation.is_tainted
        self._done = frozenset()
        self._found = _NOTHING

    def plan(self, steps: Sequence[Step]) -> bool:
        """Take a model's plan; False where it comes too late, or is too long."""
        return self._plan.add(steps)

    def told(self, call: Call, reply: Reply) -> bool:
        """An intent gave something back: text from outside freezes the plan.

        Returns:
            Whether it is text from outside.
        """
        repeats = reply.is_repeat and self.conversation.is_tainted
        is_external = call.intent.returns is Integrity.EXTERNAL or repeats
        fields = tuple(field for field in reply.fields if is_well_formed(field))
        if not repeats:
            self._learn(call, reply, fields)
        if is_external:
            self.conversation.taint(fields)
            self._plan.freeze()
        return is_external

    def _learn(self, call: Call, reply: Reply, fields: tuple[Field, ...]) -> None:
        """What of a result stands for the user's own words, or is from a store that is his own.

        What his request made is his. So is the one thing that was found by words which are his:
        its id, given by the store, means the same as they do. An address book's one entry for a
        name is that person's address; several are values of a store that he keeps.
        """
        found, is_his = self._found, call.intent.returns is not Integrity.EXTERNAL
        if not call.intent.effect.only_reads:
            made = fields if is_his else ()
            self._found = replace(found, own=(*found.own, *made))
        elif self._is_by_user(call):
            single = _only(fields, "id") + (_only(fields, "address") if is_his else ())
            things = reply.entities if len(reply.entities) == 1 else ()
            self._found = _Found(
                (*found.own, *single),
                (*found.kept, *(fields if is_his else ())),
                (*found.things, *things),
            )

    def _is_by_user(self, call: Call) -> bool:
        """Whether the user alone decided what was looked for."""
        if not call.words:
            return False  # everything was looked for, and nothing singled out
        sources = self._sources()
        return all(
            sources.standing(_value(words)) is Standing.SAID for words in call.words.values()
        )

    def _sources(self) -> Sources:
        found, fields = self._found, self.conversation.fields
        return Sources(self._said, fields, self._pointed, found.own, found.kept)

    def spoken(self) -> Trust:
        """The trust of a call that the user spoke himself."""
        return Trust.USER_SAID if self._is_tainted else Trust.CLEAN

    @property
    def _is_tainted(self) -> bool:
        """A frozen plan has seen text from outside, even if the conversation was cleared since."""
        return self.conversation.is_tainted or self._plan.is_frozen

    def admit(
        self, intent: Intent, arguments: Mapping[str, Any], taken: Iterable[Step] = ()
    ) -> Admission:
        """How far a model's call is trusted, and the step that it is, none of those ``taken``.

        What was not planned before text from outside was read, has the least trust; so has the
        same call again, and a step with a critical argument that the plan says nothing of.
        """
        plan = self._plan.copy()
        for each in taken:
            plan.use(each)
        sources = self._sources()
        if not self._is_tainted:
            invents = invents_a_link(intent, arguments, sources)
            return Admission(Trust.CLEAN, plan.find(intent.name, arguments), invents=invents)

        def allows(step: Step) -> bool:
            surplus = step.surplus(intent, arguments)
            return all(sources.standing(arguments[name]) is Standing.SAID for name in surplus)

        step = plan.find(intent.name, arguments, allows)
        if step is None and (self._plan.is_frozen or _key(intent.name, arguments) in self._done):
            return Admission(Trust.FREE_TEXT)
        is_planned = step is not None and self._was_clean
        given: Mapping[str, Any] = step.given if step is not None and is_planned else {}
        rest = {name: value for name, value in arguments.items() if name not in given}
        judged = judge(intent, rest, sources, is_planned=is_planned)
        return Admission(judged.trust, step, judged.typed)

    def _pointed(self, value: str) -> Standing:
        """The standing of what stands for a thing that was named: a handle, or "the second one".

        The user chose it if he pointed so himself, at what had been named before he spoke.
        """
        entity = self.conversation.referent(value)
        if entity is None:
            return Standing.FREE
        if is_handle(value) and any(entity is each for each in self._found.things):
            return Standing.SAID
        words = " ".join(normalise(value))
        is_own = f" {words} " in f" {' '.join(normalise(self._said.now))} "
        is_old = self._named == self.conversation.entities
        chose = is_own and is_old and not is_handle(value)
        return Standing.SAID if chose else Standing.TYPED

    def use(self, call: Call) -> None:
        """This call has passed every check: neither it nor its step can be made again."""
        if call.step is not None:
            self._plan.use(call.step)
        self._done |= {_key(call.intent.name, call.words)}

    def remember(self) -> GuardMemo:
        """How it is now."""
        return GuardMemo(
            self._plan.copy(),
            self._was_clean,
            self._said,
            self._named,
            self._done,
            self._found,
            self.where,
        )

    def restore(self, memo: GuardMemo) -> None:
        """Go back to how it was; what came from outside since then still freezes the plan."""
        is_frozen = self._plan.is_frozen
        self._plan = memo.plan.copy()
        if is_frozen:
            self._plan.freeze()
        self._was_clean = memo.was_clean
        self._said = memo.said
        self._named = memo.named
        self._done = memo.done
        self._found = memo.found
        self.where = memo.where


def denied(intent: Intent, why: str) -> IntentDenied:
    """The error for a call that nobody is asked about."""
    return IntentDenied(f"{intent.name} {why}", intent=intent.name, spoken=_HIDDEN)


def _only(fields: Sequence[Field], kind: str) -> tuple[Field, ...]:
    """The one value of this kind, however often it is there; nothing where there are several."""
    values = {each.value: each for each in fields if each.kind == kind}
    return tuple(values.values()) if len(values) == 1 else ()


def _value(words: str) -> object:
    """The words of a slot as a value: those of a list are its JSON text."""
    if not words.startswith("["):
        return words
    try:
        return json.loads(words)
    except ValueError:
        return words


def _key(intent: str, arguments: Mapping[str, Any]) -> tuple[str, tuple[tuple[str, str], ...]]:
    given = {name: str(value) for name, value in arguments.items() if value is not None}
    return intent, tuple(sorted(given.items()))


def _is_go_on(said: str) -> bool:
    return " ".join(word for word in normalise(said) if word not in FILLERS) in _GO_ON
