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


def test_what_is_only_missing_does_not_fail(capsys):
    from voiced.cli.doctor import _print_checks
    from voiced.doctor import Check

    needed = Check("Python", ok=True, found="3.11", is_needed=True)
    microphone = Check("microphone", ok=False, found="there is none", mend="plug one in")
    _print_checks((needed, microphone, Check("piper", ok=None, found="not installed")))
    out = capsys.readouterr().out
    assert "FAILS" not in out
    assert "missing" in out
    assert "Missing for some uses: microphone." in out
    _print_checks((microphone, Check("voice", ok=False, found="none", is_needed=True)))
    out = capsys.readouterr().out
    assert "FAILS" in out
    assert "Nothing is missing" not in out
