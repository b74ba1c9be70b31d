"""A Wyoming server as others run it, made of the public ``wyoming`` package, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import AsrModel, AsrProgram, Attribution, Describe, Info, TtsProgram, TtsVoice
from wyoming.server import AsyncEventHandler, AsyncServer
from wyoming.tts import Synthesize

from voiced.audio import Samples

_BY = Attribution(name="tests", url="http://127.0.0.1")
_CHUNK = 1024


def _named(kind: Callable[..., Any], name: str, **more: Any) -> Any:
    return kind(name=name, description=name, attribution=_BY, installed=True, version="1", **more)


@dataclass
class SpeechServer:
    """What it has, what it answers, and what it was asked."""

    text: str = "Open the browser."
    speech: Samples = field(default_factory=lambda: np.zeros(0, np.int16))
    rate_hz: int = 22_050
    channels: int = 1
    fault: str = ""
    info: Info = field(
        default_factory=lambda: Info(
            asr=[_named(AsrProgram, "ears", models=[_named(AsrModel, "m", languages=["en"])])],
            tts=[_named(TtsProgram, "mouth", voices=[_named(TtsVoice, "v", languages=["en"])])],
        )
    )
    asked: list[Transcribe | Synthesize] = field(default_factory=list[Transcribe | Synthesize])
    heard: list[bytes] = field(default_factory=list[bytes])
    connections: int = 0


class _Conversation(AsyncEventHandler):
    def __init__(self, server: SpeechServer, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._server = server
        server.connections += 1

    async def handle_event(self, event: Event) -> bool:
        server = self._server
        if Describe.is_type(event.type):
            await self.write_event(server.info.event())
        elif Transcribe.is_type(event.type):
            server.asked.append(Transcribe.from_event(event))
        elif AudioChunk.is_type(event.type):
            server.heard.append(AudioChunk.from_event(event).audio)
        elif AudioStop.is_type(event.type):
            return await self._answer(Transcript(server.text).event())
        elif Synthesize.is_type(event.type):
            server.asked.append(Synthesize.from_event(event))
            return await self._speak()
        return True

    async def _answer(self, event: Event) -> bool:
        match self._server.fault:
            case "hangs":
                await asyncio.sleep(3600)
            case "hangs up":
                return False
            case "fails":
                event = Error(text="secret words", code="asr-broke").event()
            case _:
                pass
        await self.write_event(event)
        return False

    async def _speak(self) -> bool:
        server = self._server
        if server.fault:
            return await self._answer(AudioStop().event())
        form: dict[str, int] = {"rate": server.rate_hz, "width": 2, "channels": server.channels}
        await self.write_event(AudioStart(**form).event())
        sound = server.speech.repeat(server.channels).tobytes()
        for offset in range(0, len(sound), _CHUNK):
            chunk = AudioChunk(audio=sound[offset : offset + _CHUNK], **form)
            await self.write_event(chunk.event())
        await self.write_event(AudioStop().event())
        return False


@asynccontextmanager
async def serving(server: SpeechServer, folder: Path) -> AsyncGenerator[str]:
    """Run it on a socket in ``folder``; gives its address."""
    address = f"unix://{folder / 'wyoming.sock'}"
    running = AsyncServer.from_uri(address)
    await running.start(lambda *args, **more: _Conversation(server, *args, **more))
    try:
        yield address
    finally:
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(2):
                await running.stop()


@asynccontextmanager
async def saying(*answers: bytes) -> AsyncGenerator[tuple[str, list[bytes]]]:
    """A server on TCP that sends raw bytes to whoever connects, and reads what comes."""
    got: list[bytes] = []
    left = list(answers)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            writer.write(left.pop(0) if len(left) > 1 else left[0])
            await writer.drain()
            while part := await reader.read(65536):
                got.append(part)
        with suppress(ConnectionError):
            writer.close()
            await writer.wait_closed()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"tcp://127.0.0.1:{port}", got
    finally:
        server.close()
