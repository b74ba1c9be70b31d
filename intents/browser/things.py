"""What a reply names and "it" may mean: an open tab, and a page that is none yet. Pure.

Titles and addresses are anybody's text. They are told, and compared with what was said; nothing in
them is ever done.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from voiced.plugin import normalise, number_words, one_line

from .addresses import host_of, site_name
from .wire import Tab

__all__ = ["OpenTab", "Page", "PageKind", "counted", "listed", "title_of"]

_LONGEST = 60
_NAMED = 3
_TAIL = re.compile(r"^(.{3,}) (?:[-\u2013\u2014|\u00b7:]) ([^-\u2013\u2014|\u00b7]{2,40})$")


def title_of(title: str, url: str) -> str:
    """A title as it is said: on one line, not too long, without the name of the site at its end."""
    told = one_line(title).strip()
    host = host_of(url)
    tail = _TAIL.match(told)
    if tail and set(normalise(tail[2])) & set(normalise(host.replace(".", " "))):
        told = tail[1].strip()
    if len(told) > _LONGEST:
        told = f"{told[:_LONGEST].rsplit(' ', 1)[0]} and so on"
    return told or host or "a page without a title"


def _placed(title: str, url: str) -> str:
    told, host = title_of(title, url), site_name(url)
    return f"{told} from {host}" if host and host != told else told


@dataclass(frozen=True, slots=True)
class OpenTab:
    """A tab of one run of a browser; ``words`` were said for it where no browser has joined."""

    tab: Tab
    run: str
    words: str = ""
    kind: str = "tab"

    @property
    def spoken(self) -> str:
        """What it shows, and where that is from."""
        return self.words or _placed(self.tab.title, self.tab.url)

    @property
    def called(self) -> str:
        """What it shows."""
        return title_of(self.tab.title, self.tab.url)

    @property
    def noted(self) -> str:
        """What the journal calls it: nothing of private windows is written down."""
        return "a private tab" if self.tab.is_private else self.called

    @classmethod
    def unseen(cls, words: str) -> OpenTab:
        """What was meant where there are no tabs to choose from."""
        said = " ".join(word for word in normalise(words) if word not in ("a", "my", "the"))
        return cls(Tab(-1, -1, 0, "", "", False, False, False, False, 0), "", said)  # noqa: FBT003


PageKind: TypeAlias = Literal["tab", "bookmark", "visited", "said", "search"]
"""Why an address may be opened: it is open, kept or known already, or the user said it; or it
searches for his words."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that can be opened. ``id`` is that of its bookmark."""

    title: str
    url: str
    source: PageKind
    tab: OpenTab | None = None
    id: str = ""
    kind: str = "page"

    @property
    def spoken(self) -> str:
        """Its title, and where it is from."""
        return self.title if self.source in ("said", "search") else _placed(self.title, self.url)

    @property
    def called(self) -> str:
        """Its title."""
        return title_of(self.title, self.url)


def counted(number: int, what: str) -> str:
    """A number of things: "one tab", "five tabs"."""
    return f"{' '.join(number_words(number))} {what}{'' if number == 1 else 's'}"


def listed(names: Sequence[str]) -> str:
    """Three of the names, then "and five more"."""
    shown = list(names[:_NAMED])
    rest = len(names) - len(shown)
    if rest:
        return f"{', '.join(shown)}, and {' '.join(number_words(rest))} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1]))) if shown else ""
