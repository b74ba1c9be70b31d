"""Models for the tests of engines, made once for a run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest

from voiced.audio import RATE_HZ, Resampler, Samples, silence


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def piper_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two piper voices: ``tone``, and ``plain``, which tells no timings."""
    from make_piper import make_piper_voice

    folder = tmp_path_factory.mktemp("piper")
    make_piper_voice(folder, "tone")
    make_piper_voice(folder, "plain", with_durations=False)
    return folder


@pytest.fixture
async def say() -> Callable[..., Awaitable[Samples]]:
    """Renders a sentence with espeak-ng: 16 kHz, with silence before and after it."""
    from voiced.engines.espeak import EspeakSynthesizer
    from voiced.stages import Voice

    async def render(sentence: str, voice: str = "en-us", pad_s: float = 0.3) -> Samples:
        pieces: list[Samples] = [silence(int(pad_s * RATE_HZ))]
        resampler = Resampler(22_050, RATE_HZ)
        spoken = EspeakSynthesizer().synthesize(sentence, Voice("test", "espeak", voice))
        async with aclosing(spoken):
            async for piece in spoken:
                assert piece.rate_hz == resampler.from_hz
                pieces.append(resampler.feed(piece.samples))
        return np.concatenate([*pieces, resampler.flush(), pieces[0]])

    return render


@pytest.fixture
def sound_server(tmp_path: Path) -> Iterator[object]:
    """A private PulseAudio (``sound_server.SoundServer``), fresh for each test."""
    import sound_server

    missing = sound_server.what_is_missing()
    if missing:
        pytest.skip(f"no sound server: {missing}")
    with sound_server.running(tmp_path) as server:
        yield server
