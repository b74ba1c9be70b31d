"""What a stranger's page in the same browser may not do, whatever cookie the browser sends."""

from __future__ import annotations

from itertools import product

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from voiced.web.doors import Doors, Knock, cookie_name, judge
from voiced.web.tokens import KeyRing

PORT = 8417
OWN = f"voiced.localhost:{PORT}"
HOSTS = (OWN, f"127.0.0.1:{PORT}", f"localhost:{PORT}")

FOREIGN_HOSTS = ("evil.example", f"evil.example:{PORT}", "voiced.localhost", f"{OWN}.")
FOREIGN_ORIGINS = (
    "null",
    "https://evil.example",
    f"https://{OWN}",
    "http://voiced.localhost:9000",
    f"http://127.0.0.1:{PORT}",
)
FOREIGN_SITES = ("cross-site", "same-site", "none", "Same-Origin")


def combined(hosts, origins, sites):
    """All of them, but not what our own page sends."""
    own = (OWN, f"http://{OWN}", "same-origin")
    found = product((OWN, *hosts), (own[1], *origins), (own[2], *sites))
    return [each for each in found if each != own]


SOME = combined(FOREIGN_HOSTS[:2], FOREIGN_ORIGINS[:3], FOREIGN_SITES[:2])
ALL = combined(FOREIGN_HOSTS, FOREIGN_ORIGINS, FOREIGN_SITES)


class House:
    """What is behind the doors: it counts who came in."""

    def __init__(self, folder):
        self.came = 0
        keys = KeyRing(folder)
        self.client = TestClient(Doors(self, keys, HOSTS, PORT), base_url=f"http://{OWN}")
        self.client.cookies.set(cookie_name(PORT), keys.spend(keys.issue()))

    async def __call__(self, scope, receive, send):
        self.came += 1
        await PlainTextResponse("in")(scope, receive, send)


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


def test_every_combination_is_judged_so():
    assert len(SOME) > 30
    for host, origin, site in ALL:
        assert judge(Knock("POST", "/", (host,), (origin,), (site,), (), ("0",)), HOSTS)


@pytest.mark.parametrize(("host", "origin", "site"), SOME)
def test_a_foreign_request_changes_nothing(house, host, origin, site):
    """Also with the cookie, which a browser sends along from the own page alone."""
    headers = {"Host": host, "Origin": origin, "Sec-Fetch-Site": site}
    for method, path in (("POST", "/do/unmute"), ("DELETE", "/"), ("GET", "/live")):
        answer = house.client.request(method, path, headers=headers)
        assert answer.status_code in {403, 421}
    assert not house.came
    with pytest.raises(WebSocketDisconnect), house.client.websocket_connect("/x", headers=headers):
        pass
    assert not house.came


OURS = {"Origin": f"http://{OWN}", "Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_our_own_page_may(house, method):
    assert house.client.request(method, "/live", headers=OURS).text == "in"


@pytest.mark.parametrize("name", ["Origin", "Sec-Fetch-Site"])
def test_one_proof_is_enough_for_an_older_browser(house, name):
    assert house.client.post("/", headers={name: OURS[name]}).text == "in"


def test_without_any_proof_nothing_is_changed(house):
    answer = house.client.post("/")
    assert answer.status_code == 403
    assert "Nothing showed that the request came from this page" in answer.text
    assert not house.came


def test_a_link_from_anywhere_may_open_a_page_but_nothing_may_load_it(house):
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert house.client.get("/", headers=link).text == "in"
    loaded = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert house.client.get("/", headers=loaded).status_code == 403
    assert house.client.post("/", headers=link).status_code == 403


def test_two_hosts_are_none_of_ours():
    assert judge(Knock(hosts=(OWN, OWN)), HOSTS) == "host"
    assert judge(Knock(hosts=()), HOSTS) == "host"
    assert judge(Knock(hosts=(OWN,)), HOSTS) is None


@pytest.mark.parametrize("lengths", [(), ("1048577",), ("1", "2"), ("-1",), ("\u0661",)])
def test_a_body_is_of_a_length_that_fits(lengths):
    knock = Knock("POST", "/", (OWN,), (f"http://{OWN}",), ("same-origin",), (), lengths)
    assert judge(knock, HOSTS) == "length"


@pytest.mark.parametrize("cookie", ["", "x", "../token", "\x00", "a" * 10_000])
def test_without_a_session_nobody_comes_in(tmp_path, cookie):
    house = House(tmp_path)
    house.client.cookies.clear()
    headers = OURS | {"Cookie": f"{cookie_name(PORT)}={cookie}"}
    answer = house.client.get("/", headers=headers)
    assert answer.status_code == 401
    assert "run voiced web" in answer.text
    assert not house.came


def test_cookies_of_other_programs_do_not_matter(tmp_path):
    keys = KeyRing(tmp_path)
    house = House(tmp_path)
    house.client.cookies.clear()
    session = keys.spend(keys.issue())
    cookie = f'a=[1; b="\\"; {cookie_name(PORT)}={session}; c={{"d": 1}}'
    assert house.client.get("/", headers={"Cookie": cookie}).text == "in"


def test_every_answer_keeps_the_page_to_itself(house):
    for answer in (house.client.get("/"), house.client.post("/")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
