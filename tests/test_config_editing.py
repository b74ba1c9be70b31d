"""Keys that voiced itself sets in voiced.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from voiced.config.editing import set_keys
from voiced.errors import ConfigError

OWN = """\
# mine
[audio]
microphone = "USB"   # the good one
echo = "auto"

[turns]
barge_in_ms = 500
"""


def test_only_the_keys_change_and_comments_stay(tmp_path: Path) -> None:
    path = tmp_path / "voiced.toml"
    path.write_text(OWN)
    path.chmod(0o640)
    set_keys(path, "audio", {"echo": "webrtc", "min_level_dbfs": -42.0})
    text = path.read_text()
    assert text.startswith('# mine\n[audio]\nmicrophone = "USB"   # the good one\n')
    found = tomllib.loads(text)
    assert found["audio"] == {"microphone": "USB", "echo": "webrtc", "min_level_dbfs": -42.0}
    assert found["turns"] == {"barge_in_ms": 500}
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["voiced.toml"]


def test_a_file_that_is_not_there_is_begun(tmp_path: Path) -> None:
    path = tmp_path / "config" / "voiced.toml"
    set_keys(path, "audio", {"echo": "off"})
    assert tomllib.loads(path.read_text()) == {"audio": {"echo": "off"}}
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    path, real = tmp_path / "voiced.toml", tmp_path / "dotfiles.toml"
    real.write_text(OWN)
    path.symlink_to(real)
    set_keys(path, "audio", {"echo": "off"})
    assert path.is_symlink()
    assert tomllib.loads(real.read_text())["audio"]["echo"] == "off"


@pytest.mark.parametrize("text", ["[audio\n", "audio = 3\n"])
def test_what_is_no_such_configuration_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "voiced.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"voiced\.toml: audio: cannot be set"):
        set_keys(path, "audio", {"echo": "off"})
    assert path.read_text() == text
