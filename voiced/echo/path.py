"""What of the microphone's sound may be our own.

The rules, before the code:

1. The canceller, where there is one, hears every frame, so that its two streams never break.
2. Nothing was played within the last 600 ms: nothing can echo, and nothing is learned.
3. Beside the canceller an adaptive filter of our own (``linear.py``) learns the path. It tells how
   loud the echo is in the very frame, follows a reply that gets softer at once, and leaves the
   user's voice whole; a canceller's suppressor swallows it while the reply is loud.
4. The path counts as converged (``gate.py``) when the echo was heard to go for 0.4 s in all: what
   is left is 12 dB softer than the microphone's sound, or like the noise. Where the microphone
   hears nothing of a loud reply for a second, there is no path, which is as good. The user's voice
   over a reply delays this, but never undoes it.
5. Until then all that is heard while something is played may be echo: as loud, against what was
   played within 600 ms, as it ever was so far (in the first 0.7 s: anything). Afterwards, what may
   be left is the echo's level and the share of it that the canceller was seen to leave, in 24 of
   25 frames; the first share is 12 dB.
6. A canceller that only begins swallows all that is heard. So until the path is known, and where
   there is no echo to speak of, the near frame itself goes on.
7. ``excess_db`` says how much louder the near sound is than the echo before the canceller and the
   noise explain. It is known after a second in which they explained everything.
8. Everything is forgotten when the path has changed: when what is louder than expected is like the
   far sound at any delay (``likeness.py``), or when the caller finds that what it took for the
   user went away with the reply (``echo_was_ours``).
9. Where it is not known what was played, all that is heard may be echo, and the path is another
   one afterwards. Where there is no path (``absence.py``), no delay matters, and all goes on.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from voiced.audio import (
    RATE_HZ,
    AudioFrame,
    Samples,
    level_dbfs,
    silence,
    to_float32,
    to_int16,
)
from voiced.echo.absence import Absence
from voiced.echo.bands import Excess
from voiced.echo.gate import AUDIBLE_DB, SILENCE_DBFS, Gate, Levels
from voiced.echo.likeness import Likeness
from voiced.echo.linear import Floats, LinearFilter
from voiced.rates import FRAME_SAMPLES
from voiced.stages import EchoCanceller

__all__ = ["Cleaned", "EchoPath"]

_AUDIBLE_FAR_DBFS = -75.0
_ECHO_FRAMES = 30
_LATEST_FRAMES = 15
_ARRIVED_FRAMES = 37
"""After so many the echo must have been heard, if there is one; the latest not counted."""

_LOST_FRAMES = 100
_FADE_DB = 3.0
_FIRST_NOISE_DBFS, _LEAST_NOISE_DBFS = -60.0, -75.0
_NOISE_FALL, _NOISE_RISE_DB = 0.5, 0.06
_USER_DB, _USER_FRAMES = 3.0, 20
_SURPRISE_DB = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Cleaned:
    """One frame without echo, and what to think of it.

    ``frame`` is the canceller's, or the near one itself; ``level_dbfs`` is its level.
    ``expected_dbfs``: up to this level it may be what is left of our own sound; -120 where nothing
    can echo. ``is_converged``: that is known, and what is louder is not ours.

    ``excess_db``: by how much the near sound of the last 40 ms was louder than echo and noise
    explain; 0 where that is not known (as in the first 600 ms of a reply), or nothing can echo.
    ``linear`` is the near frame with nothing but the estimate of the echo taken out: more echo is
    left, but the user's voice is whole under a loud reply. It is the near frame itself where
    ``excess_db`` is not known.
    """

    frame: AudioFrame
    level_dbfs: float
    expected_dbfs: float
    is_converged: bool
    excess_db: float
    linear: AudioFrame


class EchoPath:
    """Follows the echo from frame to frame.

    Args:
        canceller: Prepared; None where none is needed.
    """

    def __init__(self, canceller: EchoCanceller | None) -> None:
        self._canceller = canceller
        self._filter = LinearFilter()
        self._excess = Excess()
        self._likeness = Likeness()
        self._gate = Gate(cancels=canceller is not None)
        self._absence = Absence()
        self._silent_frames = _ECHO_FRAMES
        self._playing_frames = 0
        self._noise_dbfs = _FIRST_NOISE_DBFS
        self._echo_dbfs = SILENCE_DBFS
        self._since_user = _USER_FRAMES
        self._fars_dbfs: deque[float] = deque(maxlen=_ECHO_FRAMES)
        self._couplings_db: deque[float] = deque(maxlen=_LATEST_FRAMES)
        self._loudest_db = SILENCE_DBFS
        self._observed = 0

    def clean(self, near: AudioFrame, far: Samples | None) -> Cleaned:
        """Take the echo of ``far`` out of ``near``: both 20 ms at 16 kHz, of the same moment.

        ``far`` is None where it is not known what was played.

        Raises:
            ValueError: A frame is of another length or rate.
        """
        if far is None:
            return self._with_unknown(near)
        if near.rate_hz != RATE_HZ or {len(near.samples), len(far)} != {FRAME_SAMPLES}:
            msg = f"need {FRAME_SAMPLES} samples at {RATE_HZ} Hz, got {len(near.samples)} near"
            raise ValueError(f"{msg} at {near.rate_hz} Hz and {len(far)} far ones")
        frame = near
        if self._canceller is not None:
            frame = self._canceller.cancel(near, AudioFrame(far, RATE_HZ, near.start))
        near_dbfs, far_dbfs = level_dbfs(near.samples), level_dbfs(far)
        self._follow_noise(near_dbfs)
        self._silent_frames = 0 if far_dbfs > _AUDIBLE_FAR_DBFS else self._silent_frames + 1
        self._playing_frames = self._playing_frames + 1 if self._silent_frames < _ECHO_FRAMES else 0
        if self._silent_frames < _ECHO_FRAMES:
            return self._with_echo(near, frame, far)
        level = near_dbfs if frame is near else level_dbfs(frame.samples)
        return self._without_echo(frame, level, near.samples)

    def lose(self, far: Samples | None) -> None:
        """Pass over sound of the microphone that was lost: ``far`` was played meanwhile.

        What the filter expects there stands in for it, so that both ends stay in step; where it is
        not known what was played, the path is another one.
        """
        if far is None:
            if not self._has_no_path:
                self._forget()
            return
        kept = len(far) // FRAME_SAMPLES * FRAME_SAMPLES
        for start in range(max(0, kept - _LOST_FRAMES * FRAME_SAMPLES), kept, FRAME_SAMPLES):
            played = far[start : start + FRAME_SAMPLES]
            lost = self._filter.pass_over(to_float32(played))
            if self._canceller is not None:
                near = AudioFrame(to_int16(lost), RATE_HZ, start)
                self._canceller.cancel(near, AudioFrame(played, RATE_HZ, start))

    def echo_was_ours(self) -> None:
        """Learn that what was taken for the user went away with the reply: forget the path."""
        self._forget()

    @property
    def _is_converged(self) -> bool:
        return self._gate.is_open and self._excess.is_settled

    @property
    def _has_no_path(self) -> bool:
        return self._is_converged and self._absence.is_known

    def _forget(self) -> None:
        self._absence.forget()
        self._filter.forget()
        self._excess.forget()
        self._gate.forget()
        self._couplings_db.clear()
        self._loudest_db = SILENCE_DBFS
        self._observed = 0

    def _with_unknown(self, near: AudioFrame) -> Cleaned:
        if self._canceller is not None:  # its streams stay in step
            self._canceller.cancel(
                near, AudioFrame(silence(len(near.samples)), RATE_HZ, near.start)
            )
        level = level_dbfs(near.samples)
        if self._has_no_path:
            return Cleaned(near, level, SILENCE_DBFS, is_converged=True, excess_db=0.0, linear=near)
        self._forget()
        self._silent_frames = 0
        return Cleaned(near, level, 0.0, is_converged=False, excess_db=0.0, linear=near)

    def _without_echo(self, frame: AudioFrame, level: float, near: Samples) -> Cleaned:
        self._excess.rest(near)
        self._fars_dbfs.clear()
        self._echo_dbfs = SILENCE_DBFS
        return Cleaned(frame, level, SILENCE_DBFS, self._is_converged, 0.0, frame)

    def _with_echo(self, near_frame: AudioFrame, frame: AudioFrame, far: Samples) -> Cleaned:
        near = to_float32(near_frame.samples)
        near_dbfs, far_dbfs = level_dbfs(near_frame.samples), level_dbfs(far)
        played = to_float32(far)
        separated = self._filter.separate(near, played)
        excess_db = self._excess.hear(separated)
        self._observe(near_dbfs, far_dbfs)
        self._echo_dbfs = max(_level(separated.echo), self._echo_dbfs - _FADE_DB)
        cleaned_dbfs = level_dbfs(frame.samples)
        self._since_user = 0 if excess_db > _USER_DB else self._since_user + 1
        is_user = self._since_user < _USER_FRAMES
        is_known = self._excess.is_settled
        of = (near_dbfs, cleaned_dbfs, far_dbfs, self._echo_dbfs, self._noise_dbfs)
        levels = Levels(*of, is_known=is_known, is_user=is_user)
        self._gate.hear(levels)
        self._absence.hear(levels)
        is_audible = near_dbfs > self._noise_dbfs + AUDIBLE_DB  # the room's noise is no surprise
        is_surprise = is_audible and self._is_surprise(cleaned_dbfs, excess_db)
        self._likeness.hear(separated.residual, played)
        if is_surprise and self._likeness.is_own():
            self._forget()
        samples = to_int16(separated.residual) if is_known else near_frame.samples
        is_echo_over = self._echo_dbfs <= self._noise_dbfs and excess_db > 0
        is_plain = not self._is_converged or is_echo_over
        return Cleaned(
            near_frame if is_plain else frame,
            near_dbfs if is_plain else cleaned_dbfs,
            self._expected_dbfs(),
            self._is_converged,
            excess_db if is_known and self._playing_frames >= _ECHO_FRAMES else 0.0,
            AudioFrame(samples, RATE_HZ, frame.start),
        )

    def _expected_dbfs(self) -> float:
        if self._is_converged:
            return self._gate.expected_dbfs(self._echo_dbfs)
        if self._observed < _ARRIVED_FRAMES:
            return 0.0
        return min(0.0, max(self._fars_dbfs) + self._loudest_db)

    def _observe(self, near_dbfs: float, far_dbfs: float) -> None:
        """Note how loud the microphone is against the speaker; what is new counts a little later.

        So the user's first words do not pass for the echo that they are held against.
        """
        self._fars_dbfs.append(far_dbfs)
        if len(self._couplings_db) == _LATEST_FRAMES:
            self._loudest_db = max(self._loudest_db, self._couplings_db[0])
        self._couplings_db.append(near_dbfs - max(self._fars_dbfs))
        self._observed += 1

    def _is_surprise(self, cleaned_dbfs: float, excess_db: float) -> bool:
        is_loud = self._is_converged and cleaned_dbfs > self._expected_dbfs() + _SURPRISE_DB
        return is_loud or excess_db > _SURPRISE_DB

    def _follow_noise(self, near_dbfs: float) -> None:
        level = max(near_dbfs, _LEAST_NOISE_DBFS)
        if level < self._noise_dbfs:
            self._noise_dbfs += _NOISE_FALL * (level - self._noise_dbfs)
        else:
            self._noise_dbfs = min(level, self._noise_dbfs + _NOISE_RISE_DB)


def _level(sound: Floats) -> float:
    power = float(np.mean(sound**2))
    return max(SILENCE_DBFS, 10 * float(np.log10(power)) if power > 0 else SILENCE_DBFS)
