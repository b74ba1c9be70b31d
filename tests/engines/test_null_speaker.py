from __future__ import annotations

import anyio
import pytest

from voiced.engines.null_speaker import NullSpeaker
from voiced.testing import clock, signals
from voiced.testing.conformance import check_speaker

BACKENDS = pytest.mark.parametrize("backend", ["asyncio", "trio"])


@BACKENDS
def test_it_conforms(backend) -> None:
    clock.run(check_speaker, NullSpeaker(), backend=backend)


@BACKENDS
def test_stop_counts_to_the_sample(backend) -> None:
    async def main() -> tuple[int, int, int]:
        playback = NullSpeaker().open()
        for frame in signals.frames(signals.tone(0.2)):
            await playback.play(frame)
        await anyio.sleep(0.0625)
        return playback.heard, playback.stop(), playback.stop()

    assert clock.run(main, backend=backend) == (1000, 1000, 1000)


@BACKENDS
def test_ten_minutes_of_sound_take_ten_minutes_by_the_clock(backend) -> None:
    async def main() -> tuple[float, int]:
        start_s = anyio.current_time()
        playback = NullSpeaker().open()
        for frame in signals.frames(signals.silence(60.0)):
            await playback.play(frame)
        await playback.drain()
        return anyio.current_time() - start_s, playback.heard

    taken_s, heard = clock.run(main, backend=backend)
    assert taken_s == pytest.approx(60.0, abs=0.002)
    assert heard == 60 * 16_000


def test_a_pause_between_frames_is_not_heard_as_sound() -> None:
    async def main() -> list[int]:
        heard = []
        playback = NullSpeaker().open()
        for frame in signals.frames(signals.tone(0.06)):
            await playback.play(frame)
            await anyio.sleep(1.0)
            heard.append(playback.heard)
        return heard

    assert clock.run(main) == [320, 640, 960]


def test_a_frame_longer_than_the_buffer_waits_in_pieces() -> None:
    from voiced.audio import AudioFrame

    async def main() -> tuple[float, int]:
        playback = NullSpeaker().open()
        start_s = anyio.current_time()
        await playback.play(AudioFrame(signals.tone(3.0), 16_000, 0))
        return anyio.current_time() - start_s, playback.stop()

    waited_s, heard = clock.run(main)
    assert waited_s == pytest.approx(2.8, abs=0.002)
    assert heard == pytest.approx(2.8 * 16_000, abs=40)


def test_a_cancelled_play_has_played_only_what_it_got_rid_of() -> None:
    from voiced.audio import AudioFrame

    async def main() -> int:
        playback = NullSpeaker().open()
        with anyio.move_on_after(1.0):
            await playback.play(AudioFrame(signals.tone(3.0), 16_000, 0))
        await playback.drain()
        return playback.stop()

    assert clock.run(main) == pytest.approx(1.2 * 16_000, abs=321)


def test_another_rate_within_a_lease_is_refused() -> None:
    from voiced.audio import AudioFrame

    async def main() -> None:
        playback = NullSpeaker().open()
        await playback.play(AudioFrame(signals.tone(0.1), 16_000, 0))
        await playback.play(AudioFrame(signals.tone(0.1), 8_000, 0))

    with pytest.raises(ValueError, match="16000 Hz was given a frame of 8000 Hz"):
        clock.run(main)


def test_closing_stops_what_plays() -> None:
    async def main() -> tuple[int, int]:
        speaker = NullSpeaker()
        await speaker.prepare()
        playback = speaker.open()
        for frame in signals.frames(signals.tone(0.2)):
            await playback.play(frame)
        await anyio.sleep(0.1)
        await speaker.aclose()
        before = playback.heard
        await anyio.sleep(1.0)
        return before, playback.heard

    assert clock.run(main) == (1600, 1600)
