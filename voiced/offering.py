"""Intents for other programs, which are not the user: under the same policy, and never around it.

What reads is done. What changes something is put down as a request, which the user looks at and
confirms at a terminal. Whatever a program sends is text from outside.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from voiced.conversation import Conversation
from voiced.dispatch import Call, Dispatcher, InWorker, Question, Report, Result
from voiced.errors import IntentDenied, UnknownIntent, VoicedError
from voiced.events import TurnId
from voiced.mcp.requests import Outcome, RequestBook, TooManyRequests, WaitingRequest
from voiced.mcp.wire import MOST_ARGUMENT_BYTES, MOST_TEXT_BYTES
from voiced.plugin import Effect, Field, Intent, JsonValue

__all__ = ["Offer", "Offered", "OfferedTool", "adopt", "carry_out"]

_SILENT = Report(TurnId(1), lambda: 0, lambda _: None)
_ABOUT_US = "talk."
"""Intents about the user's conversation, of which another program has none."""


@dataclass(frozen=True, slots=True)
class OfferedTool:
    """An intent as another program sees it."""

    name: str
    description: str
    schema: Mapping[str, Any]
    only_reads: bool
    is_destructive: bool


@dataclass(frozen=True, slots=True)
class Offered:
    """What a program gets back."""

    text: str
    data: Mapping[str, JsonValue] | None = None
    is_error: bool = False


class Offer:
    """What other programs may ask for.

    Args:
        dispatcher: The user's own; each request gets a conversation apart from his.
        names: Intents beyond those that read what is public; the end of a name may be ``*``.
        book: Where requests are put down.
        in_worker: Runs what blocks.
        tell: Lets the user know that a request waits; it blocks.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        names: Sequence[str],
        book: RequestBook,
        in_worker: InWorker,
        tell: Callable[[], None] = lambda: None,
    ) -> None:
        self._dispatcher = dispatcher
        self._book = book
        self._in_worker = in_worker
        self._tell = tell
        self._told: set[str] = set()
        offered = [each for each in dispatcher.intents if _is_offered(each, names)]
        self._intents = {intent.name.replace(".", "-"): intent for intent in offered}

    def tools(self) -> tuple[OfferedTool, ...]:
        """Every intent that may be asked for."""
        return tuple(_tool(name, intent) for name, intent in self._intents.items())

    async def call(self, name: str, arguments: Mapping[str, Any], caller: str) -> Offered:
        """Do what a program asks for, or put it down for the user. Never raises VoicedError."""
        intent = self._intents.get(name)
        if intent is None:
            return Offered("There is no such tool, or it is not offered.", is_error=True)
        if len(json.dumps(arguments).encode("utf-8", "surrogatepass")) > MOST_ARGUMENT_BYTES:
            most = MOST_ARGUMENT_BYTES // 1024
            return Offered(f"The arguments are longer than {most} KiB.", is_error=True)
        if not intent.effect.only_reads:  # not even looked up: that would tell what there is
            return await self._put_down(intent, arguments, caller)
        try:
            return await self._answer(intent, arguments)
        except IntentDenied:
            return await self._put_down(intent, arguments, caller)
        except VoicedError as error:
            return Offered(f"{error.message}: {error.spoken}", is_error=True)

    async def _answer(self, intent: Intent, arguments: Mapping[str, Any]) -> Offered:
        """Do what reads.

        Raises:
            IntentDenied: The policy refuses, or wants the user to be asked.
        """
        conversation = Conversation()
        conversation.taint()  # whatever the program sends may be anybody's
        apart = self._dispatcher.apart(conversation)
        proposed = await apart.propose(intent.name, arguments, _SILENT)
        if isinstance(proposed, Question) and proposed.choice is not None:
            return Offered(proposed.text, is_error=True)
        if isinstance(proposed, Question) or not proposed.effect.only_reads:
            raise IntentDenied(f"{intent.name} needs the user", intent=intent.name)
        return _told(await apart.run(proposed, _SILENT))

    async def _put_down(self, intent: Intent, arguments: Mapping[str, Any], caller: str) -> Offered:
        try:
            known = await self._in_worker(self._book.outcome, intent.name, arguments)
            if known is not None:
                return Offered(known.text, is_error=not known.is_done)
            request = await self._in_worker(self._book.ask, caller, intent.name, arguments)
        except TooManyRequests:
            text = "Too many requests wait for the user: voiced mcp requests"
            return Offered(text, is_error=True)
        except OSError as error:
            return Offered(f"The request cannot be put down: {error.strerror}", is_error=True)
        if request.id not in self._told:
            self._told.add(request.id)
            await self._in_worker(self._tell)
        return Offered(
            "Nothing was done: this needs the user. Ask him to run, in a terminal, "
            f"`voiced mcp confirm {request.id}` within ten minutes; then call again with the same "
            "arguments to learn what came of it.",
            is_error=True,
        )


def _is_offered(intent: Intent, names: Sequence[str]) -> bool:
    if intent.effect is Effect.X or intent.name.startswith("mcp."):
        return False
    wanted = any(
        intent.name.startswith(name[:-1]) if name.endswith("*") else intent.name == name
        for name in names
    )
    return wanted or (intent.effect is Effect.R0 and not intent.name.startswith(_ABOUT_US))


def _tool(name: str, intent: Intent) -> OfferedTool:
    note = "" if intent.effect.only_reads else " The user has to confirm it at a terminal."
    is_destructive = intent.effect in (Effect.W2, Effect.O1, Effect.O2)
    description = f"{intent.description}{note}"
    return OfferedTool(
        name, description, intent.parameters(), intent.effect.only_reads, is_destructive
    )


def _told(result: Result) -> Offered:
    if result.reply is None:
        error = result.error
        text = f"{error.message}: {error.spoken}" if error else "It failed."
        return Offered(text, is_error=True)
    data = dict(result.reply.data)
    if len(json.dumps(data, default=str)) > MOST_TEXT_BYTES:
        return Offered(result.reply.text[:MOST_TEXT_BYTES])
    return Offered(result.reply.text[:MOST_TEXT_BYTES], data or None)


async def adopt(dispatcher: Dispatcher, request: WaitingRequest) -> tuple[Dispatcher, Question]:
    """The question to be asked before a request is carried out, and who asks it.

    That the user looks at it makes the deed planned; its arguments stay text from outside, as
    typed values at best, so that the policy asks about whatever changes something.

    Raises:
        IntentError: The policy refuses, or the arguments do not fit.
    """
    if request.intent not in {intent.name for intent in dispatcher.intents}:
        raise UnknownIntent(f"there is no intent {request.intent[:80]!r}", intent=request.intent)
    conversation = Conversation()
    apart = dispatcher.apart(conversation)
    apart.plan([(request.intent, dict.fromkeys(request.arguments))])
    conversation.taint([Field("path", value) for value in _values(request.arguments)])
    proposed = await apart.propose(request.intent, request.arguments, _SILENT)
    if isinstance(proposed, Question) and proposed.choice is None:
        return apart, proposed
    raise IntentDenied(
        f"{request.intent}: its arguments may mean several things, or it needs no request",
        intent=request.intent,
        mend="have the program ask again, with exact arguments",
    )


def _values(arguments: Mapping[str, Any]) -> list[str]:
    parts: list[str] = []
    for value in arguments.values():
        listed = cast("list[object]", value) if isinstance(value, list) else [cast("object", value)]
        parts += [str(part) for part in listed if part is not None]
    return parts


async def carry_out(
    asked: tuple[Dispatcher, Question], request: WaitingRequest, book: RequestBook
) -> Result:
    """Do what the user confirmed, and keep what came of it for the program that asked."""
    apart, question = asked
    call: Call = apart.confirm(question)
    sent = await (apart.send if call.waits else apart.run)(call, _SILENT)
    result = sent or Result(call)
    told = _told(result)
    book.tell(request, Outcome(told.text, is_done=not told.is_error))
    return result
