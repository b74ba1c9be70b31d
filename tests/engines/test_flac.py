"""Two channels of sound to a file and back, to the bit."""

from __future__ import annotations

import numpy as np
import pytest

from voiced.engines.flac import read_flac, write_flac
from voiced.errors import AudioFormatError
from voiced.testing import signals

pytestmark = pytest.mark.engine


def test_sound_comes_back_to_the_bit(tmp_path) -> None:
    near, far = signals.noise(1.0, level_dbfs=-20.0), signals.silence(1.0)
    sound = np.stack([near, far], axis=1)
    write_flac(tmp_path / "1.flac", sound)
    assert np.array_equal(read_flac(tmp_path / "1.flac"), sound)


def test_a_file_that_cannot_be_written_is_named(tmp_path) -> None:
    sound = np.zeros((100, 2), np.int16)
    with pytest.raises(AudioFormatError, match=r"1\.flac: cannot be written: "):
        write_flac(tmp_path / "nowhere" / "1.flac", sound)


@pytest.mark.parametrize("content", [b"", b"no sound at all" * 100])
def test_a_file_that_is_no_sound_is_named(tmp_path, content) -> None:
    path = tmp_path / "1.flac"
    path.write_bytes(content)
    with pytest.raises(AudioFormatError, match=r"1\.flac: cannot be read: "):
        read_flac(path)
    with pytest.raises(AudioFormatError, match="cannot be read"):
        read_flac(tmp_path / "none.flac")


def test_a_file_of_another_kind_is_refused(tmp_path) -> None:
    import soundfile

    path = tmp_path / "mono.flac"
    soundfile.write(path, np.zeros(100, np.int16), 8000)
    with pytest.raises(AudioFormatError, match="has 1 channels at 8000 Hz"):
        read_flac(path)
