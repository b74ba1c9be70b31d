"""The whole assistant in mode ``name``: real speech in a file, real engines, virtual time."""

from __future__ import annotations

import json

import anyio
import numpy as np
import pytest

from voiced.audio import RATE_HZ, Samples, silence
from voiced.bench.material.studio import TALKERS, studio

pytestmark = pytest.mark.engine

PAUSE = silence(2 * RATE_HZ)


async def _said(*texts: str) -> Samples:
    pieces = [PAUSE]
    async with studio() as room:
        for text in texts:
            pieces += [(await room.say(text, TALKERS[0])).samples, PAUSE]
    sound = np.concatenate(pieces)
    hiss = np.random.default_rng(1).normal(0, 8, len(sound))
    return (sound + hiss.round()).astype(np.int16)


def test_only_what_names_it_is_transcribed(voiced, home, monkeypatch) -> None:
    import soundfile

    monkeypatch.setenv("VOICED_ACTIVATION__MODE", "name")
    path = home / "room.wav"
    talk = ("the kids are already in bed", "he opened the door and walked out", "I need a vacation")
    # by then it knows the voice and the microphone
    soundfile.write(path, anyio.run(_said, *talk, "what time is it, computer"), RATE_HZ)
    ended = voiced("run", "--source", str(path), *"--sink null --events - --clock virtual".split())
    assert (ended.code, ended.err) == (0, "")
    events = [json.loads(line) for line in ended.out.splitlines()]
    wanted = {"not_addressed", "wake_word_heard", "transcript_final", "turn_ended"}
    assert [event["type"] for event in events if event["type"] in wanted] == [
        *("not_addressed", "not_addressed", "not_addressed"),
        *("wake_word_heard", "transcript_final", "turn_ended"),
    ]
    (final,) = (event for event in events if event["type"] == "transcript_final")
    assert final["text"] == "what time is it"
    assert "vacation" not in ended.out
