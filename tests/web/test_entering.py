from __future__ import annotations

import os

import pytest

from voiced.web.doors import cookie_name
from voiced.web.tokens import TOKEN_S


def test_a_link_opens_the_page_once(site, stranger):
    link = site.link(site.keys.issue()).partition(str(site.port))[2]
    entered = stranger.get(link)
    assert entered.status_code == 200
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert stranger.get("/").status_code == 200
    again = stranger.get(link)
    assert (again.status_code, again.headers["location"]) == (303, "/")  # who is in, stays in
    stranger.cookies.clear()
    assert "This link was used already" in stranger.get(link).text


@pytest.mark.parametrize(
    ("query", "told"),
    [("", "This page is closed"), ("?token=", "This page is closed"), ("?token=x", "not valid")],
)
def test_who_has_no_token_is_told_what_to_do(stranger, query, told):
    answer = stranger.get(f"/enter{query}")
    assert answer.status_code == 401
    assert told in answer.text
    assert "run voiced web" in answer.text


def test_an_old_token(site, stranger):
    token = site.keys.issue()
    [path] = (each for each in site.keys.folder.iterdir() if each.name.startswith("token"))
    old_s = path.stat().st_mtime - TOKEN_S - 1
    os.utime(path, (old_s, old_s))
    assert "This link is too old" in stranger.get(f"/enter?token={token}").text


def test_who_only_looks_ahead_spends_nothing(site, stranger):
    link = f"/enter?token={site.keys.issue()}"
    assert stranger.head(link).status_code == 204
    assert stranger.get(link, headers={"Sec-Purpose": "prefetch;prerender"}).status_code == 204
    assert stranger.get(link).status_code == 200


def test_who_leaves_has_to_come_in_again(page):
    ours = {"Origin": f"http://voiced.localhost:{page.site.port}"}
    assert page.client.post("/leave", headers=ours).status_code == 303
    assert page.client.cookies.get(cookie_name(page.site.port))
    assert page.client.get("/").status_code == 401
