"""Models from folders and archives at hand."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from voiced.errors import ModelMissing
from voiced.models.catalogue import InstalledModel, Model, RemoteFile, installed, verify
from voiced.models.download import Progress
from voiced.models.importing import take

FILES = {"model.bin": bytes(range(256)) * 5000, "config.json": b"{}"}


def model(**sums: str) -> Model:
    remote = tuple(
        RemoteFile(name, f"https://example.org/{name}", sums.get(name.partition(".")[0], ""))
        for name in FILES
    )
    return Model("tiny", "transcriber", remote, "MIT")


def in_folder(place: Path) -> Path:
    folder = place / "files"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


def in_tar(place: Path) -> Path:
    path = place / "tiny.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in {"readme.txt": b"hello", **FILES}.items():
            entry = tarfile.TarInfo(f"tiny-1.0/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def in_zip(place: Path) -> Path:
    path = place / "tiny.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in FILES.items():
            archive.writestr(f"snapshots/abc/{name}", content)
    return path


def taken(source: Path, folder: Path, wanted: Model | None = None) -> InstalledModel:
    return take(wanted or model(), source, folder, lambda _: None)


def left(folder: Path) -> set[str]:
    return {path.name for path in (folder / "tiny").glob("*")} - {".lock"}


@pytest.mark.parametrize("pack", [in_folder, in_tar, in_zip])
def test_it_is_installed_as_a_download_is(tmp_path: Path, pack: Callable[[Path], Path]) -> None:
    seen: list[Progress] = []
    models = tmp_path / "models"
    found = take(model(), pack(tmp_path), models, seen.append)
    assert {name: found.folder.joinpath(name).read_bytes() for name in FILES} == FILES
    assert left(models) == {*FILES, "installed.json"}
    assert [each.name for each in installed(models)] == ["tiny"]
    assert verify("tiny", models) == ()
    assert seen[-1].file == "config.json"


def test_a_model_of_one_file_is_that_file(tmp_path: Path) -> None:
    path = tmp_path / "voice.onnx"
    path.write_bytes(b"onnx")
    single = Model("v", "voice", (RemoteFile("voice.onnx", "https://example.org/v"),), "MIT")
    assert taken(path, tmp_path / "models", single).size_bytes == 4


def test_a_wrong_checksum_leaves_what_was_there(tmp_path: Path) -> None:
    models = tmp_path / "models"
    taken(in_folder(tmp_path), models)
    (tmp_path / "files" / "model.bin").write_bytes(b"another")
    right = hashlib.sha256(FILES["model.bin"]).hexdigest()
    with pytest.raises(ModelMissing, match="the checksum is"):
        taken(tmp_path / "files", models, model(model=right))
    assert verify("tiny", models) == ()
    assert left(models) == {*FILES, "installed.json"}


def test_what_is_missing_is_named_and_nothing_is_installed(tmp_path: Path) -> None:
    folder = in_folder(tmp_path)
    (folder / "config.json").unlink()
    with pytest.raises(ModelMissing, match=r"there is no config\.json in there"):
        taken(folder, tmp_path / "models")
    with pytest.raises(ModelMissing, match="No such file"):
        taken(tmp_path / "nowhere.tar", tmp_path / "models")
    assert installed(tmp_path / "models") == ()


def test_a_broken_archive_is_told(tmp_path: Path) -> None:
    for path in (in_tar(tmp_path), in_zip(tmp_path)):
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(ModelMissing):
            taken(path, tmp_path / "models")
    assert installed(tmp_path / "models") == ()


def test_a_link_in_an_archive_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "links.tar"
    with tarfile.open(path, "w") as archive:
        for name in FILES:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/hostname"
            archive.addfile(entry)
    with pytest.raises(ModelMissing, match="there is no"):
        taken(path, tmp_path / "models")
