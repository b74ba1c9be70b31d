import numpy as np
import pytest
import soundfile

from voiced.audio import RATE_HZ
from voiced.bench.material import interruptions_from
from voiced.bench.material.recordings import speech_of
from voiced.errors import AudioFormatError, ConfigError
from voiced.testing import signals

NOISE_DBFS = -60.0


def recording(lead_s=0.7, tail_s=0.4):
    speech = signals.speech_like(1.0, level_dbfs=-25)
    sound = signals.concat(signals.silence(lead_s), speech, signals.silence(tail_s))
    room = signals.noise(len(sound) / RATE_HZ, level_dbfs=NOISE_DBFS)
    return sound + room


def test_speech_begins_where_it_can_be_heard():
    sound = recording()
    sound[2000:2020] = 3000  # a click is no speech
    found = speech_of(sound)
    assert len(found) == pytest.approx(RATE_HZ, abs=RATE_HZ // 50)
    assert not len(speech_of(np.zeros(RATE_HZ, np.int16)))
    assert not len(speech_of(np.zeros(20, np.int16)))


def test_recordings_come_with_what_is_said_in_them(tmp_path):
    soundfile.write(tmp_path / "b.flac", recording(), RATE_HZ)
    soundfile.write(tmp_path / "a.WAV", recording(), RATE_HZ)
    (tmp_path / "b.txt").write_text("Stop, please!\n")
    (tmp_path / "notes.md").write_text("nothing")
    one, two = interruptions_from(tmp_path)
    assert (one.voice, one.kind, one.text) == ("a.WAV", "recording", "")
    assert (two.voice, two.text) == ("b.flac", "Stop please")
    assert two.utterance.words[0].start == 0
    assert two.utterance.words[-1].end == len(two.utterance.samples)


def test_a_folder_without_speech_is_named(tmp_path):
    with pytest.raises(ConfigError, match="no WAV"):
        interruptions_from(tmp_path)
    with pytest.raises(ConfigError, match="not a folder"):
        interruptions_from(tmp_path / "missing")
    soundfile.write(tmp_path / "a.wav", np.zeros(RATE_HZ, np.int16), RATE_HZ)
    with pytest.raises(ConfigError, match="no WAV"):
        interruptions_from(tmp_path)
    (tmp_path / "b.wav").write_text("no sound")
    with pytest.raises(AudioFormatError, match=r"b\.wav"):
        interruptions_from(tmp_path)
