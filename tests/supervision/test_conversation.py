"""What a conversation is like when engines break under it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from voiced.errors import TranscriptionError
from voiced.events import StageFailed, TranscriptFinal, TurnEnded
from voiced.plugin import Context, Effect, Reply, intent
from voiced.supervision import Spare, SupervisedTranscriber, Supervisor
from voiced.testing.fakes import FakeTranscriber, Says
from voiced.testing.script import Script, run_script

USER = [Says(1.0, "hello"), Says(6.0, "hello"), Says(11.0, "hello")]


@intent("talk.hello", sentences=["hello"], effect=Effect.R0)
async def hello(context: Context) -> Reply:
    """Say hello."""
    return Reply("Hello to you.")


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_recogniser_that_breaks_costs_the_user_nothing(
    tmp_path: Path, backend: Literal["asyncio", "trio"]
) -> None:
    broken = FakeTranscriber(USER, error=TranscriptionError("it broke", retryable=True))
    supervisor = Supervisor()
    transcriber = SupervisedTranscriber(
        [Spare("big", lambda: broken), Spare("small", lambda: FakeTranscriber(USER))], supervisor
    )
    events = run_script(Script(USER, intents=[hello], transcriber=transcriber), tmp_path, backend)
    heard = [event.heard for event in events if isinstance(event, TurnEnded)]
    assert heard == ["Hello to you."] * 3
    assert sum(isinstance(event, TranscriptFinal) for event in events) == 3
    assert not any(isinstance(event, StageFailed) for event in events)
