"""Searching on a server that speaks SearXNG's JSON, over real HTTP; the browser is a script."""

from __future__ import annotations

import json
import stat
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import anyio
import pytest

from voiced.errors import IntentFailed, InvalidSlots
from voiced.plugin import Effect
from voiced.testing import clock
from voiced.testing.answers import Answer, Piece, disconnect, redirect, whole_json
from voiced.testing.context import FakeContext
from voiced.testing.servers import LoopbackServer, Request
from voiced_intents.browser import Settings as BrowserSettings
from voiced_intents.search import Settings, open_result, search_web, tell_more
from voiced_intents.search.results import RESULT, WebResult

ROWS: list[dict[str, Any]] = [
    {
        "url": "https://en.wikipedia.org/wiki/Heat_pump",
        "title": "Heat pump",
        "content": "A device.",
    },
    {
        "url": "https://www.bbc.com/a",
        "title": "Do they work?",
        "content": "They do. See evil.com/x",
    },
    {"url": "https://x.org/", "title": "Prices\u202e\n now", "content": None},
    {"url": "https://x.org/", "title": "Twice", "content": ""},
    {"url": "javascript:alert(1)", "title": "Bad", "content": ""},
    {"url": "https://d.example/", "title": "Fourth", "content": ""},
]


class Searx:
    """What the server was asked, and what it answers."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.answer = answer or whole_json({"query": "x", "results": ROWS})
        self.asked: list[dict[str, list[str]]] = []
        self.paths: list[str] = []

    async def respond(self, request: Request) -> Answer:
        self.asked.append(parse_qs(request.body.decode()))
        self.paths.append(f"{request.method} {request.path}")
        return self.answer


@pytest.fixture
def browser(tmp_path: Path) -> tuple[Path, Path]:
    """A browser that writes down what it opens: the program, and the file."""
    program, log = tmp_path / "browser", tmp_path / "opened"
    program.write_text(f'#!/bin/sh\nprintf "%s" "$*" > {log}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program, log


@pytest.fixture(autouse=True)
def no_browser_has_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


class Context(FakeContext):
    """Has the settings of both plugins."""

    def __init__(self, *settings: object, **more: Any) -> None:
        super().__init__(**more)
        self.known: dict[type, Any] = {type(each): each for each in settings}

    def settings(self, kind: type[Any]) -> Any:
        return self.known.get(kind) or kind()


def opened_by(program: str) -> Context:
    return Context(BrowserSettings(opener=(program,)))


def served(server: Searx, body: Callable[[str], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with LoopbackServer(server.respond) as serving:
            return await body(serving.url.removesuffix("/v1"))

    return anyio.run(run)


def search(server: Searx, said: str = "heat pumps", *answers: Any) -> Any:
    async def body(url: str) -> Any:
        context = Context(Settings(url=url), answers=answers)
        return await search_web(context, query=said)

    return served(server, body)


def test_three_results_are_named_with_their_sources() -> None:
    server = Searx()
    reply = search(server)
    assert reply.text == (
        "I found this. First, from wikipedia.org: Heat pump. "
        "Second, from bbc.com: Do they work? Third, from x.org: Prices now."
    )
    assert [each.source for each in reply.entities] == [
        "wikipedia.org", "bbc.com", "x.org", "d.example",
    ]  # fmt: skip
    assert reply.data["sources"] == [row["url"] for row in ROWS[:3]]
    assert server.asked == [{"q": ["heat pumps"], "format": ["json"]}]
    assert server.paths == ["POST /search"]  # the words are in no log of paths


def test_a_model_answers_from_the_results_and_names_the_source() -> None:
    reply = search(Searx(), "what is a heat pump", {"answer": "A device that heats.", "result": 1})
    assert reply.text.startswith(
        "Wikipedia.org says: A device that heats. The results are: First, from wikipedia.org"
    )


@pytest.mark.parametrize("answer", [{"answer": "", "result": 0}, {"answer": "So.", "result": 5}])
def test_an_answer_from_no_result_is_not_told(answer: dict[str, Any]) -> None:
    assert search(Searx(), "heat pumps", answer).text.startswith("I found this. First,")


def test_nothing_found_is_said() -> None:
    reply = search(Searx(whole_json({"results": []})))
    assert reply.text == "I found nothing on the web for that."


@pytest.mark.parametrize(
    ("answer", "spoken", "mend"),
    [
        (Answer(403), "My search server refuses to answer me.", "formats"),
        (Answer(500), "My search server did not take the search.", "log"),
        (redirect("https://evil.example/"), "did not take", "url"),
        (whole_json({"results": "none"}), "something I don't understand", "SearXNG"),
        (Answer(200, pieces=(Piece(b"<html>"),)), "something I don't understand", "SearXNG"),
        (Answer(200, pieces=(Piece(b"x" * (5 << 20)),)), "something I don't understand", "SearXNG"),
        (disconnect("reset"), "I can't reach my search server.", "start it"),
    ],
)
def test_each_fault_is_said_with_its_mend(answer: Answer, spoken: str, mend: str) -> None:
    with pytest.raises(IntentFailed) as failed:
        search(Searx(answer))
    assert spoken in failed.value.spoken
    assert mend in failed.value.mend


def test_a_slow_server_is_given_up() -> None:
    server = Searx(Answer(200, delay_s=5.0))

    async def body(url: str) -> Any:
        context = Context(Settings(url=url, timeout_s=0.05))
        return await search_web(context, query="heat pumps")

    with pytest.raises(IntentFailed, match="no answer in time"):
        served(server, body)


def test_without_a_server_the_browser_searches(browser: tuple[Path, Path]) -> None:
    program, log = browser
    context = opened_by(str(program))

    async def run() -> Any:
        return await search_web(context, query="heat & pumps #1")

    assert clock.run(run).text == "I opened the search in your browser."
    assert log.read_text() == "https://duckduckgo.com/?q=heat+%26+pumps+%231"


def test_without_a_browser_it_is_said_with_the_mend() -> None:
    context = opened_by("no-such-browser")

    async def run() -> Any:
        return await search_web(context, query="heat pumps")

    with pytest.raises(IntentFailed) as failed:
        clock.run(run)
    assert "xdg-utils" in failed.value.mend


def test_words_are_needed() -> None:
    async def run() -> Any:
        return await search_web(FakeContext(), query=" ")

    with pytest.raises(InvalidSlots):
        clock.run(run)


PAGES = tuple(WebResult(row["title"], row["url"], row["content"] or "") for row in ROWS[:3])


def test_the_second_one_is_told_with_its_source_and_without_links() -> None:
    context = FakeContext()
    context.assistant.entities = PAGES

    async def run() -> Any:
        return await tell_more(context, hit=PAGES[1])

    reply = clock.run(run)
    assert reply.text == "Do they work? Bbc.com says: They do. See (link)."
    assert reply.entities == PAGES  # "and the third one?"


def test_a_result_is_opened_in_the_browser(browser: tuple[Path, Path]) -> None:
    program, log = browser
    context = opened_by(str(program))

    async def run() -> Any:
        return await open_result(context, result=PAGES[0])

    assert clock.run(run).text == "I opened Heat pump from wikipedia.org in your browser."
    assert log.read_text() == PAGES[0].url


def test_what_leaves_the_machine_is_declared_so() -> None:
    assert (search_web.effect, search_web.is_query) == (Effect.O1, True)
    assert open_result.effect_with({"result": PAGES[0]}) is Effect.O2
    assert open_result.effect_with({"result": replace(PAGES[0], is_known=True)}) is Effect.O1
    assert tell_more.effect is Effect.R1


def test_only_what_was_named_is_a_result() -> None:
    context = FakeContext()
    assert RESULT.resolve("the second one", context) == ()
    assert RESULT.from_entity(PAGES[1]) is PAGES[1]
    assert RESULT.from_entity(type("Cat", (), {"kind": "cat", "spoken": "cat"})()) is None


@pytest.mark.parametrize(
    "url", ["ftp://x", "http://", "http://a b", "http://u:p@x", "http://x/?q=1", "http://x/#a"]
)
def test_the_server_is_a_plain_address(url: str) -> None:
    with pytest.raises(ValueError, match="plain address"):
        Settings(url=url)


def test_the_page_holds_the_query() -> None:
    with pytest.raises(ValueError, match="query"):
        BrowserSettings(search_page="https://example.org/search")
    assert json.loads(Settings().model_dump_json())["url"] == ""
