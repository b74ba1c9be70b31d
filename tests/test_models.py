import hashlib
from pathlib import Path

import pytest
from cases import every

from voiced.errors import ModelMissing
from voiced.models.catalogue import (
    FileRecord,
    InstalledModel,
    Model,
    RemoteFile,
    installed,
    listed_models,
    locate,
    remove,
    verify,
)


def put(folder, name="tiny", content=b"weights"):
    place = folder / name
    place.mkdir()
    (place / "model.bin").write_bytes(content)
    record = FileRecord(len(content), hashlib.sha256(content).hexdigest())
    InstalledModel(name, place, {"model.bin": record}, "MIT").write()
    return place


def test_manifest_is_whole():
    models = listed_models()
    assert {"tiny.en", "base.en", "small.en", "base"} <= {model.name for model in models}
    for model in models:
        if model.kind == "transcriber":
            assert {"model.bin", "config.json", "tokenizer.json"} <= {f.name for f in model.files}
        assert all(file.url.startswith("https://") for file in model.files)
        assert all(file.url.endswith("/" + file.name) for file in model.files)
        assert model.licence
        assert model.about_mb > 0


def test_turn_end_model_is_pinned_to_one_file():
    (model,) = (model for model in listed_models() if model.kind == "turn-end")
    (file,) = model.files
    assert model.name == "smart-turn"
    assert len(file.sha256) == 64
    assert file.size_bytes == 8_679_182
    assert "/resolve/main/" not in file.url


def test_installed_model_is_found(tmp_path):
    place = put(tmp_path)
    (found,) = installed(tmp_path)
    assert (found.name, found.size_bytes, found.licence) == ("tiny", 7, "MIT")
    assert locate("tiny", tmp_path) == place
    assert verify("tiny", tmp_path) == ()


@pytest.mark.parametrize("damage", ["record gone", "record garbage", "file gone", "file shorter"])
def test_model_that_is_not_whole_is_not_installed(tmp_path, damage):
    place = put(tmp_path)
    record = place / "installed.json"
    if damage == "record gone":
        record.unlink()
    elif damage == "record garbage":
        record.write_text('{"name": 5, "files": []}')
    elif damage == "file gone":
        (place / "model.bin").unlink()
    else:
        (place / "model.bin").write_bytes(b"w")
    assert installed(tmp_path) == ()
    assert locate("tiny", tmp_path) is None


def test_verify_names_what_was_changed(tmp_path):
    place = put(tmp_path)
    (place / "model.bin").write_bytes(b"WEIGHTS")
    assert verify("tiny", tmp_path) == ("model.bin",)
    (place / "model.bin").unlink()
    assert verify("tiny", tmp_path) == ("model.bin",)


def test_remove(tmp_path):
    put(tmp_path)
    assert remove("tiny", tmp_path) > 7
    assert installed(tmp_path) == ()
    assert not (tmp_path / "tiny").exists()


@pytest.mark.parametrize("name", ["none", "..", "", "a/b", "/etc", "../x"])
def test_nothing_of_that_name(tmp_path, name):
    (tmp_path / "models").mkdir()
    (tmp_path / "x").mkdir()
    for action in (verify, remove):
        with pytest.raises(ModelMissing, match="not installed"):
            action(name, tmp_path / "models")
    assert locate(name, tmp_path / "models") is None
    assert (tmp_path / "x").is_dir()


def test_link_is_not_followed_by_remove(tmp_path):
    (tmp_path / "precious").mkdir()
    (tmp_path / "tiny").symlink_to(tmp_path / "precious")
    with pytest.raises(ModelMissing):
        remove("tiny", tmp_path)
    assert (tmp_path / "precious").is_dir()


@every("name", ["../x", "a/b", ".hidden", "x.pt", "x.pkl", "installed.json", ""])
def test_names_that_leave_the_folder_or_hold_code_are_refused(name):
    with pytest.raises(ValueError, match=r"cannot be|hold code"):
        Model("m", "voice", (RemoteFile(name, "https://x/y"),), "MIT")


def test_folder_that_is_not_there():
    assert installed(Path("/nowhere/at/all")) == ()
