from __future__ import annotations

from starlette.testclient import TestClient

from .conftest import BASE


def test_who_came_in_sees_the_page(page):
    text = page.get("/")
    assert "<h1>Now</h1>" in text
    assert 'aria-current="page"' in text
    assert "no voiced is running" in text


def test_what_is_not_there(page):
    answer = page.client.get("/nothing")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def test_the_style_is_served_from_here(stranger):
    answer = stranger.get("/static/app.css")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/css")


def test_nothing_comes_from_elsewhere(page):
    assert "//" not in page.get("/").replace("http://www.w3.org/2000/svg", "")


def test_a_mistake_of_ours_is_named_and_tells_nothing_else(site, page, monkeypatch, caplog):
    def broken(*_):
        raise KeyError("what somebody said")

    monkeypatch.setattr(site.live.scene, "as_row", broken)
    client = TestClient(page.client.app, base_url=BASE, raise_server_exceptions=False)
    client.cookies = page.client.cookies
    answer = client.get("/")
    assert answer.status_code == 500
    assert "KeyError" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "KeyError" in caplog.text
    assert "somebody" not in answer.text + caplog.text
