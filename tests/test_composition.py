"""What the composition root says of its choices."""

from __future__ import annotations

import logging

import anyio
import pytest

from voiced.composition import engines as composition
from voiced.config import AudioSettings, Config
from voiced.engines import echo_choice, webrtc_aec
from voiced.engines.echo_choice import EchoChoice
from voiced.errors import ModelMissing

HEARD = EchoChoice(cancels=True, reason="desk speakers are heard in the room")
IN_EARS = EchoChoice(cancels=False, reason="the sound goes into ears: headset")


class Canceller:
    """One that is installed."""

    async def prepare(self) -> None:
        pass


class MissingCanceller:
    async def prepare(self) -> None:
        raise ModelMissing("livekit cannot be imported", mend="pip install livekit")


@pytest.fixture
def chosen(monkeypatch, caplog):
    """Chooses a canceller; the levels and the text of what was logged, and whether there is one."""

    def choose(choice: EchoChoice, canceller: type, echo: str = "auto", sink: str = "speaker"):
        async def by_the_sound_server(speaker: str, microphone: str) -> EchoChoice:
            return choice

        monkeypatch.setattr(echo_choice, "chosen_for", by_the_sound_server)
        monkeypatch.setattr(webrtc_aec, "WebrtcEchoCanceller", canceller)
        config = Config(audio=AudioSettings.model_validate({"echo": echo}))
        caplog.set_level(logging.INFO)
        found = anyio.run(composition.echo_canceller, config, "mic", sink)
        return [record.levelname for record in caplog.records], caplog.text, found is not None

    return choose


def test_open_speakers_without_a_canceller_are_a_warning_with_its_mend(chosen):
    levels, text, is_there = chosen(HEARD, MissingCanceller)
    assert levels == ["WARNING"]
    assert "desk speakers are heard in the room" in text
    assert "pip install livekit" in text
    assert not is_there


@pytest.mark.parametrize(
    ("choice", "echo", "is_cancelled"),
    [(HEARD, "auto", True), (IN_EARS, "auto", False), (HEARD, "off", False)],
)
def test_the_choice_and_its_reason_are_logged(chosen, choice, echo, is_cancelled):
    levels, text, is_there = chosen(choice, Canceller, echo)
    assert levels == ["INFO"]
    assert (choice.reason if echo == "auto" else "off") in text
    assert is_there is is_cancelled


def test_a_file_has_no_echo_to_speak_of(chosen):
    assert chosen(HEARD, Canceller, sink="answer.wav") == ([], "", False)
