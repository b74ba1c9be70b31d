"""A talk with the whole assistant about mail: what is said goes through the dispatcher, all of it.

Other plugins that mean something by "it" can be there, too, so that these have to be told apart.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
from anyio.abc import TaskStatus
from mail_servers import MailServer

from voiced.config import Config
from voiced.conversation import Conversation
from voiced.dispatch import Call, Dispatcher, Environment, Question, Report, Result, Waits
from voiced.errors import VoicedError
from voiced.events import TurnId
from voiced.journal import Journal
from voiced.planning.quarantine import Quarantine
from voiced.policy import TYPED, Answer
from voiced.registry import load_plugins
from voiced.stages import Message, ReplyDelta, Tool
from voiced.testing.script import inline
from voiced_intents.mail.draft_things import forget_all
from voiced_intents.mail.warm import hang_up

CARDS = """BEGIN:VCARD
VERSION:3.0
FN:Anna Schmidt
EMAIL:anna.schmidt@example.org
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Eva Berg
NICKNAME:Evi
EMAIL:eva@example.org
END:VCARD
"""

ALONE = ("mail", "talk")
TOGETHER = ("mail", "talk", "files", "writing", "search")
_PLUGINS = load_plugins(Config().intents).plugins


@dataclass
class Talk:
    """One conversation. ``asked`` is the question that waits, ``posted`` what the outbox said."""

    dispatcher: Dispatcher
    asked: Question | None = None
    posted: str = ""
    results: list[Result] = field(default_factory=list)
    turns: int = 0
    stops: bool = False
    """Whether what waits in the outbox is stopped."""

    def say(self, text: str) -> str:
        """One turn; what was answered, or asked."""
        return anyio.run(self._say, text)

    def say_fails(self, text: str) -> str:
        """One turn that comes to nothing; why."""
        try:
            answer = self.say(text)
        except VoicedError as error:
            return error.spoken
        raise AssertionError(answer)

    async def _say(self, text: str) -> str:
        self.turns += 1
        try:
            return await self._answered(text)
        finally:
            self.dispatcher.end_turn(TurnId(self.turns), was_interrupted=False)

    async def _answered(self, text: str) -> str:
        report = Report(TurnId(self.turns), lambda: 0, lambda _event: None)
        if self.dispatcher.is_stale:
            await self.dispatcher.refresh()
        found = await self.dispatcher.understand([(text, 1.0)], report, TYPED)
        self.asked, self.posted = None, ""
        if isinstance(found, Question):
            self.asked = found
            return found.text
        if found is Answer.NO:
            return ""
        assert isinstance(found, Call), f"{text!r} was not understood: {found}"
        result: Result | None
        if found.waits:
            self.posted = self.dispatcher.posted(found).spoken
            result = await self._sent(found, report)
            if result is None:
                return ""
        else:
            result = await self.dispatcher.run(found, report)
        self.results.append(result)
        return result.spoken

    async def _sent(self, call: Call, report: Report) -> Result | None:
        """What came of it; None where it was stopped in the outbox."""
        if self.stops:
            async with anyio.create_task_group() as tasks:
                await tasks.start(self._waits_until_stopped)
                return await self.dispatcher.send(call, report)
        return await self.dispatcher.send(call, report)

    async def _waits_until_stopped(self, task_status: TaskStatus[None]) -> None:
        """Stop it as soon as this task gets its turn, which is when the other one waits."""
        task_status.started()
        await anyio.lowlevel.checkpoint()
        self.dispatcher.outbox.stop()

    @property
    def intent(self) -> str:
        """What was done last."""
        return self.results[-1].call.intent.name


class Model:
    """A language model that gives these answers; what it was sent, and with which tools."""

    last_usage = None

    def __init__(self) -> None:
        self.answers: list[dict[str, Any]] = []
        self.histories: list[Sequence[Message]] = []
        self.tools: list[tuple[Tool, ...]] = []

    async def prepare(self) -> None:
        pass

    async def aclose(self) -> None:
        pass

    async def room(self) -> None:
        pass

    async def reply(
        self, history: Sequence[Message], tools: Sequence[Tool], schema: object = None
    ) -> AsyncGenerator[ReplyDelta]:
        self.histories.append(tuple(history))
        self.tools.append(tuple(tools))
        yield ReplyDelta(json.dumps(self.answers.pop(0)))


@contextmanager
def talking(
    settings: Mapping[type, Any],
    folder: Path,
    now: datetime,
    model: Any = None,
    plugins: Sequence[str] = ALONE,
) -> Iterator[Talk]:
    """The assistant with these settings; its memory of drafts is empty, as after a start."""
    forget_all()
    hang_up()
    journal = Journal.open(folder)
    known = {
        plugin.settings_model: plugin.settings_model()
        for plugin in _PLUGINS
        if plugin.settings_model is not None
    }
    environment = Environment(
        journal=journal,
        now=lambda: now,
        monotonic_s=lambda: 0.0,
        in_worker=inline,
        settings={**known, **settings},
        hears=False,
        quarantine=Quarantine(model),
    )
    used = [plugin for plugin in _PLUGINS if plugin.name in plugins]
    intents = [intent for plugin in used for intent in plugin.intents]
    undoers = [undoer for plugin in used for undoer in plugin.undoers]
    waits = Waits(outbox_s=0.01)
    try:
        yield Talk(Dispatcher(intents, undoers, environment, Conversation(), waits))
    finally:
        hang_up()
        journal.close()


class Place:
    """A server with a user who has an address book, and a talk about it."""

    def __init__(self, server: MailServer, user: str, talk: Talk) -> None:
        self.server, self.user, self.talk = server, user, talk
        self.before = len(server.arrived)

    def drafts(self) -> list[str]:
        return [text(each) for each in self.server.all(self.user, "Drafts")]

    def trash(self) -> list[str]:
        return [text(each) for each in self.server.all(self.user, "Trash")]

    @property
    def arrived(self) -> list[tuple[str, tuple[str, ...], bytes]]:
        """What was sent since the talk began."""
        return self.server.arrived[self.before :]


def text(raw: bytes) -> str:
    """The text of a mail."""
    message: Any = message_from_bytes(raw)
    while message.is_multipart():
        message = message.get_payload(0)
    return str(message.get_payload(decode=True).decode()).replace("\r\n", "\n").strip()
