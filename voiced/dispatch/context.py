"""What an intent gets for one call: clock, settings, journal, worker, and the assistant."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

import anyio
import anyio.lowlevel

from voiced.desk import NO_DESK, NO_LOCK, Desk, ScreenLock
from voiced.errors import PluginError
from voiced.events import TurnId
from voiced.journal import Journal
from voiced.memory.kept import Memory
from voiced.planning.pictures import fitted
from voiced.planning.quarantine import Quarantine
from voiced.plugin import Assistant, Integrity, Intent, JsonValue, Undo
from voiced.policy import Place
from voiced.trust.labels import Labelled, Origin

__all__ = ["WAITS", "CallContext", "Environment", "InWorker", "Waits"]

S = TypeVar("S")
T = TypeVar("T")


_NO_MODEL = Quarantine(None)


def _nothing_taught(_intents: Sequence[Intent]) -> Mapping[str, tuple[str, ...]]:
    return {}


def _random_id() -> str:
    return secrets.token_hex(4)


class InWorker(Protocol):
    """Runs a blocking function off the loop."""

    def __call__(self, function: Callable[..., T], *args: Any) -> Awaitable[T]: ...


@dataclass(frozen=True, slots=True)
class Environment:
    """What the dispatcher needs of the world.

    ``now`` gives the user's local time with its zone; ``monotonic_s`` a clock that never jumps;
    ``settings`` maps each plugin's ``Settings`` class to its instance; ``new_id`` names questions;
    ``hears`` is False where requests are typed and no recogniser needs the grammar's graph;
    ``quarantine`` asks the model about texts; ``taught`` gives the templates that the user added to
    intents, by their names (it blocks); ``desk`` is the user's desktop, ``screen_lock`` its lock;
    ``memory`` is what is kept beside the journal, too; ``uptime_s`` a clock that nobody sets and
    that goes on while the machine sleeps; ``place`` is where what is asked comes from.
    """

    journal: Journal
    now: Callable[[], datetime]
    monotonic_s: Callable[[], float]
    in_worker: InWorker
    settings: Mapping[type, object]
    new_id: Callable[[], str] = _random_id
    hears: bool = True
    quarantine: Quarantine = _NO_MODEL
    desk: Desk = NO_DESK
    screen_lock: ScreenLock = NO_LOCK
    taught: Callable[[Sequence[Intent]], Mapping[str, tuple[str, ...]]] = _nothing_taught
    memory: Memory | None = None
    uptime_s: Callable[[], float] | None = None
    place: Place = field(default_factory=Place)

    @property
    def kept(self) -> Memory:
        """All that is kept of what the user said and did."""
        return self.memory or Memory(self.journal)


@dataclass(frozen=True, slots=True)
class Waits:
    """How long the user has: to answer a question, and to stop what leaves the machine."""

    confirm_s: float = 8.0
    outbox_s: float = 10.0


WAITS = Waits()


class CallContext:
    """The context of one call; it collects the changes that the call made."""

    def __init__(
        self, environment: Environment, assistant: Assistant, owner: str, turn: TurnId
    ) -> None:
        self._environment = environment
        self._owner = owner
        self._turn = turn
        self._is_changing = False
        self.assistant = assistant
        self.undo_ids: list[str] = []

    @property
    def now(self) -> datetime:
        """The user's local time, with its zone."""
        return self._environment.now()

    @property
    def uptime_s(self) -> float:
        """Seconds since the machine began; where that is not known, as the clock on the wall."""
        uptime_s = self._environment.uptime_s
        return self.now.timestamp() if uptime_s is None else uptime_s()

    @property
    def room(self) -> str:
        """The room that this was asked in; empty: at the machine itself."""
        return self._environment.place.room

    @property
    def desk(self) -> Desk:
        """The user's desktop."""
        return self._environment.desk

    def settings(self, kind: type[S]) -> S:
        """The plugin's validated settings.

        Raises:
            PluginError: ``kind`` is not the ``Settings`` class of a loaded plugin.
        """
        found = self._environment.settings.get(kind)
        if not isinstance(found, kind):
            raise PluginError(f"{self._owner}: {kind.__name__} is not a loaded plugin's Settings")
        return found

    async def in_worker(self, function: Callable[..., T], *args: Any) -> T:
        """Run a blocking function off the loop; inside a change it is waited for in any case."""
        return await _run(self._environment.in_worker(function, *args), shield=self._is_changing)

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
            PluginError: The schema says too little, or the intent claims to return what nobody
                outside has shaped.
        """
        origin = self._origin(object_id)
        return await self._environment.quarantine.ask(text, question, schema, origin)

    async def ask_about_picture(
        self, picture: bytes, question: str, schema: Mapping[str, Any], *, object_id: str = ""
    ) -> Labelled[dict[str, JsonValue]]:
        """Ask the language model about a picture, which it sees alone.

        Raises:
            CannotRead: As ``ask_about``; or it is no picture, or must not leave the machine.
            PluginError: As ``ask_about``.
        """
        origin = self._origin(object_id)
        small = await self.in_worker(fitted, picture)
        return await self._environment.quarantine.see(small, question, schema, origin)

    async def rewrite(
        self,
        text: str | Labelled[str],
        how: str,
        *,
        object_id: str = "",
        may_break: bool = False,
    ) -> Labelled[str]:
        """Have the language model write a text anew, which it sees alone.

        Raises:
            CannotRead: As ``ask_about``; or the text is too long.
            PluginError: As ``ask_about``.
        """
        origin = self._origin(object_id)
        return await self._environment.quarantine.rewrite(text, how, origin, may_break=may_break)

    def _origin(self, object_id: str) -> Origin:
        """Where text from outside comes in.

        Raises:
            PluginError: The intent claims to return what nobody outside has shaped.
        """
        owner = next((i for i in self.assistant.intents() if i.name == self._owner), None)
        if owner is not None and owner.returns is not Integrity.EXTERNAL:
            reason = f"{self._owner} reads text from outside, but declares returns={owner.returns}"
            raise PluginError(reason, mend="declare returns=Integrity.EXTERNAL")
        return Origin(self._owner, object_id)

    def change(self, undo: Undo, summary: str) -> AbstractAsyncContextManager[None]:
        """Hold a change: its way back is written before the body runs.

        A body that is cancelled counts as done: undoing looks at the state first, so a change that
        was never made is only refused, while one that was made can be taken back.
        """
        return self._change(undo, summary)

    @asynccontextmanager
    async def _change(self, undo: Undo, summary: str) -> AsyncGenerator[None]:
        journal = self._environment.journal
        begin = self._environment.in_worker(
            journal.begin, self._owner, self._turn, summary, undo.operation, undo.data
        )
        change = await _run(begin, shield=True)  # an entry that nobody ends stays under way
        end = journal.failed
        self._is_changing = True
        try:
            await anyio.lowlevel.checkpoint_if_cancelled()
            end = journal.done
            yield
        except Exception:
            end = journal.failed
            raise
        finally:
            await self.in_worker(end, change)
            self._is_changing = False
            if end == journal.done:
                self.undo_ids.append(change)


async def _run(work: Awaitable[T], *, shield: bool) -> T:
    done: list[T] = []
    with anyio.CancelScope(shield=shield):
        done.append(await work)
    return done[0]
