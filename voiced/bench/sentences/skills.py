"""Intents read from a YAML file: templates, and for each slot the name of its type. No bodies."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from voiced.plugin import (
    ADDRESS,
    COMING_DATE_SPAN,
    COMING_TIME_SPAN,
    DATE_SPAN,
    DURATION,
    NUMBER,
    ORDINAL,
    TEXT,
    TIME_SPAN,
    Context,
    Effect,
    Intent,
    Reply,
    SlotType,
    choice,
    intent,
    list_of,
    named,
)

__all__ = ["Skills", "skills_from"]

_RULE = re.compile(r"<(\w+)>")
_BUILT_IN: dict[str, SlotType[Any]] = {
    each.name: each
    for each in (
        ADDRESS, COMING_DATE_SPAN, COMING_TIME_SPAN, DATE_SPAN, DURATION, NUMBER, ORDINAL, TEXT,
        TIME_SPAN,
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Skills:
    """Intents that can be matched and not run."""

    intents: tuple[Intent, ...]
    kind: ClassVar[str] = "example"


def skills_from(document: Mapping[str, Any]) -> Skills:
    """The intents of a document with ``intents``, ``lists`` and ``rules``.

    Raises:
        KeyError, ValueError, TypeError: It is not of this form.
        PluginError: A template is wrong.
    """
    types: dict[str, SlotType[Any]] = {**_BUILT_IN, "items": list_of(TEXT)}
    for name, body in document.get("lists", {}).items():
        types[name] = _type(name, body)
    rules = {name: str(body) for name, body in document.get("rules", {}).items()}
    made = tuple(
        _intent(name, body, types, rules) for name, body in document.get("intents", {}).items()
    )
    return Skills(made)


def _type(name: str, body: Mapping[str, Sequence[str]]) -> SlotType[Any]:
    if "choices" in body:
        return choice(name, {word: word for word in body["choices"]})
    things = tuple(body["things"])
    return named(name, lambda _: things)


def _intent(
    name: str,
    body: Mapping[str, Any],
    types: Mapping[str, SlotType[Any]],
    rules: Mapping[str, str],
) -> Intent:
    sentences = [_RULE.sub(lambda found: rules[found[1]], each) for each in body["sentences"]]

    async def never_run(context: Context, **_: Any) -> Reply:  # noqa: ARG001
        raise AssertionError(name)

    parameters = [inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    for slot, kind in body.get("slots", {}).items():
        default = None if kind.endswith("?") else inspect.Parameter.empty
        parameters.append(inspect.Parameter(slot, inspect.Parameter.KEYWORD_ONLY, default=default))
        never_run.__annotations__[slot] = Annotated[Any, types[kind.removesuffix("?")]]
    never_run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    never_run.__annotations__.pop("_", None)
    return intent(name, sentences=sentences, effect=Effect[body.get("effect", "W1")])(never_run)
