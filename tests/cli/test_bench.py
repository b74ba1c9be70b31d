"""The verb bench. What is measured is the business of tests/bench."""

from __future__ import annotations

import json

import pytest

from voiced.testing import signals


def test_bench_names_its_measurements(voiced):
    ended = voiced("bench", "--help")
    assert ended.code == 0
    for name in ("overhead", "idle", "barge-in", "room", "intents"):
        assert f"  {name} " in ended.out


def test_bench_intents_wants_all_three(voiced, home):
    ended = voiced("bench", "intents", "--folder", str(home))
    assert ended.code == 2
    assert "--labels" in ended.err


def test_bench_intents_names_a_folder_without_sentences(voiced, home):
    ended = voiced("bench", "intents", "--sentences", str(home))
    assert ended.code == 78
    assert "_skills.yaml" in ended.err


def test_bench_wants_sound(voiced):
    assert voiced("bench", "overhead", "--seconds", "0").code == 2
    assert voiced("bench", "barge-in", "--times", "0").code == 2


@pytest.mark.engine
def test_overhead_as_a_table(voiced):
    table = voiced("bench", "overhead", "--seconds", "5", "--times", "1", "--clock", "virtual")
    assert table.code == 0
    for part in ("loop, silence", "webrtc voice detector", "espeak", "resampler", "pocketsphinx"):
        assert part in table.out


@pytest.mark.engine
def test_idle_as_a_document(voiced):
    document = voiced("bench", "idle", "--seconds", "1", "--json").json
    assert set(document) == {
        *("seconds", "cpu_percent", "memory_mb", "threads", "open_files"),
        *("started_s", "false_starts", "sound", "cpu_s_an_hour", "feed_cpu_s_an_hour"),
    }


@pytest.mark.engine
def test_barge_in_as_a_table_and_as_a_document(voiced):
    table = voiced("bench", "barge-in", "--times", "2")
    assert table.code == 0
    assert "sound down by 20 dB" in table.out
    document = voiced("bench", "barge-in", "--times", "2", "--json").json
    assert document["clock"] == "virtual"
    assert {"name", "value", "unit", "goal", "is_met"} <= set(document["barge_in"][0])


@pytest.mark.engine
@pytest.mark.slow
def test_room_as_a_document(voiced):
    arguments = ["--utterances", "1", "--times", "1", "--pauses", "3", "--json"]
    document = voiced("bench", "room", *arguments).json
    assert document["room"][0]["value"] == 0
    assert len(document["pauses"]) == 4


@pytest.mark.engine
def test_intents_of_a_folder(voiced, home):
    import soundfile

    folder = home / "orders"
    folder.mkdir()
    assert voiced("say", "make the coffee", "--out", str(folder / "one.wav")).code == 0
    labels = {"one.wav": {"intent": "coffee", "slots": {}}}
    (home / "labels.json").write_text(json.dumps(labels))
    (home / "templates.yaml").write_text(
        "language: en\n"
        "intents:\n"
        "  coffee: {data: [{sentences: ['make [the] coffee']}]}\n"
        "  light: {data: [{sentences: ['turn on the light']}]}\n"
    )
    (home / "other").mkdir()
    soundfile.write(home / "other" / "noise.wav", signals.noise(6.5), 16_000)
    arguments = [
        *("--folder", str(folder), "--labels", str(home / "labels.json")),
        *("--templates", str(home / "templates.yaml"), "--negatives", str(home / "other")),
    ]
    document = voiced("bench", "intents", *arguments, "--json").json
    assert document["orders"] == 1
    assert document["accepted_right"] == 1
    assert document["outside"] == 2
    assert document["falsely_accepted"] == 0
    assert "accepted, right" in voiced("bench", "intents", *arguments).out


@pytest.mark.engine
def test_intents_with_labels_that_are_not_there(voiced, home):
    ended = voiced(
        *("bench", "intents", "--folder", str(home), "--labels", str(home / "none.json")),
        *("--templates", str(home / "none.yaml"), "--json"),
    )
    assert ended.code == 1
    assert "none.yaml" in ended.json["error"]["message"]
