"""Files that their owner alone may read: whole lines, a lock, nothing left of what was wiped."""

from __future__ import annotations

import os

import pytest

from voiced import private_files
from voiced.private_files import append, locked, make_empty, wiping


def test_lines_are_appended_and_only_the_owner_reads_them(tmp_path) -> None:
    path = tmp_path / "lines"
    append(path, b"one\n")
    append(path, b"two\nthree\n")
    assert path.read_bytes() == b"one\ntwo\nthree\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_line_that_was_cut_off_is_ended_first(tmp_path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"one\ntw")
    append(path, b"three\n")
    assert path.read_bytes() == b"one\ntw\nthree\n"


def test_where_there_is_no_room_nothing_is_half_there(tmp_path, monkeypatch) -> None:
    path = tmp_path / "lines"
    append(path, b"one\n")

    class Full:
        """A file on a disk with room for three more bytes."""

        def __init__(self, file) -> None:
            self._file = file
            self._room = 3

        def __getattr__(self, name):
            return getattr(self._file, name)

        def __enter__(self):
            return self

        def __exit__(self, *_) -> None:
            self._file.close()

        def write(self, data) -> int:
            if not self._room:
                raise OSError(28, "No space left on device")
            written = self._file.write(bytes(data[: self._room]))
            self._room -= written
            return written

    opened = os.fdopen
    monkeypatch.setattr(
        private_files.os, "fdopen", lambda *args, **more: Full(opened(*args, **more))
    )
    with pytest.raises(OSError, match="No space"):
        append(path, b"two and more\n")
    assert path.read_bytes() == b"one\n"


def test_the_lock_makes_its_folder_and_keeps_others_out(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(private_files, "_PATIENCE_S", 0.0)
    folder = tmp_path / "deep" / "traces"
    with locked(folder):
        assert folder.stat().st_mode & 0o777 == 0o700
        with pytest.raises(BlockingIOError), locked(folder):
            pass
    with locked(folder):
        pass


def test_a_file_is_made_empty(tmp_path) -> None:
    path = tmp_path / "sound"
    make_empty(path)
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"123")
    make_empty(path)
    assert path.read_bytes() == b""


def test_nothing_is_left_of_a_file_that_was_let_go(tmp_path) -> None:
    path, other_name = tmp_path / "secret", tmp_path / "same file"
    path.write_bytes(b"secret" * 20_000)
    other_name.hardlink_to(path)
    with wiping(path):
        path.unlink()
    assert other_name.read_bytes() == bytes(120_000)
    assert not path.exists()


def test_a_link_is_let_go_and_what_it_names_is_left_alone(tmp_path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"mine")
    link.symlink_to(target)
    with wiping(link):
        link.unlink()
    assert target.read_bytes() == b"mine"
    with wiping(tmp_path / "nothing"):
        pass


def test_a_file_that_could_not_be_let_go_is_left_as_it_is(tmp_path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"secret")
    with pytest.raises(PermissionError), wiping(path):
        raise PermissionError
    assert path.read_bytes() == b"secret"
