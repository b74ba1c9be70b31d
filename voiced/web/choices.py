"""The settings that a turn can be run again with: what they are, and what each may be. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from annotated_types import Ge, Le

from voiced.config import Config, Section

__all__ = ["Choice", "changed", "choices"]

_KEYS = (
    "turns.end_silence_ms",
    "turns.complete_end_ms",
    "turns.early_end_ms",
    "turns.patient_end_ms",
    "turns.end_detector",
    "audio.detector",
    "transcriber.engine",
    "transcriber.model",
    "transcriber.pad_s",
)
_AWAY = frozenset({"openai", "wyoming"})
"""Engines that send the sound to another program; offered only where they are in use."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A setting: its key, what it means, its value now, and what it may be.

    ``options`` are all values where there are only these; else it is a text or a number.
    """

    key: str
    meaning: str
    now: str
    options: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    is_number: bool = False

    @property
    def name(self) -> str:
        """The key as a name of a field."""
        return self.key.replace(".", "-")


def choices(config: Config) -> tuple[Choice, ...]:
    """The settings that matter for how a turn went."""
    return tuple(_choice(config, key) for key in _KEYS)


def changed(config: Config, form: Mapping[str, str]) -> dict[str, str]:
    """What of a form differs from the configuration; the rest of it is passed over."""
    found = ((choice, form.get(choice.name, choice.now).strip()) for choice in choices(config))
    return {choice.key: value for choice, value in found if value != choice.now}


def _choice(config: Config, key: str) -> Choice:
    section, name = key.split(".")
    settings: Section = getattr(config, section)
    field = type(settings).model_fields[name]
    now = str(getattr(settings, name))
    options = tuple(map(str, get_args(field.annotation)))
    bounds: dict[str, Any] = {}
    for each in field.metadata:
        if isinstance(each, Ge):
            bounds["least"] = each.ge
        elif isinstance(each, Le):
            bounds["most"] = each.le
    return Choice(
        key,
        field.description or "",
        now,
        tuple(each for each in options if each not in _AWAY or each == now),
        is_number=any(field.annotation is kind for kind in (int, float)),
        **bounds,
    )
