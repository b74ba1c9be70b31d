"""say and transcribe, with the embedded engines."""

from __future__ import annotations

import pytest

from voiced.testing import signals


def test_transcribe_with_an_engine_that_there_is_not(voiced, home):
    ended = voiced("transcribe", str(home / "any.wav"), "--engine", "nonsense")
    assert ended.code == 2
    assert ended.out == ""
    assert "pocketsphinx" in ended.err


def test_say_with_a_voice_that_there_is_not(voiced, home):
    ended = voiced("say", "hello", "--voice", "nobody", "--out", str(home / "hello.wav"))
    assert ended.code == 69
    assert "nobody" in ended.err
    assert not (home / "hello.wav").exists()


def test_say_nothing_is_wrong_usage(voiced):
    assert voiced("say").code == 2


@pytest.mark.engine
def test_say_into_a_file_that_transcribe_reads(voiced, home):
    import soundfile

    path = home / "question.wav"
    ended = voiced("say", "what", "time", "is", "it", "--voice", "clear", "--out", str(path))
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    sound, rate_hz = soundfile.read(path)
    assert 0.5 < len(sound) / rate_hz < 3
    heard = voiced("transcribe", str(path), "--json")
    assert heard.code == 0
    assert set(heard.json) == {"text", "confidence", "alternatives"}
    assert heard.json["text"] == "what time is it"
    assert 0 < heard.json["confidence"] <= 1
    assert voiced("transcribe", str(path)).out == "what time is it\n"


@pytest.mark.engine
def test_say_with_another_voice_sounds_otherwise(voiced, home):
    paths = [home / f"{voice}.wav" for voice in ("default", "brisk")]
    for path in paths:
        assert voiced("say", "hello there", "--voice", path.stem, "--out", str(path)).code == 0
    default, brisk = (path.read_bytes() for path in paths)
    assert len(brisk) < len(default)


@pytest.mark.engine
def test_say_into_a_folder_that_is_not_there(voiced, home):
    ended = voiced("say", "hello", "--out", str(home / "nowhere" / "hello.wav"))
    assert ended.code == 1
    assert "hello.wav" in ended.err


@pytest.mark.engine
def test_transcribe_of_silence_is_nothing(voiced, home):
    import soundfile

    path = home / "noise.wav"
    soundfile.write(path, signals.noise(1.5, level_dbfs=-60.0), 16_000)
    ended = voiced("transcribe", str(path), "--json")
    assert ended.code == 0
    assert ended.json["text"] == ""


@pytest.mark.engine
@pytest.mark.parametrize("content", [None, b"", b"not sound at all, but text"])
def test_transcribe_of_what_is_no_sound(voiced, home, content):
    path = home / "broken.wav"
    if content is not None:
        path.write_bytes(content)
    ended = voiced("transcribe", str(path), "--json")
    assert ended.code == 1
    assert ended.json["error"]["code"] == "audio_format_error"
    assert str(path) in ended.err


@pytest.mark.engine
def test_transcribe_with_an_engine_whose_server_is_missing(voiced, home):
    import soundfile

    path = home / "noise.wav"
    soundfile.write(path, signals.noise(1.0), 16_000)
    ended = voiced("transcribe", str(path), "--engine", "openai")
    assert ended.code == 78
    assert "transcriber.url" in ended.err
