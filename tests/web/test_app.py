from __future__ import annotations


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
