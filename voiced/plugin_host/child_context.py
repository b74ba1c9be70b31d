"""What a plugin's process gives its intents and slot types: the context, across the pipe."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from voiced import errors
from voiced.desk import Desk
from voiced.errors import CannotRead, IntentDenied, PluginError, VoicedError
from voiced.plugin import (
    Effect,
    Entity,
    FileEntity,
    Forgotten,
    Intent,
    JsonValue,
    Remembered,
    Reply,
    Slot,
    Undo,
)
from voiced.plugin_host.describing import BUILT_IN_TYPES
from voiced.plugin_host.wire import decode, encode
from voiced.trust.labels import EXTERNAL, Labelled
from voiced.uptime import uptime_s

__all__ = ["HostAssistant", "HostContext", "HostSlotContext", "Link", "NamedEntity"]

S = TypeVar("S")
T = TypeVar("T")

_KINDS: Mapping[str, Callable[..., VoicedError]] = {
    "intent_denied": errors.IntentDenied,
    "intent_failed": errors.IntentFailed,
    "invalid_slots": errors.InvalidSlots,
    "journal_error": errors.JournalError,
    "plugin_error": errors.PluginError,
    "cannot_read": errors.CannotRead,
}


@dataclass(slots=True)
class Link:
    """Questions of one call to the other side, and their answers."""

    number: int
    send: Callable[[Mapping[str, Any]], None]
    answers: dict[tuple[int, int], Future[Any]]
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def _begin(self, what: str, arguments: Mapping[str, Any]) -> Future[Any]:
        number = next(self._numbers)
        waiting: Future[Any] = Future()
        self.answers[self.number, number] = waiting
        self.send({"id": self.number, "ask": what, "n": number, **arguments})
        return waiting

    async def ask(self, what: str, **arguments: Any) -> Any:
        """Ask and wait for the answer."""
        return _answer(await asyncio.wrap_future(self._begin(what, arguments)))

    def ask_now(self, what: str, **arguments: Any) -> Any:
        """Ask and wait here; the answer needs nothing of this thread."""
        return _answer(self._begin(what, arguments).result())


def _answer(message: Mapping[str, Any]) -> Any:
    row = message.get("error")
    if row is None:
        return decode(message.get("value"))
    raised = _KINDS.get(row["code"], errors.IntentFailed)(row["message"])
    raised.spoken = row["spoken"]
    raised.voiced_token = row["token"]  # type: ignore[attr-defined]  # it says which error it was
    raise raised


@dataclass(frozen=True, slots=True)
class NamedEntity:
    """A thing that was named by somebody else's reply."""

    kind: str
    spoken: str


class HostSlotContext:
    """The time and the plugin's settings."""

    def __init__(self, now: datetime, settings: object) -> None:
        self._now = now
        self._began_s = time.monotonic()
        self._settings = settings

    @property
    def now(self) -> datetime:
        """The user's local time, with its zone."""
        return self._now + timedelta(seconds=time.monotonic() - self._began_s)

    def settings(self, kind: type[S]) -> S:
        """The plugin's settings.

        Raises:
            PluginError: ``kind`` is not the plugin's ``Settings`` class.
        """
        if not isinstance(self._settings, kind):
            raise PluginError(f"{kind.__name__} is not the Settings of this plugin")
        return self._settings


def _entity(row: Any) -> Entity:
    if isinstance(row, FileEntity):
        return row
    kind, spoken = row
    return NamedEntity(str(kind), str(spoken))


class HostAssistant:
    """The assistant, asked across the pipe each time."""

    def __init__(self, link: Link) -> None:
        self._link = link

    @property
    def last_reply(self) -> str:
        """The last reply as text."""
        return str(self._link.ask_now("last_reply"))

    @property
    def last_heard(self) -> str:
        """What was heard of it."""
        return str(self._link.ask_now("last_heard"))

    @property
    def unfinished_reply(self) -> str:
        """What was cut off."""
        return str(self._link.ask_now("unfinished_reply"))

    @property
    def entities(self) -> Sequence[Entity]:
        """What was named last; things of other plugins have their kind and their words."""
        found: list[Any] = self._link.ask_now("entities")
        return tuple(_entity(each) for each in found)

    def deliver(
        self,
        *,
        louder_db: float = 0.0,
        speed: float = 1.0,
        whisper: bool | None = None,
        reset: bool = False,
    ) -> None:
        """Change how everything is said."""
        wish = {"louder_db": louder_db, "speed": speed, "whisper": whisper, "reset": reset}
        self._link.ask_now("deliver", wish=wish)

    def intents(self) -> Sequence[Intent]:
        """Every intent that can be used now; they can be read, not called."""
        return tuple(_readable(row) for row in self._link.ask_now("intents"))

    def stop_sending(self) -> int:
        """Keep back all that waits in the outbox."""
        return int(self._link.ask_now("stop_sending"))

    def start_over(self) -> None:
        """Not for plugins: what came from outside would be forgotten, too."""
        raise IntentDenied("only a built-in intent can forget the conversation")

    def take_speech(self, intent: str) -> None:  # noqa: ARG002
        """Only what is built in may take all speech."""
        raise IntentDenied("a plugin of its own process cannot take all speech")

    def allow_pictures(self) -> str:
        """Only the user may allow that, through what is built in."""
        raise IntentDenied("a plugin of its own process cannot let pictures leave the machine")

    async def undo(self, count: int) -> Sequence[str]:
        """Take back the last changes."""
        return cast("list[str]", await self._link.ask("undo", count=count))

    async def changes(self, count: int) -> Sequence[str]:
        """Sentences on the last changes."""
        return cast("list[str]", await self._link.ask("changes", count=count))

    @property
    def keeps_speech(self) -> bool:
        """Not told: a plugin has no business with what was said."""
        return False

    async def remembered(self, words: str = "", **_span: Any) -> Sequence[Remembered]:  # noqa: ARG002
        """Not for plugins: it is all that the user said and did."""
        raise IntentDenied("only a built-in intent can search the journal")

    async def forget(self, words: str = "", **_span: Any) -> Forgotten:  # noqa: ARG002
        """Not for plugins."""
        raise IntentDenied("only a built-in intent can erase the journal")


@dataclass(frozen=True, slots=True)
class _NamedType:
    """A slot type of somebody else: it has a name, and takes nothing here."""

    name: str
    is_open: bool = False
    json_schema: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def phrases(self, context: Any) -> Sequence[str]:  # noqa: ARG002
        """None."""
        return ()

    def resolve(self, said: str, context: Any) -> Sequence[Any]:  # noqa: ARG002
        """None."""
        return ()


async def _refuse(_context: Any, **_slots: Any) -> Reply:
    raise IntentDenied("a plugin cannot call an intent of another one")


def _readable(row: Mapping[str, Any]) -> Intent:
    slots = {
        name: Slot(name, BUILT_IN_TYPES.get(kind) or _NamedType(kind), required)
        for name, kind, required in row["slots"]
    }
    return Intent(
        row["name"],
        row["description"],
        tuple(row["sentences"]),
        slots,
        Effect(row["effect"]),
        (),
        tuple(row["examples"]),
        0.0,
        _refuse,
    )


class HostContext(HostSlotContext):
    """The context of one call."""

    def __init__(self, now: datetime, settings: object, link: Link, room: str = "") -> None:
        super().__init__(now, settings)
        self.room = room
        self._link = link
        self._is_changing = False
        self.assistant = HostAssistant(link)

    async def ask_about(
        self,
        text: str | Labelled[str],
        question: str,
        schema: Mapping[str, Any],
        *,
        object_id: str = "",
    ) -> Labelled[dict[str, JsonValue]]:
        """Ask the language model about a text from outside, which it sees alone.

        Raises:
            CannotRead: There is no model, it failed or was too slow.
            PluginError: The schema says too little, or the intent does not return EXTERNAL.
        """
        bare = text.reveal() if isinstance(text, Labelled) else text
        found = await self._link.ask(
            "ask_about", text=bare, question=question, schema=dict(schema), object_id=object_id
        )
        return Labelled(found, EXTERNAL)

    @property
    def uptime_s(self) -> float:
        """Seconds since the machine began."""
        return uptime_s()

    @property
    def desk(self) -> Desk:
        """The desktop is there for what is built in only."""
        raise IntentDenied("a plugin of its own process has no desk")

    async def ask_about_picture(
        self,
        picture: bytes,  # noqa: ARG002
        question: str,  # noqa: ARG002
        schema: Mapping[str, Any],  # noqa: ARG002
        *,
        object_id: str = "",  # noqa: ARG002
    ) -> Labelled[dict[str, JsonValue]]:
        """Pictures do not cross."""
        raise CannotRead("a plugin of its own process cannot ask about pictures")

    async def rewrite(
        self, text: str | Labelled[str], how: str, *, object_id: str = "", may_break: bool = False
    ) -> Labelled[str]:
        """Have the language model write a text anew, which it sees alone.

        Raises:
            CannotRead: There is no model, it failed or was too slow; or the text is too long.
            PluginError: The intent does not return EXTERNAL.
        """
        bare = text.reveal() if isinstance(text, Labelled) else text
        found = await self._link.ask(
            "rewrite", text=bare, how=how, object_id=object_id, may_break=may_break
        )
        return Labelled(str(found), EXTERNAL)

    def change(self, undo: Undo, summary: str) -> AbstractAsyncContextManager[None]:
        """Hold a change: its way back is in the journal before the body runs."""
        return self._change(undo, summary)

    @asynccontextmanager
    async def _change(self, undo: Undo, summary: str) -> AsyncGenerator[None]:
        data = encode(dict(undo.data))
        change = await _whole(
            self._link.ask("change", operation=undo.operation, data=data, summary=summary)
        )
        self._is_changing = True
        failed = False
        try:
            yield
        except Exception:
            failed = True
            raise
        finally:
            self._is_changing = False
            await _whole(self._link.ask("change_end", change=change, failed=failed))

    async def in_worker(self, function: Callable[..., T], *args: Any) -> T:
        """Run a blocking function off the loop; inside a change it is waited for in any case."""
        work = asyncio.to_thread(function, *args)
        return await (_whole(work) if self._is_changing else work)


async def _whole(work: Any) -> Any:
    """Wait for the end of the work, also when cancelled meanwhile; then be cancelled."""
    task = asyncio.ensure_future(work)
    is_cancelled = False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            is_cancelled = True
        except Exception:  # noqa: BLE001 - it is raised below
            break
    if is_cancelled:
        task.exception()
        raise asyncio.CancelledError
    return task.result()
