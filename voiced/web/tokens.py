"""Who may come in: one-time tokens, and the sessions they are exchanged for. It blocks shortly.

Each is a file in the runtime folder, which its user alone can read; its name is a hash, so that
the folder does not hold what lets one in. A token is spent by renaming its file: once, however many
try. So any `voiced web` can make a token for a page that runs, and a page that is started again
knows those who came in before.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal, TypeAlias

from voiced.errors import VoicedError

__all__ = ["SESSION_S", "TOKEN_S", "KeyRing", "TokenRefused", "Why"]

TOKEN_S = 10 * 60.0
"""A token can be used for so long."""

SESSION_S = 7 * 24 * 3600.0
"""Who came in may stay for so long, or until the runtime folder goes: at logout."""

Why: TypeAlias = Literal["missing", "unknown", "used", "old"]

_BYTES = 32
_MOST_LETTERS = 200


class TokenRefused(VoicedError):
    """This token does not let anybody in; ``why`` says what is wrong with it."""

    def __init__(self, why: Why) -> None:
        super().__init__(f"the token is {why}", mend="voiced web")
        self.why = why


class KeyRing:
    """Tokens and sessions.

    Args:
        folder: Where they lie; it is made if need be, for its user alone.
        now_s: The time of day, as the files have it.
    """

    def __init__(self, folder: Path, now_s: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self._now_s = now_s

    def issue(self) -> str:
        """A new token.

        Raises:
            OSError: The folder cannot be written to.
        """
        self._tidy()
        return self._made("token")

    def spend(self, token: str) -> str:
        """Take a token, once; the session that it is exchanged for.

        Raises:
            TokenRefused: It is none, or was used, or is too old.
        """
        if not token:
            raise TokenRefused("missing")
        lies_at, spent = self._path("token", token), self._path("spent", token)
        try:
            age_s = self._age_s(lies_at)
            lies_at.rename(spent)
        except OSError:
            raise TokenRefused("used" if spent.exists() else "unknown") from None
        if age_s > TOKEN_S:
            raise TokenRefused("old")
        return self._made("session")

    def admits(self, session: str) -> bool:
        """Whether this is a session."""
        if not session:
            return False
        try:
            return self._age_s(self._path("session", session)) <= SESSION_S
        except OSError:
            return False

    def end(self, session: str) -> None:
        """Whoever has this session has to come in again."""
        with suppress(OSError):
            self._path("session", session).unlink()

    def _made(self, kind: str) -> str:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret = secrets.token_urlsafe(_BYTES)
        path = self._path(kind, secret)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        os.close(os.open(path, flags, 0o600))
        now_s = self._now_s()
        os.utime(path, (now_s, now_s))
        return secret

    def _path(self, kind: str, secret: str) -> Path:
        name = hashlib.sha256(secret[:_MOST_LETTERS].encode("utf-8", "replace")).hexdigest()
        return self.folder / f"{kind}-{name}"

    def _age_s(self, path: Path) -> float:
        return self._now_s() - path.stat().st_mtime

    def _tidy(self) -> None:
        """Forget what lets nobody in any more."""
        with suppress(OSError):
            for path in self.folder.iterdir():
                kind = path.name.partition("-")[0]
                if kind in {"token", "spent", "session"} and self._age_s(path) > SESSION_S:
                    path.unlink(missing_ok=True)
