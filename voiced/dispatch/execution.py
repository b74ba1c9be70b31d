"""Calls that passed every check, to their results: at once, or through the outbox."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Literal

import anyio

from voiced.conversation import Conversation
from voiced.dispatch.calls import Call, Report, Result
from voiced.dispatch.context import CallContext
from voiced.dispatch.guard import Guard
from voiced.dispatch.outbox import Outbox
from voiced.dispatch.questions import posting
from voiced.errors import IntentError, IntentFailed, IntentTimeout, VoicedError
from voiced.events import IntentReturned
from voiced.plugin import Reply

__all__ = ["Execution"]

_log = logging.getLogger(__name__)

_UNHEARD = "What I was about to send was not sent, because I could not hear you."


class Execution:
    """Runs calls.

    Args:
        guard: Is told what came of each.
        conversation: What a reply names can be pointed at.
        outbox: What leaves the machine waits in it.
        context: What an intent of this name is given.

    Attributes:
        last: The call that ran last.
        is_stale: Something was changed, so that the grammar may not fit any more.
        notices: What the next reply has to tell first.
    """

    def __init__(
        self,
        guard: Guard,
        conversation: Conversation,
        outbox: Outbox,
        context: Callable[[str, Report], CallContext],
    ) -> None:
        self._guard = guard
        self._conversation = conversation
        self._outbox = outbox
        self._context = context
        self.last: Call | None = None
        self.is_stale = True
        self.acted = anyio.Event()
        self.notices: list[str] = []

    def posted(self, call: Call) -> Result:
        """What is said while a call waits in the outbox."""
        if call.names_others:
            self._conversation.taint()
        return Result(call, Reply(posting(call, self._outbox.wait_s)))

    async def send(self, call: Call, report: Report) -> Result | None:
        """Wait in the outbox, then run the call; None where the user stopped it.

        What went wrong is told with the next reply.
        """
        if not await self._outbox.release(call):
            return None
        result = await self.run(call, report)
        if result.error is not None:
            self.notices.append(_went_wrong(result.error))
        return result

    def keep_back(self) -> None:
        """Send nothing of what waits: the user could not be heard if he said stop."""
        if self._outbox.stop():
            self.notices.append(_UNHEARD)

    async def run(self, call: Call, report: Report) -> Result:
        """Run a call to its end; whatever it raises becomes the result's error."""
        context = self._context(call.intent.name, report)
        reply, error = await self._attempt(call, context)
        outcome: Literal["completed", "failed"] = "failed" if error else "completed"
        undo_ids = tuple(context.undo_ids)
        if not call.effect.only_reads:
            self.is_stale = True
        acted, self.acted = self.acted, anyio.Event()
        acted.set()
        is_external = self._guard.told(call, reply or Reply(""))
        if reply is not None:
            self.last = call
            self._conversation.name(reply.entities, tuple(call.values.values()), reply.pointed)
        report.emit(
            IntentReturned(
                report.at(),
                report.turn,
                call.intent.name,
                outcome,
                undo_ids[-1] if undo_ids else None,
            )
        )
        return Result(call, reply, error, undo_ids, is_external)

    def recall(self, results: Sequence[Result]) -> None:
        """Calls that ran at once count as if they had run in this order: for "it", for example."""
        for result in results:
            if result.reply is not None:
                self.last = result.call
                values = tuple(result.call.values.values())
                reply = result.reply
                self._conversation.name(reply.entities, values, reply.pointed)

    async def _attempt(
        self, call: Call, context: CallContext
    ) -> tuple[Reply | None, VoicedError | None]:
        name = call.intent.name
        reply: object = None
        try:
            with anyio.move_on_after(call.intent.deadline_s) as scope:
                reply = await call.intent(context, **call.values)
        except VoicedError as error:
            return None, error
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the plugin boundary
            return None, _broken(name, f"raised {type(error).__name__}")
        if scope.cancelled_caught:
            return None, IntentTimeout(f"{name} took over {call.intent.deadline_s} s", intent=name)
        if not isinstance(reply, Reply):
            return None, _broken(name, f"returned {type(reply).__name__}, not a Reply")
        return reply, None


def _went_wrong(error: VoicedError) -> str:
    """What is told of something that was to leave the machine."""
    if isinstance(error, IntentTimeout):
        return f"I don't know whether it was sent. {error.spoken}"
    is_unsure = isinstance(error, IntentError) and error.is_unsure
    return error.spoken if is_unsure else f"It was not sent. {error.spoken}"


def _broken(name: str, what: str) -> IntentFailed:
    _log.error("intent %s %s", name, what)
    return IntentFailed(f"{name} {what}", intent=name, spoken="That skill failed.")
