from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from voiced.bench.sentences.material import CLEAN, OUTSIDE, load_material
from voiced.bench.sentences.mistakes import MISTAKES
from voiced.bench.sentences.report import ONE_ERROR, SentencesReport, run
from voiced.bench.sentences.scale import further_intents
from voiced.errors import ConfigError

SKILLS = """
now: 2026-03-04T12:00:00+01:00
files: {Documents/plan.txt: 1}
lists:
  room: {choices: [kitchen, cellar]}
  friend: {things: [Anna Schmidt, Hannah Weber]}
rules: {the_room: "[the] {room}"}
intents:
  light.on: {slots: {room: room}, sentences: ["light up <the_room>"]}
  friend.greet: {slots: {friend: friend}, sentences: ["greet {friend}"]}
  heat.set: {slots: {room: room, level: "number?"}, sentences: ["heat {room} [to {level}]"]}
"""
TESTS = """
tests:
  - intent: {name: light.on, slots: {room: kitchen}}
    sentences: [light up the kitchen, Light up kitchen!]
    heard: {sound: [light up the kitten], dropped: [up the kitchen]}
  - intent: {name: heat.set, slots: {room: cellar, level: "20"}}
    sentences: [heat cellar to twenty]
"""
OUTSIDE_TEXTS = "talk: [nice weather today, 'greet nobody']\n"


def filled(folder: Path) -> Path:
    (folder / "_skills.yaml").write_text(SKILLS)
    (folder / "_outside.yaml").write_text(OUTSIDE_TEXTS)
    (folder / "home.yaml").write_text(TESTS)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return filled(tmp_path)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> SentencesReport:
    return run(filled(tmp_path_factory.mktemp("sentences")), scales=(250,))


def test_sentences_come_with_what_they_mean(folder: Path) -> None:
    with load_material(folder) as material:
        kinds = [sentence.kind for sentence in material.sentences]
        assert kinds == [CLEAN, CLEAN, "sound", "dropped", CLEAN, OUTSIDE, OUTSIDE]
        names = {intent.name for intent in material.intents}
        assert {"light.on", "heat.set", "files.open", "clock.time"} <= names
        light = next(intent for intent in material.intents if intent.name == "light.on")
        assert light.sentences == ("light up [the] {room}",)
        heat = next(intent for intent in material.intents if intent.name == "heat.set")
        assert [slot.required for slot in heat.slots.values()] == [True, False]


def test_systems_are_compared_and_timed(report: SentencesReport) -> None:
    ours, exact = report.systems
    assert (ours.part(CLEAN).right, exact.part(CLEAN).right) == (3, 3)
    assert ours.part(ONE_ERROR).right >= 1
    assert exact.part(ONE_ERROR).right == 0
    assert ours.part(OUTSIDE).right == 2
    assert report.speeds[0].intents == 250
    assert 0 < report.speeds[0].median_ms <= report.speeds[0].p95_ms
    document = json.loads(json.dumps(report.as_dict()))
    assert document["sentences"] == 7 + 3 * len(MISTAKES)
    assert document["systems"]["hassil exact"]["clean"] == {
        "right": 3,
        "wrong": 0,
        "refused": 0,
        "asked": 0,
        "misasked": 0,
    }


def test_the_tables_show_the_systems(report: SentencesReport) -> None:
    console = Console(width=160, record=True)
    with console.capture() as shown:
        for table in report.tables():
            console.print(table)
    for words in ("hassil exact", "clean (3)", "one error (2)", "outside (2)", "median"):
        assert words in shown.get()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("home.yaml", "tests: [{sentences: [a]}]"),
        ("home.yaml", "tests: [{intent: {name: x}, sentences: [], heard: {typo: [a]}}]"),
        ("home.yaml", "["),
        ("_skills.yaml", "now: 1"),
        ("_skills.yaml", SKILLS.replace("room: room}", "room: cupboard}")),
        ("_outside.yaml", "[1]"),
    ],
)
def test_what_is_not_of_the_form_is_named(folder: Path, name: str, content: str) -> None:
    (folder / name).write_text(content)
    with pytest.raises(ConfigError), load_material(folder):
        pass


def test_a_folder_without_the_fuzzy_matcher_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="fuzzy"):
        run(folder, tmp_path, scales=())


def test_a_slot_that_means_nothing_is_a_mistake_of_the_set(folder: Path) -> None:
    (folder / "home.yaml").write_text(TESTS.replace('level: "20"', "level: banana"))
    with pytest.raises(ValueError, match="heat cellar to twenty"):
        run(folder, scales=())


def test_further_intents_are_all_different() -> None:
    intents = further_intents(500)
    assert len(intents) == len({intent.name for intent in intents}) == 500
    assert len({intent.sentences[0] for intent in intents}) == 500
