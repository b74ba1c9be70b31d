"""The demo's director: what is said when, and what is said again."""

from __future__ import annotations

import anyio
import pytest

from voiced.audio import silence
from voiced.demo import DemoMicrophone, Director, Request
from voiced.events import Outcome, PlaybackStarted, Timing, TurnEnded, TurnId
from voiced.testing import clock

REQUESTS = (Request("one"), Request("two"), Request("three", interrupts=True))


def directed(outcomes: dict[int, Outcome]) -> list[str]:
    """What is said, if the turns end like this; turns left out end as completed."""
    announced: list[str] = []

    async def play() -> None:
        director = Director(
            REQUESTS,
            [silence(320)] * len(REQUESTS),
            DemoMicrophone(),
            lambda request: announced.append(request.text),
        )

        async def answer() -> None:
            turn = 0
            while True:
                await anyio.sleep(0.5)
                if turn < len(announced):
                    turn += 1
                    director.hear(PlaybackStarted(0, TurnId(turn)))
                    await anyio.sleep(3.0)
                    outcome = outcomes.get(turn, "completed")
                    director.hear(TurnEnded(0, TurnId(turn), outcome, "", Timing()))

        with anyio.fail_after(120):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(answer)
                await director.direct()
                tasks.cancel_scope.cancel()

    clock.run(play)
    return announced


def test_everything_is_said_once_where_it_is_understood():
    assert directed({}) == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ({1: "not_understood"}, ["one", "one", "two", "three"]),
        ({1: "not_understood", 2: "not_understood"}, ["one", "one", "two", "three"]),
        ({3: "not_understood"}, ["one", "two", "three", "three"]),
        ({1: "failed"}, ["one", "two", "three"]),
    ],
)
def test_what_was_not_understood_is_said_once_more(outcomes, said):
    assert directed(outcomes) == said
