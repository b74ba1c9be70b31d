"""A page without a browser: its client comes with the cookie of a session."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from voiced.config import Loaded, load
from voiced.registry import plugin_names
from voiced.web.app import site_app
from voiced.web.daemon import Daemon
from voiced.web.doors import cookie_name
from voiced.web.site import Site
from voiced.web.tokens import KeyRing

PORT = 8417
BASE = f"http://voiced.localhost:{PORT}"
OURS = {"Origin": BASE, "Sec-Fetch-Site": "same-origin"}
"""What a browser sends with what our own page asks for."""


@dataclass
class Page:
    """The page, and a client that was let in."""

    site: Site
    client: TestClient
    home: Path

    def get(self, path: str) -> str:
        """The text of a page that must be there."""
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user who has nothing yet."""
    for name in ("CACHE", "CONFIG", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    (tmp_path / "run").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.delenv("VOICED_CONFIG", raising=False)
    return tmp_path


@pytest.fixture
def site(home: Path) -> Site:
    control = home / "run" / "voiced"
    return Site(_loading(), Daemon(control), KeyRing(control / "web"), PORT)


@pytest.fixture
def page(site: Site, home: Path) -> Page:
    """Who came in already."""
    session = site.keys.spend(site.keys.issue())
    client = TestClient(site_app(site), base_url=BASE, follow_redirects=False)
    client.cookies.set(cookie_name(PORT), session)
    return Page(site, client, home)


@pytest.fixture
def stranger(site: Site) -> TestClient:
    """Who has no session."""
    return TestClient(site_app(site), base_url=BASE, follow_redirects=False)


def _loading() -> Callable[[], Loaded]:
    return lambda: load(None, os.environ, plugin_names)
