"""From another device nothing is set up and no plugin enabled, even with a session there."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from voiced.config import config_file
from voiced.registry import record as plugin_record
from voiced.web.app import site_pages
from voiced.web.doors import Doors, cookie_name
from voiced.web.site import Site
from voiced.web.tokens import KeyRing

HOST = "192.168.1.5:8418"
PLACES = (
    "/setup/settings/files",
    "/setup/settings/undo",
    "/setup/sound/devices",
    "/setup/sound/listen",
    "/setup/voices/brisk/use",
    "/setup/models/tiny.en/pull",
    "/intents/plugins/sums/disable",
    "/intents/plugins/sums/enable",
    "/intents/waiting/1234",
)


@pytest.fixture
def phone(site: Site, tmp_path) -> TestClient:
    keys = KeyRing(tmp_path / "away")
    doors = Doors(site_pages(site), keys, (HOST,), 8418, scheme="https")
    client = TestClient(doors, base_url=f"https://{HOST}", follow_redirects=False)
    client.cookies.set(cookie_name(8418), keys.spend(keys.issue()))
    return client


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_set_up_from_another_device(phone: TestClient, place: str) -> None:
    headers = {"Origin": f"https://{HOST}", "Sec-Fetch-Site": "same-origin"}
    answer = phone.post(place, data={"files.opener": "evil", "decision": "do"}, headers=headers)
    assert answer.status_code == 403
    assert "on the machine itself alone" in answer.text
    assert not config_file().exists()
    assert plugin_record.read().disabled == ()


def test_it_may_read_what_is_set(phone: TestClient) -> None:
    assert phone.get("/setup/settings/files").status_code == 200
