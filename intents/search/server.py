"""One search on a SearXNG server: words in, pages out. What the server says is anybody's text."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from voiced.plugin import IntentFailed
from voiced_intents.browser.addresses import is_web_url

from .results import WebResult
from .settings import Settings

if TYPE_CHECKING:
    import httpx

__all__ = ["search"]

_MOST_BYTES = 4 * 2**20
_MOST_RESULTS = 10
_LONGEST_URL, _LONGEST_TEXT = 2000, 1000
_FORBIDDEN = 403


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore")

    url: str
    title: str = ""
    content: str | None = ""


class _Found(BaseModel):
    model_config = ConfigDict(extra="ignore")

    results: list[_Row]


async def search(query: str, settings: Settings) -> tuple[WebResult, ...]:
    """The pages that the server finds, best first, at most ten, no page twice.

    Raises:
        IntentFailed: The server is off, slow, refuses, or is none.
    """
    import httpx  # noqa: PLC0415 - only a search needs it

    is_ours = _is_local(settings.url)  # a proxy is never between us and ourselves
    try:
        async with (
            httpx.AsyncClient(timeout=settings.timeout_s, trust_env=not is_ours) as client,
            client.stream(
                "POST", f"{settings.url}/search", data={"q": query, "format": "json"}
            ) as response,
        ):
            _check(response)
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > _MOST_BYTES:
                    raise _nonsense(f"more than {_MOST_BYTES} bytes")
    except httpx.TimeoutException as error:
        raise _failed("no answer in time", "My search server took too long.") from error
    except httpx.HTTPError as error:
        raise _failed(
            f"cannot be asked ({type(error).__name__})",
            "I can't reach my search server.",
            "start it, or correct [search] url",
        ) from error
    return _read(bytes(body))


def _check(response: httpx.Response) -> None:
    if response.status_code == _FORBIDDEN:
        raise _failed(
            "answered 403: its formats may lack json",
            "My search server refuses to answer me.",
            "add json to formats in the section search of SearXNG's settings.yml",
        )
    if not response.is_success:
        raise _failed(
            f"answered {response.status_code}",
            "My search server did not take the search.",
            "look at the server's log, and at [search] url",
        )


def _read(body: bytes) -> tuple[WebResult, ...]:
    try:
        rows = _Found.model_validate_json(body).results
    except ValidationError as error:
        raise _nonsense("the answer is not SearXNG's JSON") from error
    found: dict[str, WebResult] = {}
    for row in rows:
        if is_web_url(row.url) and len(row.url) <= _LONGEST_URL:
            text = (row.content or "")[:_LONGEST_TEXT]
            found.setdefault(row.url, WebResult(row.title[:_LONGEST_TEXT], row.url, text))
    return tuple(found.values())[:_MOST_RESULTS]


def _is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _nonsense(what: str) -> IntentFailed:
    return _failed(
        what,
        "My search server answered with something I don't understand.",
        "check that [search] url is a SearXNG server",
    )


def _failed(what: str, spoken: str, mend: str = "") -> IntentFailed:
    return IntentFailed(f"the search server: {what}", spoken=spoken, mend=mend)
