"""Setup on a real sound server: microphone, loudspeaker, and a conversation with the daemon."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import anyio
import numpy as np
import pytest
from setting_up_fakes import Person

from voiced.audio import RATE_HZ, Samples, silence
from voiced.config import load
from voiced.demo import USER_VOICE, render_speech
from voiced.engines.espeak import EspeakSynthesizer
from voiced.registry import plugin_names
from voiced.setting_up.keeping import Keeper
from voiced.setting_up.outside import Run
from voiced.setting_up.real import RealOutside
from voiced.setting_up.steps import STEPS

pytestmark = pytest.mark.device

_OTHERS = '["browser", "desktop", "look", "mail", "photos", "search", "sums", "timers", "writing"]'


@pytest.fixture
def question() -> Samples:
    sound = anyio.run(render_speech, "what time is it", EspeakSynthesizer(), USER_VOICE)
    pause = silence(RATE_HZ // 3)
    return np.concatenate([pause, sound, pause])


@pytest.fixture
def env(sound_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A user with nothing, on the private sound server."""
    runtime = tmp_path / "own"
    runtime.mkdir(mode=0o700)
    for name in ("CONFIG_HOME", "DATA_HOME", "STATE_HOME", "CACHE_HOME", "RUNTIME_DIR"):
        monkeypatch.setenv(f"XDG_{name}", str(runtime))
    return {"VOICED_INTENTS__DISABLED": _OTHERS, **sound_server.environment}


def test_from_the_microphone_to_a_conversation(
    sound_server: Any, question: Samples, env: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "voiced.toml"

    def read(file: Path | None) -> Any:
        return load(file, env, plugin_names)

    class User(Person):
        """Speaks when it is told to."""

        def tell(self, text: str) -> None:
            super().tell(text)
            if "Say anything now" in text or "It listens" in text:
                sound_server.say(question)

    user = User(which="default")

    def refuse(*_: object) -> NoReturn:
        raise AssertionError("nothing of that was agreed to")

    outside = RealOutside(env, user.tell, refuse, lambda: read(None), refuse)
    run = Run(outside, user, Keeper(path, read), read(None).config)
    STEPS["microphone"](run)
    assert run.found["microphone"]["problem"] == "", run.found
    with sound_server.listening() as ear:
        STEPS["speaker"](run)
        assert ear.audible_s(), "the speaker was silent"
    assert run.found["speaker"]["heard"] is True
    STEPS["conversation"](run)
    assert run.found["conversation"]["outcome"] == "completed", user.screen
    assert "You said: what time is it\nIt said: It's " in user.told[-1]
