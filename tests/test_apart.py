"""What is started for the user is started by his systemd where we are its service."""

from __future__ import annotations

import os

import pytest

from voiced.plugin import apart

COMMAND = ["xdg-open", "--", "a b"]


@pytest.mark.parametrize("started_by", ["", "1", "nonsense"])
def test_outside_of_a_service_it_is_the_command(
    monkeypatch: pytest.MonkeyPatch, started_by: str
) -> None:
    monkeypatch.setenv("SYSTEMD_EXEC_PID", started_by)
    assert apart(COMMAND) == COMMAND


def test_in_a_service_systemd_runs_it_in_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYSTEMD_EXEC_PID", str(os.getpid()))
    monkeypatch.setenv("LANG", "C")
    command = apart(COMMAND, {"LANG": "C", "XDG_ACTIVATION_TOKEN": "x y"})
    assert command[0] == "systemd-run"
    assert command[-5:] == ["--setenv=XDG_ACTIVATION_TOKEN=x y", "--", *COMMAND]
