"""Files that a command line names: wrong names are wrong usage, wrong files failed requests."""

from __future__ import annotations

import pytest

from voiced.cli.files import told_as_input, told_as_output
from voiced.errors import ConfigError, DeviceError, VoicedError


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["run", "--sink", "out.mp3"], "--sink"),
        (["run", "--sink", "speeker"], "--sink"),
        (["run", "--sink", ""], "--sink"),
        (["run", "--source", "", "--sink", "null"], "--source"),
        (["say", "hello", "--out", "out.mp3"], "--out"),
    ],
)
def test_a_name_that_no_such_file_has_is_wrong_usage(voiced, home, monkeypatch, arguments, option):
    monkeypatch.chdir(home)
    before = sorted(home.iterdir())
    ended = voiced(*arguments)
    assert ended.code == 2
    assert option in ended.err
    assert sorted(home.iterdir()) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--source", "x.wav", "--sink", "null", "--events", "/proc/none/events.jsonl"],
        ["bench", "barge-in", "--speech", "/proc/none"],
        ["trace", "show", "--picture", "/proc/none/x.svg"],
        ["journal", "export", "--out", "/proc/none/x"],
    ],
)
def test_a_file_that_cannot_be_used_is_a_request_that_failed(voiced, arguments):
    ended = voiced(*arguments)
    assert ended.code == 1
    assert ended.err.startswith("voiced: ")


@pytest.mark.parametrize(
    ("name", "stage", "code"),
    [("out.wav", "speaker", 1), ("speaker", "speaker", 69), ("out.wav", "microphone", 69)],
)
def test_only_a_speaker_that_is_a_file_fails_as_a_file(name, stage, code):
    with pytest.raises(VoicedError) as caught, told_as_output(name, "--sink"):
        raise DeviceError("out.wav: cannot be written", stage=stage, mend="--sink")
    assert caught.value.exit_code == code
    assert caught.value.message == "out.wav: cannot be written"


def test_what_a_named_folder_lacks_is_no_mistake_of_the_configuration():
    with pytest.raises(VoicedError, match="--speech: no speech") as caught, told_as_input():
        raise ConfigError(file="x", key="--speech", reason="no speech")
    assert caught.value.exit_code == 1
