from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pytest
from echo_scene import babble, frames, int16, noise, room

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Samples, level_dbfs, silence
from voiced.echo import Cleaned, EchoPath
from voiced.stages import EchoCanceller

SECONDS = 12.0
SURELY_DB = 4.0
"""An excess from which on somebody else is suspected."""


class Knowing:
    """A canceller that is told what is to be left: the user, and the echo by so much softer."""

    def __init__(self, left: np.ndarray) -> None:
        self._left = int16(left)

    async def prepare(self) -> None: ...

    async def aclose(self) -> None: ...

    def cancel(self, near: AudioFrame, far: AudioFrame) -> AudioFrame:
        return AudioFrame(self._left[near.start : near.end], near.rate_hz, near.start)


@dataclass
class Heard:
    """All frames of a scene, as columns."""

    cleaned: list[Cleaned]

    def of(self, name: str, from_s: float = 0.0, to_s: float = 1e9) -> np.ndarray:
        chosen = self.cleaned[round(from_s * 50) : round(min(to_s, 1e6) * 50)]
        return np.array([getattr(one, name) for one in chosen])

    def first_s(self, is_so: np.ndarray, after_s: float = 0.0) -> float:
        """Seconds from ``after_s`` to the end of the first frame of which it is so."""
        at = np.nonzero(is_so[round(after_s * 50) :])[0]
        return (at[0] + 1) / 50 if len(at) else np.inf


def play(near: np.ndarray, far: np.ndarray, canceller: EchoCanceller | None = None) -> Heard:
    path = EchoPath(canceller)
    return Heard([path.clean(frame, block) for frame, block in frames(near, far)])


@lru_cache
def silent_scene(echo_dbfs: float, delay_ms: float) -> tuple[np.ndarray, np.ndarray]:
    """What is played, and its echo."""
    far = babble(SECONDS, seed=1)
    return far, room(far, delay_ms, echo_dbfs)


def scene(
    echo_dbfs: float = -26.0, delay_ms: float = 100, user: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, Knowing]:
    """Near, far, and a canceller that leaves the user and the echo 30 dB softer."""
    far, echo = silent_scene(echo_dbfs, delay_ms)
    rest = noise(SECONDS) + (0 if user is None else user)
    return echo + rest, far, Knowing(echo * 10 ** (-30 / 20) + rest)


def talk(begin_s: float, seconds: float = 1.0, level_dbfs: float = -26.0) -> np.ndarray:
    user = np.zeros(round(SECONDS * RATE_HZ))
    begin = round(begin_s * RATE_HZ)
    sound = babble(seconds, seed=7, level_dbfs=level_dbfs)
    user[begin : begin + len(sound)] = sound
    return user


def untrusted(heard: Heard, margin_db: float = 6.0) -> np.ndarray:
    """Frames that are converged and louder than what may be left."""
    is_louder = heard.of("level_dbfs") > np.maximum(heard.of("expected_dbfs") + margin_db, -55)
    return is_louder & heard.of("is_converged")


def test_where_nothing_was_played_nothing_can_echo() -> None:
    user = talk(1.0, 3.0) + noise(SECONDS)
    heard = play(user, np.zeros(len(user)))
    assert set(heard.of("expected_dbfs")) == {-120.0}
    assert not np.any(heard.of("excess_db"))
    assert not np.any(heard.of("is_converged"))
    assert heard.cleaned[100].linear is heard.cleaned[100].frame


def test_without_a_canceller_the_frame_is_the_near_one() -> None:
    near, far, _ = scene()
    frame = AudioFrame(int16(near[:320]), RATE_HZ, 640)
    assert EchoPath(None).clean(frame, int16(far[:320])).frame is frame


@pytest.mark.parametrize(("echo_dbfs", "delay_ms"), [(-26, 20), (-40, 100), (-20, 300)])
def test_a_canceller_that_works_is_noticed_soon(echo_dbfs: float, delay_ms: float) -> None:
    near, far, canceller = scene(echo_dbfs, delay_ms)
    heard = play(near, far, canceller)
    assert heard.first_s(heard.of("is_converged")) < 3.0
    assert np.all(heard.of("is_converged", from_s=3.0))
    assert not np.any(untrusted(heard))
    left = heard.of("expected_dbfs", from_s=8.0)
    assert np.median(left) < echo_dbfs - 10
    assert (heard.of("excess_db") > SURELY_DB).sum() <= 1


def test_before_it_is_known_all_that_is_heard_may_be_echo() -> None:
    near, far, canceller = scene()
    near, far = near[: 2 * RATE_HZ], far[: 2 * RATE_HZ]
    heard = play(near, far, canceller)
    levels = [level_dbfs(frame.samples) for frame, _ in frames(near, far)]
    early = slice(10, 40)
    assert np.all(heard.of("expected_dbfs")[early] >= levels[early])
    assert not np.any(heard.of("is_converged", to_s=0.8))


def test_a_canceller_that_does_nothing_never_converges() -> None:
    near, far, _ = scene()
    end = 6 * RATE_HZ
    assert not np.any(play(near[:end], far[:end], Knowing(near)).of("is_converged"))


def test_a_headset_has_no_path() -> None:
    far = babble(SECONDS, seed=1)
    near = noise(SECONDS)
    heard = play(near, far)
    assert heard.first_s(heard.of("is_converged")) < 2.0
    assert np.all(heard.of("expected_dbfs", from_s=5.0) < -50)
    user = talk(5.0)
    spoken = play(near + user, far)
    assert spoken.first_s(spoken.of("excess_db") > SURELY_DB, after_s=5.0) < 0.15
    assert spoken.first_s(untrusted(spoken), after_s=5.0) < 0.1
    assert np.all(spoken.of("is_converged", from_s=3.0))


def test_without_a_canceller_the_echo_itself_is_expected() -> None:
    near, far, _ = scene()
    heard = play(near, far)
    assert np.all(heard.of("is_converged", from_s=4.0))
    levels = np.array([level_dbfs(frame.samples) for frame, _ in frames(near, far)])
    loud = levels[300:] > -40
    assert np.mean(levels[300:][loud] > heard.of("expected_dbfs", from_s=6.0)[loud] + 6) < 0.02


@pytest.mark.parametrize(
    ("echo_dbfs", "begin_s"),
    [
        (-26, 5.0),
        (-20, 6.1),
        (-26, 7.3),
        pytest.param(-20, 5.0, marks=pytest.mark.slow),
        pytest.param(-26, 6.1, marks=pytest.mark.slow),
        pytest.param(-20, 7.3, marks=pytest.mark.slow),
    ],
)
def test_the_user_over_a_loud_reply_is_noticed_at_once(echo_dbfs: float, begin_s: float) -> None:
    user = talk(begin_s, 2.0)
    near, far, canceller = scene(echo_dbfs, user=user)
    heard = play(near, far, canceller)
    assert heard.first_s(heard.of("excess_db") > SURELY_DB, after_s=begin_s) < 0.3
    assert heard.first_s(untrusted(heard), after_s=begin_s) < 0.3
    assert np.all(heard.of("is_converged", from_s=begin_s)), "the user's voice unlearned the path"
    assert not np.any(untrusted(heard)[round(begin_s * 50) + 110 :])


def test_the_linear_frame_holds_the_user() -> None:
    user = talk(8.0, 2.0)
    near, far, canceller = scene(-20, user=user)
    heard = play(near, far, canceller)
    linear = np.concatenate([one.linear.samples for one in heard.cleaned])[8 * RATE_HZ :][:32_000]
    said = user[8 * RATE_HZ :][:32_000]
    assert np.corrcoef(linear, said)[0, 1] > 0.8
    assert np.corrcoef(near[8 * RATE_HZ :][:32_000], said)[0, 1] < 0.6


def test_a_reply_that_gets_softer_is_expected_softer() -> None:
    far = babble(SECONDS, seed=1)
    gain = np.where(np.arange(len(far)) < 8 * RATE_HZ, 1.0, 10 ** (-24 / 20))
    echo = room(far, 60, -20)
    soft = np.concatenate([gain[:960] * 0 + 1, gain])[: len(far)] * echo
    left = soft / 30 + noise(SECONDS)
    heard = play(soft + noise(SECONDS), far * gain, Knowing(left))
    before = np.median(heard.of("expected_dbfs", from_s=7.0, to_s=8.0))
    after = np.median(heard.of("expected_dbfs", from_s=8.25, to_s=9.0))
    assert after < before - 12


@pytest.mark.parametrize(("before_ms", "after_ms"), [(100, 250), (250, 100), (40, 200)])
def test_a_path_that_jumps_is_unlearned_and_learned_again(before_ms: int, after_ms: int) -> None:
    far = babble(SECONDS, seed=1)
    jump = 6 * RATE_HZ
    echo = np.concatenate([room(far, before_ms, -26)[:jump], room(far, after_ms, -26)[jump:]])
    left = echo.copy()  # a canceller that knows the path before, and finds the other one in 2 s
    left[:jump] /= 30
    left[jump + 2 * RATE_HZ :] /= 30
    heard = play(echo + noise(SECONDS), far, Knowing(left + noise(SECONDS)))
    is_lost = ~heard.of("is_converged")
    assert heard.first_s(is_lost, after_s=6.0) < 0.6
    assert not np.any(untrusted(heard)[6 * 50 + 30 :])
    assert not is_lost[-100:].any()


def test_an_overlap_that_was_ours_is_remembered() -> None:
    near, far, canceller = scene()
    path = EchoPath(canceller)
    heard = [path.clean(frame, block) for frame, block in frames(near, far)][-1]
    assert heard.is_converged
    path.echo_was_ours()
    frame, block = next(frames(near, far))
    again = path.clean(frame, block)
    assert not again.is_converged
    assert again.expected_dbfs >= level_dbfs(frame.samples)


def test_sound_that_was_lost_is_passed_over() -> None:
    near, far, canceller = scene()
    path = EchoPath(canceller)
    excess_db: list[float] = []
    for frame, block in frames(near, far):
        if frame.start // FRAME_SAMPLES % 50 in {3, 4, 5}:
            path.lose(block)
        else:
            excess_db.append(path.clean(frame, block).excess_db)
    assert max(excess_db) < SURELY_DB


def test_steady_noise_that_was_there_before_a_reply_is_not_the_user() -> None:
    near, far, _ = scene()
    near, far = near.copy(), far.copy()
    far[: 2 * RATE_HZ] = near[: 2 * RATE_HZ] = 0
    heard = play(near + noise(SECONDS, -36), far)
    assert heard.of("excess_db").max() < SURELY_DB


def test_after_the_reply_nothing_can_echo() -> None:
    near, far, canceller = scene()
    path = EchoPath(canceller)
    for frame, block in frames(near, far):
        path.clean(frame, block)
    rest = [
        path.clean(AudioFrame(silence(320), RATE_HZ, 0), silence(320)).expected_dbfs
        for _ in range(35)
    ]
    assert rest[0] > -120
    assert rest[-5:] == [-120.0] * 5


@pytest.mark.parametrize(
    ("near", "far"),
    [(AudioFrame(silence(160), RATE_HZ, 0), 160), (AudioFrame(silence(320), 8000, 0), 320)],
)
def test_frames_that_do_not_fit_are_refused(near: AudioFrame, far: int) -> None:
    with pytest.raises(ValueError, match="need 320 samples"):
        EchoPath(None).clean(near, silence(far))


def spoken(samples: Samples) -> np.ndarray:
    import webrtcvad

    detector = webrtcvad.Vad(2)
    frames_of = samples[: len(samples) // 320 * 320].reshape(-1, 320)
    return np.array([detector.is_speech(frame.tobytes(), RATE_HZ) for frame in frames_of])


@pytest.mark.engine
@pytest.mark.anyio
@pytest.mark.parametrize(("delay_ms", "echo_dbfs"), [(40, -26), (300, -26), (100, -20)])
async def test_the_real_canceller_is_never_taken_for_the_user(
    delay_ms: float, echo_dbfs: float
) -> None:
    from voiced.engines.webrtc_aec import WebrtcEchoCanceller

    canceller = WebrtcEchoCanceller()
    await canceller.prepare()
    near, far, _ = scene(echo_dbfs, delay_ms)
    heard = play(near, far, canceller)
    await canceller.aclose()
    is_speech = spoken(np.concatenate([one.frame.samples for one in heard.cleaned]))
    assert heard.first_s(heard.of("is_converged")) < 4.0
    assert np.sum(untrusted(heard) & is_speech[: len(heard.cleaned)]) <= 2


def test_where_it_is_not_known_what_was_played_all_may_be_echo() -> None:
    near, far, canceller = scene()
    path = EchoPath(canceller)
    heard = [
        path.clean(frame, None if 400 <= count < 410 else block)
        for count, (frame, block) in enumerate(frames(near, far))
    ]
    assert heard[399].is_converged
    unknown = heard[400:410]
    assert all(one.expected_dbfs == 0.0 and not one.is_converged for one in unknown)
    assert not heard[411].is_converged, "the path is another one"
    assert heard[-1].is_converged, "and is learned again"


def test_what_was_lost_while_nobody_knows_what_was_played_changes_the_path() -> None:
    near, far, canceller = scene()
    path = EchoPath(canceller)
    for frame, block in frames(near, far):
        cleaned = path.clean(frame, block)
    assert cleaned.is_converged
    path.lose(None)
    assert not path.clean(*next(frames(near, far))).is_converged


def hear_with_gaps(near: np.ndarray, far: np.ndarray, gaps: range) -> Heard:
    """What was played is not known in these frames."""
    path = EchoPath(None)
    return Heard(
        [
            path.clean(frame, None if count in gaps else block)
            for count, (frame, block) in enumerate(frames(near, far))
        ]
    )


def test_where_nothing_comes_back_it_does_not_matter_what_was_played() -> None:
    user = talk(5.0)
    heard = hear_with_gaps(noise(SECONDS) + user, babble(SECONDS, seed=1), range(240, 300))
    assert np.all(heard.of("is_converged", from_s=3.0))
    assert np.all(heard.of("expected_dbfs", from_s=4.8, to_s=6.0) <= -50)
    assert heard.first_s(untrusted(heard), after_s=5.0) < 0.1


def test_a_loudspeaker_that_is_turned_up_is_no_headset_any_more() -> None:
    near, far, _ = scene()
    near = near.copy()
    near[: 5 * RATE_HZ] = noise(5.0)
    heard = hear_with_gaps(near, far, range(450, 460))
    assert np.all(heard.of("expected_dbfs", from_s=9.0, to_s=9.2) == 0.0)
    assert not np.any(heard.of("is_converged", from_s=9.0, to_s=9.4))
