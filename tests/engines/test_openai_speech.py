"""The speech server's engine against real sockets."""

from __future__ import annotations

import io
import wave
from contextlib import aclosing
from typing import Any

import anyio
import numpy as np
import pytest

from voiced.audio import Samples
from voiced.config import SynthesizerSettings
from voiced.engines.openai_speech import OpenAISynthesizer
from voiced.errors import SynthesisError
from voiced.stages import SpokenAudio, Voice
from voiced.testing.answers import Answer, Ending, Piece, page, refusal, sliced, whole, whole_json
from voiced.testing.conformance.synthesizer import check_synthesizer
from voiced.testing.servers import FaultServer

pytestmark = [pytest.mark.anyio, pytest.mark.engine]

_VOICE = Voice("ada", "openai", model="tts-1-hd", speaker="nova", speed=1.25)
_SOUND: Samples = (9000 * np.sin(np.arange(7001) / 9)).astype(np.int16)


def _pcm(ending: Ending = "keep", kind: str = "audio/pcm") -> Answer:
    pieces = (Piece(_SOUND.astype("<i2").tobytes()),)
    return Answer(200, {"Content-Type": kind}, pieces, is_chunked=True, ending=ending)


def _wav(channels: int = 1, width: int = 2, rate_hz: int = 22_050) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(rate_hz)
        writer.writeframes(np.repeat(_SOUND, channels).astype(f"<i{width}").tobytes())
    return file.getvalue()


def _settings(url: str) -> SynthesizerSettings:
    return SynthesizerSettings(url=url, timeout_s=0.4)


async def _speak(
    server: FaultServer, voice: Voice = _VOICE, into: list[SpokenAudio] | None = None
) -> list[SpokenAudio]:
    pieces = [] if into is None else into
    synthesizer = OpenAISynthesizer(_settings(server.url))
    try:
        async with aclosing(synthesizer.synthesize("Good morning.", voice)) as spoken:
            async for piece in spoken:
                pieces.append(piece)
    finally:
        await synthesizer.aclose()
    return pieces


def _joined(pieces: list[SpokenAudio]) -> Samples:
    return np.concatenate([piece.samples for piece in pieces])


async def test_it_is_a_synthesizer() -> None:
    async with FaultServer(sliced(_pcm(), 1001)) as server:
        await check_synthesizer(OpenAISynthesizer(_settings(server.url)), _VOICE)


@pytest.mark.parametrize("size_bytes", [1, 3, 961, 5001, 100_000])
async def test_sound_cut_anywhere_comes_whole_in_pieces(size_bytes: int) -> None:
    async with FaultServer(sliced(_pcm(), size_bytes)) as server:
        pieces = await _speak(server)
    assert np.array_equal(_joined(pieces), _SOUND)
    assert {piece.rate_hz for piece in pieces} == {24_000}
    assert all(len(piece.samples) >= 480 for piece in pieces[:-1])  # 20 ms


async def test_the_first_sound_comes_before_the_last() -> None:
    start = Answer(200, {"Content-Type": "audio/pcm"}, (Piece(bytes(4800)),), True, "stall")
    async with FaultServer(start) as server:
        synthesizer = OpenAISynthesizer(_settings(server.url))
        async with aclosing(synthesizer.synthesize("Good morning.", _VOICE)) as spoken:
            assert len((await anext(spoken)).samples) == 2400
        with anyio.fail_after(0.3):
            await server.hung_up.wait()  # interrupted: the server need not go on
        await synthesizer.aclose()


async def test_the_request_holds_the_voice() -> None:
    async with FaultServer(_pcm()) as server:
        voice = Voice("ada", "openai", "m", "nova", 1.25, lexicon={"morning": "mourning"})
        await _speak(server, voice)
        await _speak(server, Voice("plain", "openai"))
    assert server.requests[0].path == "/v1/audio/speech"
    assert server.requests[0].json() == {
        "model": "m",
        "voice": "nova",
        "input": "Good mourning.",
        "response_format": "pcm",
        "speed": 1.25,
    }
    assert server.requests[1].json()["voice"] == "alloy"


async def test_louder_and_quieter_voices() -> None:
    async with FaultServer(_pcm()) as server:
        quiet = _joined(await _speak(server, Voice("q", "openai", volume_db=-6.0)))
        loud = _joined(await _speak(server, Voice("l", "openai", volume_db=12.0)))
    assert np.allclose(quiet, _SOUND * 10 ** (-6 / 20), atol=1)
    assert 28_000 < loud.max() < 32_767  # bent, not cut off


async def test_the_rate_that_the_server_tells_is_believed() -> None:
    async with FaultServer(_pcm(kind="audio/pcm;rate=16000;channels=1")) as server:
        assert {piece.rate_hz for piece in await _speak(server)} == {16_000}


@pytest.mark.parametrize("channels", [1, 2])
async def test_a_server_without_raw_sound_is_asked_for_wav_from_then_on(channels: int) -> None:
    no = refusal(422, "response_format: Input should be 'wav' or 'mp3'")
    async with FaultServer(no, sliced(whole(_wav(channels), "audio/wav"), 999)) as server:
        synthesizer = OpenAISynthesizer(_settings(server.url))
        for _ in range(2):
            async with aclosing(synthesizer.synthesize("Good morning.", _VOICE)) as spoken:
                pieces = [piece async for piece in spoken]
            assert np.array_equal(_joined(pieces), _SOUND)
            assert pieces[0].rate_hz == 22_050
        await synthesizer.aclose()
    formats = [request.json()["response_format"] for request in server.requests]
    assert formats == ["pcm", "wav", "wav"]


async def test_a_wav_whose_length_was_not_known_when_it_began() -> None:
    file = bytearray(_wav())
    file[4:8] = file[40:44] = b"\xff\xff\xff\xff"
    async with FaultServer(whole(bytes(file), "audio/wav")) as server:
        assert np.array_equal(_joined(await _speak(server)), _SOUND)


@pytest.mark.parametrize(
    ("answer", "spoken"),
    [
        (refusal(401), "The key was refused by my speech server."),
        (refusal(400, "no such voice"), "did not take my request"),
        (page(), "don't understand"),
        (whole_json({"audio": "..."}), "don't understand"),
        (whole(b"", "audio/pcm"), "don't understand"),
        (whole(b"x", "audio/pcm"), "don't understand"),
        (whole(_wav(width=1), "audio/wav"), "don't understand"),
        (whole(_wav()[:30], "audio/wav"), "don't understand"),
        (whole(_wav()[:44], "audio/wav"), "don't understand"),
    ],
    ids=["key", "voice", "page", "json", "empty", "one byte", "8 bits", "cut head", "no sound"],
)
async def test_each_fault_is_told(answer: Answer, spoken: str) -> None:
    pieces: list[SpokenAudio] = []
    async with FaultServer(answer) as server:
        with pytest.raises(SynthesisError) as caught:
            await _speak(server, into=pieces)
    assert spoken in caught.value.spoken
    assert not pieces


@pytest.mark.parametrize("ending", ["close", "reset", "stall"])
async def test_sound_that_breaks_off_is_told_after_what_came(ending: Any) -> None:
    pieces: list[SpokenAudio] = []
    async with FaultServer(_pcm(ending)) as server:
        with pytest.raises(SynthesisError) as caught, anyio.fail_after(5):
            await _speak(server, into=pieces)
    assert caught.value.spoken == "I lost the rest."
    if ending != "reset":  # a reset may take along what was not yet read
        assert np.array_equal(_joined(pieces), _SOUND)


async def test_a_server_that_says_nothing() -> None:
    late = Answer(200, {}, (), delay_s=5)
    async with FaultServer(late) as server:
        with pytest.raises(SynthesisError) as caught:
            await _speak(server)
    assert caught.value.spoken == "My speech server took too long to answer."
