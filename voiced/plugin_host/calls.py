"""One call of an intent or an undoer in a plugin's process, with what it asks meanwhile."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, cast

import anyio

from voiced.errors import IntentDenied, IntentFailed, IntentTimeout, VoicedError
from voiced.plugin import Context, FileEntity, Undo
from voiced.plugin_host.failures import Failure, SwitchedOff, outcome
from voiced.plugin_host.host import Host
from voiced.plugin_host.process import HostProcess
from voiced.plugin_host.request import Request
from voiced.plugin_host.wire import WireError, decode, encode, is_table
from voiced.spoken import one_line
from voiced.workers import in_worker

__all__ = ["Order", "call"]

_LONGEST_SUMMARY = 500


@dataclass(frozen=True, slots=True)
class Order:
    """What a plugin's process is to do: ``what`` with ``arguments``, for the intent ``owner``.

    ``only_reads``: it may change nothing. ``deadline_s`` is in real time.
    """

    what: str
    arguments: Mapping[str, Any]
    owner: str
    only_reads: bool
    deadline_s: float


async def call(host: Host, order: Order, context: Context) -> Any:
    """Have it done; the plugin's questions are answered by ``context``.

    Raises:
        VoicedError: The plugin refused, took too long, or failed.
    """
    process = None
    try:
        arguments = {**order.arguments, "now": encode(context.now), "room": context.room}
        request = await in_worker(host.open, order.what, arguments)
        process = request.process
        return await _Call(host, request, order, context).run()
    except SwitchedOff as off:
        raise _switched_off(host, order) from off
    except WireError as error:
        message = f"{order.owner}: {error}"
        raise IntentFailed(message, intent=order.owner, spoken="That skill failed.") from error
    except Failure as failure:
        raise await _settled(host, order, failure, process) from failure


async def _settled(
    host: Host, order: Order, failure: Failure, process: HostProcess | None
) -> VoicedError:
    is_off: list[bool] = []
    with anyio.CancelScope(shield=True):
        is_off.append(await in_worker(host.settle, failure, process))
    return _error(host, order, failure, is_off=is_off == [True])


def _switched_off(host: Host, order: Order) -> VoicedError:
    name = host.name.replace("_", " ")
    return IntentDenied(
        f"plugin {host.name} is switched off",
        intent=order.owner,
        spoken=f"The skill {name} is switched off.",
        mend=f"voiced intents enable {host.name}",
    )


def _error(host: Host, order: Order, failure: Failure, *, is_off: bool) -> VoicedError:
    message = f"{order.owner} {failure.what}"
    if is_off:
        name = host.name.replace("_", " ")
        return IntentFailed(
            f"{message}; plugin {host.name} is switched off",
            intent=order.owner,
            spoken=f"The skill {name} failed again and again, so I have switched it off.",
            mend=f"voiced intents enable {host.name}",
        )
    if isinstance(failure, _TooLong):
        return IntentTimeout(message, intent=order.owner)
    return IntentFailed(message, intent=order.owner, spoken="That skill failed.")


class _TooLong(Failure):
    """The call was not done by its deadline."""


class _BodyFailed(Exception):
    """The body of a change raised in the plugin's process."""


class _Call:
    """A call under way."""

    def __init__(self, host: Host, request: Request, order: Order, context: Context) -> None:
        self._host = host
        self._request = request
        self._order = order
        self._context = context
        self._until_s = time.monotonic() + order.deadline_s
        self._changes: dict[int, AbstractAsyncContextManager[None]] = {}
        self._errors: list[VoicedError] = []

    async def run(self) -> Any:
        try:
            return await self._in_time()
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True):
                await self._give_up()
            raise
        finally:
            with anyio.CancelScope(shield=True):
                await self._leave_changes()
                await in_worker(self._host.finish, self._request)

    async def _in_time(self) -> Any:
        with anyio.move_on_after(self._order.deadline_s):
            try:
                return await self._follow()
            except Failure:
                if time.monotonic() < self._until_s:
                    raise
        late = _TooLong(f"took over {self._order.deadline_s:g} s")
        with anyio.CancelScope(shield=True):
            late.is_fatal = not await self._stop()
        raise late

    async def _give_up(self) -> None:
        """The caller left. A plugin that goes on is ended, unless something else is under way."""
        process = self._request.process
        if not await self._stop() and process.mailbox.open_requests == 1:
            await in_worker(self._host.discard, process)

    async def _stop(self) -> bool:
        """Ask the plugin to stop, and wait a little; True if it did."""
        self._until_s = time.monotonic() + self._host.limits.grace_s
        try:
            await in_worker(self._request.send, {"do": "cancel"})
            await self._follow()
        except Failure as failure:
            return not failure.is_fatal
        except VoicedError:
            return True
        return True

    async def _follow(self) -> Any:
        """Answer what the plugin asks until its last message."""
        while True:
            message = await in_worker(self._request.next, self._until_s)
            self._request.seen += 1
            if "ask" not in message:
                return self._ended(message)
            await self._answer(message)

    def _ended(self, message: Mapping[str, Any]) -> Any:
        row: Any = message.get("error")
        token: Any = row.get("token") if is_table(row) else None
        if isinstance(token, int) and 0 <= token < len(self._errors):
            raise self._errors[token]  # the plugin passed on what it was told
        return outcome(message, self._order.owner)

    async def _answer(self, message: Mapping[str, Any]) -> None:
        number = message.get("n")
        answer: dict[str, Any] = {"do": "answer", "n": number}
        try:
            answer["value"] = encode(await self._asked(message))
        except VoicedError as error:
            self._errors.append(error)
            answer["error"] = {
                "code": error.code,
                "message": error.message,
                "spoken": error.spoken,
                "token": len(self._errors) - 1,
            }
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise Failure("asked what nobody understands") from error
        await in_worker(self._request.send, answer)

    async def _asked(self, message: Mapping[str, Any]) -> Any:
        assistant = self._context.assistant
        match message["ask"]:
            case "change":
                return await self._begin_change(message)
            case "change_end":
                return await self._end_change(message["change"], has_failed=message["failed"])
            case "undo":
                self._refuse_reader("take changes back")
                return list(await assistant.undo(_count(message)))
            case "changes":
                return list(await assistant.changes(_count(message)))
            case "ask_about" | "rewrite":
                return await self._consult(message)
            case what:
                return self._read(str(what), message)

    async def _consult(self, message: Mapping[str, Any]) -> Any:
        """Put a text to the language model; the other side labels the answer again."""
        text, object_id = str(message["text"]), str(message["object_id"])
        if message["ask"] == "rewrite":
            how, may_break = str(message["how"]), bool(message["may_break"])
            new = await self._context.rewrite(text, how, object_id=object_id, may_break=may_break)
            return new.reveal()
        question, schema = str(message["question"]), message["schema"]
        found = await self._context.ask_about(text, question, schema, object_id=object_id)
        return found.reveal()

    def _read(self, what: str, message: Mapping[str, Any]) -> Any:
        assistant = self._context.assistant
        match what:
            case "deliver":
                return assistant.deliver(**message["wish"])
            case "stop_sending":
                return assistant.stop_sending()
            case "last_reply" | "last_heard" | "unfinished_reply":
                return str(getattr(assistant, what))
            case "entities":
                return [
                    each if isinstance(each, FileEntity) else (each.kind, each.spoken)
                    for each in assistant.entities
                ]
            case "intents":
                return [_readable(each) for each in assistant.intents()]
            case _:
                raise Failure("asked what nobody understands")

    def _refuse_reader(self, deed: str) -> None:
        if self._order.only_reads:
            owner = self._order.owner
            raise IntentDenied(f"{owner} declares that it only reads: it may not {deed}")

    async def _begin_change(self, message: Mapping[str, Any]) -> int:
        self._refuse_reader("change anything")
        data = cast("dict[str, Any]", decode(message["data"]))
        summary = one_line(str(message["summary"]))[:_LONGEST_SUMMARY]
        undo = Undo(self._host.operation(str(message["operation"])), data)
        change = self._context.change(undo, summary)
        await change.__aenter__()
        number = int(message["n"])
        self._changes[number] = change
        return number

    async def _end_change(self, number: int, *, has_failed: bool) -> None:
        change = self._changes.pop(number)
        if not has_failed:
            await change.__aexit__(None, None, None)
            return
        error = _BodyFailed()
        try:
            await change.__aexit__(_BodyFailed, error, None)
        except _BodyFailed:
            return

    async def _leave_changes(self) -> None:
        """A change whose process has gone counts as made: undoing looks at the state first."""
        while self._changes:
            _, change = self._changes.popitem()
            await change.__aexit__(None, None, None)


def _count(message: Mapping[str, Any]) -> int:
    return max(0, min(int(message["count"]), 100))


def _readable(intent: Any) -> dict[str, Any]:
    return {
        "name": intent.name,
        "description": intent.description,
        "sentences": list(intent.sentences),
        "slots": [[slot.name, slot.type.name, slot.required] for slot in intent.slots.values()],
        "effect": intent.effect.value,
        "examples": list(intent.examples),
    }
