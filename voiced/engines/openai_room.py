"""How much a language model holds, as its server says: asked once, beside the first request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import anyio

from voiced.engines.openai_faults import Refusal
from voiced.errors import EngineError
from voiced.stages import Room

if TYPE_CHECKING:
    from voiced.config import ResponderSettings
    from voiced.engines.openai_http import Server

__all__ = ["find_room", "letters_per_token", "tokens_told"]

_DEADLINE_S = 2.0
_LIMIT_BYTES = 1 << 20
_LEAST, _MOST = 256, 1 << 24
_NAMES = ("max_model_len", "loaded_context_length", "context_length", "context_window", "n_ctx")
_SAMPLE = (
    '{"type": "function", "function": {"name": "files.rename", "description": "Give a file or a '
    'folder another name.", "parameters": {"type": "object", "properties": {"file": {"type": '
    '"string", "description": "its name"}}, "required": ["file"]}}} Could you please tell me what '
    "the weather will be like tomorrow morning, and then rename the letter from yesterday?"
)
_LETTERS = (1.0, 6.0)
"""No tokenizer has fewer letters in a token of English, or more."""


async def find_room(settings: ResponderSettings, at_v1: Server, root: Server) -> Room | None:
    """How much the model holds; None where nobody says.

    Args:
        settings: What the user says of it counts first.
        at_v1: The server, under its base URL.
        root: The same, without the ``/v1`` at its end.
    """
    with anyio.move_on_after(_DEADLINE_S):
        try:
            return await _asked(settings, at_v1, root)
        except EngineError:
            pass
    return Room(settings.context_tokens) if settings.context_tokens else None


async def _asked(settings: ResponderSettings, at_v1: Server, root: Server) -> Room | None:
    props = await _get(root, "/props")
    tokens = settings.context_tokens
    asked = [(at_v1, "/models"), (root, "/api/v0/models"), (root, "/api/ps")]
    tokens = tokens or tokens_told(props, settings.model)
    while not tokens and asked:
        tokens = tokens_told(await _get(*asked.pop(0)), settings.model)
    if not tokens:
        return None
    per_token = letters_per_token(await _post_sample(root)) if props is not None else None
    return Room(tokens, per_token) if per_token else Room(tokens)


async def _get(server: Server, path: str) -> object:
    return await _json(server, "GET", path)


async def _post_sample(server: Server) -> object:
    return await _json(server, "POST", "/tokenize", json={"content": _SAMPLE})


async def _json(server: Server, method: str, path: str, **content: Any) -> object:
    """The answer; None where that path is not served, or what came is no JSON."""
    answer = await server.send(method, path, **content)
    if isinstance(answer, Refusal):
        return None
    try:
        return cast("object", json.loads(await server.whole(answer, _LIMIT_BYTES)))
    except ValueError:
        return None


def tokens_told(body: object, model: str = "") -> int:
    """The length of the context in what a server says of itself or of its models; 0 for none.

    Args:
        body: ``/props`` of llama.cpp, or a list of models; of several, the one named counts.
        model: The model asked for; empty: the first.
    """
    if not isinstance(body, Mapping):
        return 0
    fields = cast("Mapping[str, object]", body)
    listed = fields.get("data", fields.get("models"))
    if isinstance(listed, list):
        known = [_fields(each) for each in cast("list[object]", listed)]
        named = [each for each in known if model in (each.get("id"), each.get("name"))]
        return next(filter(None, map(_told, named if model else known[:1])), 0)
    return _told(_fields(fields.get("default_generation_settings")))


def _told(fields: Mapping[str, object]) -> int:
    for name in _NAMES:
        value = fields.get(name, _fields(fields.get("meta")).get(name))
        if isinstance(value, int) and _LEAST <= value <= _MOST:
            return value
    return 0


def _fields(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def letters_per_token(body: object) -> float | None:
    """How long a token is in an answer of ``/tokenize``; None where that makes no sense."""
    tokens = _fields(body).get("tokens")
    if not isinstance(tokens, list) or not tokens:
        return None
    least, most = _LETTERS
    return min(most, max(least, len(_SAMPLE) / len(cast("list[object]", tokens))))
