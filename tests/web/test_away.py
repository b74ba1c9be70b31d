"""The page for other devices: there only where it is wanted, and apart from the one here."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from voiced.config import WebSettings
from voiced.errors import PageError
from voiced.web.app import site_pages
from voiced.web.away import Away, away_of
from voiced.web.doors import cookie_name
from voiced.web.site import Site
from voiced.web.tokens import KeyRing

SETTINGS = WebSettings(listen="192.168.1.5:8418", names=("house.local",))
BASE = "https://house.local:8418"


@pytest.fixture
def away(home: Path) -> Away:
    found = away_of(SETTINGS, home / "run" / "voiced" / "web", home / "data")
    assert found is not None
    return found


@pytest.fixture
def phone(away: Away, site: Site) -> TestClient:
    return TestClient(away.doors(site_pages(site)), base_url=BASE, follow_redirects=False)


def test_it_is_not_there_by_default(home):
    assert away_of(WebSettings(), home, home) is None


def test_a_link_lets_another_device_in_over_tls_alone(away, phone):
    link = away.link(away.keys.issue())
    assert link.startswith(f"{BASE}/enter?token=")
    entered = phone.get(link)
    assert "Secure" in entered.headers["set-cookie"]
    assert phone.get("/").status_code == 200
    assert (
        phone.post("/leave", headers={"Origin": BASE.replace("https", "http")}).status_code == 403
    )
    assert phone.post("/leave", headers={"Origin": BASE}).status_code == 303


@pytest.mark.parametrize("host", ["voiced.localhost:8418", "127.0.0.1:8418", "evil.example:8418"])
def test_it_has_the_names_that_it_was_given_and_no_others(phone, host):
    assert phone.get("/", headers={"Host": host}).status_code == 421
    assert phone.get("/", headers={"Host": "192.168.1.5:8418"}).status_code == 401


def test_a_session_here_does_not_count_there_and_no_token_either(away, phone, page):
    here = page.site.keys
    phone.cookies.set(cookie_name(8418), here.spend(here.issue()))
    assert phone.get("/").status_code == 401
    assert phone.get(f"/enter?token={here.issue()}").status_code == 401
    page.client.cookies.set(cookie_name(page.site.port), away.keys.spend(away.keys.issue()))
    assert page.client.get("/").status_code == 401


def test_an_address_of_the_newer_kind(home):
    away = away_of(WebSettings(listen="[fd00::1]:8418"), home, home)
    assert away is not None
    assert away.hosts == ("[fd00::1]:8418",)


def test_a_certificate_that_is_none_is_named(away):
    away.certificates.mkdir()
    (away.certificates / "certificate.pem").write_text("x")
    with pytest.raises(PageError, match="no certificate"):
        away.tls()


@pytest.mark.engine
def test_it_is_served_beside_the_one_here(home):
    ports = []
    for _ in range(2):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            ports.append(free.getsockname()[1])
    (home / "config" / "voiced").mkdir(parents=True)
    (home / "config" / "voiced" / "voiced.toml").write_text(
        f'[web]\nport = {ports[0]}\nlisten = "127.0.0.1:{ports[1]}"\n'
    )
    command = [sys.executable, "-m", "voiced.cli", "web", "--beside"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    certificates = home / "data" / "voiced" / "web" / "certificate.pem"
    try:
        trusted = _when_there(certificates, process)
        token = KeyRing(home / "run" / "voiced" / "web" / "away").issue()
        with httpx.Client(verify=trusted, trust_env=False) as client:
            answer = _first_answer(client, f"https://127.0.0.1:{ports[1]}/enter?token={token}")
            assert answer.status_code == 200
            assert client.get(f"https://127.0.0.1:{ports[1]}/").status_code == 200
            assert client.get(f"http://127.0.0.1:{ports[0]}/").status_code == 401
        process.communicate(timeout=30)
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait()


def _when_there(path: Path, process: subprocess.Popen[bytes]) -> ssl.SSLContext:
    until_s = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None
        assert time.monotonic() < until_s
        time.sleep(0.02)
    trusted = ssl.create_default_context(cafile=str(path))
    trusted.check_hostname = False  # it is known by its fingerprint
    return trusted


def _first_answer(client: httpx.Client, url: str) -> httpx.Response:
    until_s = time.monotonic() + 60
    while True:
        try:
            return client.get(url)
        except httpx.ConnectError:
            assert time.monotonic() < until_s
            time.sleep(0.05)
