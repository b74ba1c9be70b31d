from __future__ import annotations

import sys

import numpy as np
import pytest

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, level_dbfs, silence
from voiced.engines.webrtc_aec import WebrtcEchoCanceller
from voiced.errors import ModelMissing
from voiced.testing import signals
from voiced.testing.conformance import check_echo_canceller

pytestmark = pytest.mark.anyio


async def test_it_keeps_the_contract() -> None:
    await check_echo_canceller(WebrtcEchoCanceller(), delay_samples=RATE_HZ // 100)


@pytest.mark.parametrize("delay_ms", [40, 300])
async def test_it_finds_a_delay_that_nobody_tells_it(delay_ms: int) -> None:
    canceller = WebrtcEchoCanceller()
    await canceller.prepare()
    far = signals.speech_like(4.0, seed=3)
    near = np.concatenate([silence(delay_ms * RATE_HZ // 1000), far])[: len(far)] // 2
    frames = zip(signals.frames(near), signals.frames(far), strict=True)
    left = np.concatenate([canceller.cancel(one, other).samples for one, other in frames])
    await canceller.aclose()
    settled = slice(3 * RATE_HZ, None)
    assert level_dbfs(left[settled]) < level_dbfs(near[settled]) - 20


def frame(samples: int, rate_hz: int = RATE_HZ) -> AudioFrame:
    return AudioFrame(silence(samples), rate_hz, 0)


@pytest.mark.parametrize(
    ("near", "far"),
    [
        (frame(FRAME_SAMPLES), frame(FRAME_SAMPLES, 8000)),
        (frame(100), frame(100)),
        (frame(FRAME_SAMPLES), frame(160)),
    ],
)
async def test_frames_that_do_not_fit_are_refused(near: AudioFrame, far: AudioFrame) -> None:
    canceller = WebrtcEchoCanceller()
    await canceller.prepare()
    with pytest.raises(ValueError, match=r"near|need"):
        canceller.cancel(near, far)


def test_it_must_be_prepared() -> None:
    with pytest.raises(ValueError, match="prepare"):
        WebrtcEchoCanceller().cancel(frame(FRAME_SAMPLES), frame(FRAME_SAMPLES))


async def test_a_missing_library_names_its_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "livekit", None)
    with pytest.raises(ModelMissing, match="livekit cannot be imported") as caught:
        await WebrtcEchoCanceller().prepare()
    assert "pip install livekit" in caught.value.mend
