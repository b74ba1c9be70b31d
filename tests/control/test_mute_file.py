"""Being muted over a restart."""

from __future__ import annotations

import os

import pytest

from voiced.control.mute_file import MUTE_FILE, MuteFile
from voiced.events import ModeChanged, PlaybackStarted, TurnId


@pytest.fixture
def told() -> list[str]:
    return []


def test_it_stays_muted_until_it_is_unmuted(tmp_path, told) -> None:
    folder = tmp_path / "state"
    assert not MuteFile(folder, told.append).is_muted()
    MuteFile(folder, told.append).hear(ModeChanged(0, "muted"))
    assert MuteFile(folder, told.append).is_muted()
    MuteFile(folder, told.append).hear(ModeChanged(0, "muted"))
    MuteFile(folder, told.append).hear(PlaybackStarted(0, TurnId(1)))
    assert MuteFile(folder, told.append).is_muted()
    MuteFile(folder, told.append).hear(ModeChanged(0, "asleep"))
    assert not MuteFile(folder, told.append).is_muted()
    assert told == []


def test_where_it_cannot_be_known_it_is_muted(tmp_path, told) -> None:
    (tmp_path / "state").write_text("a file in place of the folder")
    assert MuteFile(tmp_path / "state", told.append).is_muted()
    assert "I start muted" in told[0]


def test_whatever_lies_there_counts(tmp_path, told) -> None:
    (tmp_path / MUTE_FILE).symlink_to(tmp_path / "nowhere")
    assert MuteFile(tmp_path, told.append).is_muted()
    (tmp_path / MUTE_FILE).unlink()
    (tmp_path / MUTE_FILE).mkdir()
    assert MuteFile(tmp_path, told.append).is_muted()


@pytest.mark.parametrize("mode", ["muted", "listening"])
def test_what_cannot_be_kept_is_told(tmp_path, told, mode) -> None:
    (tmp_path / MUTE_FILE).mkdir()
    MuteFile(tmp_path, told.append).hear(ModeChanged(0, mode))
    assert len(told) == 1
    assert told[0].startswith("After a restart I would ")


def test_a_file_that_it_links_to_is_left_alone(tmp_path, told) -> None:
    (tmp_path / MUTE_FILE).symlink_to(tmp_path / "precious")
    MuteFile(tmp_path, told.append).hear(ModeChanged(0, "muted"))
    assert not os.path.lexists(tmp_path / "precious")
