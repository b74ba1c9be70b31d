"""The last step's turn, and who is asked for a language model."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from voiced.events import ModeChanged, Timing, TranscriptFinal, TurnEnded, TurnId
from voiced.setting_up.outside import Heard, LocalServer
from voiced.setting_up.ports import local_servers
from voiced.setting_up.talking import Ear, turn_of_frames


def test_one_turn_is_followed_to_its_end() -> None:
    told: list[str] = []
    ear = Ear(told.append, lambda: told.append("over"))
    for event in (
        ModeChanged(0, "listening"),
        ModeChanged(1, "asleep"),
        TranscriptFinal(2, TurnId(1), "hello", 1.0),
        TurnEnded(3, TurnId(1), "completed", "Hello to you.", Timing()),
        TurnEnded(4, TurnId(2), "failed", "", Timing()),
    ):
        ear.hear(event)
    assert ear.heard == Heard("hello", "Hello to you.", "completed")
    assert told == ["It listens: speak now.", "over"]


FRAMES: list[dict[str, Any]] = [
    {"ok": True, "status": {}},
    {"level_dbfs": -60.0},
    {"event": {"type": "transcript_final", "text": "hello"}},
    {"event": {"type": "turn_ended", "heard": "Hi.", "outcome": "completed"}},
]


def test_the_turn_of_a_daemon_that_runs_already() -> None:
    assert turn_of_frames(FRAMES, 10.0, lambda: 0.0) == Heard("hello", "Hi.", "completed")


def test_a_daemon_that_hears_nothing_is_not_waited_for_without_end() -> None:
    times = iter(range(100))
    assert turn_of_frames([FRAMES[1]] * 50, 10.0, lambda: float(next(times))) is None
    assert next(times) < 20
    assert turn_of_frames([], 10.0) is None


@pytest.fixture
def answering() -> Iterator[dict[str, tuple[int, bytes]]]:
    """A server of canned answers by path; ``url`` is filled in."""
    answers: dict[str, tuple[int, bytes]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers.get(self.path, (404, b""))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    answers["port"] = (server.server_port, b"")
    yield answers
    server.shutdown()
    thread.join()
    server.server_close()


def test_only_what_answers_as_a_model_does_is_found(
    answering: dict[str, tuple[int, bytes]],
) -> None:
    base = f"http://127.0.0.1:{answering['port'][0]}"
    answering["/good/models"] = (200, json.dumps({"data": [{"id": "qwen\n3"}, 7]}).encode())
    answering["/page/models"] = (200, b"<html>")
    answering["/list/models"] = (200, b"[1]")
    answering["/other/models"] = (200, b'{"data": 3}')
    paths = ("good", "page", "list", "other", "missing")
    known = [(path, f"{base}/{path}") for path in paths]
    [found] = local_servers([*known, ("closed", "http://127.0.0.1:9/v1")])
    assert found == LocalServer("good", f"{base}/good", ("qwen 3",))
