"""A kept sound through the real session again: nothing is done, and settings can be tried."""

from __future__ import annotations

import dataclasses
from contextlib import aclosing
from pathlib import Path

import anyio
import numpy as np
import pytest

from voiced.audio import FRAME_SAMPLES, RATE_HZ, Samples, silence
from voiced.bench.settings import apart
from voiced.composition import engines as composition
from voiced.config import Config, IntentSettings, Loaded
from voiced.demo import USER_VOICE, render_speech
from voiced.plugin import Reply
from voiced.registry import load_plugins
from voiced.replay import ReplayMicrophone, ReplaySpeaker, harmless, replay
from voiced.testing import clock, conformance, signals
from voiced.testing.fakes import FakeSpeaker
from voiced.timeline import Timeline

NEAR = np.arange(1, 2 * FRAME_SAMPLES + 11, dtype=np.int16)


def test_the_microphone_plays_all_of_it_and_then_silence() -> None:
    async def hear() -> list[tuple[int, float, Samples]]:
        async with aclosing(ReplayMicrophone(NEAR, 0.1).frames()) as frames:
            return [(each.start, anyio.current_time(), each.samples) async for each in frames]

    heard = clock.run(hear)
    sound = np.concatenate([samples for _, _, samples in heard])
    assert np.array_equal(sound[: len(NEAR)], NEAR)
    assert not sound[len(NEAR) :].any()
    assert len(sound) >= len(NEAR) + 0.1 * RATE_HZ
    assert [start for start, _, _ in heard] == list(range(0, len(sound), FRAME_SAMPLES))
    assert heard[3][1] == pytest.approx(0.08)


def test_the_microphone_is_one() -> None:
    clock.run(conformance.check_microphone, ReplayMicrophone(NEAR, 1.0))


def test_the_speaker_is_one_and_plays_what_was_played_then() -> None:
    clock.run(conformance.check_speaker, ReplaySpeaker(FakeSpeaker(), silence(FRAME_SAMPLES)))
    speaker = ReplaySpeaker(FakeSpeaker(), NEAR)
    played = [speaker.played(FRAME_SAMPLES) for _ in range(4)]
    assert np.array_equal(np.concatenate(played)[: len(NEAR)], NEAR)
    assert {len(samples) for samples in played} == {FRAME_SAMPLES}
    assert not played[3].any()


def test_harmless_plugins_say_the_same_and_do_nothing() -> None:
    plugins = load_plugins(IntentSettings())
    safe = harmless(plugins)

    assert {reply.text for reply in clock.run(_texts, safe)} == {"Done."}
    for before, after in zip(plugins.plugins, safe.plugins, strict=True):
        assert [intent.sentences for intent in after.intents] == [
            intent.sentences for intent in before.intents
        ]
        assert [intent.effect for intent in after.intents] == [
            intent.effect for intent in before.intents
        ]
        assert after.undoers == ()


async def _texts(safe) -> list[Reply]:
    intents = [intent for plugin in safe.plugins for intent in plugin.intents]
    return [await intent.function(None, anything=1) for intent in intents]


async def _spoken(text: str) -> Samples:
    synthesizer = composition.synthesizer(Config(), USER_VOICE)
    async with composition.prepared(synthesizer):
        speech = await render_speech(text, synthesizer, USER_VOICE)
    return np.concatenate([signals.silence(0.5), speech, signals.silence(0.5)])


def _again(loaded: Loaded, near: Samples, **turns: int) -> tuple[Timeline, ...]:
    changed = loaded.config.turns.model_copy(update=turns)
    config = loaded.config.model_copy(update={"turns": changed})
    far = np.zeros_like(near)
    return clock.run(replay, dataclasses.replace(loaded, config=config), near, far)


@pytest.mark.engine
def test_a_turn_goes_as_it_went_but_nothing_is_done() -> None:
    with apart(Config()) as loaded:
        near = clock.run(_spoken, "delete the invoice")
        (folder,) = (Path(root) for root in loaded.config.plugins["files"]["roots"])
        before = sorted(folder.rglob("*"))
        (usual,) = _again(loaded, near)
        assert sorted(folder.rglob("*")) == before
        (slow,) = _again(loaded, near, early_end_ms=900, end_silence_ms=900)
    matched = usual.first("intent_matched")
    assert matched is not None
    assert matched.facts["intent"] == "files.trash"
    assert slow.timing_ms.endpoint is not None
    assert usual.timing_ms.endpoint is not None
    assert slow.timing_ms.endpoint > usual.timing_ms.endpoint


@pytest.mark.engine
def test_silence_makes_no_turn() -> None:
    with apart(Config()) as loaded:
        assert _again(loaded, signals.silence(1.0)) == ()
