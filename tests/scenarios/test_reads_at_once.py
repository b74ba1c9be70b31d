"""Several reads that a model asks for in one round, in the whole session."""

from __future__ import annotations

from typing import Annotated

import anyio
import pytest

from voiced.events import IntentMatched, IntentReturned, TurnEnded
from voiced.plugin import TEXT, Context, Effect, Reply, intent
from voiced.rates import RATE_HZ
from voiced.stages import ToolCall
from voiced.testing.fakes import FakeResponder, Says
from voiced.testing.script import Script

ENDED: list[str] = []


@intent("slow.read", sentences=["read the {text}"], effect=Effect.R1)
async def read(context: Context, text: Annotated[str, TEXT]) -> Reply:
    """Read something; it takes two seconds, or eight for what is long."""
    try:
        await anyio.sleep(8.0 if "long" in text else 2.0)
    except BaseException:
        ENDED.append(f"{text} was cancelled")
        raise
    return Reply(f"I read the {text}.")


def model(part: str = "part") -> FakeResponder:
    calls = [ToolCall(f"call-{n}", "slow.read", {"text": f"{part} {n}"}) for n in range(1, 4)]
    return FakeResponder({"what is in there": [calls, [""]]})


def test_three_reads_take_as_long_as_one(scene) -> None:
    events = scene(
        Script([Says(1.0, "what is in there")], seconds=14, intents=[read], responder=model())
    )
    matched = [event.at for event in events if isinstance(event, IntentMatched)]
    returned = [event.at for event in events if isinstance(event, IntentReturned)]
    assert len(matched) == len(returned) == 3
    assert (returned[-1] - matched[0]) / RATE_HZ == pytest.approx(2.0, abs=0.1)
    (ended,) = [event for event in events if isinstance(event, TurnEnded)]
    assert ended.heard == "I read the part one. I read the part two. I read the part three."


def test_who_interrupts_ends_them_all(scene) -> None:
    ENDED.clear()
    user = [Says(1.0, "what is in there"), Says(4.0, "stop", 0.4)]
    events = scene(Script(user, seconds=16, intents=[read], responder=model("long part")))
    assert sorted(ENDED) == [f"long part {n} was cancelled" for n in range(1, 4)]
    outcomes = [event.outcome for event in events if isinstance(event, TurnEnded)]
    assert outcomes[0] == "interrupted"
