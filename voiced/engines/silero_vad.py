"""Voice detection by the Silero network, through onnxruntime alone (no torch).

The network hears windows of 512 samples with the 64 samples before them; frames of 20 ms are
gathered here. Its file comes with faster-whisper, which is looked for and not imported.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from voiced.audio import RATE_HZ, AudioFrame, level_dbfs, to_float32
from voiced.errors import ModelMissing
from voiced.workers import in_worker

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SileroVoiceDetector"]

_WINDOW_SAMPLES = 512
_CONTEXT_SAMPLES = 64
_STATE_SIZE = 128
_PATTERN = "silero_vad*.onnx"
_INPUTS = {"input", "h", "c"}
_MEND = "pip install 'voiced[whisper]', or detector = \"webrtc\" in [audio] of voiced.toml"


class SileroVoiceDetector:
    """The probability of the latest whole window: up to 32 ms old, new in five of eight frames.

    Args:
        models: Folder with the network's file; None looks into the installed faster-whisper.
        min_level_dbfs: A frame below this level is never speech.
    """

    def __init__(self, models: Path | None = None, min_level_dbfs: float = -50.0) -> None:
        self._models = models
        self._min_level_dbfs = min_level_dbfs
        self._session: Any = None
        self.reset()

    async def prepare(self) -> None:
        """Load the network and run it once.

        Raises:
            ModelMissing: Its file is not there, or is not the network that we know.
        """
        if self._session is None:
            self._session = await in_worker(_load, self._models)
            self._probability_of(np.zeros(_WINDOW_SAMPLES, np.float32))
            self.reset()

    async def aclose(self) -> None:
        """Free the network."""
        self._session = None

    def reset(self) -> None:
        """Forget the frames before."""
        self._rest = np.zeros(0, np.float32)
        self._context = np.zeros(_CONTEXT_SAMPLES, np.float32)
        self._state = [np.zeros((1, 1, _STATE_SIZE), np.float32) for _ in range(2)]
        self._probability = 0.0

    def speech_probability(self, frame: AudioFrame) -> float:
        """The probability of speech in [0, 1]. Takes frames of any length at 16 kHz.

        Raises:
            ValueError: The frame has another rate.
        """
        if frame.rate_hz != RATE_HZ:
            msg = f"need {RATE_HZ} Hz, got {frame.rate_hz} Hz"
            raise ValueError(msg)
        if self._session is None:
            self._session = _load(self._models)
        heard = np.concatenate([self._rest, to_float32(frame.samples)])
        while len(heard) >= _WINDOW_SAMPLES:
            self._probability = self._probability_of(heard[:_WINDOW_SAMPLES])
            heard = heard[_WINDOW_SAMPLES:]
        self._rest = heard
        return self._probability if level_dbfs(frame.samples) >= self._min_level_dbfs else 0.0

    def _probability_of(self, window: NDArray[np.float32]) -> float:
        feed = {
            "input": np.concatenate([self._context, window])[np.newaxis],
            "h": self._state[0],
            "c": self._state[1],
        }
        probability, *self._state = self._session.run(None, feed)
        self._context = window[-_CONTEXT_SAMPLES:]
        return min(1.0, max(0.0, float(np.ravel(probability)[0])))


def _load(models: Path | None) -> Any:
    folder = models or _bundled_folder()
    files = sorted(folder.glob(_PATTERN)) if folder else []
    if not files:
        raise _missing(f"no {_PATTERN} in {folder or 'any installed package'}")
    try:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(
            str(files[-1]), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # its errors share no other base
        raise _missing(f"{files[-1]} cannot be loaded: {error}") from error
    found = {each.name for each in session.get_inputs()}
    if found != _INPUTS:
        raise _missing(f"{files[-1]} is another network: its inputs are {sorted(found)}")
    return session


def _bundled_folder() -> Path | None:
    spec = importlib.util.find_spec("faster_whisper")
    return Path(spec.origin).parent / "assets" if spec and spec.origin else None


def _missing(reason: str) -> ModelMissing:
    return ModelMissing(f"Silero: {reason}", stage="voice detector", mend=_MEND)
