"""Sentence tests in YAML: what is said, and the intent with its slots that must be understood.

The files look like those of Home Assistant's intents repository::

    language: en
    tests:
      - sentences: ["add milk to my pantry", "put milk in the pantry"]
        intent:
          name: pantry.add
          slots: {thing: milk}
      - sentences: ["add salt to the soup"]
        intent: null          # must not be understood

``now`` (a date and time) says when it is; ``settings`` is the plugin's section. A slot is given as
its words, or as its value: a number, the word of a choice, seconds, an ISO date. Plugin authors
run them with pytest::

    @pytest.mark.parametrize("test", read_sentences(Path(__file__).with_name("sentences.yaml")))
    def test_sentence(test):
        check_sentence(test, plugin)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from voiced.errors import PluginError
from voiced.grammar import Grammar
from voiced.plugin import DateSpan, FileEntity, Intent, SlotContext, normalise
from voiced.registry import Plugin
from voiced.testing.context import FakeContext

__all__ = ["SentenceTest", "check_sentence", "mistake_of", "read_sentences"]

_NOW = datetime(2026, 3, 3, 19, 30, tzinfo=UTC)
_LARGEST_FILE_BYTES = 4 << 20


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Expected(_Data):
    name: str
    slots: dict[str, Any] = Field(default_factory=dict)


class _Case(_Data):
    sentences: list[str] = Field(min_length=1)
    intent: _Expected | None


class _File(_Data):
    language: str = "en"
    now: datetime = _NOW
    settings: dict[str, Any] = Field(default_factory=dict)
    tests: list[_Case] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class SentenceTest:
    """One sentence. ``intent`` is None where nothing may be understood."""

    text: str
    intent: str | None
    slots: Mapping[str, Any] = field(default_factory=dict[str, Any])
    now: datetime = _NOW
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __str__(self) -> str:
        """The sentence: what pytest shows."""
        return self.text


def read_sentences(path: Path) -> tuple[SentenceTest, ...]:
    """The sentence tests of a YAML file.

    Raises:
        PluginError: It cannot be read, or is no file of sentence tests; the message says where.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST_FILE_BYTES)
        found = _File.model_validate(yaml.safe_load(data))
    except OSError as error:
        raise PluginError(f"{path}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise PluginError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PluginError(f"{path}: {where}: {first['msg']}") from error
    now = found.now if found.now.tzinfo else found.now.replace(tzinfo=UTC)
    return tuple(
        SentenceTest(
            text,
            case.intent.name if case.intent else None,
            case.intent.slots if case.intent else {},
            now,
            found.settings,
        )
        for case in found.tests
        for text in case.sentences
    )


def check_sentence(test: SentenceTest, *plugins: Plugin) -> None:
    """Match one sentence against the intents of plugins in this process.

    Raises:
        AssertionError: Something else is understood; the message says what.
    """
    models = [plugin.settings_model for plugin in plugins if plugin.settings_model is not None]
    settings = models[0].model_validate(dict(test.settings)) if models else None
    context = FakeContext(now=test.now, settings=settings)
    intents = [intent for plugin in plugins for intent in plugin.intents]
    found = mistake_of(test, Grammar.compile(intents, context), intents, context)
    if found:
        raise AssertionError(found)


def mistake_of(
    test: SentenceTest, grammar: Grammar, intents: Iterable[Intent], context: SlotContext
) -> str:
    """What is understood wrongly, in one line; empty where all is right."""
    matches = grammar.match([(test.text, 1.0)])
    name = matches[0].intent if matches else None
    if name != test.intent:
        return f"{test.text!r} is understood as {name or 'nothing'}, not as {test.intent}"
    if not matches:
        return ""
    said = matches[0].slots
    intent = next(each for each in intents if each.name == name)
    for slot in sorted({*said, *test.slots}):
        if slot not in test.slots:
            return f"{test.text!r}: the slot {slot} is {said[slot]!r}, not empty"
        if slot not in said:
            return f"{test.text!r}: the slot {slot} is empty, not {test.slots[slot]!r}"
        readings = _readings(said[slot], intent, slot, context)
        if not any(_is_same(test.slots[slot], reading) for reading in readings):
            shown = " or ".join(repr(reading) for reading in dict.fromkeys(readings))
            return f"{test.text!r}: the slot {slot} is {shown}, not {test.slots[slot]!r}"
    return ""


def _readings(said: str, intent: Intent, slot: str, context: SlotContext) -> Sequence[object]:
    """The words of a slot, and what they mean in the forms in which a test may name it."""
    found = intent.slots[slot].type.resolve(said, context)
    if not found:
        return (said,)
    return (said, *_forms(found[0].value), found[0].spoken)


def _forms(value: object) -> Sequence[object]:
    match value:
        case timedelta():
            return (value.total_seconds(),)
        case DateSpan():
            last = value.end - timedelta(microseconds=1)
            days = f"{value.start.date().isoformat()}/{last.date().isoformat()}"
            day = (value.start.date().isoformat(),) if value.is_day else ()
            return (f"{value.start.isoformat()}/{value.end.isoformat()}", days, *day)
        case FileEntity():
            return (value.path.name,)
        case date():
            return (value.isoformat(),)
        case str() | int() | float():
            return (value,)
        case _:
            return ()


def _is_same(expected: object, reading: object) -> bool:
    if isinstance(expected, date):
        expected = expected.isoformat()
    if isinstance(expected, str) and isinstance(reading, str):
        return expected == reading or normalise(expected) == normalise(reading)
    return type(expected) is not bool and expected == reading
