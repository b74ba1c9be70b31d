"""The volume of a real sound server: set, muted, taken back; and when there is no server."""

from __future__ import annotations

import pytest

from voiced.errors import IntentFailed
from voiced_intents.desktop.sound import Level, open_sound

pytestmark = pytest.mark.device


def test_the_volume_of_a_real_server(sound_server, monkeypatch) -> None:
    for name, value in sound_server.environment.items():
        monkeypatch.setenv(name, value)
    with open_sound() as sound:
        sound.set(Level(40, is_muted=True))
        assert sound.level() == Level(40, is_muted=True)
    assert "40%" in sound_server.control("get-sink-volume", "@DEFAULT_SINK@")
    assert sound_server.control("get-sink-mute", "@DEFAULT_SINK@") == "Mute: yes"
    with open_sound() as sound:
        sound.set(Level(100, is_muted=False))
    assert sound_server.control("get-sink-mute", "@DEFAULT_SINK@") == "Mute: no"


def test_a_server_that_is_not_there(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")
    with pytest.raises(IntentFailed) as none, open_sound():
        pass
    assert none.value.spoken == "I can't reach the sound server, so I can't change the volume."
    assert "PipeWire" in none.value.mend
