"""The section [search] of voiced.toml."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from voiced_intents.browser.addresses import is_web_url

__all__ = ["Settings"]


def _server(url: str) -> str:
    if url and (not is_web_url(url) or urlsplit(url).query or urlsplit(url).fragment):
        raise ValueError("must be the plain address of a server, like http://127.0.0.1:8888")
    return url.rstrip("/")


class Settings(BaseModel):
    """Where searches go. Without a URL, the browser searches: see [browser]."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, AfterValidator(_server)] = Field(
        "", description="Address of a SearXNG server whose formats include json; empty: none."
    )
    timeout_s: float = Field(8.0, gt=0, le=30, description="Give up a search after this time.")
    answers: bool = Field(
        default=True,
        description="Let the language model answer from the results, where there is one.",
    )
