"""When the wake word was heard, and whether anything came of it. The file blocks.

``wakes.jsonl`` lies beside the kept turns: a time and a yes or no a line, nothing of what was said.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from voiced.errors import VoicedError
from voiced.events import BargeIn, Event, ModeChanged, PushToTalk, TranscriptFinal, WakeWordHeard
from voiced.private_files import append, locked, wiping

__all__ = ["Wake", "WakeCounter", "WakeFile"]


@dataclass(frozen=True, slots=True)
class Wake:
    """A wake word; ``is_false``: nothing was said after it."""

    at: datetime
    is_false: bool


class WakeCounter:
    """Hears every event, and tells of each wake word whether it was a false one.

    Args:
        tell: Takes that, once it is known.
    """

    def __init__(self, tell: Callable[[bool], None]) -> None:
        self._tell = tell
        self._is_open = False

    def hear(self, event: Event) -> None:
        """Take an event."""
        match event:
            case WakeWordHeard():
                self._is_open = True
            case TranscriptFinal() if event.text.strip():
                self._decide(is_false=False)
            case BargeIn():
                self._decide(is_false=False)
            case PushToTalk():
                self._is_open = False  # what is said now is the key's
            case ModeChanged(mode="asleep"):
                self._decide(is_false=True)
            case ModeChanged(mode="muted"):
                self._is_open = False
            case _:
                pass

    def _decide(self, *, is_false: bool) -> None:
        if self._is_open:
            self._is_open = False
            self._tell(is_false)


class WakeFile:
    """The wakes that are kept in ``folder``, which is made when the first one is."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "wakes.jsonl"
        self._folder = folder

    def wakes(self) -> tuple[Wake, ...]:
        """Every wake, oldest first; a damaged line is left out.

        Raises:
            VoicedError: The file may not be read.
        """
        try:
            return tuple(self._read())
        except OSError as error:
            raise VoicedError(f"{self.path}: cannot be read: {error.strerror}") from error

    def add(self, wake: Wake, keep_days: int) -> None:
        """Keep one more, and drop what is older than so many days.

        Raises:
            OSError: It cannot be written.
        """
        with locked(self._folder):
            append(self.path, _line(wake))
            oldest = wake.at - timedelta(days=keep_days)
            first = next(self._read(), wake)
            if first.at < oldest:
                self._keep(lambda each: each.at >= oldest)

    def erase(self, since: datetime | None = None, until: datetime | None = None) -> None:
        """Erase those of a span of time, on the disk, too; all where there is none.

        Raises:
            VoicedError: It cannot be done.
        """
        if not self.path.exists():
            return
        try:
            with locked(self._folder):
                self._keep(
                    lambda each: (
                        (since is not None and each.at < since)
                        or (until is not None and each.at >= until)
                    )
                )
        except OSError as error:
            raise VoicedError(f"{self.path}: cannot be erased: {error.strerror}") from error

    def _keep(self, is_wanted: Callable[[Wake], bool]) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        append(fresh, b"".join(_line(wake) for wake in self._read() if is_wanted(wake)))
        with wiping(self.path):
            fresh.replace(self.path)

    def _read(self) -> Iterator[Wake]:
        try:
            lines = self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return
        for line in lines:
            wake = _wake_of(line)
            if wake is not None:
                yield wake


def _line(wake: Wake) -> bytes:
    row = {"at": wake.at.isoformat(timespec="seconds"), "is_false": wake.is_false}
    return json.dumps(row).encode() + b"\n"


def _wake_of(line: bytes) -> Wake | None:
    try:
        row = json.loads(line)
        at = datetime.fromisoformat(row["at"])
        return Wake(at if at.tzinfo else at.astimezone(), row["is_false"] is True)
    except (ValueError, KeyError, TypeError):
        return None
