"""What other programs asked for and the user has to confirm: a file for each. All of it blocks.

A request is taken once, by renaming its file; after ten minutes it is void.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from voiced.plugin import one_line

__all__ = ["Outcome", "RequestBook", "TooManyRequests", "WaitingRequest"]

_MOST_WAITING = 20
_KEPT_S = 600.0
_MOST_CALLER = 60
_MOST_BYTES = 128 * 1024


class TooManyRequests(Exception):
    """So many wait already that no more are taken."""


@dataclass(frozen=True, slots=True)
class WaitingRequest:
    """A call that another program wants; ``caller`` is what it calls itself."""

    id: str
    caller: str
    intent: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a request: what was said, and whether it was done."""

    text: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class RequestBook:
    """The folder of the requests; yours alone to read."""

    folder: Path
    now_s: Callable[[], float] = time.time

    def ask(self, caller: str, intent: str, arguments: Mapping[str, Any]) -> WaitingRequest:
        """Put a request down; the same one that waits already is not put down twice.

        Raises:
            TooManyRequests: The user has to look at those first.
        """
        digest = _digest(intent, arguments)
        waiting = self.waiting()
        for each in waiting:
            if _digest(each.intent, each.arguments) == digest:
                return each
        if len(waiting) >= _MOST_WAITING:
            raise TooManyRequests
        name = one_line(caller)[:_MOST_CALLER] or "unnamed"
        request = WaitingRequest(secrets.token_hex(4), name, intent, dict(arguments))
        self._write(
            self._path(request.id), {"caller": name, "intent": intent, "arguments": dict(arguments)}
        )
        return request

    def waiting(self) -> tuple[WaitingRequest, ...]:
        """What waits, oldest first; what is too old goes."""
        if not self.folder.is_dir():
            return ()
        found: list[tuple[float, WaitingRequest]] = []
        for path in self.folder.glob("*.json"):
            with suppress(OSError):
                age_s = self.now_s() - path.stat().st_mtime
                request = self._read(path)
                if age_s > _KEPT_S or (request is None and path.suffixes == [".json"]):
                    path.unlink()
                elif request is not None:
                    found.append((age_s, request))
        return tuple(request for _, request in sorted(found, key=lambda pair: -pair[0]))

    def take(self, name: str) -> WaitingRequest | None:
        """Take a request: nobody else gets it after that. None where it waits no more."""
        request = next((each for each in self.waiting() if each.id == name), None)
        if request is None:
            return None
        taken = self._path(name).with_suffix(".taken")
        try:
            self._path(name).rename(taken)
        except OSError:
            return None
        taken.unlink()
        return request

    def tell(self, request: WaitingRequest, outcome: Outcome) -> None:
        """Keep what came of it, for the program that asked."""
        place = self._outcome(request.intent, request.arguments)
        self._write(place, {"text": outcome.text, "is_done": outcome.is_done})

    def outcome(self, intent: str, arguments: Mapping[str, Any]) -> Outcome | None:
        """What came of this request, if it was decided; told once."""
        place = self._outcome(intent, arguments)
        try:
            document = _document(place)
            is_fresh = self.now_s() - place.stat().st_mtime <= _KEPT_S
            place.unlink()
            return Outcome(str(document["text"]), document["is_done"] is True) if is_fresh else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _outcome(self, intent: str, arguments: Mapping[str, Any]) -> Path:
        return self.folder / f"{_digest(intent, arguments)}.outcome"

    def _read(self, path: Path) -> WaitingRequest | None:
        try:
            row = _document(path)
            arguments = dict(row["arguments"])
            return WaitingRequest(path.stem, str(row["caller"]), str(row["intent"]), arguments)
        except (ValueError, KeyError, TypeError):
            return None

    def _write(self, path: Path, document: Mapping[str, Any]) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
        with os.fdopen(os.open(fresh, flags, 0o600), "w", encoding="utf-8") as file:
            json.dump(document, file)
        fresh.replace(path)


def _document(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return dict(json.loads(file.read(_MOST_BYTES)))


def _digest(intent: str, arguments: Mapping[str, Any]) -> str:
    exact = json.dumps([intent, dict(arguments)], sort_keys=True)
    return sha256(exact.encode("utf-8", "surrogatepass")).hexdigest()[:24]
