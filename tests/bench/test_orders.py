from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from voiced.bench.orders import load_grammar, load_orders, noise, pieces, read_sound, spoken_orders
from voiced.errors import AudioFormatError, ConfigError, PluginError
from voiced.grammar import Grammar

TEMPLATES = """
language: en
intents:
  light:
    data:
      - sentences: ["turn on <the_room> [please]"]
lists:
  room: {values: [kitchen, {in: "(bed|sleeping) room", out: bedroom}]}
  text: {wildcard: true}
expansion_rules:
  the_room: "[the] {room} light"
"""


def test_grammars_come_from_hassil_files(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(TEMPLATES)
    grammar = load_grammar(tmp_path / "t.yaml")
    match = grammar.match([("turn on the sleeping room light", 1.0)])[0]
    assert (match.intent, dict(match.slots)) == ("light", {"room": "sleeping room"})


@pytest.mark.parametrize("content", ["", "[1, 2]", "intents: {a: 1}", "a: [", "intents: {a: {}}"])
def test_a_file_that_holds_no_templates_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "t.yaml").write_text(content)
    with pytest.raises(ConfigError, match=r"t\.yaml"):
        load_grammar(tmp_path / "t.yaml")


def test_a_template_with_a_mistake_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(TEMPLATES.replace("{room} light", "{rum} light"))
    with pytest.raises(PluginError, match="rum"):
        load_grammar(tmp_path / "t.yaml")


def test_orders_come_with_their_labels(tmp_path: Path) -> None:
    tone = (np.sin(np.arange(8000) / 5) * 8000).astype(np.int16)
    soundfile.write(tmp_path / "a.wav", tone, 8000)
    label = {"a.wav": {"intent": "light", "slots": {"room": " kitchen"}}}
    (tmp_path / "labels.json").write_text(json.dumps(label))
    (order,) = load_orders(tmp_path, tmp_path / "labels.json")
    assert (order.name, order.intent, order.slots) == ("a.wav", "light", {"room": "kitchen"})
    assert abs(len(order.samples) - 16_000) < 50


@pytest.mark.parametrize("content", ["", "[]", '{"a.wav": 1}', '{"a.wav": {"intent": "x"}}'])
def test_labels_of_another_form_are_named(tmp_path: Path, content: str) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(100, np.int16), 16_000)
    (tmp_path / "labels.json").write_text(content)
    with pytest.raises(ConfigError, match=r"labels\.json"):
        load_orders(tmp_path, tmp_path / "labels.json")


def test_a_sound_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("no sound")
    for name in ("a.wav", "missing.wav"):
        with pytest.raises(AudioFormatError, match=name):
            read_sound(tmp_path / name)


def test_sentences_mean_what_they_mean_when_typed() -> None:
    grammar = Grammar.from_templates({"stop": ["stop [it]"]}, {})
    (order,) = spoken_orders([("stop it", np.zeros(5, np.int16))], grammar)
    assert (order.intent, order.slots) == ("stop", {})
    with pytest.raises(ConfigError, match="sing a song"):
        spoken_orders([("sing a song", np.zeros(5, np.int16))], grammar)


def test_sound_without_orders() -> None:
    assert [len(piece) for piece in pieces(np.zeros(100_000, np.int16), 2.0)] == [32_000] * 3
    first, second = noise(2, 1.0)
    assert len(first) == 16_000
    assert np.abs(first).max() > 1000
    assert not np.array_equal(first, second)
