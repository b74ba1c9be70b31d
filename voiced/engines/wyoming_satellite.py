"""A Wyoming satellite of others as microphone and loudspeaker: ``--source wyoming:HOST:PORT``.

The protocol knows no keys and hides nothing, says nothing of what left the loudspeaker, and cannot
stop a sound: so sound is sent at the pace at which it is heard, and while it sounds, what the
microphone hears may be echo. Satellites that wait for their own wake word send sound only after it;
in between there is silence. voiced's own satellites (``voiced satellites join``) do better.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import anyio

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Framer, Resampler, Samples, silence
from voiced.engines.wyoming_wire import (
    GONE,
    Garbled,
    Limits,
    Message,
    audio_format,
    connected,
    sound_of,
)
from voiced.errors import DeviceError
from voiced.sound.paced_playback import PacedPlayback

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from voiced.engines.wyoming_wire import Wire

__all__ = ["WyomingSatellite"]

_CONNECT_TIMEOUT_S = 5.0
_LATE_S = 0.5
"""A network may be late by so much in the middle of a word."""

_SENT_S = 2.0
_PING_S, _SILENT_S = 5.0, 20.0
_TAIL_SAMPLES = RATE_HZ
_FASTEST, _BURST_S = 2.0, 4.0


class WyomingSatellite:
    """Both ends of a satellite; one session uses it.

    Args:
        address: Where it listens: tcp://HOST:PORT.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._lease: PacedPlayback | None = None
        self._outbox: deque[Message] = deque()
        self._is_playing = False
        self._wants_transcript = False
        self._sounded = 0

    async def prepare(self) -> None:
        """Look whether it is there.

        Raises:
            DeviceError: Nobody answers.
        """
        try:
            async with connected(self._address, _CONNECT_TIMEOUT_S, Limits()):
                pass
        except (TimeoutError, *GONE) as error:
            raise self._unreachable(error) from error

    async def aclose(self) -> None:
        """Stop what is playing."""
        if self._lease is not None:
            self._lease.stop()

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        """What it hears, at the pace of the clock; silence while it sends nothing.

        Raises:
            DeviceError: It is gone, or sends what makes no sense.
        """
        is_open = False
        try:
            async with connected(self._address, _CONNECT_TIMEOUT_S, Limits()) as wire:
                is_open = True
                self._outbox.clear()
                self._is_playing = False
                await wire.write(Message("run-satellite"))
                ear = _Ear()
                while True:
                    await self._send(wire, ear)
                    await self._read(wire, ear)
                    for frame in ear.frames():
                        yield frame
        except Garbled as error:
            raise self._lost(str(error)) from error
        except (TimeoutError, *GONE) as error:
            raise (self._lost("it hung up") if is_open else self._unreachable(error)) from error

    def open(self) -> PacedPlayback:
        """Lease its loudspeaker; the lease before is stopped."""
        if self._lease is not None:
            self._lease.stop()
        self._lease = PacedPlayback(anyio.current_time, self)
        return self._lease

    def played(self, samples: int) -> Samples | None:
        """Silence, or nobody knows: while it plays, and for a second more."""
        if self._is_playing:
            self._sounded = _TAIL_SAMPLES
            return None
        self._sounded = max(0, self._sounded - samples)
        return None if self._sounded else silence(samples)

    # The sink of a playback

    def write(self, samples: Samples, rate_hz: int, at_s: float) -> None:  # noqa: ARG002 - a Sink's
        """Take sound that is heard now; it is sent with the next frame."""
        form = audio_format(rate_hz)
        if not self._is_playing:
            self._is_playing = True
            if self._wants_transcript:
                self._wants_transcript = False
                self._outbox.append(Message("transcript", {"text": ""}))
            self._outbox.append(Message("audio-start", form))
        self._outbox.append(Message("audio-chunk", form, samples.astype("<i2").tobytes()))

    def end(self) -> None:
        """The sound that was written last is not continued."""
        if self._is_playing:
            self._is_playing = False
            self._outbox.append(Message("audio-stop"))

    async def settle(self) -> None:
        """Do nothing: what waits is sent with the next frame."""

    async def _send(self, wire: Wire, ear: _Ear) -> None:
        with anyio.fail_after(_SENT_S):
            while self._outbox:
                await wire.write(self._outbox.popleft())
            if ear.is_ping_due():
                await wire.write(Message("ping"))

    async def _read(self, wire: Wire, ear: _Ear) -> None:
        """One message, or none until the next frame is late."""
        message = await ear.next_message(wire)
        if message is None:
            return
        if message.type == "audio-chunk":
            ear.hear(message)
        elif message.type == "run-pipeline":
            self._wants_transcript = message.text("start_stage") == "asr"
        elif message.type == "ping":
            self._outbox.append(Message("pong"))

    def _unreachable(self, error: BaseException) -> DeviceError:
        return DeviceError(
            f"the satellite {self._address} cannot be reached ({type(error).__name__})",
            spoken="I can't reach the satellite.",
            mend="switch it on, or correct its address",
            retryable=True,
        )

    def _lost(self, why: str) -> DeviceError:
        return DeviceError(
            f"the satellite {self._address} is lost: {why}",
            spoken="I have lost the satellite.",
            retryable=True,
        )


class _Ear:
    """What a satellite sends, as frames at the pace of the clock."""

    def __init__(self) -> None:
        self._framer = Framer()
        self._resampler: Resampler | None = None
        self._ready: deque[AudioFrame] = deque()
        self._began_s = self._last_s = self._pinged_s = anyio.current_time()
        self._silent_from_s = self._began_s
        self._heard_s = 0.0
        self._answers = False

    async def next_message(self, wire: Wire) -> Message | None:
        """What it sends next; None when the next frame is due and nothing came.

        Raises:
            Garbled: It is not there any more.
        """
        with anyio.CancelScope(deadline=self._silent_from_s + _LATE_S):
            message = await wire.read()
            self._last_s = anyio.current_time()
            self._answers = self._answers or message.type == "pong"
            return message
        if self._answers and anyio.current_time() - self._last_s > _SILENT_S:
            raise Garbled(f"nothing came for {_SILENT_S:g} s")
        return None

    def is_ping_due(self) -> bool:
        """Whether it is to be asked if it is there."""
        now_s = anyio.current_time()
        if now_s - self._pinged_s < _PING_S:
            return False
        self._pinged_s = now_s
        return True

    def hear(self, chunk: Message) -> None:
        """Take sound.

        Raises:
            Garbled: Of a kind that is not known, or more than there is time.
        """
        both, rate_hz = sound_of(chunk)
        sound = both[:, 0]
        self._heard_s += len(sound) / rate_hz
        since_s = anyio.current_time() - self._began_s
        if self._heard_s > _BURST_S + _FASTEST * since_s:
            raise Garbled("more sound than there is time")
        if self._resampler is None or self._resampler.from_hz != rate_hz:
            self._resampler = Resampler(rate_hz, RATE_HZ)
        self._ready.extend(self._framer.feed(self._resampler.feed(sound)))
        self._silent_from_s = anyio.current_time()

    def frames(self) -> list[AudioFrame]:
        """Those that came; silence where nothing has come for a while."""
        late_s = anyio.current_time() - self._silent_from_s
        if late_s >= _LATE_S:
            missing = int((late_s - _LATE_S) * RATE_HZ) // FRAME_SAMPLES + 1
            self._ready.extend(self._framer.feed(silence(missing * FRAME_SAMPLES)))
            self._silent_from_s += missing * FRAME_SAMPLES / RATE_HZ
        ready = list(self._ready)
        self._ready.clear()
        return ready
