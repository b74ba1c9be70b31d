"""The sessions of satellites: each room has a microphone, a loudspeaker and a conversation.

Intents, model and journal are those of the assistant; what may be asked for from a room is the
policy's business, which is told that it comes from a satellite.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from voiced import composition
from voiced.conversation import Conversation
from voiced.errors import ModelMissing, VoicedError
from voiced.policy import Door

if TYPE_CHECKING:
    from voiced.composition import Brain
    from voiced.config import Config
    from voiced.satellites.link import Link
    from voiced.stages import Transcriber
    from voiced.surroundings import Stages

__all__ = ["Rooms"]

_log = logging.getLogger(__name__)

Serve = Callable[["Brain", "Stages"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Rooms:
    """Opens a room for each satellite.

    Attributes:
        config: The configuration.
        brain: The assistant's.
        here: The engines of this machine's own session; what can be shared is shared.
        serve: Runs a session until its microphone ends.
    """

    config: Config
    brain: Brain
    here: Stages
    serve: Serve

    async def open(self, link: Link) -> None:
        """Run the session of a satellite until it is gone; what breaks it is told in the log."""
        _log.info("the satellite %s is here", link.name)
        thinker = self.brain.thinker.apart(Conversation())
        brain = replace(self.brain, thinker=thinker, announcers=tuple)
        try:
            async with AsyncExitStack() as stack:
                stages = await self._stages(link, stack)
                await self.serve(brain, stages)
        except VoicedError as error:
            _log.warning("the satellite %s is of no use: %s", link.name, error)
        finally:
            thinker.dispatcher.outbox.close()  # nobody there can say stop any more
            _log.info("the satellite %s is gone", link.name)

    async def _stages(self, link: Link, stack: AsyncExitStack) -> Stages:
        detector = composition.detector(self.config)
        transcriber = self._transcriber()
        canceller = composition.room_canceller(self.config)
        fresh = [detector, *([transcriber] if transcriber is not self.here.transcriber else [])]
        await stack.enter_async_context(composition.prepared(*fresh))
        if canceller is not None:
            try:
                await stack.enter_async_context(composition.prepared(canceller))
            except ModelMissing as error:
                _log.info("the echo of the satellite %s is not cancelled: %s", link.name, error)
                canceller = None
        return replace(
            self.here,
            microphone=link,
            speaker=link,
            detector=detector,
            transcriber=transcriber,
            canceller=canceller,
            door=Door.SATELLITE,
        )

    def _transcriber(self) -> Transcriber:
        """One that hears live cannot hear two rooms; one that reads whole utterances can."""
        if self.config.transcriber.engine == "pocketsphinx":
            return composition.transcriber(self.config)
        return self.here.transcriber
