import hashlib

from voiced.models.catalogue import FileRecord, InstalledModel


def put(home, name="tiny.en"):
    place = home / "data" / "voiced" / "models" / name
    place.mkdir(parents=True)
    (place / "model.bin").write_bytes(b"weights")
    record = FileRecord(7, hashlib.sha256(b"weights").hexdigest())
    InstalledModel(name, place, {"model.bin": record}, "MIT").write()
    return place


def test_list(voiced, home):
    put(home)
    rows = {row["name"]: row for row in voiced("models", "list", "--json").json["models"]}
    assert rows["tiny.en"]["installed"] is True
    assert rows["base.en"]["installed"] is False
    assert {row["kind"] for row in rows.values()} == {"transcriber", "turn-end", "voice"}
    assert "tiny.en" in voiced("models", "list").out


def test_verify_and_remove(voiced, home):
    place = put(home)
    assert voiced("models", "verify", "tiny.en", "--json").json == {"verified": ["tiny.en"]}
    assert voiced("models", "verify").code == 0
    (place / "model.bin").write_bytes(b"WEIGHTS")
    ended = voiced("models", "verify")
    assert ended.code == 69
    assert "tiny.en/model.bin" in ended.err
    assert "voiced models pull tiny.en" in ended.err
    assert voiced("models", "remove", "tiny.en", "--json").json["removed"] == "tiny.en"
    assert not place.exists()
    assert voiced("models", "remove", "tiny.en").code == 69


def test_pull_of_what_there_is_not(voiced):
    ended = voiced("models", "pull", "nothing")
    assert ended.code == 69
    assert "no model 'nothing'" in ended.err


def test_voices_list(voiced):
    rows = {row["name"]: row for row in voiced("voices", "list", "--json").json["voices"]}
    assert rows["default"]["installed"] is True
    assert rows["default"]["chosen"] is True
    assert rows["lessac"]["installed"] is False
    assert "default" in voiced("voices", "list").out


def test_voices_pull_of_a_voice_without_a_model(voiced):
    assert voiced("voices", "pull", "default").out == "default needs no download\n"
    assert voiced("voices", "pull", "nobody").code == 69
