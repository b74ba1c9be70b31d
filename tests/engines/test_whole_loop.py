"""The whole assistant as a process: real sound devices, and the recommended engines together."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest
from daemon_process import Daemon

from voiced.audio import RATE_HZ, Samples

_OTHERS = "browser desktop look mail memory notes photos search sums timers writing".split()
"""Plugins that these tests do without: tools for a longer prompt than the small model can read,
and sentences that make a harder task for the embedded recogniser.
"""

VOICE = "en-us+klatt4"
"""Of the built-in voices the one that the embedded recogniser hears best."""


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """A fresh home with one file in Documents."""
    documents = tmp_path / "home" / "Documents"
    documents.mkdir(parents=True)
    (documents / "budget.xlsx").touch()
    return {"HOME": str(tmp_path / "home"), "XDG_CONFIG_HOME": "", "XDG_DATA_HOME": ""}


@pytest.fixture
def live(sound_server: Any, home: dict[str, str]) -> Iterator[Daemon]:
    """The daemon on the virtual devices, listening."""
    devices = {
        "VOICED_AUDIO__MICROPHONE": "microphone",
        "VOICED_AUDIO__SPEAKER": "speaker",
        "VOICED_INTENTS__DISABLED": json.dumps(_OTHERS),
    }
    daemon = Daemon([], sound_server.environment | home | devices)
    daemon.wait_for("mode_changed")
    time.sleep(0.3)
    yield daemon
    if daemon.process.poll() is None:
        daemon.stop()


@pytest.mark.anyio
@pytest.mark.device
async def test_a_spoken_question_is_answered_aloud(
    live: Daemon, sound_server: Any, say: Callable[..., Any]
) -> None:
    question: Samples = await say("what time is it", VOICE)
    with sound_server.listening() as ear:
        sound_server.say(question).wait(10)
        _, ended = live.wait_for("turn_ended")
    assert ended["outcome"] == "completed"
    assert ended["heard"].startswith("It's ")
    assert 150 < ended["timing_ms"]["first_audio"] < 5000
    assert np.abs(ear.sound.astype(int)).max() > 1000, "the speaker was silent"
    assert live.stop() == ""


@pytest.mark.anyio
@pytest.mark.device
async def test_speech_over_the_answer_silences_the_speaker(
    live: Daemon, sound_server: Any, say: Callable[..., Any]
) -> None:
    with sound_server.listening() as ear:
        sound_server.say(await say("what can i say", VOICE)).wait(10)
        live.wait_for("playback_started")
        await anyio.sleep(1.5)  # by now it knows that its own voice does not come back
        question = await say("what day is it", VOICE, pad_s=0.0)
        barged_in_s = _interrupt(live, sound_server, question)
        _, second = live.wait_for("turn_ended", 2)
    _, first = live.wait_for("turn_ended", 1)
    assert first["outcome"] == "interrupted"
    assert first["heard"] != ""
    answered_s = ear.first_audible_s(after_s=barged_in_s - 0.05)
    assert answered_s > barged_in_s + 0.02, "sound went on until the barge-in"
    assert second["outcome"] == "completed"


def _interrupt(live: Daemon, sound_server: Any, words: Samples) -> float:
    """Say this into a reply, and again if it is missed; when it was heard.

    How often once is enough is measured by ``voiced bench barge-in``, not here.
    """
    for _ in range(3):
        sound_server.say(words).wait(10)
        if live.has("barge_in", within_s=0.3):
            break
    return live.wait_for("barge_in", timeout_s=1.0)[0]


@pytest.mark.anyio
@pytest.mark.device
@pytest.mark.parametrize("delay_ms", [40, 200])
async def test_on_open_speakers_it_does_not_interrupt_itself(
    live: Daemon, sound_server: Any, say: Callable[..., Any], delay_ms: int
) -> None:
    with sound_server.echo(delay_ms=delay_ms, level_db=-10.0):
        for number in (1, 2):
            sound_server.say(await say("what can i say", VOICE)).wait(10)
            _, ended = live.wait_for("turn_ended", number)
            assert ended["outcome"] == "completed"
            await anyio.sleep(0.7)
    assert len([row for _, row in live.rows if row["type"] == "turn_started"]) == 2


@pytest.mark.anyio
@pytest.mark.engine
@pytest.mark.alone
async def test_the_recommended_engines_together(
    tmp_path: Path, home: dict[str, str], piper_models: Path, say: Callable[..., Any]
) -> None:
    """faster-whisper hears, a real llama.cpp server thinks and calls a tool, piper speaks."""
    import soundfile
    from llama_peer import KEY, peers, serving
    from make_gguf import make_scripted_gguf
    from make_whisper import make_scripted_whisper

    found = peers()
    if not found:
        pytest.skip("no real llama.cpp server: pip install xllamacpp")
    whisper = make_scripted_whisper(tmp_path / "whisper", "good morning, how are you today")
    call = '\n{"name": "files__create_folder", "arguments": {"new_name": "'
    model = make_scripted_gguf(
        tmp_path / "model.gguf",
        "<tool_call>",
        call,
        'receipts", "folder": null}}\n',
        "</tool_call>",
        context_tokens=65_536,
    )
    voices = Path(home["HOME"]) / ".config" / "voiced" / "voices"
    voices.mkdir(parents=True)
    profile = f'name = "tone"\nengine = "piper"\nmodel = "{piper_models / "tone.onnx"}"\n'
    (voices / "tone.toml").write_text(profile)
    recording = tmp_path / "question.wav"
    soundfile.write(recording, await say("good morning, how are you today"), RATE_HZ)
    with serving(next(iter(found)), model) as url:
        daemon = Daemon(
            ["--source", str(recording), "--sink", str(tmp_path / "answer.wav")],
            home
            | {
                "XDG_CONFIG_HOME": str(voices.parent.parent),
                # a model on a busy processor reads a long prompt slowly
                "VOICED_INTENTS__DISABLED": json.dumps(_OTHERS),
                "VOICED_TRANSCRIBER__ENGINE": "faster-whisper",
                "VOICED_TRANSCRIBER__MODEL": str(whisper),
                "VOICED_RESPONDER__URL": url,
                "VOICED_RESPONDER__KEY__ENV": "TEST_KEY",
                "TEST_KEY": KEY,
                "VOICED_SYNTHESIZER__VOICE": "tone",
            },
        )
        assert daemon.finish() == ""
    rows = [row for _, row in daemon.rows]
    assert [row for row in rows if row["type"] == "stage_failed"] == []
    matched = next(row for row in rows if row["type"] == "intent_matched")
    assert (matched["intent"], matched["origin"]) == ("files.create_folder", "model")
    assert (Path(home["HOME"]) / "Documents" / "receipts").is_dir()
    final = next(row for row in rows if row["type"] == "transcript_final")
    assert final["text"].lower().startswith("good morning, how are you today")
    answer, rate_hz = soundfile.read(tmp_path / "answer.wav", dtype="int16")
    assert rate_hz > 0
    assert np.abs(answer.astype(int)).max() > 1000, "nothing was spoken"
