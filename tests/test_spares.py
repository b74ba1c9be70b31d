"""Which engine takes over from which, and what is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import pytest

from voiced.composition import opening, spares
from voiced.composition.telling import tell_changes
from voiced.config import Config
from voiced.errors import ModelMissing
from voiced.events import EngineChanged, Event
from voiced.supervision import Change, SupervisedSynthesizer, SupervisedTranscriber, Supervisor
from voiced.testing import clock

ALL = {
    "transcriber": {"engine": "openai", "url": "http://127.0.0.1:1/v1", "model": "w"},
    "synthesizer": {"voice": "alba"},
    "audio": {"detector": "silero"},
    "turns": {"end_detector": "smart-turn"},
    "responder": {"url": "http://127.0.0.1:1/v1", "model": "m"},
    "mcp": {"servers": {"notes": {"command": ["notes"]}}},
    "policy": {"confirm_s": 5},
}


def chain(settings: dict[str, Any]) -> list[str]:
    config = Config.model_validate({"transcriber": settings})
    transcriber = spares.transcriber(config, Supervisor())
    assert isinstance(transcriber, SupervisedTranscriber)
    return [spare.name for spare in transcriber._engines]


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("voiced.composition.spares.model_folder", lambda: tmp_path)
    return tmp_path


def test_big_models_give_way_to_smaller_ones_and_those_to_the_one_that_is_built_in(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = ["tiny.en", "base.en", "small.en", "tiny"]
    monkeypatch.setattr(
        "voiced.composition.spares.installed",
        lambda folder: [type("Installed", (), {"name": name}) for name in there],
    )
    assert chain({"engine": "faster-whisper", "model": "small.en"}) == [
        "faster-whisper small.en",
        "faster-whisper base.en",
        "pocketsphinx",
    ]
    assert chain({"engine": "faster-whisper", "model": "tiny.en"}) == [
        "faster-whisper tiny.en",
        "pocketsphinx",
    ]
    assert chain({"engine": "faster-whisper", "model": "small", "language": "de"}) == [
        "faster-whisper small",
        "faster-whisper tiny",
    ]


def test_after_a_start_that_nobody_survived_a_smaller_model_is_used(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = ["tiny.en", "base.en", "small.en"]
    monkeypatch.setattr(
        "voiced.composition.spares.installed",
        lambda folder: [type("Installed", (), {"name": name}) for name in there],
    )
    whisper = {"engine": "faster-whisper", "model": "small.en"}
    config = Config.model_validate({"transcriber": whisper})
    assert spares.after_crashes(config, 0) == (config, ())
    lighter, told = spares.after_crashes(config, 1)
    assert lighter.transcriber.whisper_model == "base.en"
    assert told == (Change("transcriber", "faster-whisper base.en", 1, "crashes"),)
    least = Config.model_validate({"transcriber": {**whisper, "model": "tiny.en"}})
    assert spares.after_crashes(least, 2) == (least, ())
    assert spares.after_crashes(Config(), 2) == (Config(), ())
    built_in, told = spares.after_crashes(config, 3)
    assert built_in.transcriber.engine == "pocketsphinx"
    assert told == (spares.ONLY_BUILT_IN,)


def test_other_recognisers(models: Path) -> None:
    assert chain({}) == ["pocketsphinx"]
    assert chain({"engine": "openai", "url": "http://127.0.0.1:1/v1", "model": "w"}) == [
        "openai w",
        "pocketsphinx",
    ]


def test_a_voice_that_was_never_pulled_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voiced.composition.engines.model_folder", lambda: tmp_path)
    changes: list[Change] = []
    supervisor = Supervisor()
    supervisor.listen(changes.append)
    config = Config.model_validate({"synthesizer": {"voice": "alba"}})
    synthesizer, voice = spares.voice(config, supervisor)
    assert isinstance(synthesizer, SupervisedSynthesizer)
    assert voice.engine == "espeak"
    assert changes == [Change("synthesizer", "espeak", 1, "model_missing")]


def test_built_in_only_needs_nothing_and_is_no_less_careful() -> None:
    config = spares.built_in_only(Config.model_validate(ALL))
    assert config.transcriber.engine == "pocketsphinx"
    assert config.synthesizer.voice == "default"
    assert config.audio.detector == "webrtc"
    assert config.turns.end_detector == "off"
    assert not config.responder.url
    assert not config.mcp.servers
    assert config.policy.confirm_s == 5


@pytest.mark.parametrize(
    "stage", ["transcriber", "synthesizer", "responder", "everything", "configuration"]
)
def test_every_change_has_a_sentence(stage: str) -> None:
    worse = spares.spoken(Change(stage, "simple", 1, "crashes"))
    assert worse.endswith(".")
    if stage not in ("everything", "configuration"):
        assert spares.spoken(Change(stage, "better", 0)) != worse


def test_a_change_is_told_at_once_and_said_when_it_may_be() -> None:
    events: list[Event] = []
    said: list[tuple[float, str]] = []

    async def say(announcement: Any, integrity: Any, answer_s: float) -> Any:
        await anyio.sleep(3)
        said.append((anyio.current_time(), announcement.text))
        return "heard"

    async def body() -> None:
        supervisor = Supervisor(anyio.current_time)
        supervisor.tell(spares.ONLY_BUILT_IN)
        began_s = anyio.current_time()
        with anyio.move_on_after(10):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(tell_changes, supervisor, events.append, lambda: 7, say)
                await anyio.sleep(1)
                supervisor.tell(Change("synthesizer", "espeak", 1, "synthesis_error"))
                assert len(events) == 2
        assert [round(at_s - began_s) for at_s, _ in said] == [3, 6]

    clock.run(body)
    assert events == [
        EngineChanged(7, "everything", "what is built in", 1, "crashes"),
        EngineChanged(7, "synthesizer", "espeak", 1, "synthesis_error"),
    ]
    assert "failed to start" in said[0][1]
    assert "voice" in said[1][1]


def test_without_a_supervisor_nothing_takes_the_place_of_what_was_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A measurement of one engine must not be that of another."""
    monkeypatch.setattr("voiced.composition.engines.model_folder", lambda: tmp_path)
    config = Config.model_validate({"synthesizer": {"voice": "alba"}})
    with pytest.raises(ModelMissing):
        opening._speech(config, None)
    speech, voice, synthesizer = opening._speech(Config(), None)
    assert not isinstance(speech, SupervisedTranscriber)
    assert not isinstance(synthesizer, SupervisedSynthesizer)
    assert voice.engine == "espeak"
