"""Voice detection by WebRTC's detector (webrtcvad-wheels): a few microseconds a frame, no model.

It takes steady noise for speech now and then; an energy gate in front keeps out what is too quiet.
"""

from __future__ import annotations

from typing import Any

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, level_dbfs
from voiced.errors import ModelMissing

__all__ = ["WebrtcVoiceDetector"]


class WebrtcVoiceDetector:
    """Says 1.0 or 0.0 for each frame, unsmoothed: turn-taking counts frames itself.

    Args:
        mode: 0 (lets most through) to 3 (most strict).
        min_level_dbfs: A frame below this level is never speech.
    """

    def __init__(self, mode: int = 2, min_level_dbfs: float = -50.0) -> None:
        if mode not in range(4):
            msg = f"mode {mode} is not in 0 to 3"
            raise ValueError(msg)
        self._mode = mode
        self._min_level_dbfs = min_level_dbfs
        self._vad: Any = None

    async def prepare(self) -> None:
        """Load the library.

        Raises:
            ModelMissing: It is not installed.
        """
        if self._vad is None:
            self.reset()

    async def aclose(self) -> None:
        """Forget the detector."""
        self._vad = None

    def reset(self) -> None:
        """Forget the frames before."""
        try:
            import webrtcvad
        except ImportError as error:
            raise ModelMissing(
                f"webrtcvad cannot be imported: {error}",
                stage="voice detector",
                mend="pip install webrtcvad-wheels",
            ) from error
        self._vad = webrtcvad.Vad(self._mode)

    def speech_probability(self, frame: AudioFrame) -> float:
        """1.0 for speech, 0.0 for none. Takes frames of 20 ms at 16 kHz.

        Raises:
            ValueError: The frame is of another length or rate.
        """
        if frame.rate_hz != RATE_HZ or len(frame.samples) != FRAME_SAMPLES:
            msg = f"need {FRAME_SAMPLES} samples at {RATE_HZ} Hz, got {len(frame.samples)}"
            raise ValueError(f"{msg} at {frame.rate_hz} Hz")
        if self._vad is None:
            self.reset()
        # Quiet frames are fed too: the detector adapts to the noise it hears.
        speech = self._vad.is_speech(frame.samples.tobytes(), RATE_HZ)
        return float(speech and level_dbfs(frame.samples) >= self._min_level_dbfs)
