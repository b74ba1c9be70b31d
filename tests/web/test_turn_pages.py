"""The turns on the page: the list, one of them, and one once more."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from turn_events import a_turn, an_interrupted_turn

from voiced.events import (
    CallJudged,
    IntentMatched,
    ModelReplied,
    ReplySentence,
    TranscriptFinal,
    TurnId,
)
from voiced.web.reruns import Reruns

from .conftest import OURS, Page
from .history_lab import SCRIPT, keep, store, timed, timeline, two_turns

TURN = TurnId(1)


def test_nothing_is_kept_yet(page: Page) -> None:
    assert "No turn is kept yet" in page.get("/turns")


def test_the_list_is_paged_newest_first(page: Page) -> None:
    keep(*(timed(300.0 + number) for number in range(45)))
    first = page.get("/turns")
    assert first.index('href="/turns/45"') < first.index('href="/turns/6"')
    assert 'href="/turns/5"' not in first
    assert 'href="/turns?before=6"' in first
    second = page.get("/turns?before=6")
    assert 'href="/turns/5"' in second
    assert 'href="/turns/6"' not in second
    assert "no older turns" in page.get("/turns?before=1")


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "²"])
def test_a_place_in_the_list_that_is_none_is_its_beginning(page: Page, before: str) -> None:
    two_turns()
    assert 'href="/turns/2"' in page.get(f"/turns?before={before}")


def test_a_turn_tells_when_what_happened_and_why(page: Page) -> None:
    two_turns()
    text = page.get("/turns/2")
    assert '<svg viewBox="0 62 960' in text
    assert "<style" not in text
    assert "words that were not the reply" in text
    assert "The utterance ended after the usual silence (500 ms of silence)." in text
    assert "20 of 30 letters (67%)" in text
    assert 'href="/turns/1"' in text


def test_a_turn_tells_what_the_policy_decided(page: Page) -> None:
    events = []
    for each in a_turn(TURN):
        events.append(each)
        if isinstance(each, IntentMatched):
            effect = ("reversible", "typed_external", "read_back")
            events.append(CallJudged(each.at, TURN, "files.delete", *effect))
            events.append(ModelReplied(each.at, TURN, 1200, 900, 17))
    keep(timeline(events))
    text = page.get("/turns/1")
    assert "your own words" in text
    assert "what matters is a value out of text from outside" in text
    assert "a question comes first, and a plain yes is enough" in text
    assert 'href="/journal/42"' in text
    assert "1200" in text
    assert "900" in text


def test_what_was_said_is_text_and_long_texts_are_cut(page: Page) -> None:
    said = SCRIPT + "ﻢﺣ🙂" + "y" * 1_000_000
    keep(
        timeline(
            replace(each, text=said) if isinstance(each, TranscriptFinal | ReplySentence) else each
            for each in a_turn(TURN)
        )
    )
    text = page.get("/turns/1")
    assert SCRIPT not in text
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;ﻢﺣ🙂" in text
    assert 'dir="auto"' in text
    assert len(text) < 60_000
    assert 'href="?whole=1"' in text
    assert len(page.get("/turns/1?whole=1")) > 1_000_000


def test_without_words_the_page_says_so(page: Page) -> None:
    keep(timeline(a_turn(TURN), words=False))
    assert "Words are kept only where" in page.get("/turns/1")


def test_a_turn_that_is_not_kept(page: Page) -> None:
    answer = page.client.get("/turns/7")
    assert answer.status_code == 404
    assert "Turn 7 is not kept" in answer.text


def test_a_damaged_file_shows_what_can_be_read(page: Page) -> None:
    two_turns()
    with store().path.open("ab") as file:
        file.write(b'{"number":3,"at":\n\xff\xfe\n')
    text = page.get("/turns")
    assert 'href="/turns/2"' in text
    assert 'href="/turns/3"' not in text


# Once more


class FakeRun:
    """Runs nothing, and answers what it was given."""

    def __init__(self, code: int, document: object) -> None:
        self.arguments: tuple[str, ...] = ()
        self._answer = code, document if isinstance(document, bytes) else json.dumps(document)

    async def __call__(self, arguments):
        self.arguments = tuple(arguments)
        code, text = self._answer
        return code, text if isinstance(text, bytes) else text.encode()


def run_again(page: Page, run: FakeRun, **fields: str) -> str:
    """The page that a replay leads to."""
    page.site.reruns.run = run
    answer = page.client.post("/turns/1/replay", data=fields, headers=OURS)
    assert answer.status_code == 303, answer.text
    return page.get(answer.headers["location"])


def test_a_turn_runs_again_with_other_settings(page: Page) -> None:
    keep(timeline(a_turn(TURN)), sound=True)
    again = timeline(an_interrupted_turn(TURN))
    run = FakeRun(0, {"replayed": [again.as_row()]})
    fields = {"turns-end_silence_ms": "300", "transcriber-engine": "pocketsphinx"}
    text = run_again(page, run, **fields)
    assert run.arguments[-2:] == ("--set", "turns.end_silence_ms=300")
    assert run.arguments.count("--set") == 1
    assert text.count("<svg") == 2
    assert "turns.end_silence_ms" in text
    assert "+300 ms" in text


def test_a_form_can_set_nothing_else(page: Page) -> None:
    keep(timeline(a_turn(TURN)), sound=True)
    run = FakeRun(0, {"replayed": []})
    text = run_again(page, run, **{"responder-url": "http://example.org", "policy-confirm_s": "0"})
    assert "--set" not in run.arguments
    assert "no speech was heard" in text


@pytest.mark.parametrize(
    ("code", "document", "told"),
    [
        (78, {"error": {"message": "turns.<b>x</b>: bad", "mend": "set it"}}, "turns.&lt;b&gt;x"),
        (-9, b"", "the replay ended with -9"),
        (0, {"replayed": [{"turn": "x"}]}, "the replay ended with 0"),
    ],
)
def test_a_replay_that_fails_says_why(page: Page, code: int, document: object, told: str) -> None:
    keep(timeline(a_turn(TURN)), sound=True)
    assert told in run_again(page, FakeRun(code, document))


def test_one_replay_at_a_time(page: Page) -> None:
    keep(timeline(a_turn(TURN)), sound=True)
    running = page.site.reruns.begin(1, {})
    answer = page.client.post("/turns/1/replay", headers=OURS)
    assert answer.status_code == 409
    assert "another turn is just running again" in answer.text
    waiting = page.get(f"/turns/1/replays/{running.id}")
    assert "/static/waiting.js" in waiting
    state = page.client.get(f"/turns/1/replays/{running.id}/state").json()
    assert state == {"state": "running"}
    assert page.client.get(f"/turns/2/replays/{running.id}/state").status_code == 404


def test_without_sound_nothing_runs_again(page: Page) -> None:
    keep(timeline(a_turn(TURN)))
    assert "Its sound is not kept" in page.get("/turns/1")
    assert page.client.post("/turns/1/replay", headers=OURS).status_code == 409


def test_only_the_last_replays_are_known() -> None:
    reruns = Reruns()
    for number in range(20):
        reruns.begin(1, {}).give_up()
        assert reruns.rerun(1, number + 1) is not None
    assert reruns.rerun(1, 1) is None
