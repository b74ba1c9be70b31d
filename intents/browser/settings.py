"""The section [browser] of voiced.toml."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from .addresses import is_web_url

__all__ = ["Settings"]


def _page(url: str) -> str:
    if not is_web_url(url.replace("{query}", "x")) or "{query}" not in url:
        raise ValueError("must be an http or https address with {query} in it")
    return url


class Settings(BaseModel):
    """The user's own browser."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    use_joined: bool = Field(
        default=True, description="Use the browsers that `voiced browser install` joined to voiced."
    )
    opener: tuple[str, ...] = Field(
        ("xdg-open",),
        min_length=1,
        description="Command that opens a page where no browser has joined; its URL comes last.",
    )
    search_page: Annotated[str, AfterValidator(_page)] = Field(
        "https://duckduckgo.com/?q={query}",
        description="Page that the browser opens to search for something.",
    )
