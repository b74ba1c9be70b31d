"""What clicks in the tray do."""

from __future__ import annotations

from pathlib import Path

import pytest
from control_lab import FakeControls

from voiced.steering.shown import obey, open_page

pytestmark = pytest.mark.anyio


def test_each_entry_of_the_tray_works_a_handle_and_talk_is_a_tap() -> None:
    controls = FakeControls()
    for act in ("stop", "talk", "mute", "unmute"):
        obey(act, controls)
    assert controls.asked == ["stop", "press", "release", "mute", "unmute"]


async def test_the_page_is_opened_by_a_program_that_is_not_ours(tmp_path, monkeypatch) -> None:
    called = tmp_path / "called"
    program = tmp_path / "setsid"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {called}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    await open_page(pytest.fail)
    words = called.read_text().split("\n")
    assert (words[0], words[-3:-1]) == ("--fork", ["web", "--open"])


async def test_a_page_that_cannot_be_opened_is_told(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    told: list[str] = []
    await open_page(told.append)
    assert told == [
        "I cannot open the page from the tray: No such file or directory; run voiced web"
    ]
