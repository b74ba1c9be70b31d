"""Spoken orders with what they mean, and grammars, read from files. No engines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from voiced.audio import RATE_HZ, Resampler, Samples, to_int16
from voiced.errors import AudioFormatError, ConfigError
from voiced.grammar import Grammar, ListPhrases

__all__ = ["Order", "load_grammar", "load_orders", "noise", "pieces", "read_sound", "spoken_orders"]


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """Sound of one order, int16 of shape (n,) at 16 kHz, and the intent and slots it means."""

    name: str
    samples: Samples
    intent: str
    slots: Mapping[str, str]


def load_orders(folder: Path, labels: Path) -> list[Order]:
    """Orders from sound files and a JSON file ``{file: {"intent": …, "slots": {…}}}``.

    Raises:
        ConfigError: The labels cannot be read, or are not of this form.
        AudioFormatError: A sound file is missing or cannot be read.
    """
    try:
        entries = json.loads(labels.read_text(encoding="utf-8"))
        return [
            Order(
                name,
                read_sound(folder / name),
                str(entry["intent"]),
                {slot: str(words).strip() for slot, words in entry["slots"].items()},
            )
            for name, entry in sorted(entries.items())
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"no labels of the form {{file: {{intent, slots}}}}: {error!r}"
        raise ConfigError(file=str(labels), key="labels", reason=reason) from error


def spoken_orders(spoken: Iterable[tuple[str, Samples]], grammar: Grammar) -> list[Order]:
    """Orders from sentences and their sound at 16 kHz; they mean what they mean when typed.

    Raises:
        ConfigError: A sentence means nothing in this grammar.
    """
    orders: list[Order] = []
    for sentence, samples in spoken:
        matches = grammar.match([(sentence, 1.0)], limit=1)
        if not matches:
            raise ConfigError(file="sentences", key=sentence, reason="the grammar does not have it")
        orders.append(Order(sentence, samples, matches[0].intent, matches[0].slots))
    return orders


def load_grammar(path: Path) -> Grammar:
    """The grammar of a hassil YAML file: ``intents``, ``lists`` and ``expansion_rules``.

    Raises:
        ConfigError: The file cannot be read, or is not of this form.
        PluginError: A template is wrong.
    """
    import yaml  # type: ignore[import-untyped]  # noqa: PLC0415 - only the benchmark reads YAML

    try:
        content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        templates = {
            intent: [sentence for block in body["data"] for sentence in block["sentences"]]
            for intent, body in content["intents"].items()
        }
        lists = {
            name: ListPhrases(_values(body), is_open=bool(body.get("wildcard")))
            for name, body in content.get("lists", {}).items()
        }
        rules = dict(content.get("expansion_rules", {}))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
        reason = f"no hassil templates: {error!r}"
        raise ConfigError(file=str(path), key="templates", reason=reason) from error
    return Grammar.from_templates(templates, lists, rules)


def _values(body: Mapping[str, Any]) -> Sequence[str]:
    values: list[Any] = body.get("values", [])
    return [value if isinstance(value, str) else str(value["in"]) for value in values]


def read_sound(path: Path) -> Samples:
    """A sound file of any rate, its first channel, as int16 of shape (n,) at 16 kHz.

    Raises:
        AudioFormatError: It is missing or cannot be read.
    """
    import soundfile  # noqa: PLC0415 - only the benchmark reads whole files

    try:
        samples, rate_hz = soundfile.read(str(path), dtype="float32", always_2d=True)
    except (OSError, RuntimeError) as error:
        raise AudioFormatError(file=str(path), reason=str(error)) from error
    resampler = Resampler(int(rate_hz), RATE_HZ)
    mono = to_int16(np.asarray(samples[:, 0], dtype=np.float32))
    return np.concatenate([resampler.feed(mono), resampler.flush()])


def pieces(samples: Samples, length_s: float = 3.0) -> list[Samples]:
    """The sound in pieces of equal length; the rest is left out."""
    size = int(length_s * RATE_HZ)
    return [samples[at : at + size] for at in range(0, len(samples) - size + 1, size)]


def noise(count: int, length_s: float = 3.0, seed: int = 1) -> list[Samples]:
    """Bursts of noise that come and go like speech, each different."""
    chance = np.random.default_rng(seed)
    made: list[Samples] = []
    for _ in range(count):
        steps = chance.uniform(0, 1, int(length_s * 20)) ** 3
        envelope = np.repeat(steps, RATE_HZ // 20)
        made.append(to_int16(chance.normal(0, 0.1, len(envelope)) * envelope))
    return made
