"""The way from real speaker to real microphone, measured as ``voiced doctor audio`` does it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from sound_server import SoundServer

from voiced.composition.engines import prepared
from voiced.doctor.echo import analyse, record
from voiced.engines.portaudio_microphone import PortAudioMicrophone
from voiced.engines.portaudio_speaker import PortAudioSpeaker
from voiced.engines.webrtc_aec import WebrtcEchoCanceller

pytestmark = [pytest.mark.device, pytest.mark.anyio]


_MOST_RESERVE_MS = 100


@pytest.mark.parametrize("delay_ms", [40, 150])
async def test_a_real_server_is_measured(sound_server: SoundServer, delay_ms: int) -> None:
    """Also the proof that the tap of the real speaker is in step with the real microphone."""
    microphone, speaker = PortAudioMicrophone("microphone"), PortAudioSpeaker("speaker")
    canceller = WebrtcEchoCanceller()
    with sound_server.echo(delay_ms, -6.0):
        async with prepared(microphone, speaker, canceller):
            recording = await record(microphone, speaker, canceller)
    figures = analyse(recording)
    print(figures)  # pytest -rP shows it
    assert figures.delay_ms is not None
    # the far signal itself comes as late as its reserve, which a busy machine makes longer
    assert figures.delay_ms > delay_ms - _MOST_RESERVE_MS
    assert figures.echo_db == pytest.approx(-6, abs=1.5)
    assert figures.erle_db is not None
    assert figures.erle_db > 15


def test_voiced_doctor_audio(sound_server: SoundServer) -> None:
    command = [sys.executable, "-m", "voiced.cli", "doctor", "audio", "--json"]
    with sound_server.echo(100, -6.0):
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    document = json.loads(done.stdout)
    assert document["verdict"] == "the echo is cancelled well"
    assert document["echo_db"] == pytest.approx(-6, abs=1.5)
    assert document["auto"] == {"cancels": True, "reason": "speaker is heard in the room"}
    assert document["cancels"]
