"""Which folders are roots, which paths are in them, and how refusals are said."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from voiced.plugin import IntentDenied, IntentFailed
from voiced_intents.files import Settings
from voiced_intents.files.names import is_protected, new_name_of, split_extension
from voiced_intents.files.refusals import said, told
from voiced_intents.files.roots import Area, default_roots
from voiced_intents.files.syscalls import open_beneath, rename_noreplace

from .conftest import Home


def test_user_folders_are_read_from_the_desktop(home: Home) -> None:
    (home.folder / ".config").mkdir()
    (home.folder / "Papiere").mkdir()
    (home.folder / ".config" / "user-dirs.dirs").write_text(
        "# made by xdg-user-dirs-update\n"
        'XDG_DOCUMENTS_DIR="$HOME/Papiere"\n'
        'XDG_MUSIC_DIR="$HOME/"\n'
        'XDG_VIDEOS_DIR="/no/such/folder"\n'
        "nonsense\n"
    )
    roots = default_roots({"HOME": str(home.folder)})
    assert roots == (home.folder / "Papiere", home.downloads, home.pictures)


def test_without_any_folder_the_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(IntentFailed, match=r"\[files\] roots: empty") as caught:
        Area.of(Settings(), {"HOME": str(tmp_path)})
    assert "[files]" in caught.value.mend


def test_a_root_in_a_root_counts_once(home: Home) -> None:
    inner = home.documents / "inner"
    inner.mkdir()
    assert Area.of(Settings(roots=(home.documents, inner, home.documents))).roots == (
        home.documents,
    )


@pytest.mark.parametrize(
    ("root", "reason"),
    [
        ("/no/such/folder", "no such folder"),
        ("relative", "whole path"),
        ("/", "whole machine"),
        ("/tmp/../etc", "'..'"),
        ("~/.ssh", "hidden"),
    ],
)
def test_roots_that_cannot_be_used_are_refused_with_the_reason(
    home: Home, root: str, reason: str
) -> None:
    with pytest.raises(ValidationError, match=reason):
        Settings(roots=(root,))  # type: ignore[arg-type]


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(ValidationError, match="rootz"):
        Settings(rootz=())  # type: ignore[call-arg]


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())


@pytest.mark.parametrize(
    "name",
    [".bashrc", "id_rsa", "ID_RSA", "id_ed25519.pub", "a.KDBX", "server.pem", "x.key", ".profile"],
)
def test_keys_and_hidden_names_are_protected(name: str) -> None:
    assert is_protected(name)


@pytest.mark.parametrize("name", ["budget.xlsx", "keynote.pdf", "a", "monkey", "-rf"])
def test_other_names_are_not(name: str) -> None:
    assert not is_protected(name)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("budget.xlsx", ("budget", ".xlsx")),
        ("report 2.0 final", ("report 2.0 final", "")),
        ("version 1.5", ("version 1.5", "")),
        ("a.tar.gz", ("a.tar", ".gz")),
        ("README", ("README", "")),
    ],
)
def test_an_extension_is_short_and_has_a_letter(name: str, parts: tuple[str, str]) -> None:
    assert split_extension(name) == parts


def test_a_name_of_255_bytes_is_the_longest() -> None:
    assert len(new_name_of("x" * 251, ".txt")) == 255
    with pytest.raises(IntentDenied, match="longer than 255 bytes"):
        new_name_of("ü" * 126, ".txt")


def test_what_is_shown_is_one_line_of_text() -> None:
    assert said("two\nlines\t\x1b[31m.txt") == "two lines [31m.txt"
    assert said(os.fsdecode(b"bad\xff.txt")) == "bad\ufffd.txt"
    assert said("\n") == "no name"


@pytest.mark.parametrize(
    ("number", "kind", "spoken"),
    [
        (errno.ENOSYS, IntentDenied, "too old"),
        (errno.EINVAL, IntentDenied, "overwritten"),
        (errno.ELOOP, IntentDenied, "link"),
        (errno.ENOSPC, IntentFailed, "disk is full"),
        (errno.EROFS, IntentFailed, "only be read"),
        (errno.EIO, IntentFailed, "did not work"),
    ],
)
def test_errors_of_the_system_are_said_without_a_name_in_the_message(
    number: int, kind: type[Exception], spoken: str
) -> None:
    with pytest.raises(kind) as caught, told("secret name.txt"):
        raise OSError(number, os.strerror(number))
    assert spoken in caught.value.spoken  # type: ignore[attr-defined]
    assert "secret" not in str(caught.value)


def test_open_beneath_stays_beneath(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out.txt").write_text("x")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "out.txt")
    (tmp_path / "in" / "near").symlink_to("real")
    (tmp_path / "in" / "real").write_text("x")
    folder = os.open(tmp_path / "in", os.O_PATH)
    try:
        for path, number in (
            ("../out.txt", errno.EXDEV),
            (str(tmp_path / "out.txt"), errno.EXDEV),
            ("link", errno.ELOOP),
            ("near", errno.ELOOP),
            ("gone", errno.ENOENT),
            ("a\0b", errno.EINVAL),
        ):
            with pytest.raises(OSError) as caught:  # noqa: PT011 - the number is checked
                open_beneath(folder, path, os.O_RDONLY)
            assert caught.value.errno == number, path
        opened = open_beneath(folder, "real", os.O_RDONLY)
        assert os.read(opened, 9) == b"x"
        assert not os.get_inheritable(opened)
        os.close(opened)
    finally:
        os.close(folder)


def test_rename_noreplace_never_replaces(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b")
    folder = os.open(tmp_path, os.O_PATH)
    try:
        with pytest.raises(FileExistsError):
            rename_noreplace(folder, "a", folder, "b")
        rename_noreplace(folder, "a", folder, "c")
    finally:
        os.close(folder)
    assert (tmp_path / "b").read_text() == "b"
    assert (tmp_path / "c").read_text() == "a"
