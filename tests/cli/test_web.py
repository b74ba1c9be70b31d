"""``voiced web``: where the page runs already, and where it cannot. Its serving is in tests/web."""

from __future__ import annotations

import socket

import pytest

from voiced.composition import page
from voiced.control.place import only_one
from voiced.web.tokens import KeyRing


@pytest.fixture
def folder(home, monkeypatch):
    (home / "run").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home / "run"))
    return home / "run" / "voiced" / "web"


def test_a_page_that_runs_is_opened_again(voiced, folder):
    with only_one(folder):
        (folder / "port").write_text("8123\n")
        ended = voiced("web", "--no-open", "--json")
    assert ended.code == 0
    address, _, token = ended.json["url"].partition("token=")
    assert address == "http://voiced.localhost:8123/enter?"
    assert KeyRing(folder).spend(token)


def test_a_page_that_is_just_starting(voiced, folder):
    with only_one(folder):
        ended = voiced("web", "--no-open")
    assert ended.code == 69
    assert "just starting" in ended.err


def test_a_port_that_is_taken(voiced, folder):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        ended = voiced("web", "--no-open", "--port", str(other.getsockname()[1]))
    assert ended.code == 69
    assert "voiced web --port" in ended.err
    assert not (folder / "port").exists()


def test_what_is_not_installed_is_named(voiced, folder, monkeypatch):
    monkeypatch.setattr(page, "_LIBRARIES", ("uvicorn", "no_such_library"))
    ended = voiced("web", "--no-open")
    assert ended.code == 69
    assert "not installed: no_such_library" in ended.err
    assert "pip install 'voiced[web]'" in ended.err


def test_another_device_is_let_in_only_where_it_was_set_up(voiced, folder, monkeypatch):
    ended = voiced("web", "--phone")
    assert ended.code == 69
    assert "set listen in [web]" in ended.err
    monkeypatch.setenv("VOICED_WEB__LISTEN", "192.168.1.5:8418")
    told = voiced("web", "--phone", "--json").json
    assert told["url"].startswith("https://192.168.1.5:8418/enter?token=")
    assert len(told["fingerprint"].split(":")) == 32
    assert KeyRing(folder / "away").spend(told["url"].partition("token=")[2])
