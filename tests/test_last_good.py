"""A service whose configuration has a mistake starts with the one that worked last."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from limits import without_room

from voiced.cli import run
from voiced.config import Loaded, config_file, load
from voiced.errors import ConfigError
from voiced.service.last_good import GOOD_FILE, load_or_last_good


def load_file(path: Path | None) -> Loaded:
    return load(path, {}, lambda choice: ())


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    config_file().parent.mkdir(parents=True)
    return tmp_path


def copy(home: Path) -> Path:
    (found,) = home.rglob(GOOD_FILE)
    return found


def test_a_mistake_leaves_the_one_before_in_force_and_the_file_alone(home: Path) -> None:
    config_file().write_text("[turns]\nbarge_in_ms = 300\n")
    assert load_or_last_good(load_file, None)[1] is None
    config_file().write_text("[turns]\nbarge_in_ms = 'soon'\n")
    for _ in range(2):
        loaded, mistake = load_or_last_good(load_file, None)
        assert loaded.config.turns.barge_in_ms == 300
        assert loaded.path == config_file(), "the mended file is looked at again"
        assert mistake is not None
        assert "turns.barge_in_ms" in str(mistake)
    assert config_file().read_text() == "[turns]\nbarge_in_ms = 'soon'\n"
    config_file().write_text("[turns]\nbarge_in_ms = 400\n")
    loaded, mistake = load_or_last_good(load_file, None)
    assert (loaded.config.turns.barge_in_ms, mistake) == (400, None)


def test_a_key_that_is_none_is_a_mistake_like_any_other(home: Path) -> None:
    config_file().write_text('[activation]\nkey = "F9"\n')
    assert load_or_last_good(run._usable, None)[1] is None
    config_file().write_text('[activation]\nkey = "hyper+x"\n')
    loaded, mistake = load_or_last_good(run._usable, None)
    assert loaded.config.activation.key == "F9"
    assert "'hyper' is no modifier" in str(mistake)


def test_no_file_is_good_too(home: Path) -> None:
    load_or_last_good(load_file, None)
    config_file().write_text("[")
    loaded, mistake = load_or_last_good(load_file, None)
    assert loaded.config == load_file(copy(home)).config
    assert mistake is not None


def test_where_none_has_worked_before_it_is_the_mistake(home: Path) -> None:
    config_file().write_text("[")
    with pytest.raises(ConfigError, match=str(config_file())):
        load_or_last_good(load_file, None)


def test_a_copy_that_is_damaged_is_not_what_is_complained_of(home: Path) -> None:
    load_or_last_good(load_file, None)
    copy(home).write_text("[")
    config_file().write_text("[nonsense]\n")
    with pytest.raises(ConfigError, match=str(config_file())):
        load_or_last_good(load_file, None)


def test_its_owner_alone_may_read_the_copy(home: Path) -> None:
    config_file().write_text("[turns]\n")
    load_or_last_good(load_file, None)
    assert stat.S_IMODE(copy(home).stat().st_mode) == 0o600


def test_a_full_disk_keeps_nobody_from_starting(home: Path) -> None:
    config_file().write_text("[turns]\nbarge_in_ms = 300\n")

    def body() -> int:
        return load_or_last_good(load_file, None)[0].config.turns.barge_in_ms

    assert without_room(body, most_bytes=5) == "300"
    assert not list(home.rglob(GOOD_FILE)), "half a copy is none"
