"""Wake words by pymicro-wakeword: small networks that hear a word as it is spoken.

Hazards: the library crashes the process on a model file that it cannot read, so each file is tried
by the same library first. What makes its features wipes out the exception that is being raised when
it is freed, so it is made last and freed by itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from voiced.audio import RATE_HZ, AudioFrame
from voiced.errors import ModelMissing
from voiced.stages import WakeWord
from voiced.workers import in_worker

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MicroWakeWordDetector", "threshold"]

_AT_ONCE = 6
"""So many frames at once cost a third of what they cost one by one."""

_STEP = RATE_HZ // 100
_SILENT = RATE_HZ
"""A word is not heard twice within this."""

_LAG_MS = {"okay_nabu": 150, "alexa": 260, "hey_jarvis": 160, "hey_mycroft": 40}
_A_LAG_MS = 150
"""A word is known so long after its end: measured with a dozen synthetic voices."""

_STAGE = "wake word"
_INSTALL = "pip install 'voiced[wake-word]'"


@dataclass(slots=True)
class _Model:
    """One word's network. ``silent_until``: it was just heard."""

    name: str
    network: Any
    threshold: float
    silent_until: int = 0

    @property
    def lag(self) -> int:
        """How many samples after its end the word is known."""
        return _LAG_MS.get(self.name, _A_LAG_MS) * RATE_HZ // 1000


class MicroWakeWordDetector:
    """Listens for up to a few words at once.

    Args:
        words: Each one of those in the package (``okay_nabu``), or the path of a model's JSON
            file, beside which its network lies.
        sensitivity: In [0, 1]; 0.5 is what each model was made for.
    """

    def __init__(self, words: Sequence[str], sensitivity: float = 0.5) -> None:
        self._words = tuple(words)
        self._sensitivity = sensitivity
        self._models: list[_Model] = []
        self._features: Any = None
        self._waiting: list[AudioFrame] = []

    async def prepare(self) -> None:
        """Load the models.

        Raises:
            ModelMissing: The package is not installed, or a model is not there or broken.
        """
        if not self._models:
            self._features, self._models = await in_worker(self._load)

    async def aclose(self) -> None:
        """Free the models."""
        models, self._models = self._models, []
        self._features = None
        for model in models:
            model.network.close()

    def detect(self, frame: AudioFrame) -> WakeWord | None:
        """The word that was just complete, if one was; it looks every 120 ms."""
        self._waiting.append(frame)
        if len(self._waiting) < _AT_ONCE:
            return None
        sound = np.concatenate([each.samples for each in self._waiting])
        at = frame.end - len(sound)
        self._waiting.clear()
        found: WakeWord | None = None
        for features in self._features.process_streaming(sound.tobytes()):
            at = min(at + _STEP, frame.end)
            for model in self._models:
                likely: float = model.network.process_streaming_prob(features) or 0.0
                if likely > model.threshold and at >= model.silent_until:
                    model.silent_until = at + _SILENT
                    found = WakeWord(model.name, max(1, at - model.lag))
        return found

    def _load(self) -> tuple[Any, list[_Model]]:
        try:
            import pymicro_wakeword
        except (ImportError, OSError) as error:
            raise _missing(f"pymicro-wakeword cannot be loaded: {error}", _INSTALL) from error
        models = [self._model(pymicro_wakeword, word) for word in self._words]
        return pymicro_wakeword.MicroWakeWordFeatures(), models

    def _model(self, package: Any, word: str) -> _Model:
        folder = Path(package.__file__).parent
        file = Path(word).expanduser()
        if file.suffix != ".json":
            file = folder / "models" / f"{word}.json"
        network = _network_of(file, folder)
        _try(network, folder)
        try:
            loaded = package.MicroWakeWord.from_config(file)
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise _broken(file, str(error)) from error
        cutoff = threshold(loaded.probability_cutoff, self._sensitivity)
        return _Model(file.stem, loaded, cutoff)


def threshold(made_for: float, sensitivity: float) -> float:
    """How likely a word has to be: a quarter of the doubt that is left at 0, four times at 1."""
    return max(0.05, 1 - (1 - made_for) * 4 ** (2 * sensitivity - 1))


def _network_of(file: Path, folder: Path) -> Path:
    """The network beside the model's description."""
    try:
        described = json.loads(file.read_text(encoding="utf-8"))
        return file.parent / str(described["model"])
    except FileNotFoundError as error:
        known = ", ".join(sorted(path.stem for path in (folder / "models").glob("*.json")))
        mend = f"set words in [activation] of voiced.toml to one of {known}, or to a .json file"
        raise _missing(f"there is no model {str(file)!r}", mend) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _broken(file, f"{type(error).__name__}: {error}") from error


def _try(network: Path, folder: Path) -> None:
    """Refuse a network that the library cannot read: it would crash on it later."""
    from pymicro_wakeword.wakeword import TfLiteWakeWord

    if not network.is_file():
        raise _missing(f"there is no network {str(network)!r}", _INSTALL)
    libraries = sorted((folder / "lib").glob("*tensorflowlite_c.*"))
    if not libraries:
        raise _missing(f"pymicro-wakeword has no library in {folder / 'lib'}", _INSTALL)
    library = TfLiteWakeWord(libraries[0]).lib
    model = library.TfLiteModelCreateFromFile(str(network).encode())
    if not model:
        raise _broken(network, "it is no network, or was cut off")
    library.TfLiteModelDelete(model)


def _broken(file: Path, reason: str) -> ModelMissing:
    mend = f"put the file back: {_INSTALL} --force-reinstall"
    return _missing(f"{file} cannot be used: {reason}", mend)


def _missing(reason: str, mend: str) -> ModelMissing:
    return ModelMissing(
        f"wake word: {reason}",
        stage=_STAGE,
        spoken="I can't listen for my wake word. The push-to-talk key works.",
        mend=mend,
    )
