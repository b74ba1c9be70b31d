"""The guided demo, in virtual time, with the engines that everybody has."""

from __future__ import annotations

import pytest

from voiced.demo import REQUESTS

pytestmark = pytest.mark.engine


def test_demo_shows_the_whole_assistant_and_leaves_what_is_the_users_alone(
    voiced, home, monkeypatch
):
    import soundfile

    (home / "documents" / "shopping list.txt").write_text("milk")
    out = home / "demo"
    ended = voiced("demo", "--out", str(out), "--clock", "virtual")
    assert ended.code == 0, ended.out
    assert ended.out.count("turn ended completed") == len(REQUESTS) - 1
    assert ended.out.count("turn ended interrupted") == 1
    for request in REQUESTS:
        assert f": {request.text}\n" in ended.out
    for shown in (
        "hears ",
        "heard ",
        "intent ",
        "did ",
        "says ",
        "undone ",
        "softer ",
        "barge-in ",
    ):
        assert shown in ended.out
    assert "Latency in milliseconds" in ended.out
    sound, rate_hz = soundfile.read(out / "reply.wav")
    assert len(sound) / rate_hz > 10
    assert abs(sound).max() > 0.05
    assert sorted(path.name for path in (out / "Documents").iterdir()) == [
        *("budget 2026.xlsx", "holiday.jpg", "letter to anna.txt", "shopping list.txt")
    ]
    assert (home / "documents" / "shopping list.txt").read_text() == "milk"
    assert not [*(home / "state").glob("*")]
    monkeypatch.setattr("voiced.demo.REQUESTS", REQUESTS[:1])
    again = voiced("demo", "--out", str(out), "--clock", "virtual")
    assert again.code == 0, again.out
    assert again.out.count("turn ended completed") == 1


def test_demo_where_it_cannot_write(voiced, home):
    (home / "demo").write_text("a file")
    ended = voiced("demo", "--out", str(home / "demo"), "--clock", "virtual")
    assert ended.code == 1
    assert "demo" in ended.err
    assert "Traceback" not in ended.err
