"""The slot types of tabs: one by what it is about or where it stands, and several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

from voiced.plugin import (
    Candidate,
    Entity,
    IntentError,
    SlotContext,
    normalise,
    parse_ordinal,
)

from .addresses import host_of
from .joined import InUse, all_joined
from .matching import ranked, told_words
from .things import OpenTab, Page, counted, listed
from .wire import Tab

__all__ = ["NAMED", "OF_A_TAB", "POINTED", "TAB", "TABS", "distinct", "fitting", "recent_names"]

_MOST = 10
_PHRASES, _LONGEST_PHRASE, _LETTERS = 30, 3, 4
_NEAR_BEST = 0.12
_PLAYING = frozenset({"playing", "playing music", "playing sound", "making noise", "noisy"})
OF_A_TAB = frozenset("about page tab tabs tap taps window windows".split())
"""Words of sentences that say what is meant; the name of nothing holds them."""

_A_TAB = frozenset("tab tabs tap taps".split())
_POINTING = frozenset(
    "all current every front it new next other others previous that these this those".split()
)
_WHICH = "first|second|third|fourth|fifth|last"


def recent_names(tabs: Sequence[OpenTab]) -> list[str]:
    """How the tabs that were used last are called, in a few words each."""
    newest = sorted(tabs, key=lambda each: -each.tab.last_used_ms)[:_PHRASES]
    return list(dict.fromkeys(form for each in newest for form in _forms(each.tab)))


def _forms(tab: Tab) -> list[str]:
    words = normalise(OpenTab(tab, "").called)
    beginnings = [words[:end] for end in range(2, min(len(words), _LONGEST_PHRASE) + 1)]
    site = host_of(tab.url).split(".")[:-1][-1:]
    telling = [(word,) for word in told_words(" ".join(words)) if len(word) >= _LETTERS]
    forms = [*beginnings, *telling, *(normalise(each) for each in site)]
    return [" ".join(form) for form in forms if form and not form[0].isdigit()]


def _known(context: SlotContext) -> list[str]:
    """The names of the tabs that are open now; none where that cannot be known."""
    with suppress(IntentError):
        return [
            name for each in all_joined(context)[:1] for name in recent_names(InUse(each).tabs())
        ]
    return []


def distinct(found: Sequence[tuple[float, OpenTab]]) -> list[tuple[float, OpenTab]]:
    """The same page once: in the tab that was used last."""
    best: dict[str, tuple[float, OpenTab]] = {}
    for score, each in found:
        known = best.get(each.tab.url)
        if known is None or each.tab.last_used_ms > known[1].tab.last_used_ms:
            best[each.tab.url] = (score, each)
    return sorted(best.values(), key=lambda pair: -pair[0])


def fitting(said: str, tabs: Sequence[OpenTab]) -> list[tuple[float, OpenTab]]:
    """The tabs that the words fit, best first."""
    return ranked(said, tabs, lambda each: each.tab.title, lambda each: each.tab.url)


def _candidates(said: str, tabs: Sequence[OpenTab]) -> list[Candidate[OpenTab]]:
    if " ".join(normalise(said)) in _PLAYING:
        return [Candidate(each, each.spoken) for each in tabs if each.tab.is_audible]
    found = distinct(fitting(said, tabs))[:_MOST]
    hosts = {host_of(each.tab.url) for _, each in found}
    return [
        Candidate(each, each.spoken if len(hosts) > 1 else each.called, score)
        for score, each in found
    ]


def _resolved(said: str, context: SlotContext) -> list[Candidate[OpenTab]] | None:
    """The tabs that may be meant, of the browser that was used last; None where none has joined."""
    joined = all_joined(context)
    for browser in joined:
        found = _candidates(said, InUse(browser).tabs())
        if found:
            return found
    return [] if joined else None


def _tab_of(entity: Entity) -> OpenTab | None:
    if isinstance(entity, Page):
        return entity.tab
    return entity if isinstance(entity, OpenTab) else None


def _names_a_tab(said: str) -> bool:
    """Whether words are a name at all: "next", "all" and "the second" are none."""
    words = [word for word in normalise(said) if word not in ("the", "my", "of", "to")]
    telling = set(words) - _A_TAB
    return bool(telling) and words[0] not in _POINTING and parse_ordinal(words) is None


@dataclass(frozen=True, slots=True)
class _Tab:
    """An open tab, by what it is about. Where no browser has joined, the intent says so."""

    name: ClassVar[str] = "tab"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "words of a tab's title or site: 'heat pumps', 'wikipedia'",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """The names of the tabs that were used last."""
        return _known(context)

    def fits(self, said: str) -> bool:
        """Whether it is no place in a row, and no word that points."""
        return _names_a_tab(said)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[OpenTab]]:
        """The tabs that may be meant, best first, at most ten."""
        found = _resolved(said, context)
        return (Candidate(OpenTab.unseen(said), said),) if found is None else found

    def from_entity(self, entity: Entity) -> OpenTab | None:
        """What "it" is, if the conversation spoke of a tab."""
        return _tab_of(entity)


@dataclass(frozen=True, slots=True)
class _Named(_Tab):
    """As TAB, where the sentence does not say that it is a tab: "close youtube"."""

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """The names, and the words that point."""
        return (*_pointing(), *_known(context))

    def fits(self, said: str) -> bool:
        """Whether it is a name, or points at what was named before."""
        points = said.endswith("one") or said == "it"
        return points or (_names_a_tab(said) and OF_A_TAB.isdisjoint(said.split()))

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[OpenTab]]:
        """The tabs that are meant; none where no browser has joined: it may be any thing."""
        return (_resolved(said, context) or ()) if _names_a_tab(said) else ()


def _pointing() -> tuple[str, ...]:
    return ("(it|that one|this one)", f"[the] ({_WHICH}) one")


@dataclass(frozen=True, slots=True)
class _Pointed:
    """A tab that was named before: "it", "the second one"."""

    name: ClassVar[str] = "tab"
    is_open: ClassVar[bool] = False
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "a tab that was named before: its handle, or 'the second one'",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002 - always these
        """The words that point."""
        return _pointing()

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[OpenTab]]:  # noqa: ARG002
        """None: ``from_entity`` finds what was named."""
        return ()

    def from_entity(self, entity: Entity) -> OpenTab | None:
        """What "it" is, if the conversation spoke of a tab."""
        return _tab_of(entity)


@dataclass(frozen=True, slots=True)
class _Tabs:
    """All tabs about something. What a question reads back is their count and their titles."""

    name: ClassVar[str] = "tab"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "what the tabs are about, or their site: 'cooking', 'wikipedia'",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """As TAB."""
        return TAB.phrases(context)

    def fits(self, said: str) -> bool:
        """As TAB; "all windows" are no tabs."""
        return _names_a_tab(said) and not OF_A_TAB.issuperset(said.split())

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[tuple[OpenTab, ...]]]:
        """One candidate: all that fit about as well as the best."""
        joined = all_joined(context)
        if not joined:
            return (Candidate((OpenTab.unseen(said),), said),)
        found = fitting(said, InUse(joined[0]).tabs())
        best = [each for score, each in found if score >= found[0][0] - _NEAR_BEST]
        near = tuple(sorted(best, key=lambda each: (each.tab.window, each.tab.index)))
        if not near:
            return ()
        names = listed([each.called for each in near])
        return (Candidate(near, f"{counted(len(near), 'tab')}: {names}"),)


TAB = _Tab()
NAMED = _Named()
POINTED = _Pointed()
TABS = _Tabs()
