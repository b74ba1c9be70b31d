"""Work that takes longer than a page: begun by a form, looked at while it goes on, ended early.

A job's result stays until the next of its kind begins. All of it lives in this process.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from voiced.errors import VoicedError

__all__ = ["Job", "JobState", "Jobs", "Stopped"]

JobState: TypeAlias = Literal["running", "done", "failed", "stopped"]


class Stopped(Exception):
    """A job was told to end."""


@dataclass(slots=True)
class Job:
    """One piece of work. Its worker writes into it; pages read it.

    Attributes:
        kind: Of each kind there is one at a time: "echo", "model base.en".
        title: What it does, for people.
        id: Names it in addresses.
        state: How far it is.
        line: What happens now, or what came of it: a sentence.
        mend: What mends it, where it failed.
        share: How much of it is done; None: nobody knows.
        level_dbfs: What the microphone hears, where it listens.
        rows: What was found, by name.
        fitting: Settings that would fit better than those there are.
        is_well: Whether what was found is as it should be.
    """

    kind: str
    title: str
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    state: JobState = "running"
    line: str = ""
    mend: str = ""
    share: float | None = None
    level_dbfs: float | None = None
    rows: Sequence[tuple[str, str]] = ()
    fitting: Mapping[str, str | float] = field(default_factory=dict[str, str | float])
    is_to_stop: bool = False
    is_well: bool = True

    @property
    def is_running(self) -> bool:
        """Whether it goes on."""
        return self.state == "running"

    def look(self) -> None:
        """End here, if that is wanted; for work in a thread.

        Raises:
            Stopped: It is.
        """
        if self.is_to_stop:
            raise Stopped

    def as_row(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "id": self.id,
            "title": self.title,
            "state": self.state,
            "line": self.line,
            "mend": self.mend,
            "share": self.share,
            "level_dbfs": self.level_dbfs,
            "rows": [list(row) for row in self.rows],
            "fits": bool(self.fitting),
        }


class Jobs:
    """The jobs of a running page."""

    def __init__(self) -> None:
        self._by_kind: dict[str, Job] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, kind: str, title: str, work: Callable[[Job], Awaitable[None]]) -> Job:
        """Begin a job; where one of this kind goes on already, that one."""
        found = self._by_kind.get(kind)
        if found is not None and found.is_running:
            return found
        job = Job(kind, title)
        self._by_kind[kind] = job
        self._tasks[kind] = asyncio.get_running_loop().create_task(_run(job, work))
        return job

    def of(self, kind: str) -> Job | None:
        """The newest job of a kind."""
        return self._by_kind.get(kind)

    def named(self, id: str) -> Job | None:  # noqa: A002 - as the job calls it
        """The job of this id, if it is the newest of its kind."""
        return next((job for job in self._by_kind.values() if job.id == id), None)

    def stop(self, job: Job) -> None:
        """Have a job end soon."""
        job.is_to_stop = True
        task = self._tasks.get(job.kind)
        if task is not None and self._by_kind.get(job.kind) is job:
            task.cancel()

    async def aclose(self) -> None:
        """End all of them."""
        for job in self._by_kind.values():
            self.stop(job)
        for task in self._tasks.values():
            with suppress(asyncio.CancelledError):
                await task


async def _run(job: Job, work: Callable[[Job], Awaitable[None]]) -> None:
    try:
        await work(job)
    except (Stopped, asyncio.CancelledError):
        job.state, job.line = "stopped", job.line or "It was stopped."
    except VoicedError as error:
        job.state, job.line, job.mend = "failed", f"{error.message}.", error.mend
    except Exception as error:  # noqa: BLE001 - nobody else waits for it
        job.state, job.line = "failed", f"It failed: {type(error).__name__}."
    else:
        job.state = "done"
    finally:
        job.level_dbfs = None
