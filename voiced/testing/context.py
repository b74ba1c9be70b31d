"""A context to call intents with in tests: it records changes and runs workers inline.

No thread, no journal and no microphone is behind it. Plugin authors use it as the built-in
intents' own tests do::

    context = FakeContext(now=datetime(2026, 3, 3, 19, 30, tzinfo=UTC))
    reply = await tell_time(context)
    assert reply.text == "It's half past seven in the evening."
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from voiced.desk import Desk
from voiced.planning.pictures import fitted
from voiced.planning.quarantine import Quarantine
from voiced.planning.schema import bounded, mistake
from voiced.plugin import (
    Entity,
    Forgotten,
    Intent,
    IntentFailed,
    JsonValue,
    Remembered,
    Undo,
    Undoer,
    normalise,
)
from voiced.stages import Message, ReplyDelta, Tool, ToolCall
from voiced.testing.desk import fake_desk
from voiced.trust.labels import Labelled, Origin
from voiced.trust.quoting import without_links

__all__ = ["Change", "FakeAssistant", "FakeContext"]

S = TypeVar("S")
T = TypeVar("T")

_NOW = datetime(2026, 3, 3, 19, 30, tzinfo=UTC)


@dataclass(slots=True)
class Change:
    """A change that an intent made: its way back, its summary, and whether it came to its end."""

    undo: Undo
    summary: str
    is_done: bool = False


class FakeAssistant:
    """An assistant with a fixed list of intents and a list of changes to take back.

    Args:
        intents: What ``intents()`` lists.
        last_reply: What was said last.
        changes: Sentences on changes made before, oldest first.
        failing_undo: What ``undo`` says when it fails, or an empty string if it does not fail.

    Attributes:
        last_heard: What was heard of the last reply; a test may set it, as the two below.
        unfinished_reply: What was cut off.
        entities: What was named last.
        outbox: How much waits to be sent.
        is_forgotten: Whether the conversation is to be forgotten.
        delivery: What ``deliver`` was asked for, each time.
        takes_speech: The intent that takes all speech, or an empty string.
        keeps_speech: Whether what is said is kept.
        memory: What ``remembered`` finds, newest first, and ``forget`` erases.
        forgotten: What ``forget`` was asked for: words, and the ends of the span of time.
        allows_pictures: Whether the user let pictures be sent.
    """

    def __init__(
        self,
        intents: Iterable[Intent] = (),
        *,
        last_reply: str = "",
        changes: Iterable[str] = (),
        failing_undo: str = "",
    ) -> None:
        self.last_reply = last_reply
        self.last_heard = ""
        self.unfinished_reply = ""
        self.entities: Sequence[Entity] = ()
        self.outbox = 0
        self.is_forgotten = False
        self.delivery: list[dict[str, float | bool | None]] = []
        self.undone: list[str] = []
        self.takes_speech = ""
        self.allows_pictures = False
        self.keeps_speech = True
        self.memory: list[Remembered] = []
        self.forgotten: list[tuple[str, datetime | None, datetime | None]] = []
        self._intents = tuple(intents)
        self._changes = list(changes)
        self._failing_undo = failing_undo

    def intents(self) -> Sequence[Intent]:
        """The intents it was made with."""
        return self._intents

    def stop_sending(self) -> int:
        """Empty the ``outbox``; how much that was."""
        stopped, self.outbox = self.outbox, 0
        return stopped

    def start_over(self) -> None:
        """Note it in ``is_forgotten``."""
        self.is_forgotten = True

    def deliver(
        self,
        *,
        louder_db: float = 0.0,
        speed: float = 1.0,
        whisper: bool | None = None,
        reset: bool = False,
    ) -> None:
        """Note what was asked for in ``delivery``; what is left out is not noted."""
        asked = {"louder_db": louder_db, "speed": speed, "whisper": whisper, "reset": reset}
        usual = {"louder_db": 0.0, "speed": 1.0, "whisper": None, "reset": False}
        self.delivery.append({key: asked[key] for key in asked if asked[key] != usual[key]})

    def take_speech(self, intent: str) -> None:
        """Note it in ``takes_speech``."""
        self.takes_speech = intent

    def allow_pictures(self) -> str:
        """Note it; the host is the same in every test."""
        self.allows_pictures = True
        return "models.example"

    async def undo(self, count: int) -> Sequence[str]:
        """Move the last ``count`` changes to ``undone`` and return them, newest first.

        Raises:
            IntentFailed: It was made with ``failing_undo``.
        """
        if self._failing_undo:
            raise IntentFailed(self._failing_undo, spoken=self._failing_undo)
        taken = [self._changes.pop() for _ in range(min(count, len(self._changes)))]
        self.undone.extend(taken)
        return taken

    async def changes(self, count: int) -> Sequence[str]:
        """The last ``count`` changes, newest first."""
        return self._changes[::-1][:count]

    async def remembered(
        self,
        words: str = "",
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        count: int = 50,
    ) -> Sequence[Remembered]:
        """Those of ``memory`` that hold all of the words, of that time."""
        found = [each for each in self.memory if _fits(each, words, since, until)]
        return found[:count]

    async def forget(
        self, words: str = "", *, since: datetime | None = None, until: datetime | None = None
    ) -> Forgotten:
        """Take those out of ``memory``, and note it in ``forgotten``."""
        self.forgotten.append((words, since, until))
        self.is_forgotten = True
        gone = [each for each in self.memory if _fits(each, words, since, until)]
        self.memory = [each for each in self.memory if each not in gone]
        changes = sum(each.by == "change" for each in gone)
        return Forgotten(said=len(gone) - changes, changes=changes, proved=len(gone))


def _fits(record: Remembered, words: str, since: datetime | None, until: datetime | None) -> bool:
    there = normalise(record.text)
    holds = all(any(each.startswith(word) for each in there) for word in normalise(words))
    return holds and (since is None or record.at >= since) and (until is None or record.at < until)


class _Answering:
    """A model that says one thing."""

    last_usage = None

    def __init__(self, text: str) -> None:
        self._text = text

    async def prepare(self) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """Nothing to free."""

    async def room(self) -> None:
        """Nobody says how much it holds."""

    async def reply(
        self,
        history: Sequence[Message],  # noqa: ARG002
        tools: Sequence[Tool],  # noqa: ARG002
        schema: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> AsyncGenerator[ReplyDelta | ToolCall]:
        """Its text."""
        yield ReplyDelta(self._text)


class FakeContext:
    """What an intent gets for one call, in a test.

    Args:
        now: The user's local time, with its zone.
        settings: What ``settings()`` returns; None makes a default one of the class.
        assistant: The assistant that intents about the conversation ask.
        answers: What ``ask_about`` and ``ask_about_picture`` find, and, as ``{"text": ...}``, what
            ``rewrite`` makes, call by call; without them there is no language model.
        desk: The desktop; None makes an empty one.

    Attributes:
        made: The changes made, in order.
        set_uptime_s: What ``uptime_s`` is; None lets it go as ``now``.
        asked: The texts and questions of ``ask_about`` and ``rewrite``, as the model would get the
            texts; a picture is an empty text.
    """

    def __init__(
        self,
        *,
        now: datetime = _NOW,
        settings: object = None,
        assistant: FakeAssistant | None = None,
        answers: Iterable[Mapping[str, JsonValue]] = (),
        desk: Desk | None = None,
    ) -> None:
        self.now = now
        self.set_uptime_s: float | None = None
        self.room = ""
        self.desk = desk or fake_desk()
        self.assistant = assistant or FakeAssistant()
        self.made: list[Change] = []
        self.asked: list[tuple[str, str]] = []
        self._answers = list(answers)
        self._settings = settings

    @property
    def uptime_s(self) -> float:
        """As ``now`` goes, or what the test has set in ``set_uptime_s``."""
        return self.now.timestamp() if self.set_uptime_s is None else self.set_uptime_s

    def settings(self, kind: type[S]) -> S:
        """The settings it was made with, or a default ``kind()``.

        Raises:
            TypeError: It was made with settings of another class.
        """
        if self._settings is None:
            return kind()
        if not isinstance(self._settings, kind):
            made_with = type(self._settings).__name__
            raise TypeError(f"the context holds settings of {made_with}, not of {kind.__name__}")
        return self._settings

    def change(self, undo: Undo, summary: str) -> AbstractAsyncContextManager[None]:
        """Record the change in ``made``; it is done when the body ends without an exception."""
        return self._changing(Change(undo, summary))

    @asynccontextmanager
    async def _changing(self, change: Change) -> AsyncGenerator[None, None]:
        self.made.append(change)
        yield
        change.is_done = True

    async def in_worker(self, function: Callable[..., T], *args: Any) -> T:
        """Call the function at once, on the loop."""
        return function(*args)

    async def ask_about(
        self,
        text: str | Labelled[str],
        question: str,
        schema: Mapping[str, Any],
        *,
        object_id: str = "",
    ) -> Labelled[dict[str, JsonValue]]:
        """The next of ``answers``, labelled and without links, as from a model.

        Raises:
            CannotRead: There is no further answer.
            PluginError: The schema does not say what the answer is.
            ValueError: The answer of the test does not fit the schema.
        """
        plain = text.reveal() if isinstance(text, Labelled) else text
        self.asked.append((without_links(plain), question))
        quarantine = Quarantine(self._model(schema))
        return await quarantine.ask(text, question, schema, Origin("fake", object_id))

    def _model(self, schema: Mapping[str, Any] | None = None) -> _Answering | None:
        """What says the next answer, or None where there is no further one."""
        if not self._answers:
            return None
        answer = self._answers.pop(0)
        wrong = mistake(answer, bounded(schema)) if schema is not None else ""
        if wrong:
            raise ValueError(f"the answer of the test does not fit: {wrong}")
        return _Answering(json.dumps(answer))

    async def ask_about_picture(
        self, picture: bytes, question: str, schema: Mapping[str, Any], *, object_id: str = ""
    ) -> Labelled[dict[str, JsonValue]]:
        """The next of ``answers``, about a picture that must be one.

        Raises:
            CannotRead: There is no further answer, or it is no picture.
            PluginError: The schema does not say what the answer is.
            ValueError: The answer of the test does not fit the schema.
        """
        self.asked.append(("", question))
        small = fitted(picture)
        quarantine = Quarantine(self._model(schema))
        return await quarantine.see(small, question, schema, Origin("fake", object_id))

    async def rewrite(
        self, text: str | Labelled[str], how: str, *, object_id: str = "", may_break: bool = False
    ) -> Labelled[str]:
        """The text of the next of ``answers``.

        Raises:
            CannotRead: There is no further answer, or the text is too long.
        """
        plain = text.reveal() if isinstance(text, Labelled) else text
        self.asked.append((without_links(plain), how))
        quarantine = Quarantine(self._model())
        return await quarantine.rewrite(text, how, Origin("fake", object_id), may_break=may_break)

    async def undo_with(self, *undoers: Undoer) -> str:
        """Take back the newest change with the plugin's own ``@undoes`` functions.

        Returns:
            What the undoer says that it did.

        Raises:
            IntentFailed: Nothing was changed, or the undoer could not take it back; then the
                change stays in ``made``.
            KeyError: None of ``undoers`` is for that operation.
        """
        done = [change for change in self.made if change.is_done]
        if not done:
            raise IntentFailed("nothing was changed", spoken="There is nothing to undo.")
        by_name = {undoer.operation: undoer for undoer in undoers}
        said = await by_name[done[-1].undo.operation].function(self, done[-1].undo.data)
        self.made.remove(done[-1])
        return said
