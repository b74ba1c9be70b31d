"""Which tools of a server may be used, under what name, with which effect. Pure.

The effect comes from the user's configuration alone. What a server writes about a tool decides
nothing and is shown to no model: a sentence made of its name stands for it, or the user's own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from voiced.config import McpServerSettings
from voiced.errors import PluginError
from voiced.mcp.schema import Parameter, UnfitSchema, parameters
from voiced.mcp.wire import ListedTool
from voiced.plugin import Effect, one_line
from voiced.sentence_rules import check_sentences

__all__ = ["Refusal", "UsableTool", "examine", "shown_name"]

_MOST_NAME = 48
_MOST_DESCRIPTION = 300
_NOT_IN_NAME = re.compile(r"[^a-z0-9]+")
_SLOT = re.compile(r"\{(?:[^{}:]*:)?([^{}:]+)\}")


@dataclass(frozen=True, slots=True)
class UsableTool:
    """A tool as an intent: ``name`` is the server's, ``intent`` ours."""

    name: str
    intent: str
    description: str
    parameters: tuple[Parameter, ...]
    effect: Effect
    critical: tuple[str, ...]
    sentences: tuple[str, ...]
    undo: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A tool that cannot be used, and why. ``is_fault``: the user should hear of it."""

    tool: str
    why: str
    is_fault: bool = True


class _Unusable(Exception):
    """Why a tool cannot be used."""


def shown_name(name: str) -> str:
    """A tool's name as it may be shown: printable, on one line, short."""
    return one_line(name)[:_MOST_NAME] or "(no name)"


def examine(
    server: str, settings: McpServerSettings, tools: Sequence[ListedTool]
) -> tuple[tuple[UsableTool, ...], tuple[Refusal, ...]]:
    """The tools of a server that may be used, and those that may not.

    Args:
        server: Its name in the configuration.
        settings: What the user said of it.
        tools: What it says itself.
    """
    counted = Counter(tool.name for tool in tools)
    names = Counter(_ours(name) for name in counted)
    usable: list[UsableTool] = []
    refused: list[Refusal] = []
    for tool in {tool.name: tool for tool in tools}.values():
        effect = Effect(settings.effects.get(tool.name, settings.default_effect))
        try:
            if counted[tool.name] > 1:
                raise _Unusable("the server has several of that name")
            if names[_ours(tool.name)] > 1:
                raise _Unusable("another tool has the same name for us")
            usable.append(_usable(server, settings, tool, effect))
        except _Unusable as error:
            is_fault = effect is not Effect.X or counted[tool.name] > 1
            refused.append(Refusal(tool.name, str(error), is_fault))
    refused += [Refusal(name, "the server has no such tool") for name in _gone(settings, counted)]
    return tuple(usable), tuple(refused)


def _gone(settings: McpServerSettings, known: Iterable[str]) -> Iterator[str]:
    named = (*settings.effects, *settings.undo.values(), *settings.sentences, *settings.describe)
    yield from (name for name in dict.fromkeys(named) if name not in known)


def _ours(name: str) -> str:
    return _NOT_IN_NAME.sub("_", name.lower()).strip("_")[:_MOST_NAME]


def _usable(
    server: str, settings: McpServerSettings, tool: ListedTool, effect: Effect
) -> UsableTool:
    ours = _ours(tool.name)
    if not ours:
        raise _Unusable("its name has no letters")
    if effect is Effect.X:
        raise _Unusable("no effect is set for it")
    pinned = settings.pinned.get(tool.name)
    if pinned is not None and pinned != tool.fingerprint:
        raise _Unusable("it is not the one that is pinned in the configuration")
    try:
        found = parameters(tool.schema)
    except UnfitSchema as error:
        raise _Unusable(str(error)) from error
    intent = f"mcp.{server}.{ours}"
    slots = {each.name: each.slot.name for each in found}
    return UsableTool(
        tool.name,
        intent,
        _description(server, ours, settings.describe.get(tool.name, ""), slots.values()),
        found,
        effect,
        _critical(settings.critical.get(tool.name, ()), slots),
        _sentences(intent, settings.sentences.get(tool.name, ()), slots.values()),
        settings.undo.get(tool.name, "") if effect is Effect.W1 else "",
        tool.fingerprint,
    )


def _critical(named: Sequence[str], slots: Mapping[str, str]) -> tuple[str, ...]:
    unknown = [name for name in named if name not in slots]
    if unknown:
        raise _Unusable("critical names a parameter that it does not have")
    return tuple(slots[name] for name in named)


def _sentences(intent: str, templates: Sequence[str], slots: Iterable[str]) -> tuple[str, ...]:
    known = frozenset(slots)
    try:
        check_sentences(intent, templates, known)
    except PluginError as error:
        raise _Unusable(f"a sentence for it cannot be read: {error.message}") from error
    if any(name not in known for text in templates for name in _SLOT.findall(text)):
        raise _Unusable("a sentence for it names a parameter that it does not have")
    return tuple(templates)


def _description(server: str, ours: str, own_words: str, slots: Iterable[str]) -> str:
    if own_words.strip():
        return one_line(own_words)[:_MOST_DESCRIPTION]
    names = [name.replace("_", " ") for name in slots]
    given = f" with {', '.join(names)}" if names else ""
    return f"Use {ours.replace('_', ' ')} of {server.replace('_', ' ')}{given}"
