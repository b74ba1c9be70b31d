"""What URLs, headers and error bodies of an OpenAI-compatible server say. Pure; no requests."""

from __future__ import annotations

import ipaddress
import re
from email.utils import parsedate_to_datetime
from time import time
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

__all__ = ["error_code", "host_of", "is_local", "model_names", "retry_after_s", "without_secrets"]

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Model(_Lenient):
    id: str


class _Models(_Lenient):
    data: list[_Model]


class _ErrorFields(_Lenient):
    code: str | int | None = None
    type: str | None = None


class _ErrorBody(_Lenient):
    error: _ErrorFields


def model_names(body: bytes) -> tuple[str, ...]:
    """The names in an answer to ``GET /models``.

    Raises:
        ValueError: It is no list of models.
    """
    return tuple(model.id for model in _Models.model_validate_json(body).data)


def error_code(text: str) -> str:
    """The error code or type in the body, if it looks like one and not like a sentence."""
    try:
        fields = _ErrorBody.model_validate_json(text).error
    except ValidationError:
        return ""
    for value in (fields.code, fields.type):
        if isinstance(value, str) and _CODE.fullmatch(value):
            return value
    return ""


def retry_after_s(header: str) -> float | None:
    """Seconds of a Retry-After header, which holds seconds or a date; None if it holds neither."""
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(header).timestamp() - time()
        except ValueError:
            return None
    return max(0.0, seconds) if seconds < float("inf") else None


def host_of(url: str) -> str:
    """The host of a URL, or words for a URL without one."""
    return urlsplit(url).hostname or "another path"


def without_secrets(url: str) -> str:
    """Scheme, host, port and path of the URL; no user, password, query or fragment."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" if url else "no url"


def is_local(url: str) -> bool:
    """Whether the URL's host is this machine, by name or address."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
