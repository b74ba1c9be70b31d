"""Drafts on the server, where every mail program finds them. Replaced, never doubled, never lost.

A draft of ours has two headers: a key that stays, and a version that counts. Replacing it puts the
new version there first and deletes the older ones then; whatever breaks in between, the newest
version is there, and what is too much goes with the next look. Nothing is kept on this machine.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from typing import Any

from voiced.plugin import IntentError

from .changing import Mark, append_once, find_marked, move, remove
from .folders import folder_for
from .imap import Session
from .refusals import Gone

__all__ = ["KEY", "VERSION", "Draft", "Drafts", "without_marks"]

KEY = "X-Voiced-Draft"
VERSION = "X-Voiced-Version"
_FLAGS = (b"\\Draft", b"\\Seen")
_DELETED = b"\\Deleted"
_MOST = 1000


def _nothing(_step: str) -> None:
    """Where nobody looks at the steps."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One version of a draft, as it lies on the server."""

    key: str
    version: int
    uid: int


def without_marks(message: EmailMessage) -> EmailMessage:
    """The message as it is sent: nobody needs to see how it was written."""
    del message[KEY]
    del message[VERSION]
    return message


@dataclass(slots=True)
class Drafts:
    """The drafts of one account. ``step`` is told each step before it is done."""

    session: Session
    step: Callable[[str], None] = _nothing
    _folder: str = field(default="", init=False)

    @property
    def folder(self) -> str:
        """The folder that they lie in.

        Raises:
            IntentError: There is none, or the server cannot be reached.
        """
        if not self._folder:
            self._folder = folder_for(self.session, "drafts")
        return self._folder

    def create(self, message: EmailMessage, key: str = "") -> Draft:
        """Put a new draft there; ``key`` is one that no other has.

        Raises:
            IntentError: It is not there.
        """
        return self._put(key or uuid.uuid4().hex, 1, message)

    def replace(self, old: Draft, message: EmailMessage, trash: str = "") -> Draft:
        """Put a new version in place of all older ones; with ``trash``, these go there.

        One that somebody deleted or finished elsewhere is there again, as a draft of its own: its
        text is not lost.

        Raises:
            IntentError: The new version may not be there; then the old one is.
        """
        there = self.versions().get(old.key, [])
        newest = max((each.version for each in there), default=old.version)
        new = self._put(old.key, max(newest, old.version) + 1, message)
        with suppress(IntentError):  # the newest is there; the rest goes with the next look
            self._clean(self.versions().get(new.key, []), trash)
        return new

    def throw_away(self, draft: Draft, trash: str) -> None:
        """Put every version of it into the trash.

        Raises:
            IntentError: The server cannot be reached, or says no.
        """
        uids = [each.uid for each in self.versions().get(draft.key, [])]
        self.step("trash")
        move(self.session, self.folder, uids, trash)

    def put_back(self, mark: Mark, trash: str) -> None:
        """Put what the mark names from the trash back among the drafts.

        Raises:
            Gone: It is not in the trash any more.
            IntentError: The server cannot be reached, or says no.
        """
        there = find_marked(self.session, trash, mark)
        if not there:
            spoken = "That draft is not in the trash any more."
            raise Gone("the draft is not in the trash", spoken=spoken)
        move(self.session, trash, there[-1:], self.folder)

    def read(self, draft: Draft) -> bytes:
        """The newest version, whole.

        Raises:
            Gone: It was deleted or sent elsewhere.
            IntentError: The server cannot be reached, or says no.
        """
        there = self.versions().get(draft.key, [])
        if not there:
            raise Gone("the draft is not there", spoken="That draft is not there any more.")
        return self._whole(there[-1].uid, self.folder)

    def kept(self, mark: Mark, trash: str) -> bytes:
        """A version that was replaced, from the trash.

        Raises:
            Gone: It is not there any more.
            IntentError: The server cannot be reached, or says no.
        """
        there = find_marked(self.session, trash, mark)
        raw = self._whole(there[-1], trash) if there else b""
        if not raw:
            spoken = "The draft as it was before is not in the trash any more."
            raise Gone("the old version is not in the trash", spoken=spoken)
        return raw

    def _whole(self, uid: int, folder: str) -> bytes:
        def look(client: Any) -> bytes:
            row = client.fetch([uid], ["BODY.PEEK[]"]).get(uid, {})
            return bytes(row.get(b"BODY[]") or b"")

        return self.session.repeat(look, folder, writes=True)

    def delete(self, draft: Draft) -> None:
        """Delete every version of it.

        Raises:
            IntentError: The server cannot be reached, or says no.
        """
        uids = [each.uid for each in self.versions().get(draft.key, [])]
        remove(self.session, self.folder, uids)

    def tidy(self) -> dict[str, Draft]:
        """Delete what a cut-off replacement left; the drafts by their keys.

        Raises:
            IntentError: The server cannot be reached, or says no.
        """
        found = self.versions()
        for there in found.values():
            self._clean(there)
        return {key: there[-1] for key, there in found.items()}

    def versions(self) -> dict[str, list[Draft]]:
        """All versions of all drafts of ours, by key, the newest last.

        Raises:
            IntentError: The server cannot be reached, or says no.
        """
        self.step("look")
        found: dict[str, list[Draft]] = {}
        for draft in self.session.repeat(_marked, self.folder, writes=True):
            found.setdefault(draft.key, []).append(draft)
        for there in found.values():
            there.sort(key=lambda each: (each.version, each.uid))
        return found

    def _put(self, key: str, version: int, message: EmailMessage) -> Draft:
        without_marks(message)
        message[KEY] = key
        message[VERSION] = f"{version} {uuid.uuid4().hex}"
        self.step("append")
        mark = Mark(VERSION, message[VERSION], is_fresh=True)
        uid = append_once(self.session, self.folder, message.as_bytes(), mark, _FLAGS)
        return Draft(key, version, uid)

    def _clean(self, there: list[Draft], trash: str = "") -> None:
        older = [each.uid for each in there[:-1]]
        if older:
            self.step("remove")
            if trash:
                move(self.session, self.folder, older, trash)
            else:
                remove(self.session, self.folder, older)


def _marked(client: Any) -> list[Draft]:
    client.noop()
    uids = sorted(client.search(["UNDELETED"]))[-_MOST:]
    if not uids:
        return []
    item = f"BODY.PEEK[HEADER.FIELDS ({KEY.upper()} {VERSION.upper()})]"
    found = []
    for uid, row in client.fetch(uids, [item, "FLAGS"]).items():
        raw = next((value for name, value in row.items() if name.startswith(b"BODY[")), b"")
        headers = BytesHeaderParser().parsebytes(raw or b"")
        key, version = str(headers.get(KEY, "")).strip(), str(headers.get(VERSION, "")).split()
        if key and version and version[0].isdecimal() and _DELETED not in row.get(b"FLAGS", ()):
            found.append(Draft(key, int(version[0]), int(uid)))
    return found
