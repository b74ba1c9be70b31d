"""The assistant as intents see it: intents, last reply, changes and taking them back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from voiced.conversation import Conversation, Delivery
from voiced.dispatch.calls import Report
from voiced.dispatch.context import CallContext, Environment
from voiced.dispatch.mode import SpeechMode
from voiced.dispatch.outbox import Outbox
from voiced.dispatch.remembering import remembered
from voiced.errors import IntentFailed, PluginError
from voiced.events import ActionUndone, MemoryErased
from voiced.journal import Change
from voiced.plugin import Effect, Entity, Forgotten, Intent, Remembered, Undoer
from voiced.speech.delivery import wished

__all__ = ["BoundAssistant"]

_OF_A_TURN = 20
"""A turn has no more records than these."""


@dataclass(frozen=True, slots=True)
class BoundAssistant:
    """``plugin.Assistant`` for one call; ``report`` takes its events."""

    known: Mapping[str, Intent]
    undoers: Mapping[str, Undoer]
    environment: Environment
    conversation: Conversation
    report: Report
    outbox: Outbox
    mode: SpeechMode
    forget_conversation: Callable[[], None]

    @property
    def last_reply(self) -> str:
        """The last reply as text."""
        return self.conversation.last_reply

    @property
    def last_heard(self) -> str:
        """What was heard in the last turn."""
        exchanges = self.conversation.exchanges
        return exchanges[-1].heard if exchanges else ""

    @property
    def unfinished_reply(self) -> str:
        """What was cut off."""
        return self.conversation.unfinished

    @property
    def entities(self) -> Sequence[Entity]:
        """What was named last."""
        return self.conversation.entities

    def deliver(
        self,
        *,
        louder_db: float = 0.0,
        speed: float = 1.0,
        whisper: bool | None = None,
        reset: bool = False,
    ) -> None:
        """Change how everything is said from now on."""
        before = Delivery() if reset else self.conversation.delivery
        self.conversation.delivery = wished(
            before, louder_db=louder_db, speed=speed, whisper=whisper
        )

    def intents(self) -> Sequence[Intent]:
        """Every intent that can be spoken."""
        return tuple(intent for intent in self.known.values() if intent.effect is not Effect.X)

    def stop_sending(self) -> int:
        """Keep back all that waits in the outbox."""
        return len(self.outbox.stop())

    def start_over(self) -> None:
        """Forget the conversation before the next request: in this one its text is about."""
        self.forget_conversation()

    def take_speech(self, intent: str) -> None:
        """Let one intent take all that is said, or none any more."""
        if not intent:
            self.mode.end()
            return
        if intent not in self.known:
            raise PluginError(f"there is no intent {intent[:80]!r} to take all speech")
        self.mode.begin(self.known[intent])

    def allow_pictures(self) -> str:
        """Let pictures be sent to the language model's server; its host."""
        return self.environment.quarantine.pictures.allow()

    async def undo(self, count: int) -> Sequence[str]:
        """Take back the last ``count`` changes, newest first.

        Raises:
            IntentFailed: One cannot be taken back; those before it are.
        """
        found = await self.environment.in_worker(self.environment.journal.last_changes, count)
        return [await self.undo_change(change) for change in found]

    async def undo_change(self, change: Change) -> str:
        """Take back one change and say so.

        Raises:
            IntentFailed: It cannot be taken back.
        """
        if change.state not in ("begun", "done"):
            raise IntentFailed(
                f"change {change.id} was {change.state} already",
                intent=change.intent,
                spoken="There is nothing left to take back of that.",
            )
        undoer = self.undoers.get(change.operation)
        if undoer is None:
            message = f"no plugin takes back {change.operation}"
            raise IntentFailed(
                message,
                intent=change.intent,
                spoken="I can't take that back, because the skill that did it is gone.",
                mend=f"install the plugin of {change.intent} again",
            )
        context = CallContext(self.environment, self, change.intent, self.report.turn)
        sentence = await undoer.function(context, change.data)
        await self.environment.in_worker(self.environment.journal.undone, change.id)
        self.report.emit(ActionUndone(self.report.at(), self.report.turn, change.id, change.intent))
        return sentence

    async def changes(self, count: int) -> Sequence[str]:
        """What was done last, newest first."""
        found = await self.environment.in_worker(self.environment.journal.last_changes, count)
        return [change.summary for change in found]

    @property
    def keeps_speech(self) -> bool:
        """Whether what is said is kept."""
        return self.environment.kept.keeps_speech

    async def remembered(
        self,
        words: str = "",
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        count: int = 50,
    ) -> Sequence[Remembered]:
        """Records of the journal, newest first, but for this request."""
        kept, now = self.environment.kept, self.environment.now()
        found = await self.environment.in_worker(kept.find, words, since, until, count + _OF_A_TURN)
        return remembered(found, self.report.turn, now)[:count]

    async def forget(
        self, words: str = "", *, since: datetime | None = None, until: datetime | None = None
    ) -> Forgotten:
        """Erase what holds the words, of a span of time, or everything; and the conversation."""
        kept = self.environment.kept
        self.report.emit(MemoryErased(self.report.at(), self.report.turn))
        self.forget_conversation()
        erase = partial(kept.forget, words, since=since, until=until)
        return await self.environment.in_worker(erase)
