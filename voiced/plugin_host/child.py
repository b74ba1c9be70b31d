"""The child process: imports one plugin, says what it defines, and does what it is asked.

Run as ``python -m voiced.plugin_host.child IN OUT``, the numbers of two pipes. Nothing of it is
trusted by the other side. When the pipe ends, so does the process, whatever the plugin is doing.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import queue
import resource
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from types import ModuleType
from typing import Any

from voiced.errors import ConfigError, VoicedError
from voiced.plugin import Entity, FileEntity, News, Reply
from voiced.plugin_host.child_context import HostContext, HostSlotContext, Link
from voiced.plugin_host.describing import describe, own_types
from voiced.plugin_host.settings import section_of
from voiced.plugin_host.source import Members, Source, import_plugin, load_error, members
from voiced.plugin_host.wire import decode, encode, from_line, to_line

__all__ = ["main"]

_FINAL = 0


class _Pipe:
    """Our ends of the pipes; any thread may send."""

    def __init__(self, requests: int, messages: int) -> None:
        for descriptor in (requests, messages):
            os.set_inheritable(descriptor, False)  # noqa: FBT003 - it has no name
        self._requests = os.fdopen(requests, "rb")
        self._messages = messages
        self._lock = threading.Lock()

    def receive(self) -> dict[str, Any]:
        """The next message; the process ends with the pipe."""
        line = self._requests.readline()
        if not line:
            os._exit(0)
        return from_line(line)

    def send(self, message: Mapping[str, Any]) -> None:
        """Send one message."""
        view = memoryview(to_line(message))
        with self._lock:
            while view:
                view = view[os.write(self._messages, view) :]


class _NoReply(Exception):
    """An intent returned something else."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def _unpickled(data: bytes) -> Any:
    return pickle.loads(data)  # noqa: S301 - this process made it itself


class _Child:
    """Answers requests about one plugin."""

    def __init__(self, pipe: _Pipe, found: Members, name: str) -> None:
        self._pipe = pipe
        self._name = name
        self._found = found
        self._types = own_types(found.intents)
        self._intents = {intent.name: intent for intent in found.intents}
        self._undoers = {undoer.operation: undoer for undoer in found.undoers}
        self._announcers = {each.name: each for each in found.announcers}
        self._settings: Any = None
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._answers: dict[tuple[int, int], Future[Any]] = {}
        self._inbox: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self) -> None:
        """Serve for ever."""
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, name="voiced-pipe", daemon=True).start()
        await asyncio.Event().wait()

    def _read(self) -> None:
        """Reads in a thread of its own: an intent may block the loop."""
        while True:
            message = self._pipe.receive()
            if message["do"] == "answer":
                waiting = self._answers.pop((message["id"], message["n"]), None)
                if waiting is not None:
                    waiting.set_result(message)
            elif self._loop is not None:
                self._loop.call_soon_threadsafe(self._begin, message)

    def _begin(self, message: dict[str, Any]) -> None:
        number = message["id"]
        if message["do"] == "cancel":
            task = self._tasks.get(number)
            if task is not None:
                task.cancel()
            return
        task = asyncio.get_running_loop().create_task(self._run(message))
        self._tasks[number] = task
        task.add_done_callback(lambda _: self._tasks.pop(number, None))

    async def _run(self, message: dict[str, Any]) -> None:
        number = message["id"]
        try:
            value = await self._done(message)
            answer = {"id": number, "value": value}
            to_line(answer)
        except _NoReply as wrong:
            answer = {"id": number, "returned": wrong.kind}
        except asyncio.CancelledError:
            answer = {"id": number, "raised": "CancelledError"}
        except VoicedError as error:
            answer = {"id": number, "error": _error_row(error)}
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the plugin boundary
            answer = {"id": number, "raised": type(error).__name__}
        self._pipe.send(answer)

    async def _done(self, message: dict[str, Any]) -> Any:
        match message["do"]:
            case "intent":
                return await self._intent(message)
            case "undo":
                undoer = self._undoers[message["operation"]]
                said = await undoer.function(self._context(message), decode(message["data"]))
                return str(said)
            case "news":
                announcer = self._announcers[message["announcer"]]
                return _news_row(await announcer.function(self._context(message), message["told"]))
            case "configure":
                return self._configure(message)
            case _:
                return await asyncio.to_thread(self._asked, message)

    def _configure(self, message: dict[str, Any]) -> Any:
        self._settings, row = section_of(
            self._name, self._found.settings, message["section"], message["file"]
        )
        return row

    def _asked(self, message: dict[str, Any]) -> Any:
        if message["do"] == "effect":
            values = {name: decode(each, _unpickled) for name, each in message["values"].items()}
            return self._intents[message["intent"]].effect_with(values).value
        return self._of_type(self._types[message["type"]], message)

    def _of_type(self, slot_type: Any, message: dict[str, Any]) -> Any:
        if message["do"] == "entity":
            entity = decode(message["entity"], _unpickled)
            return _encode(slot_type.from_entity(entity))
        context = HostSlotContext(decode(message["now"]), self._settings)
        if message["do"] == "phrases":
            return [str(phrase) for phrase in slot_type.phrases(context)]
        return [
            [_encode(each.value), str(each.spoken), float(each.score)]
            for each in slot_type.resolve(message["said"], context)
        ]

    async def _intent(self, message: dict[str, Any]) -> Any:
        intent = self._intents[message["intent"]]
        values = {name: decode(each, _unpickled) for name, each in message["values"].items()}
        reply: Any = await intent(self._context(message), **values)
        if not isinstance(reply, Reply):
            raise _NoReply(type(reply).__name__)
        return {
            "text": str(reply.text),
            "entities": [self._entity_row(each) for each in reply.entities],
            "data": encode(dict(reply.data)),
            "is_aside": bool(reply.is_aside),
            "fields": [[str(each.kind), str(each.value)] for each in reply.fields],
            "is_repeat": bool(reply.is_repeat),
            "pointed": int(reply.pointed),
        }

    def _entity_row(self, entity: Entity) -> dict[str, Any]:
        """An entity, and what each slot type of the plugin makes of it."""
        if isinstance(entity, FileEntity):
            return {"file": encode(entity)}
        made = {
            str(place): _encode(value)
            for place, each in enumerate(self._types)
            if (take := getattr(each, "from_entity", None)) is not None
            and (value := take(entity)) is not None
        }
        return {"kind": str(entity.kind), "spoken": str(entity.spoken), "made": made}

    def _context(self, message: dict[str, Any]) -> HostContext:
        link = Link(message["id"], self._pipe.send, self._answers)
        return HostContext(decode(message["now"]), self._settings, link, message.get("room", ""))


def _news_row(news: News) -> dict[str, Any]:
    said = [
        [str(each.key), str(each.text), bool(each.rings), bool(each.insists), str(each.room)]
        for each in news.announcements
    ]
    return {"said": said, "again_at": encode(news.again_at)}


def _encode(value: Any) -> Any:
    return encode(value, pickle.dumps)


def _error_row(error: VoicedError) -> dict[str, Any]:
    row = {
        "code": error.code,
        "message": error.message,
        "spoken": "" if error.spoken == error.default_spoken else error.spoken,
        "mend": error.mend,
        "token": getattr(error, "voiced_token", None),
    }
    if isinstance(error, ConfigError):
        row |= {"file": error.file, "key": error.key, "reason": error.reason}
    return row


def _limit(address_space_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (address_space_bytes, address_space_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(arguments: list[str]) -> None:
    """Run until the pipe ends."""
    pipe = _Pipe(int(arguments[0]), int(arguments[1]))
    hello = pipe.receive()
    sys.path[:] = hello["sys_path"]
    sys.pycache_prefix = hello["bytecode"]  # bytecode beside the code is not in its hash
    source = Source.from_row(hello["source"])
    _limit(hello["address_space_bytes"])
    try:
        module: ModuleType = import_plugin(source)
        found = members(module)
        definitions = describe(found)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the plugin boundary
        said = load_error(source.name, error, source.file)
        pipe.send({"id": _FINAL, "failed": {"message": said.message, "mend": said.mend}})
        return
    pipe.send({"id": _FINAL, "loaded": definitions})
    asyncio.run(_Child(pipe, found, source.name).serve())


if __name__ == "__main__":
    main(sys.argv[1:])
