"""Changes of voiced.toml that can be taken back."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from voiced.config.editing import edited
from voiced.config.history import changes, history_of, replace, undo
from voiced.errors import ConfigError

OWN = "# mine\n[policy]\nconfirm_s = 5.0  # I am quick\noutbox_s = 20.0\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "voiced.toml"
    path.write_text(OWN)
    return path


def test_every_change_is_taken_back_in_turn_comments_included(path: Path) -> None:
    replace(path, edited(path, {"policy": {"confirm_s": 9.0}}), "first")
    second = edited(path, {"policy": {"outbox_s": None}, "audio": {"echo": "off"}})
    replace(path, second, "second")
    assert tomllib.loads(path.read_text())["policy"] == {"confirm_s": 9.0}
    assert "# I am quick" in path.read_text()
    assert history_of(path).stat().st_mode & 0o777 == 0o600
    assert undo(path).what == "second"
    assert [change.what for change in changes(path)] == ["first"]
    undo(path)
    assert path.read_text() == OWN
    with pytest.raises(ConfigError, match="no change to take back"):
        undo(path)


def test_what_was_written_by_hand_since_is_left_alone(path: Path) -> None:
    replace(path, edited(path, {"policy": {"confirm_s": 9.0}}), "first")
    path.write_text(path.read_text() + "# and this\n")
    with pytest.raises(ConfigError, match="changed by hand since"):
        undo(path)
    assert path.read_text().endswith("# and this\n")


def test_only_the_last_changes_are_kept_and_a_damaged_list_is_none(path: Path) -> None:
    for number in range(25):
        replace(path, f"# {number}\n", f"change {number}")
    assert [change.what for change in changes(path)][:1] == ["change 5"]
    history_of(path).write_text('[{"at": 1}]')
    assert changes(path) == ()
