"""The handles of the page, as a script and as a form use them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from control_lab import Lab, laboratory

from voiced.control.peers import Scope
from voiced.controls import Asked
from voiced.web.app import site_app
from voiced.web.doors import cookie_name
from voiced.web.site import Site

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def opened(
    home, site: Site, scope: Scope = Scope.ADMIN
) -> AsyncIterator[tuple[Lab, httpx.AsyncClient]]:
    """A daemon, and a client that was let in and acts as our own page does."""
    base = f"http://{site.hosts[0]}"
    cookies = {cookie_name(site.port): site.keys.spend(site.keys.issue())}
    headers = {"Origin": base, "Sec-Fetch-Site": "same-origin"}
    transport = httpx.ASGITransport(site_app(site))
    async with (
        laboratory(home / "run", scope) as lab,
        httpx.AsyncClient(
            transport=transport, base_url=base, cookies=cookies, headers=headers
        ) as client,
    ):
        yield lab, client


SCRIPT = {"Accept": "application/json"}


@pytest.mark.parametrize(
    ("act", "values", "asked"),
    [
        ("stop", {}, ["stop"]),
        ("mute", {}, ["mute"]),
        ("unmute", {}, ["unmute"]),
        ("ptt", {}, ["toggle"]),
        ("ptt", {"action": "up", "stream": "x"}, []),
    ],
)
async def test_a_handle_reaches_the_session(home, site, act, values, asked) -> None:
    async with opened(home, site) as (lab, client):
        answer = await client.post(f"/do/{act}", data=values, headers=SCRIPT)
        assert answer.status_code == 204
        assert lab.controls.asked == asked


async def test_what_is_typed_and_answered_reaches_the_session(home, site) -> None:
    async with opened(home, site) as (lab, client):
        lab.keyboard.asked = Asked("q7", "Shall I?")
        await client.post("/do/say", data={"text": "what time is it"}, headers=SCRIPT)
        await client.post("/do/answer", data={"id": "q7", "answer": "yes"}, headers=SCRIPT)
        assert lab.keyboard.typed == ["what time is it", "q7: yes"]


async def test_a_form_gets_the_page_again(home, site) -> None:
    async with opened(home, site) as (lab, client):
        answer = await client.post("/do/say", data={"text": "what time is it"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert lab.keyboard.typed == ["what time is it"]


async def test_what_the_daemon_refuses_is_told(home, site) -> None:
    async with opened(home, site, Scope.ACT) as (lab, client):
        answer = await client.post("/do/unmute", headers=SCRIPT)
        assert answer.status_code == 409
        assert "needs the scope admin" in answer.json()["message"]
        page = await client.post("/do/unmute")
        assert page.status_code == 409
        assert "needs the scope admin" in page.text
        assert not lab.controls.asked


async def test_without_a_daemon_that_is_told(page) -> None:
    ours = {"Origin": f"http://{page.site.hosts[0]}"}
    answer = page.client.post("/do/stop", headers=ours | SCRIPT)
    assert answer.status_code == 503
    assert answer.json()["message"] == "no voiced is running"


@pytest.mark.parametrize("act", ["reload", "watch", "status", "tell_request", "x"])
async def test_the_page_has_these_handles_and_no_others(home, site, act) -> None:
    async with opened(home, site) as (lab, client):
        assert (await client.post(f"/do/{act}")).status_code == 409
        assert (await client.get("/do/stop")).status_code == 405
        assert not lab.controls.asked


async def test_a_key_can_be_held_only_by_a_page_that_follows(home, site) -> None:
    async with opened(home, site) as (lab, client):
        answer = await client.post("/do/ptt", data={"action": "down", "stream": "x"})
        assert answer.status_code == 409
        assert not lab.controls.asked


async def test_scripts_in_what_was_said_are_text(home, site) -> None:
    bad = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    site.live.scene.hear({"type": "transcript_final", "turn": 1, "text": bad})
    site.live.scene.hear(
        {
            "type": "intent_matched",
            "turn": 1,
            "intent": "x",
            "slots": {bad: bad},
            "origin": "spoken",
            "effect": "R0",
        }
    )
    site.live.scene.hear({"type": "reply_sentence", "turn": 1, "text": bad})
    site.live.scene.ask({"id": bad, "text": bad, "options": [bad, bad], "needs_screen": False})
    async with opened(home, site) as (_, client):
        text = (await client.get("/")).text
        assert "<script>alert" not in text
        assert "<img" not in text
        assert text.count("&lt;script&gt;alert") == 8


def test_what_is_said_unasked_has_no_dots_for_a_request(page) -> None:
    take = page.site.live.take
    take({"event": {"type": "reply_sentence", "turn": 1, "text": "Your tea is ready."}})
    assert '<p class="said partial" dir="auto" hidden>' in page.get("/")
    take({"event": {"type": "transcript_final", "turn": 1, "text": "thank you"}})
    assert '<p class="said" dir="auto">thank you</p>' in page.get("/")
