"""The transcription server's engine against real sockets."""

from __future__ import annotations

import io
import re
import wave
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import anyio
import numpy as np
import pytest

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Framer, Samples, silence
from voiced.config import SecretSource, TranscriberSettings
from voiced.engines.openai_transcribe import MAX_AUDIO_S, OpenAITranscriber
from voiced.errors import TranscriptionError
from voiced.stages import Hints, Transcript
from voiced.testing.answers import Answer, events, page, refusal, whole, whole_json
from voiced.testing.conformance.transcriber import check_transcriber
from voiced.testing.servers import FaultServer, Request

pytestmark = [pytest.mark.anyio, pytest.mark.engine]

_TEXT = "Open the browser."


def _sound(length_s: float = 1.2) -> Samples:
    """A tone with silence around it."""
    at_s = np.arange(int(length_s * RATE_HZ)) / RATE_HZ
    tone: Samples = (8000 * np.sin(2 * np.pi * 220 * at_s)).astype(np.int16)
    return np.concatenate([silence(3200), tone, silence(3200)])


def _frames(sound: Samples) -> list[AudioFrame]:
    return list(Framer().feed(sound))


async def _stream(frames: list[AudioFrame]) -> AsyncIterator[AudioFrame]:
    for frame in frames:
        yield frame


def _settings(url: str, **more: Any) -> TranscriberSettings:
    return TranscriberSettings(engine="openai", url=url, **more)


async def _transcribe(
    server: FaultServer, sound: Samples, hints: Hints | None = None, **more: Any
) -> Transcript:
    transcriber = OpenAITranscriber(_settings(server.url, **more))
    audio = _stream(_frames(sound))
    try:
        async with aclosing(transcriber.transcribe(audio, hints or Hints())) as transcripts:
            (final,) = [each async for each in transcripts]
    finally:
        await transcriber.aclose()
    return final


def _verbose(*segments: dict[str, Any]) -> Answer:
    text = " ".join(each["text"] for each in segments)
    return whole_json({"text": text, "segments": segments})


def _segment(text: str, avg_logprob: float = -0.1, no_speech_prob: float = 0.01) -> dict[str, Any]:
    return {"text": text, "avg_logprob": avg_logprob, "no_speech_prob": no_speech_prob}


def _form(request: Request) -> dict[str, bytes]:
    boundary = request.headers["content-type"].partition("boundary=")[2].encode()
    parts = request.body.split(b"--" + boundary)[1:-1]
    heads = (part.strip(b"\r\n").partition(b"\r\n\r\n") for part in parts)
    return {re.search(rb'name="(\w+)"', head)[1].decode(): body for head, _, body in heads}


async def test_it_is_a_transcriber() -> None:
    async with FaultServer(_verbose(_segment(_TEXT))) as server:
        await check_transcriber(OpenAITranscriber(_settings(server.url)), _frames(_sound()))


async def test_the_request_holds_the_sound_and_the_hints(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEST_TRANSCRIBE_KEY", "secret-key")
    sound = _sound()
    hints = Hints(key_terms=("Büro", "Ada", "x" * 900))
    async with FaultServer(_verbose(_segment(_TEXT, -0.5))) as server:
        key = SecretSource(env="TEST_TRANSCRIBE_KEY")
        final = await _transcribe(server, sound, hints, key=key, language="de")
    assert final.text == _TEXT
    assert final.confidence == pytest.approx(np.exp(-0.5))
    (request,) = server.requests
    assert request.path == "/v1/audio/transcriptions"
    assert request.headers["authorization"] == "Bearer secret-key"
    form = _form(request)
    with wave.open(io.BytesIO(form.pop("file"))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
        sent = np.frombuffer(file.readframes(10**6), "<i2")
    assert np.array_equal(sent, sound[: len(sound) - len(sound) % FRAME_SAMPLES])
    assert form == {
        "model": b"whisper-1",
        "response_format": b"verbose_json",
        "language": b"de",
        "prompt": "Büro, Ada".encode(),
    }


async def test_a_server_without_verbose_json_is_asked_for_json_from_then_on() -> None:
    no = refusal(400, "response_format 'verbose_json' is not compatible with model 'm'")
    async with FaultServer(no, whole_json({"text": f" {_TEXT}\n"})) as server:
        transcriber = OpenAITranscriber(_settings(server.url, model="m"))
        for _ in range(2):
            audio = _stream(_frames(_sound()))
            async with aclosing(transcriber.transcribe(audio, Hints())) as transcripts:
                assert [each.text async for each in transcripts] == [_TEXT]
        await transcriber.aclose()
    formats = [_form(request)["response_format"] for request in server.requests]
    assert formats == [b"verbose_json", b"json", b"json"]


@pytest.mark.parametrize(
    "answer",
    [
        _verbose(_segment("Thank you for watching.")),
        _verbose(_segment("Delete all files.", no_speech_prob=0.95)),
        _verbose(_segment("Delete all files.", avg_logprob=-2.0)),
        whole_json({"text": "Subtitles by the community"}),
        whole_json({"text": ""}),
    ],
)
async def test_what_was_probably_invented_is_not_believed(answer: Answer) -> None:
    async with FaultServer(answer) as server:
        final = await _transcribe(server, _sound())
    assert final == Transcript("", is_final=True, confidence=0.0)


async def test_one_invented_segment_does_not_spoil_the_others() -> None:
    async with FaultServer(_verbose(_segment(_TEXT), _segment("Bye.", -0.2, 0.9))) as server:
        assert (await _transcribe(server, _sound())).text == _TEXT


@pytest.mark.parametrize("sound", [silence(0), silence(RATE_HZ)], ids=["none", "silence"])
async def test_what_cannot_be_heard_is_not_sent(sound: Samples) -> None:
    async with FaultServer(_verbose(_segment(_TEXT))) as server:
        assert (await _transcribe(server, sound)).text == ""
    assert server.requests == []


async def test_an_utterance_that_is_too_long_is_not_sent() -> None:
    async with FaultServer(_verbose(_segment(_TEXT))) as server:
        with pytest.raises(TranscriptionError) as caught:
            await _transcribe(server, silence(int((MAX_AUDIO_S + 1) * RATE_HZ)))
    assert caught.value.mend
    assert server.requests == []


@pytest.mark.parametrize(
    ("answer", "spoken"),
    [
        (refusal(401), "The key was refused by my transcription server."),
        (refusal(500), "My transcription server has a fault."),
        (page(), "don't understand"),
        (whole(b"not json", "application/json"), "don't understand"),
        (whole_json({"no": "text"}), "don't understand"),
        (whole(b'{"text": "' + b"x" * 2_000_000, "application/json"), "don't understand"),
        (events('{"text": ', ending="reset"), "I lost the rest."),
        (events(ending="stall"), "My transcription server took too long to answer."),
    ],
    ids=["key", "fault", "page", "no json", "no text", "too long", "reset", "stall"],
)
async def test_each_fault_is_told(answer: Answer, spoken: str) -> None:
    async with FaultServer(answer) as server:
        with pytest.raises(TranscriptionError) as caught, anyio.fail_after(5):
            await _transcribe(server, _sound(), timeout_s=0.4)
    assert spoken in caught.value.spoken
    assert caught.value.stage == "transcriber"
