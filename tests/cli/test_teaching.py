import json

import pytest

from voiced.config import Config
from voiced.registry import plugin_names

SAID = "the budget belongs with the taxes"
TAUGHT = "{file} belongs with {folder}"


@pytest.fixture(autouse=True)
def few_plugins(home, monkeypatch):
    others = plugin_names(Config().intents) - {"clock", "files"}
    monkeypatch.setenv("VOICED_INTENTS__DISABLED", json.dumps(sorted(others)))


@pytest.fixture
def files(home):
    documents = home / "documents"
    (documents / "taxes").mkdir()
    (documents / "budget.txt").touch()
    return documents


def test_a_miss_becomes_a_template_and_is_none_any_more(voiced, files, home, monkeypatch):
    monkeypatch.setenv("VOICED_JOURNAL__TRANSCRIPTS", "true")
    for _ in range(2):
        assert voiced("ask", SAID).code == 1
    (miss,) = voiced("intents", "misses", "--json").json["misses"]
    assert (miss["text"], miss["count"], miss["intent"]) == (SAID, 2, "")
    assert SAID in voiced("intents", "misses").out
    words = ("file=the budget", "folder=the taxes")
    ended = voiced("intents", "teach", SAID, "files.move", *words, "--json")
    assert ended.code == 0, ended
    assert ended.json["template"] == TAUGHT
    assert ended.json["file"] == str(home / "config" / "voiced" / "intents" / "taught.yaml")
    assert voiced("intents", "misses", "--json").json["misses"] == []
    assert voiced("intents", "show", "files.move", "--json").json["taught"] == [TAUGHT]
    assert f"{TAUGHT}  (taught)" in voiced("intents", "show", "files.move").out
    assert voiced("ask", SAID).code == 0
    assert (files / "taxes" / "budget.txt").exists()
    assert voiced("intents", "unteach", TAUGHT).code == 0
    assert voiced("intents", "show", "files.move", "--json").json["taught"] == []
    assert voiced("match", SAID).code == 1


def test_without_transcripts_misses_are_only_counted(voiced):
    voiced("ask", "zanzibar please")
    ended = voiced("intents", "misses", "--json")
    assert ended.json == {"misses": [], "without_words": 1}
    ended = voiced("intents", "misses")
    assert "1 more were only counted" in ended.err
    assert "zanzibar" not in ended.out + ended.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((SAID, "files.nope"), "there is no intent"),
        ((SAID, "files.move"), "the slot folder is missing"),
        ((SAID, "files.move", "file=the cat"), "not in the sentence"),
        ((SAID, "files.move", "file"), "SLOT=WORDS"),
        (("what time is it", "files.recent"), "it means clock.time already"),
    ],
)
def test_what_cannot_be_taught(voiced, home, arguments, told):
    ended = voiced("intents", "teach", *arguments)
    assert ended.code != 0
    assert told in ended.err
    assert not (home / "config").exists()


def test_what_was_not_taught_cannot_be_forgotten(voiced):
    ended = voiced("intents", "unteach", "nothing here")
    assert ended.code == 1
    assert "not taught" in ended.err
