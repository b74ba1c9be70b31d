"""The sessions of satellites: each room has a microphone, a loudspeaker and a conversation.

Intents, model and journal are those of the assistant; what may be asked for from a room is the
policy's business, which is told that it comes from a satellite.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import anyio

from voiced.announcements import Announcement, Hearing
from voiced.composition import engines as composition
from voiced.composition.opening import adopt_turns, habits, named, open_words, rules
from voiced.config import host_and_port
from voiced.conversation import Conversation
from voiced.errors import ModelMissing, VoicedError, ungrouped
from voiced.events import Event, ModeChanged
from voiced.loop.session import Session
from voiced.memory.keepers import keepers
from voiced.plugin import Effect
from voiced.policy import Door, Place

if TYPE_CHECKING:
    from voiced.composition.brain import Brain
    from voiced.config import Config, TurnSettings
    from voiced.controls import Controls
    from voiced.loop.announcing import Crier
    from voiced.loop.surroundings import Stages
    from voiced.satellites.door import Door as SatelliteDoor
    from voiced.satellites.link import Link
    from voiced.stages import EchoCanceller, Transcriber
    from voiced.thinking.thinker import Thinker
    from voiced.trust.labels import Integrity

__all__ = ["Doorway", "Rooms", "keep_door"]

_log = logging.getLogger(__name__)


_AGAIN_S = 10.0
_LOOK_S = 0.2


async def keep_door(
    door: SatelliteDoor, place: tuple[str, int], tell: Callable[[str], None]
) -> None:
    """Have a door, until cancelled. An address that is not there yet is tried again and again.

    Whatever is wrong with it is told once; the assistant goes on without.
    """
    told = ""
    while True:
        try:
            await door.serve(*place)
        except VoicedError as error:
            sentence = f"No satellite can come in: {error}" + (error.mend and f" ({error.mend})")
            if sentence != told:
                told = sentence
                tell(sentence)
            if isinstance(error, ModelMissing):
                return
        await anyio.sleep(_AGAIN_S)


class Doorway:
    """Has a door where the settings want one.

    Args:
        door: It.
        listen: Where, as HOST:PORT; empty for nowhere.
        tell: Takes what is wrong with it.
    """

    def __init__(self, door: SatelliteDoor, listen: str, tell: Callable[[str], None]) -> None:
        self._door = door
        self._listen = listen
        self._tell = tell
        self._moved = anyio.Event()

    @property
    def names(self) -> tuple[str, ...] | None:
        """The satellites that are here; None where none can come in."""
        return self._door.names if self._listen else None

    def move(self, listen: str) -> None:
        """Have it there from now on; who came in elsewhere is hung up on."""
        if listen != self._listen:
            self._listen = listen
            self._moved.set()

    async def run(self) -> None:
        """Let them in, until cancelled."""
        while True:
            async with anyio.create_task_group() as tasks:
                if self._listen:
                    place = host_and_port(self._listen)
                    tasks.start_soon(keep_door, self._door, place, self._tell)
                await self._moved.wait()
                tasks.cancel_scope.cancel()
            self._moved = anyio.Event()


class Rooms:
    """Opens a room for each satellite; while this machine is muted, so are all of them.

    Until the first event tells the mode, they are.

    Args:
        config: The configuration.
        brain: The assistant's.
        here: The engines of this machine's own session; what can be shared is shared.

    Attributes:
        readers: Take every event of every room, with the room's name.
    """

    def __init__(self, config: Config, brain: Brain, here: Stages) -> None:
        self.config = config
        self.brain = brain
        self.here = here
        self.readers: list[Callable[[str, Event], None]] = []
        self._is_muted = True
        self._open: dict[Link, Session] = {}

    def hear(self, event: Event) -> None:
        """Take an event of this machine's own session."""
        if not isinstance(event, ModeChanged):
            return
        is_muted = event.mode == "muted"
        if is_muted != self._is_muted:
            self._is_muted = is_muted
            for link, session in self._open.items():
                _mute(link, session.controls, wanted=is_muted)

    async def say(
        self, announcement: Announcement, integrity: Integrity, answer_s: float, here: Crier
    ) -> Hearing:
        """Say it in its room; here, if nobody is there, or he goes before it was said."""
        heard: list[Hearing] = []
        there = [each for each in self._open.items() if each[0].name == announcement.room]
        for link, session in there:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_cancel_when_gone, link, tasks.cancel_scope)
                heard.append(await session.crier.say(announcement, integrity, answer_s))
                tasks.cancel_scope.cancel()
            if heard and not link.is_over:
                return heard[0]
        return await here.say(announcement, integrity, answer_s)

    def use_turns(self, settings: TurnSettings) -> None:
        """Take turns so from now on, in every room."""
        self.config = self.config.model_copy(update={"turns": settings})
        for session in self._open.values():
            adopt_turns(session, settings)

    def controls(self, name: str = "") -> tuple[Controls, ...]:
        """The handles of the room of this name, or of all where it is empty."""
        found = [each for link, each in self._open.items() if name in {"", link.name}]
        return tuple(session.controls for session in found)

    async def open(self, link: Link) -> None:
        """Run the session of a satellite until it is gone; what breaks it is told in the log."""
        _log.info("the satellite %s is here", link.name)
        place = Place(link.name, frozenset(Effect[right] for right in link.rights))
        thinker = self.brain.thinker.apart(Conversation(), place)
        try:
            async with AsyncExitStack() as stack:
                stages = await self._stages(link, stack)
                session = self._session(link.name, stages, thinker)
                self._open[link] = session
                if self._is_muted:
                    _mute(link, session.controls, wanted=True)
                link.ready()
                with ungrouped():
                    await session.run()
        except VoicedError as error:
            _log.warning("the satellite %s is of no use: %s", link.name, error)
        finally:
            self._open.pop(link, None)
            thinker.dispatcher.outbox.close()  # nobody there can say stop any more
            _log.info("the satellite %s is gone", link.name)

    def _session(self, name: str, stages: Stages, thinker: Thinker) -> Session:
        readers = keepers(self.brain.journal, self.config.journal.keep_days)

        def tell(event: Event) -> None:
            for reader in readers:
                reader(event)
            for each in self.readers:
                each(name, event)

        known = habits(self.config)
        if self.config.activation.mode == "push_to_talk":  # it has no key
            known = replace(known, gate=None)
        return Session(stages, thinker, rules(self.config.turns), tell, known)

    async def _stages(self, link: Link, stack: AsyncExitStack) -> Stages:
        detector = composition.detector(self.config)
        transcriber = self._transcriber()
        fresh = [detector, *([transcriber] if transcriber is not self.here.transcriber else [])]
        await stack.enter_async_context(composition.prepared(*fresh))
        words = await stack.enter_async_context(open_words(self.config))
        stages = replace(
            self.here,
            microphone=link,
            speaker=link,
            detector=detector,
            transcriber=transcriber,
            canceller=await self._canceller(stack, link.name),
            door=Door.SATELLITE,
            wake_word=None,
            stop_word=None,
            names=None,
        )
        stages = replace(stages, **words)
        wanted = {"wake_word": stages.wake_word, "name": stages.names}
        if wanted.get(self.config.activation.mode, "") is None:
            raise stages.unusable[0]  # better deaf than hearing what is not for it
        return stages

    def _transcriber(self) -> Transcriber:
        """One that hears live cannot hear two rooms; one that reads whole utterances can."""
        if self.config.transcriber.engine == "pocketsphinx":
            return named(self.config, composition.transcriber(self.config))
        return self.here.transcriber

    async def _canceller(self, stack: AsyncExitStack, name: str) -> EchoCanceller | None:
        canceller = composition.room_canceller(self.config)
        if canceller is None:
            return None
        try:
            await stack.enter_async_context(composition.prepared(canceller))
        except ModelMissing as error:
            _log.info("the echo of the satellite %s is not cancelled: %s", name, error)
            return None
        return canceller


def _mute(link: Link, controls: Controls, *, wanted: bool) -> None:
    link.mute(wanted=wanted)
    if wanted:
        controls.mute()
    else:
        controls.unmute()


async def _cancel_when_gone(link: Link, scope: anyio.CancelScope) -> None:
    while True:
        await anyio.sleep(_LOOK_S)
        if link.is_over:
            scope.cancel()
            return
