"""What a search found, and the words that point at one of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from voiced.plugin import Candidate, Entity, SlotContext, one_line
from voiced_intents.browser.addresses import site_name
from voiced_intents.browser.things import OpenTab, Page

__all__ = ["HIT", "RESULT", "WebResult"]

_LONGEST_TITLE = 90


@dataclass(frozen=True, slots=True)
class WebResult:
    """A page that was found. All of it is anybody's text.

    ``is_known``: it is open, has a bookmark, or was seen before.
    """

    title: str
    url: str
    snippet: str
    is_known: bool = False

    @property
    def kind(self) -> str:
        """What it is."""
        return "page"

    @property
    def source(self) -> str:
        """The host, as it is said: without "www"."""
        return site_name(self.url)

    @property
    def called(self) -> str:
        """The title, on one line and not too long to be said."""
        title = one_line(self.title).strip()
        if len(title) <= _LONGEST_TITLE:
            return title or self.source
        return f"{title[:_LONGEST_TITLE].rsplit(' ', 1)[0]} and so on"

    @property
    def spoken(self) -> str:
        """What is opened: the title and where it is."""
        return f"{self.called}, from {self.source}"


def _as_result(entity: Entity) -> WebResult | None:
    """A page that was named, by a search or of the browser's own."""
    if isinstance(entity, OpenTab):
        return None
    if isinstance(entity, Page):
        return WebResult(entity.title, entity.url, "", is_known=True)
    return entity if isinstance(entity, WebResult) else None


@dataclass(frozen=True, slots=True)
class _Result:
    """One of the pages that were named last: "the second result"."""

    name: str
    nouns: str
    is_open: ClassVar[bool] = False
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "which of the results: 'the second result', or its handle",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002 - always these
        """The words that point; "this page" is the one in front, and none of these."""
        which = "(first|second|third|fourth|fifth|last)"
        return (f"[the] {which} ({self.nouns})", f"that ({self.nouns})", "this (result|hit)")

    def resolve(
        self,
        said: str,  # noqa: ARG002
        context: SlotContext,  # noqa: ARG002
    ) -> Sequence[Candidate[WebResult]]:
        """None: only what was named before can be meant, and ``from_entity`` finds that."""
        return ()

    def from_entity(self, entity: Entity) -> WebResult | None:
        """What "the second one" is, if the conversation spoke of pages."""
        return _as_result(entity)


RESULT = _Result("result", "result|page|hit|bookmark")
HIT = _Result("hit", "one|result|page|hit")
"""Also "the second one", where no other thing can be asked for in these words."""
