"""From a template and values to a page. Whatever comes from outside is text in it: autoescape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from voiced import __version__

__all__ = ["NAVIGATION", "STATIC", "Entry", "page", "render", "stranger"]

_HERE = Path(__file__).parent

STATIC = _HERE / "static"
"""Style and scripts; ours, served from here."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in the navigation."""

    path: str
    title: str


NAVIGATION = (
    Entry("/", "Now"),
    Entry("/turns", "Turns"),
    Entry("/figures", "Figures"),
    Entry("/journal", "Journal"),
    Entry("/intents", "Intents"),
    Entry("/setup", "Set-up"),
)

_environment = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_everywhere: dict[str, Any] = {"navigation": NAVIGATION, "version": __version__}

_NEW_LINK = "In a terminal, run voiced web: it opens this page with a new link."
_STRANGERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "missing": ("This page is closed", "It opens with a link that voiced web prints."),
        "unknown": ("This link is not valid", "Perhaps a part of it is missing."),
        "used": ("This link was used already", "Each link opens the page once."),
        "old": ("This link is too old", "Each link is valid for ten minutes."),
        "host": ("This is not the address of the page", "Open it by the address that is printed."),
        "origin": ("Refused", "The request came from a page of another origin."),
        "site": ("Refused", "The request came from another site."),
        "user": ("Refused", "The request came from another user of this machine."),
        "unproven": ("Refused", "Nothing showed that the request came from this page."),
        "length": ("Refused", "What was sent is too long, or does not say how long it is."),
    }
)


def render(template: str, **values: Any) -> str:
    """A template with its values."""
    return _environment.get_template(template).render({**_everywhere, **values})


def page(request: Request, template: str, status_code: int = 200, **values: Any) -> HTMLResponse:
    """A page as the answer to a request; ``title`` names it.

    The navigation shows where its path belongs.
    """
    path = request.url.path
    here = f"/{path.split('/')[1]}"
    return HTMLResponse(render(template, here=here, **values), status_code)


def stranger(why: str, status_code: int) -> HTMLResponse:
    """What who is not let in sees: why, and what to do. Nothing of the user is in it."""
    title, reason = _STRANGERS[why]
    text = render("stranger.html", title=title, reason=reason, mend=_NEW_LINK)
    return HTMLResponse(text, status_code)
