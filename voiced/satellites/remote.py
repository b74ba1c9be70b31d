"""The program on the other machine: its microphone to the assistant, the replies to its speaker.

It keeps nothing and understands nothing. When the assistant is away it tries again, at longer and
longer intervals; one that refuses its key is not asked again.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import anyio
from anyio.streams.tls import TLSAttribute, TLSStream

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, silence
from voiced.engines.wyoming_wire import GONE, Garbled, Message, Wire
from voiced.errors import DeviceError, EngineError
from voiced.satellites.certificates import known_by
from voiced.satellites.ear import Ear
from voiced.satellites.keys import Pairing, fingerprint, proof
from voiced.satellites.protocol import (
    CHALLENGE,
    DUCK,
    END,
    HELLO,
    LIMITS,
    LOST,
    MUTE,
    PLAY,
    READY,
    REFUSED,
    RESUME,
    STOP,
    WELCOME,
    Heard,
    frame_message,
    ping_message,
    playable,
)

if TYPE_CHECKING:
    from anyio.abc import TaskGroup
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

    from voiced.stages import Microphone, Playback, Speaker

__all__ = ["Refused", "Satellite"]

_log = logging.getLogger(__name__)

_CONNECT_S = 5.0
_SILENT_S = 15.0
_LISTENED_OUT_S = 4.0
_PING_S = 4.0
_DEAF_PING_S = 0.1
"""So often it tells what was played while no frame tells it."""

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0
_WAITING_FRAMES = 200
_DUCK_DB = 24.0

_WHY = {
    "key": "the assistant does not know this key",
    "full": "too many satellites are connected there",
    "wait": "too many wrong keys came from this machine: wait some minutes",
}


class Refused(EngineError):
    """The assistant does not want us, or is not the one we know."""

    default_stage = "satellite"
    default_spoken = "The assistant does not let me in."


class Satellite:
    """This machine's microphone and loudspeaker, for an assistant elsewhere.

    Args:
        pairing: The key, and whom to give it to.
        microphone: Prepared.
        speaker: Prepared.
        tell: Takes a sentence when something changes.
    """

    def __init__(
        self,
        pairing: Pairing,
        microphone: Microphone,
        speaker: Speaker,
        tell: Callable[[str], None],
    ) -> None:
        self._pairing = pairing
        self._ear = Ear(microphone, tell)
        self._speaker = speaker
        self._tell = tell

    async def run(self, host: str, port: int) -> None:
        """Stay connected until cancelled, or until the microphone's source ends.

        Raises:
            Refused: The assistant refuses the key, or is another one.
            DeviceError: A sound device is lost for good.
        """
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                with anyio.fail_after(_CONNECT_S):
                    wire = await self._connected(host, port)
            except Refused as error:
                if not error.retryable:
                    raise
                self._tell(f"{error}.")
            except (TimeoutError, Garbled, *GONE) as error:
                self._tell(f"I can't reach the assistant ({type(error).__name__}).")
            else:
                pause_s = _FIRST_PAUSE_S
                try:
                    if await self._converse(wire):
                        return
                finally:
                    await wire.aclose()
                self._tell("The assistant is gone.")
            await anyio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def _connected(self, host: str, port: int) -> Wire:
        stream = await anyio.connect_tcp(
            host, port, tls=True, ssl_context=known_by(), tls_standard_compatible=False
        )
        certificate = _certificate_of(stream)
        if not hmac.compare_digest(fingerprint(certificate), self._pairing.certificate):
            await anyio.aclose_forcefully(stream)
            raise Refused(
                f"{host}:{port} is not the assistant that this key is for",
                mend="add the satellite again there, and use the new key",
            )
        wire = Wire(stream, LIMITS)
        challenge = await wire.read()
        if challenge.type == CHALLENGE:
            nonce = bytes.fromhex(challenge.text("nonce"))
            name = self._pairing.name
            answer = proof(self._pairing.key, nonce, name, certificate)
            await wire.write(Message(HELLO, {"name": name, "proof": answer}))
            challenge = await wire.read()
        if challenge.type == WELCOME:
            return wire
        await wire.aclose()
        reason = challenge.text("reason")
        if challenge.type == REFUSED and reason in _WHY:
            raise Refused(
                _WHY[reason], mend="voiced satellites add NAME", retryable=reason != "key"
            )
        raise Garbled("not a voiced")

    async def _converse(self, wire: Wire) -> bool:
        """Until the connection is gone: False; or the microphone's source ends: True."""
        ended = False
        self._ear.mute(wanted=False)  # it says so if it is
        replies = _Replies(self._speaker)
        ready = anyio.Event()
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._hear, wire, replies, tasks, ready)
                tasks.start_soon(self._ping, wire, replies)
                await ready.wait()
                self._tell("I am connected.")
                ended = await self._send(wire, replies)
                tasks.cancel_scope.cancel()
        except* (Garbled, TimeoutError, *GONE) as errors:
            _log.info("the connection broke: %s", type(errors.exceptions[0]).__name__)
        finally:
            replies.end()
        return ended

    async def _send(self, wire: Wire, replies: _Replies) -> bool:
        end = 0
        async with aclosing(self._ear.frames()) as frames:
            async for frame in frames:
                if frame is None:
                    await wire.write(Message(LOST))
                else:
                    await wire.write(frame_message(self._heard(frame, replies)))
                    end = frame.end
        await self._listen_out(wire, replies, end)
        return True

    async def _listen_out(self, wire: Wire, replies: _Replies, start: int) -> None:
        """A file has ended: be silent until nothing has been answered for a while."""
        began_s = changed_s = anyio.current_time()
        played, at = (replies.lease, replies.played), start
        while anyio.current_time() < changed_s + _LISTENED_OUT_S:
            frame = AudioFrame(silence(FRAME_SAMPLES), RATE_HZ, at)
            at = frame.end
            await anyio.sleep_until(began_s + (at - start) / RATE_HZ)
            await wire.write(frame_message(self._heard(frame, replies)))
            if (replies.lease, replies.played) != played:
                played, changed_s = (replies.lease, replies.played), anyio.current_time()

    async def _ping(self, wire: Wire, replies: _Replies) -> None:
        """Have the assistant answer now and then, so that a dead line is noticed."""
        pinged_s = anyio.current_time()
        while True:
            await anyio.sleep(_DEAF_PING_S)
            if self._ear.is_deaf or anyio.current_time() - pinged_s >= _PING_S:
                pinged_s = anyio.current_time()
                await wire.write(ping_message(replies.lease, replies.played))

    def _heard(self, frame: AudioFrame, replies: _Replies) -> Heard:
        far = self._speaker.played(len(frame.samples))
        return Heard(frame, far, replies.lease, replies.played)

    async def _hear(
        self, wire: Wire, replies: _Replies, tasks: TaskGroup, ready: anyio.Event
    ) -> None:
        while True:
            with anyio.fail_after(_SILENT_S):
                message = await wire.read()
            if message.type == READY:
                ready.set()
            elif message.type == PLAY:
                replies.play(*playable(message), tasks)
            elif message.type == MUTE:
                self._ear.mute(wanted=message.data.get("is_muted") is True)
            elif message.number("lease", 0) == replies.lease:
                replies.obey(message)


class _Replies:
    """What is being played: one lease of the loudspeaker at a time, by the assistant's number."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._playback: Playback | None = None
        self._send: MemoryObjectSendStream[AudioFrame] | None = None
        self.lease = 0

    @property
    def played(self) -> int:
        return self._playback.heard if self._playback is not None else 0

    def play(self, lease: int, frame: AudioFrame, tasks: TaskGroup) -> None:
        if lease < self.lease:
            return
        if lease == self.lease and self._send is None:
            return  # it has ended
        if lease > self.lease:
            self.end()
            self.lease = lease
            self._playback = self._speaker.open()
            self._send, receive = anyio.create_memory_object_stream[Any](_WAITING_FRAMES)
            tasks.start_soon(_played, self._playback, receive)
        assert self._send is not None  # noqa: S101 - a lease that is open has one
        try:
            self._send.send_nowait(frame)
        except anyio.WouldBlock:
            raise Garbled("more sound than there is time") from None

    def obey(self, message: Message) -> None:
        if self._playback is None:
            return
        if message.type == STOP:
            self._playback.stop()
        elif message.type == END and self._send is not None:
            self._send.close()
            self._send = None
        elif message.type == DUCK:
            self._playback.duck(message.amount("db", _DUCK_DB))
        elif message.type == RESUME:
            self._playback.resume()

    def end(self) -> None:
        """Be silent."""
        if self._playback is not None:
            self._playback.stop()
        if self._send is not None:
            self._send.close()
        self._playback = self._send = None


async def _played(playback: Playback, frames: MemoryObjectReceiveStream[AudioFrame]) -> None:
    try:
        async with frames:
            async for frame in frames:
                await playback.play(frame)
            await playback.drain()
    except DeviceError as error:
        _log.warning("the loudspeaker: %s", error)


def _certificate_of(stream: TLSStream) -> bytes:
    found = stream.extra(TLSAttribute.peer_certificate_binary)  # noqa: S610 - anyio's
    if found is None:
        raise Garbled("no certificate")
    return found
