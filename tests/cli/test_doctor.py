def test_doctor_of_the_defaults(voiced):
    ended = voiced("doctor", "--json")
    assert ended.code == 0
    assert ended.json["healthy"] is True
    assert {"Python", "journal", "PortAudio"} <= {check["name"] for check in ended.json["checks"]}
    assert ended.json["configuration"]["turns.end_silence_ms"] == {
        "value": "1100",
        "source": "default",
    }
    text = voiced("doctor").out
    assert "end_silence_ms" in text
    assert "plugin files" in text


def test_doctor_of_what_cannot_work(voiced, home):
    path = home / "voiced.toml"
    path.write_text('[synthesizer]\nvoice = "nobody"\n')
    ended = voiced("--config", str(path), "doctor")
    assert ended.code == 69
    assert "FAILS" in ended.out
    assert "voiced voices list" in ended.out


def test_privacy(voiced):
    facts = voiced("doctor", "privacy", "--json").json["facts"]
    assert {fact["kind"] for fact in facts} == {"endpoint", "file", "retention"}
    assert "journal.db" in voiced("doctor", "privacy").out
