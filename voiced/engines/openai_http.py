"""The one HTTP client of the OpenAI-compatible engines: key, retries, errors, nothing told.

The only file that calls httpx. What requests and answers mean belongs to the engines.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, NoReturn, cast
from urllib.parse import urlsplit

import anyio

from voiced.engines.openai_answers import (
    error_code,
    host_of,
    is_local,
    model_names,
    retry_after_s,
    without_secrets,
)
from voiced.engines.openai_faults import FaultTeller, Peer, Refusal
from voiced.errors import ConfigError, EngineError, ReplyError
from voiced.workers import in_worker

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import httpx

    from voiced.config import SecretSource

__all__ = ["Server", "read_secret"]

_SECRET_LIMIT_S = 5.0
_OBEYED_RETRY_AFTER_S = 5.0
_REFUSAL_LIMIT_BYTES = 64 * 1024
_IDLE_LIMIT_S = 60.0
_KEY = re.compile(r"[\x21-\x7e]+")
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_SILENTLY_RETRIED = frozenset({500, 502, 503})


async def read_secret(source: SecretSource, error: type[EngineError] = ReplyError) -> str:
    """The secret that the source names; empty for a source that names nothing.

    Raises:
        EngineError: Of the type ``error``: the variable is not set, the command failed or took
            more than 5 s, or what came cannot be a key. The secret is not in the message.
    """
    if source.env:
        secret, origin = os.environ.get(source.env, ""), f"environment variable {source.env}"
        problem = "" if secret else "is not set"
    elif source.command:
        origin = "the key command"
        secret, problem = await in_worker(_run_secret_command, source.command)
    else:
        return ""
    secret = secret.strip()
    if not problem and not _KEY.fullmatch(secret):
        problem = "gave no key, or one with spaces or letters that no key has"
    if problem:
        raise error(
            f"{origin} {problem}", spoken="I have no key.", mend=f"make {origin} give the key"
        )
    return secret


def _run_secret_command(command: str) -> tuple[str, str]:
    """The first line that the command prints, and what went wrong."""
    try:
        ran = subprocess.run(
            shlex.split(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECRET_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "", f"took more than {_SECRET_LIMIT_S:g} s"
    except (OSError, ValueError) as error:
        return "", f"cannot be run ({type(error).__name__})"
    if ran.returncode:
        return "", f"failed with exit code {ran.returncode}"
    return ran.stdout.decode("utf-8", "replace").partition("\n")[0], ""


class Server:
    """An OpenAI-compatible server behind a base URL.

    Redirects are not followed. Tried once more, silently: a connection that broke before the
    first byte of the answer (servers close idle ones without a word), 500, 502 and 503, and 429
    whose Retry-After is at most 5 s.

    Args:
        peer: What kind of server it is; says which errors are raised.
        url: Base URL, with /v1.
        key: Where its key comes from.
        model: The model asked for, for messages.
    """

    def __init__(self, peer: Peer, url: str, key: SecretSource, model: str = "") -> None:
        self._peer = peer
        self._url = url.rstrip("/")
        self._key = key
        self._secret = ""
        self._client: httpx.AsyncClient | None = None
        self.tell = FaultTeller(peer, without_secrets(url), model)

    async def open(self, connect_timeout_s: float, read_timeout_s: float | None = None) -> None:
        """Read the key and make the client, once. Nothing is sent.

        Args:
            connect_timeout_s: Give up connecting after this.
            read_timeout_s: Longest pause inside an answer; None if the caller sees to it.
        """
        if self._client is not None:
            return
        self._check_url()
        self._secret = await read_secret(self._key, self._peer.error)
        if self._client is None:  # another task may have opened it meanwhile
            self._client = self._new_client(connect_timeout_s, read_timeout_s)

    def _new_client(
        self, connect_timeout_s: float, read_timeout_s: float | None
    ) -> httpx.AsyncClient:
        import httpx

        return httpx.AsyncClient(
            headers={"Authorization": f"Bearer {self._secret}"} if self._secret else {},
            timeout=httpx.Timeout(read_timeout_s, connect=connect_timeout_s),
            limits=httpx.Limits(max_keepalive_connections=1, keepalive_expiry=_IDLE_LIMIT_S),
            trust_env=not is_local(self._url),  # a proxy is never between us and ourselves
        )

    async def aclose(self) -> None:
        """Close all connections; the next ``open`` starts anew."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def send(self, method: str, path: str, **content: Any) -> httpx.Response | Refusal:
        """Ask, and return the answer with its body still to be read, or why there is none.

        Args:
            method: GET or POST.
            path: Under the base URL.
            content: As ``httpx.AsyncClient.build_request`` takes it: json, data, files.

        Raises:
            EngineError: The server could not be reached, or broke off.
        """
        retries = {"broken", "fault", "busy"}
        while True:
            answer = await self._attempt(method, path, content, retries)
            if answer is None:
                continue
            if not isinstance(answer, Refusal):
                return answer
            cause, pause_s = _retry(answer)
            if cause not in retries:
                return answer
            retries.discard(cause)
            await anyio.sleep(pause_s)

    async def _attempt(
        self, method: str, path: str, content: dict[str, Any], retries: set[str]
    ) -> httpx.Response | Refusal | None:
        """One request; None if the connection broke and may be made anew."""
        import httpx

        if self._client is None:
            raise self.tell.error("is not open", spoken="I am not connected.")
        try:
            request = self._client.build_request(method, self._url + path, **content)
            response = await self._client.send(request, stream=True)
            return await self._judge(response)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
            if "broken" not in retries:
                self._raise(error)
            retries.discard("broken")
            return None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self._raise(error)

    async def _judge(self, response: httpx.Response) -> httpx.Response | Refusal:
        is_page = response.headers.get("content-type", "").startswith("text/html")
        if response.is_success and not is_page:
            return response
        try:
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > _REFUSAL_LIMIT_BYTES:
                    break
        finally:
            await response.aclose()
        text = body.decode("utf-8", "replace")
        return Refusal(
            status=response.status_code,
            code=self._redacted(error_code(text)),
            text=text,
            retry_after_s=retry_after_s(response.headers.get("retry-after", "")),
            is_page=is_page,
            redirect=host_of(response.headers.get("location", "")) if response.is_redirect else "",
        )

    async def pieces(self, response: httpx.Response) -> AsyncGenerator[bytes]:
        """The body as it comes. Closing the generator closes the connection if it is not whole.

        Raises:
            EngineError: The connection broke, or nothing came for the read timeout.
        """
        import httpx

        try:
            async with aclosing(cast("AsyncGenerator[bytes]", response.aiter_bytes())) as pieces:
                async for piece in pieces:
                    yield piece
        except httpx.ReadTimeout as error:
            raise self.tell.stalled(error.request.extensions["timeout"]["read"]) from error
        except httpx.HTTPError as error:
            raise self.tell.lost(type(error).__name__) from error
        finally:
            await response.aclose()

    async def whole(self, response: httpx.Response, limit_bytes: int) -> bytes:
        """The whole body.

        Raises:
            EngineError: The connection broke, or the body is longer than the limit.
        """
        body = bytearray()
        async with aclosing(self.pieces(response)) as pieces:
            async for piece in pieces:
                body += piece
                if len(body) > limit_bytes:
                    raise self.tell.malformed(f"the answer is longer than {limit_bytes} bytes")
        return bytes(body)

    async def models(self) -> tuple[str, ...]:
        """The names of the server's models, in its order.

        Raises:
            EngineError: The server could not be asked, or has none.
        """
        answer = await self.send("GET", "/models")
        if isinstance(answer, Refusal):
            raise self.tell.refused(answer)
        body = await self.whole(answer, _REFUSAL_LIMIT_BYTES * 16)
        try:
            names = model_names(body)
        except ValueError as error:
            raise self.tell.malformed("the list of models cannot be read") from error
        if not names:
            raise self.tell.error(
                "has no model", spoken="The server has no model.", mend="load one into the server"
            )
        return names

    def _check_url(self) -> None:
        mend = f"set [{self._peer.section}] url, for instance http://127.0.0.1:8080/v1"
        if not self._url:
            raise ConfigError(
                file="voiced.toml",
                key=f"{self._peer.section}.url",
                reason="is empty, and the openai engine needs it",
                mend=mend,
            )
        parts = urlsplit(self._url)
        is_plain = not (parts.query or parts.fragment or "@" in parts.netloc)
        if parts.scheme not in {"http", "https"} or not parts.hostname or not is_plain:
            raise self.tell.error(
                "is not a plain URL of a server, without password and query",
                spoken=f"The address of {self._peer.noun} is wrong.",
                mend=mend,
            )

    def _raise(self, error: Exception) -> NoReturn:
        import httpx

        match error:
            case httpx.ConnectError() | httpx.InvalidURL() | httpx.UnsupportedProtocol():
                raise self.tell.unreachable(error) from error
            case httpx.ConnectTimeout():
                limits = error.request.extensions["timeout"]
                raise self.tell.too_slow(limits["connect"]) from error
            case httpx.ReadTimeout():
                raise self.tell.too_slow(error.request.extensions["timeout"]["read"]) from error
            case _:
                raise self.tell.malformed(f"no answer ({type(error).__name__})") from error

    def _redacted(self, text: str) -> str:
        return "" if self._secret and self._secret in text else text


def _retry(refusal: Refusal) -> tuple[str, float]:
    """What kind of second try may help, and after how many seconds."""
    if refusal.status in _SILENTLY_RETRIED and not refusal.is_overflow:
        return "fault", 0.1
    pause_s = refusal.retry_after_s
    if refusal.status == 429 and pause_s is not None and pause_s <= _OBEYED_RETRY_AFTER_S:  # noqa: PLR2004
        return "busy", pause_s
    return "", 0.0
