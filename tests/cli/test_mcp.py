"""voiced mcp: servers are enabled, listed, checked and used; requests are listed and refused."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from voiced.mcp import RequestBook

PROGRAM = Path(__file__).parents[1] / "mcp_tool_server.py"


@pytest.fixture
def configured(home):
    """A user with one server, which is not enabled yet."""
    folder = home / "config" / "voiced"
    folder.mkdir(parents=True)
    command = [sys.executable, str(PROGRAM), "honest", "--state", str(home)]
    folder.joinpath("voiced.toml").write_text(
        f"""[mcp.servers.lab]
        command = {command!r}
        start_s = 30
        effects = {{ add = "read_public", wipe = "destructive" }}
        sentences = {{ add = ["add {{a}} and {{b}}"], wipe = ["wipe {{what}} for good"] }}
        """
    )
    return home


def states(voiced):
    rows = voiced("mcp", "list", "--json").json["tools"]
    return {row["tool"]: row["state"] for row in rows}


@pytest.mark.engine
def test_a_server_is_enabled_used_and_disabled(voiced, configured):
    assert "is not enabled" in voiced("mcp", "list").out
    assert voiced("match", "add two and three").code == 1
    shown = voiced("mcp", "enable", "lab")
    assert shown.code == 0
    assert "read_public" in shown.out
    assert "no effect is set for it" in shown.out
    assert states(voiced) | {"add": "usable", "wipe": "usable"} == states(voiced)
    assert states(voiced)["say"] == "no effect is set for it"
    answered = voiced("ask", "--json", "add two and three").json
    assert (answered["intent"], answered["reply"]) == ("mcp.lab.add", "lab says: five")
    asked = voiced("ask", "--json", "wipe everything for good").json
    assert asked["outcome"] == "needs_confirmation"
    assert not configured.joinpath("wiped").exists()
    assert voiced("ask", "--yes", "wipe everything for good").code == 0
    assert configured.joinpath("wiped").read_text() == "everything"
    checked = voiced("mcp", "list", "--check", "--json").json["states"]
    assert checked["lab"].startswith("works, ")
    assert voiced("mcp", "disable", "lab").code == 0
    assert voiced("match", "add two and three").code == 1


@pytest.mark.engine
def test_a_server_that_cannot_be_started_is_not_enabled(voiced, home, monkeypatch):
    monkeypatch.setenv("VOICED_MCP__SERVERS__LAB__COMMAND", "/nowhere/server")
    ended = voiced("mcp", "enable", "lab")
    assert ended.code == 69
    assert "cannot be started: No such file" in ended.err
    assert (
        voiced("mcp", "list", "--check", "--json").json["states"]["lab"].startswith("its program")
    )


def test_a_server_that_is_not_configured_is_wrong_usage(voiced):
    ended = voiced("mcp", "enable", "nobody")
    assert ended.code == 2
    assert "there are: none" in ended.err


def test_a_server_that_is_not_enabled_is_told_by_the_doctor(voiced, configured):
    checks = {check["name"]: check for check in voiced("doctor", "--json").json["checks"]}
    assert checks["MCP server lab"]["ok"] is False
    assert checks["MCP server lab"]["mend"] == "voiced mcp enable lab"
    facts = {
        fact["name"]: fact["fact"] for fact in voiced("doctor", "privacy", "--json").json["facts"]
    }
    assert facts["MCP server lab: what you have its tools do"] == f"the program {sys.executable}"


def test_requests_are_listed_and_refused(voiced, home):
    book = RequestBook(home / "state" / "voiced" / "mcp-requests")
    asked = book.ask("agent", "files.trash", {"file": "x"})
    listed = voiced("mcp", "requests", "--json").json["requests"]
    assert [row["id"] for row in listed] == [asked.id]
    assert asked.id in voiced("mcp", "requests").out
    assert voiced("mcp", "refuse", asked.id).code == 0
    assert voiced("mcp", "refuse", asked.id).code == 2
    assert book.outcome("files.trash", {"file": "x"}).text == "The user refused."
    assert voiced("mcp", "requests", "--json").json == {"requests": []}
