"""The Wyoming engines against the server of the public package, and against bad ones."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from wyoming.asr import Transcribe
from wyoming.info import Info
from wyoming.tts import Synthesize
from wyoming_server import SpeechServer, saying, serving

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Framer, Samples, silence
from voiced.config import SynthesizerSettings, TranscriberSettings
from voiced.engines.wyoming_synthesizer import WyomingSynthesizer
from voiced.engines.wyoming_transcriber import WyomingTranscriber
from voiced.errors import EngineError, SynthesisError, TranscriptionError
from voiced.stages import Hints, SpokenAudio, Transcript, Voice
from voiced.testing.conformance.synthesizer import check_synthesizer
from voiced.testing.conformance.transcriber import check_transcriber

pytestmark = [pytest.mark.anyio, pytest.mark.engine]

VOICE = Voice("theirs", "wyoming", model="v", speaker="2")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"  # the public package is made for it


def tone(length_s: float = 1.0, rate_hz: int = RATE_HZ) -> Samples:
    at_s = np.arange(int(length_s * rate_hz)) / rate_hz
    return (8000 * np.sin(2 * np.pi * 220 * at_s)).astype(np.int16)


def frames(sound: Samples) -> list[AudioFrame]:
    return list(Framer().feed(sound))


def transcriber(address: str, **more: Any) -> WyomingTranscriber:
    return WyomingTranscriber(TranscriberSettings(engine="wyoming", wyoming=address, **more))


def synthesizer(address: str, **more: Any) -> WyomingSynthesizer:
    return WyomingSynthesizer(SynthesizerSettings(wyoming=address, **more))


async def transcribed(address: str, sound: Samples, hints: Hints | None = None) -> Transcript:
    async def stream() -> AsyncIterator[AudioFrame]:
        for frame in frames(sound):
            yield frame

    found = transcriber(address, timeout_s=0.5).transcribe(stream(), hints or Hints())
    async with aclosing(found) as transcripts:
        (final,) = [each async for each in transcripts]
    return final


async def spoken(address: str, **more: Any) -> list[SpokenAudio]:
    found = synthesizer(address, timeout_s=0.5, **more).synthesize("Well done.", VOICE)
    async with aclosing(found) as pieces:
        return [piece async for piece in pieces]


def info(**kinds: Any) -> bytes:
    data = json.dumps(kinds).encode()
    return json.dumps({"type": "info", "data_length": len(data)}).encode() + b"\n" + data


async def test_it_is_a_transcriber(tmp_path: Path) -> None:
    async with serving(SpeechServer(), tmp_path) as address:
        await check_transcriber(transcriber(address), frames(tone()))


async def test_the_server_gets_the_sound_as_it_was(tmp_path: Path) -> None:
    server, sound = SpeechServer(), np.concatenate([silence(6400), tone(), silence(3200)])
    async with serving(server, tmp_path) as address:
        final = await transcribed(address, sound, Hints(key_terms=("Ada", "Büro")))
    assert final == Transcript("Open the browser.", is_final=True, confidence=1.0)
    got = np.frombuffer(b"".join(server.heard), "<i2")
    assert np.array_equal(got, sound[: len(sound) - len(sound) % FRAME_SAMPLES])
    (asked,) = server.asked
    assert isinstance(asked, Transcribe)
    assert (asked.language, asked.transcript_terms) == ("en", ["Ada", "Büro"])


async def test_silence_is_not_sent(tmp_path: Path) -> None:
    server = SpeechServer()
    async with serving(server, tmp_path) as address:
        final = await transcribed(address, silence(16_000))
    assert (final.text, server.connections) == ("", 0)


async def test_what_recognisers_invent_is_dropped(tmp_path: Path) -> None:
    async with serving(SpeechServer(text="Thanks for watching!"), tmp_path) as address:
        assert (await transcribed(address, tone(0.2))).text == ""


async def test_it_is_a_synthesizer(tmp_path: Path) -> None:
    server = SpeechServer(speech=tone(0.5, 22_050))
    async with serving(server, tmp_path) as address:
        await check_synthesizer(synthesizer(address), VOICE)
    asked = server.asked[0]
    assert isinstance(asked, Synthesize)
    assert asked.voice is not None
    assert (asked.voice.name, asked.voice.speaker) == ("v", "2")


@pytest.mark.parametrize("channels", [1, 2])
async def test_speech_comes_as_it_was(tmp_path: Path, channels: int) -> None:
    server = SpeechServer(speech=tone(0.3, 24_000), rate_hz=24_000, channels=channels)
    async with serving(server, tmp_path) as address:
        pieces = await spoken(address)
    assert {piece.rate_hz for piece in pieces} == {24_000}
    assert np.array_equal(np.concatenate([each.samples for each in pieces]), server.speech)


FAULTS = {
    "hangs": "took too long",
    "hangs up": "hung up",
    "fails": "has a problem",
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_server_that_fails_is_a_sentence(tmp_path: Path, fault: str) -> None:
    async with serving(SpeechServer(fault=fault), tmp_path) as address:
        with pytest.raises(TranscriptionError) as hearing:
            await transcribed(address, tone())
        with pytest.raises(SynthesisError) as speaking:
            await spoken(address)
    for error in (hearing.value, speaking.value):
        assert FAULTS[fault] in error.spoken
        assert "secret words" not in str(error)
        assert error.retryable
    if fault == "fails":
        assert "asr-broke" in hearing.value.message


async def test_speech_without_sound_is_an_error(tmp_path: Path) -> None:
    async with serving(SpeechServer(), tmp_path) as address:
        with pytest.raises(SynthesisError, match="no sound"):
            await spoken(address)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "unix:///nowhere/wyoming.sock"])
async def test_where_nobody_listens(address: str) -> None:
    with pytest.raises(TranscriptionError) as raised:
        await transcriber(address).prepare()
    assert raised.value.spoken == "My transcription server is off."
    assert "[transcriber] wyoming" in raised.value.mend


async def test_no_address_is_told() -> None:
    with pytest.raises(SynthesisError, match=r"\[synthesizer\] wyoming is not set"):
        await synthesizer("").prepare()


async def test_a_server_without_ears_is_told(tmp_path: Path) -> None:
    async with serving(SpeechServer(info=Info()), tmp_path) as address:
        with pytest.raises(TranscriptionError, match="'asr'"):
            await transcriber(address).prepare()


GARBAGE = {
    "no JSON": b"GET / HTTP/1.1\r\n\r\n" + b"\n" * 3,
    "a list": b"[]\n",
    "deep": b"[" * 60_000 + b"\n",
    "no type": b'{"data": {}}\n',
    "a long line": b'{"type": "' + b"x" * 70_000 + b'"}\n',
    "a lying length": b'{"type": "info", "payload_length": 999999999999}\n',
    "a negative length": b'{"type": "info", "data_length": -1}\n',
    "a length of another kind": b'{"type": "info", "data_length": "12"}\n',
    "data that is no object": b'{"type": "info", "data": [1]}\n',
    "bytes that are no text": b'{"type": "info", "data_length": 2}\n\xff\xfe',
    "programs that are none": info(asr=["ears", 3, None]),
    "a program that is none": info(asr="ears"),
}


@pytest.mark.parametrize("garbage", GARBAGE)
async def test_garbage_is_a_sentence(garbage: str) -> None:
    async with saying(GARBAGE[garbage]) as (address, _):
        with pytest.raises(EngineError) as raised:
            await transcriber(address, timeout_s=1.0).prepare()
    assert raised.value.spoken == (
        "My transcription server answered with something I don't understand."
    )


@pytest.mark.parametrize(
    "form",
    [
        {"rate": 0, "width": 2, "channels": 1},
        {"rate": 22050, "width": 4, "channels": 1},
        {"rate": 22050, "width": 2, "channels": 6},
        {"rate": "fast", "width": 2, "channels": 1},
    ],
)
async def test_sound_of_an_unknown_kind_is_refused(form: dict[str, Any]) -> None:
    head = {"type": "audio-chunk", "data": form, "payload_length": 4}
    async with saying(json.dumps(head).encode() + b"\n" + bytes(4)) as (address, _):
        with pytest.raises(SynthesisError, match="of a kind that I don't know"):
            await spoken(address)
