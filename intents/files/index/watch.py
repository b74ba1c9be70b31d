"""Which folders have changed: the kernel tells, or everything is read again from time to time.

Every folder is watched by itself. A recursive watch would follow links out of the roots, and would
watch hidden folders too.
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterable
from contextlib import suppress
from pathlib import Path

from watchfiles import watch
from watchfiles.main import FileChange

__all__ = ["Watch"]

_TIMEOUT_MS = 250
_DEBOUNCE_MS = 120
_STEP_MS = 60


class Watch:
    """Watches folders; more of them can be added.

    Attributes:
        refusal: Why the kernel does not watch, or an empty string while it does.
    """

    def __init__(self) -> None:
        self.refusal = ""
        self._folders: dict[str, None] = {}
        self._fresh: dict[str, None] = {}
        self._changes: Generator[set[FileChange], None, None] | None = None

    @property
    def is_ready(self) -> bool:
        """Whether the kernel watches for us."""
        return self._changes is not None

    def add(self, folders: Iterable[Path]) -> None:
        """Watch these too, from the next ``renewed`` on."""
        for folder in folders:
            name = str(folder)
            with suppress(UnicodeEncodeError):  # such a name cannot be handed over
                name.encode()
                if name not in self._folders:
                    self._fresh[name] = None

    def renewed(self) -> list[Path]:
        """Begin to watch what was added; what comes back has to be read once more.

        Something may have been put there before it was watched.
        """
        if self.refusal or not self._fresh:
            return []
        fresh = self._fresh
        wanted = [name for name in (*self._folders, *fresh) if os.path.isdir(name)]  # noqa: PTH112
        try:
            changes = self._begun(wanted)
        except OSError as error:
            self.close()
            self.refusal = str(error)
            return []
        old, self._changes = self._changes, changes
        if old is not None:
            old.close()
        self._folders, self._fresh = dict.fromkeys(wanted), {}
        return [Path(name) for name in fresh]

    def _begun(self, folders: list[str]) -> Generator[set[FileChange], None, None]:
        changes = watch(
            *folders,
            watch_filter=None,
            recursive=False,
            yield_on_timeout=True,
            rust_timeout=_TIMEOUT_MS,
            debounce=_DEBOUNCE_MS,
            step=_STEP_MS,
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        next(changes)
        return changes

    def wait(self) -> set[Path]:
        """The folders in which something has changed; waits for at most a quarter of a second."""
        if self._changes is None:
            time.sleep(_TIMEOUT_MS / 1000)
            return set()
        try:
            changed = next(self._changes)
        except (StopIteration, OSError) as error:
            self.close()
            self.refusal = str(error) or "the watch ended"
            return set()
        return {Path(path).parent for _, path in changed}

    def close(self) -> None:
        """Watch nothing any more."""
        if self._changes is not None:
            self._changes.close()
        self._changes = None
        self._folders, self._fresh = {}, {}
