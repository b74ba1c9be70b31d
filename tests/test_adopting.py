"""Other rules of turn-taking while a session runs, in virtual time, on both loops."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voiced.events import SpeechStopped, TurnEnded
from voiced.testing.fakes import Says
from voiced.testing.script import RULES, Script, run_script
from voiced.turns.rules import in_samples

QUICK = replace(RULES, end_silence=in_samples(400), patient_end=in_samples(400), reopen=0)
TEXT = "nothing that anybody can do"


def adopt(controls) -> None:
    controls._session.adopt(QUICK, duck_db=12.0, pre_roll=in_samples(100))


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("at_s", [1.5, 5.5])
def test_the_next_utterance_ends_by_them_and_not_the_one_that_is_being_said(
    tmp_path, backend, at_s
) -> None:
    user = [Says(1.0, TEXT, 1.0), Says(6.0, TEXT, 1.0)]
    script = Script(user, acts=[(at_s, adopt)], seconds=10.0)
    events = run_script(script, tmp_path, backend=backend)
    stopped = [event.at for event in events if isinstance(event, SpeechStopped)]
    ended = [event.at for event in events if isinstance(event, TurnEnded)]
    assert len(stopped) == len(ended) == 2
    waits = [over - at for at, over in zip(stopped, ended, strict=True)]
    assert waits[0] > in_samples(3000)
    assert waits[1] < in_samples(2000)
