"""The section [search] of voiced.toml."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

__all__ = ["Settings", "is_web_url"]


def is_web_url(url: str) -> bool:
    """Whether it is a plain http or https URL: a host, nothing invisible, and no password."""
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    is_plain = url.isprintable() and not any(map(str.isspace, url)) and "@" not in parts.netloc
    return has_host and is_plain and parts.scheme in {"http", "https"}


def _server(url: str) -> str:
    if url and (not is_web_url(url) or urlsplit(url).query or urlsplit(url).fragment):
        raise ValueError("must be the plain address of a server, like http://127.0.0.1:8888")
    return url.rstrip("/")


def _page(url: str) -> str:
    if not is_web_url(url.replace("{query}", "x")) or "{query}" not in url:
        raise ValueError("must be an http or https address with {query} in it")
    return url


class Settings(BaseModel):
    """Where searches go. Without a URL, the browser is opened with the search."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, AfterValidator(_server)] = Field(
        "", description="Address of a SearXNG server whose formats include json; empty: none."
    )
    page: Annotated[str, AfterValidator(_page)] = Field(
        "https://duckduckgo.com/?q={query}",
        description="Page that the browser opens where there is no server.",
    )
    browser: tuple[str, ...] = Field(
        ("xdg-open",), min_length=1, description="Command that opens a page; its URL comes last."
    )
    timeout_s: float = Field(8.0, gt=0, le=30, description="Give up a search after this time.")
    answers: bool = Field(
        default=True,
        description="Let the language model answer from the results, where there is one.",
    )
