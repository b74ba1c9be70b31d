"""The end of a turn by its sound: smart-turn v3 (BSD-2-Clause), through onnxruntime alone.

The network hears the melody and the pace of the last 8 s: whether a sentence falls to its end or
hangs. It takes what Whisper's encoder takes, so the features are in ``log_mel.py``.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from voiced.audio import RATE_HZ, Samples, silence, to_float32
from voiced.engines.log_mel import HOP_SAMPLES, MELS, Features, log_mel
from voiced.errors import EngineError, ModelMissing
from voiced.workers import Exclusive

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SmartTurnDetector", "features", "what_is_missing"]

_STAGE = "turn end detector"
_MODEL = "smart-turn"
_FILE = "smart-turn-v3.2-cpu.onnx"
_PULL = f"voiced models pull {_MODEL}"
_INPUT = "input_features"
_HEARD_SAMPLES = 8 * RATE_HZ
_SHAPE = (MELS, _HEARD_SAMPLES // HOP_SAMPLES)
_LEAST_POWER = 1e-7


class SmartTurnDetector:
    """Says from the sound alone whether the user has finished; the transcript is not used.

    Give it the utterance from its first sound to 0.1 or 0.2 s after its last: the more silence it
    hears, the more it takes for an end. The loudness does not matter above -60 dBFS, clipping and
    noise do. It was trained on people; of synthetic speech it knows little.

    Args:
        models: The folder of the models, with ``smart-turn/smart-turn-v3.2-cpu.onnx`` in it.
    """

    def __init__(self, models: Path) -> None:
        self._models = models
        self._session: Any = None
        self._one_at_a_time = Exclusive()

    async def prepare(self) -> None:
        """Load the network and run it once.

        Raises:
            ModelMissing: onnxruntime or the network is not there, or it is another network.
        """
        await self._one_at_a_time.run(self._prepare)

    async def aclose(self) -> None:
        """Free the network."""
        self._session = None

    async def end_probability(self, audio: Samples, transcript: str) -> float:  # noqa: ARG002
        """How likely the turn is over, in [0, 1]. Takes about 30 ms of one processor.

        The network's arithmetic is coarse: a sound and its like differ by 0.05, sometimes by more.

        Args:
            audio: int16 of shape (n,), 16 kHz; of more than 8 s the last 8 s are heard.
            transcript: Not used.

        Raises:
            ModelMissing: Not prepared, and onnxruntime or the network is not there.
            EngineError: The network failed.
        """
        return await self._one_at_a_time.run(self._probability, audio)

    def _prepare(self) -> None:
        if self._session is None:
            self._probability(silence(0))

    def _probability(self, audio: Samples) -> float:
        session = self._session or _load(self._models)
        self._session = session
        try:
            (answer,) = session.run(None, {_INPUT: features(audio)[np.newaxis]})
            probability = float(np.ravel(answer)[0])
        except Exception as error:  # its errors share no other base
            raise EngineError(f"smart-turn failed: {type(error).__name__}", stage=_STAGE) from error
        return min(1.0, max(0.0, probability))


def features(audio: Samples) -> Features:
    """What the network hears of a sound: shape (80, 800).

    The last 8 s, after zeros where it is shorter, brought to mean 0 and power 1 with the zeros
    among it, as in its training.
    """
    sound = to_float32(audio[-_HEARD_SAMPLES:])
    padded = np.pad(sound, (_HEARD_SAMPLES - len(sound), 0))
    scale = np.sqrt(padded.var() + _LEAST_POWER)
    normal: NDArray[np.float32] = ((padded - padded.mean()) / scale).astype(np.float32)
    return log_mel(normal)


def what_is_missing(models: Path) -> ModelMissing | None:
    """Why smart-turn cannot be used, with the mend; None if all is there. Nothing is loaded."""
    gaps = {}
    if importlib.util.find_spec("onnxruntime") is None:
        gaps["onnxruntime is not installed"] = "pip install 'voiced[smart-turn]'"
    if not _file(models).is_file():
        gaps[f"{_file(models)} is not there"] = _PULL
    return _missing(" and ".join(gaps), " && ".join(gaps.values())) if gaps else None


def _file(models: Path) -> Path:
    return models / _MODEL / _FILE


def _load(models: Path) -> Any:
    if missing := what_is_missing(models):
        raise missing
    file = _file(models)
    try:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(
            str(file), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # its errors share no other base
        raise _missing(f"{file} cannot be loaded: {error}") from error
    _check_form(session, file)
    return session


def _check_form(session: Any, file: Path) -> None:
    """Refuse a network with other inputs or outputs; the first dimension is the batch."""
    inputs = {each.name: tuple(each.shape[1:]) for each in session.get_inputs()}
    outputs = [tuple(each.shape[1:]) for each in session.get_outputs()]
    if inputs != {_INPUT: _SHAPE} or outputs != [(1,)]:
        raise _missing(f"{file} is another network: it takes {inputs}, gives {outputs}")


def _missing(reason: str, mend: str = _PULL) -> ModelMissing:
    return ModelMissing(f"smart-turn: {reason}", stage=_STAGE, mend=mend)
