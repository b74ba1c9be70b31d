import fcntl
import hashlib
import importlib.util
from pathlib import Path

import pytest

from voiced.errors import ModelMissing
from voiced.models.catalogue import Model, RemoteFile, installed, read_installed, verify
from voiced.models.download import Progress, pull

pytestmark = pytest.mark.engine

_SPEC = importlib.util.spec_from_file_location(
    "model_server", Path(__file__).with_name("model_server.py")
)
assert _SPEC is not None
assert _SPEC.loader is not None
model_server = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(model_server)

CONTENT = bytes(range(256)) * 2000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def server():
    with model_server.running_server() as server:
        server.files["/model.bin"] = CONTENT
        yield server


def model(server, **changes):
    file = {"name": "model.bin", "url": f"{server.url}/model.bin", **changes}
    return Model("tiny", "transcriber", (RemoteFile(**file),), "MIT")


def fetch(server, folder, **changes):
    seen: list[Progress] = []
    found = pull(model(server, **changes), folder, seen.append)
    return found, seen


def names(folder):
    return {path.name for path in (folder / "tiny").iterdir()} - {".lock"}


def test_pull_records_the_checksum_and_reports_progress(server, tmp_path):
    found, seen = fetch(server, tmp_path)
    assert found.files["model.bin"].sha256 == SHA256
    assert (tmp_path / "tiny" / "model.bin").read_bytes() == CONTENT
    assert names(tmp_path) == {"model.bin", "installed.json"}
    assert seen[-1] == Progress("model.bin", len(CONTENT), len(CONTENT))
    assert [progress.done_bytes for progress in seen] == sorted(p.done_bytes for p in seen)
    assert [item.name for item in installed(tmp_path)] == ["tiny"]


def test_second_pull_downloads_nothing(server, tmp_path):
    fetch(server, tmp_path)
    fetch(server, tmp_path)
    assert len(server.requests) == 1


def test_damaged_file_is_pulled_again_and_must_be_as_it_was(server, tmp_path):
    fetch(server, tmp_path)
    path = tmp_path / "tiny" / "model.bin"
    path.write_bytes(b"x" + CONTENT[1:])
    assert verify("tiny", tmp_path) == ("model.bin",)
    fetch(server, tmp_path)
    assert verify("tiny", tmp_path) == ()
    path.unlink()
    server.files["/model.bin"] = b"another"
    with pytest.raises(ModelMissing, match="checksum"):
        fetch(server, tmp_path)


def test_interrupted_pull_goes_on_where_it_stopped(server, tmp_path):
    server.cut_after = 100_000
    with pytest.raises(ModelMissing, match="complete message body") as caught:
        fetch(server, tmp_path)
    assert caught.value.retryable
    assert "goes on" in caught.value.mend
    assert read_installed(tmp_path / "tiny") is None
    part = (tmp_path / "tiny" / "model.bin.part").stat().st_size
    assert 0 < part <= 100_000
    found, _ = fetch(server, tmp_path)
    assert found.files["model.bin"].sha256 == SHA256
    assert server.requests[-1] == ("/model.bin", f"bytes={part}-")
    assert names(tmp_path) == {"model.bin", "installed.json"}


@pytest.mark.parametrize("fault", ["no ranges", "no validators", "lies", "changed", "too short"])
def test_beginning_that_does_not_fit_is_thrown_away(server, tmp_path, fault):
    server.etag = fault != "no validators"
    server.cut_after = 100_000
    with pytest.raises(ModelMissing):
        fetch(server, tmp_path)
    content = CONTENT
    if fault == "no ranges":
        server.ranges = False
    elif fault == "lies":
        server.lies = True
    elif fault == "changed":
        content = CONTENT[::-1]
    elif fault == "too short":
        content = b"short"
    server.files["/model.bin"] = content
    found, _ = fetch(server, tmp_path)
    assert found.files["model.bin"].sha256 == hashlib.sha256(content).hexdigest()


def test_beginning_longer_than_the_file_is_thrown_away(server, tmp_path):
    server.etag = False
    server.cut_after = 100_000
    with pytest.raises(ModelMissing):
        fetch(server, tmp_path, sha256=SHA256)
    with (tmp_path / "tiny" / "model.bin.part").open("ab") as part:
        part.write(CONTENT)
    found, _ = fetch(server, tmp_path, sha256=SHA256)
    assert found.files["model.bin"].sha256 == SHA256
    assert [asked is None for _, asked in server.requests] == [True, False, True]


def test_wrong_checksum_is_refused_and_nothing_is_left(server, tmp_path):
    with pytest.raises(ModelMissing, match="checksum") as caught:
        fetch(server, tmp_path, sha256="0" * 64)
    assert not caught.value.retryable
    assert names(tmp_path) == set()
    assert installed(tmp_path) == ()


@pytest.mark.parametrize("size", [len(CONTENT) - 1, len(CONTENT) + 1])
def test_wrong_size_is_refused_and_nothing_is_left(server, tmp_path, size):
    with pytest.raises(ModelMissing, match="bytes long"):
        fetch(server, tmp_path, size_bytes=size)
    assert names(tmp_path) == set()


def test_not_found(server, tmp_path):
    with pytest.raises(ModelMissing, match="404"):
        fetch(server, tmp_path, url=f"{server.url}/none")
    assert installed(tmp_path) == ()


def test_server_that_is_not_there(tmp_path):
    file = RemoteFile("model.bin", "http://127.0.0.1:9/model.bin")
    with pytest.raises(ModelMissing) as caught:
        pull(Model("tiny", "voice", (file,), "MIT"), tmp_path, print)
    assert caught.value.retryable


@pytest.mark.parametrize("url", ["http://example.org/x", "ftp://127.0.0.1/x", "file:///etc/passwd"])
def test_only_https_or_the_loopback(tmp_path, url):
    with pytest.raises(ModelMissing, match="only https"):
        pull(Model("tiny", "voice", (RemoteFile("x", url),), "MIT"), tmp_path, print)


def test_redirect_is_followed(server, tmp_path):
    server.redirects["/old"] = "/model.bin"
    found, _ = fetch(server, tmp_path, url=f"{server.url}/old")
    assert found.files["model.bin"].sha256 == SHA256


@pytest.mark.parametrize("target", ["http://example.org/x", "file:///etc/passwd"])
def test_redirect_to_plain_http_is_refused(server, tmp_path, target):
    server.redirects["/old"] = target
    with pytest.raises(ModelMissing):
        fetch(server, tmp_path, url=f"{server.url}/old")
    assert installed(tmp_path) == ()


def test_redirect_round_and_round(server, tmp_path):
    server.redirects["/old"] = "/old"
    with pytest.raises(ModelMissing, match="too many redirects"):
        fetch(server, tmp_path, url=f"{server.url}/old")


def test_full_disk_is_found_before_the_download(server, tmp_path):
    with pytest.raises(ModelMissing, match="MiB are needed and 1 MiB are free"):
        pull(model(server), tmp_path, print, free_bytes=lambda _: 1 << 20)
    assert not (tmp_path / "tiny" / "model.bin.part").exists()


def test_folder_that_cannot_be_made(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelMissing, match="Not a directory"):
        fetch(server, tmp_path / "file")


def test_one_pull_at_a_time(server, tmp_path):
    (tmp_path / "tiny").mkdir()
    with (tmp_path / "tiny" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ModelMissing, match="another pull"):
            fetch(server, tmp_path)
    fetch(server, tmp_path)


def test_where_a_server_fails_the_next_mirror_is_asked(server, tmp_path):
    with model_server.running_server() as mirror:
        mirror.files["/model.bin"] = CONTENT
        del server.files["/model.bin"]
        with model_server.running_server() as empty:
            mirrors = (empty.url, mirror.url + "/")
            found = pull(model(server), tmp_path, lambda _: None, mirrors=mirrors)
            assert len(empty.requests) == len(mirror.requests) == 1
    assert found.files["model.bin"].sha256 == SHA256


def test_a_mirror_with_another_file_is_not_believed(server, tmp_path):
    del server.files["/model.bin"]
    with model_server.running_server() as mirror:
        mirror.files["/model.bin"] = b"another"
        with pytest.raises(ModelMissing, match="checksum"):
            pull(model(server, sha256=SHA256), tmp_path, lambda _: None, mirrors=(mirror.url,))
    assert installed(tmp_path) == ()
