"""Language models that run on this machine already, at the ports that they usually have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from voiced.setting_up.outside import LocalServer
from voiced.spoken import one_line

__all__ = ["KNOWN", "local_servers"]

KNOWN = (
    ("Ollama", "http://127.0.0.1:11434/v1"),
    ("llama.cpp", "http://127.0.0.1:8080/v1"),
    ("LM Studio", "http://127.0.0.1:1234/v1"),
)

_ANSWER_S = 1.0
_OK = 200
_MOST_BYTES = 1 << 20
_MOST_NAME = 60


def local_servers(known: Sequence[tuple[str, str]] = KNOWN) -> tuple[LocalServer, ...]:
    """Ask each port for its models; those that answer as a model's server does."""
    import httpx  # noqa: PLC0415 - takes long, and only this step needs it

    found: list[LocalServer] = []
    with httpx.Client(trust_env=False, timeout=_ANSWER_S) as client:
        for name, url in known:
            try:
                answer = client.get(f"{url}/models")
                if answer.status_code != _OK or len(answer.content) > _MOST_BYTES:
                    continue
                models = _models(answer.json())
            except (httpx.HTTPError, ValueError):
                continue
            if models is not None:
                found.append(LocalServer(name, url, models))
    return tuple(found)


def _models(document: Any) -> tuple[str, ...] | None:
    """The names in an answer; None: it is another kind of program."""
    if not isinstance(document, dict):
        return None
    data: object = cast("dict[str, object]", document).get("data")
    if not isinstance(data, list):
        return None
    names = [_name(each) for each in cast("list[object]", data)]
    return tuple(one_line(str(name))[:_MOST_NAME] for name in names if name)


def _name(entry: object) -> Any:
    return cast("dict[str, Any]", entry).get("id") if isinstance(entry, dict) else None
