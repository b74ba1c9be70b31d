"""The accounts that one request needs: each is signed in to once. It blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .changing import Mark, find_marked
from .folders import folders_of
from .identity import identities
from .imap import Session
from .index.lookup import Found, Index
from .oauth import Key
from .refusals import Gone, failed
from .settings import Role, Settings

__all__ = ["Accounts"]

_LIKELY: tuple[Role, ...] = ("inbox", "archive", "trash")
_MOST_FOLDERS = 50


class Accounts:
    """Sessions by the names of accounts."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._sessions: dict[str, Session] = {}

    def session(self, name: str) -> Session:
        """The connection to an account, which signs in when it is first used.

        Raises:
            IntentFailed: There is no such account any more.
        """
        if name not in self._sessions:
            account = self.settings.accounts.get(name)
            if account is None:
                raise failed("no such account", f"There is no mail account {name} any more.")
            key = Key(name, account, self.settings.timeout_s)
            self._sessions[name] = Session(key, timeout_s=self.settings.timeout_s)
        return self._sessions[name]

    def close(self) -> None:
        """Hang up everywhere."""
        for session in self._sessions.values():
            session.close()

    def places(self, mails: Iterable[Found]) -> dict[tuple[str, str], list[int]]:
        """Where these mails lie now: their UIDs by account and folder; those gone are left out.

        Raises:
            IntentError: A server cannot be reached, or says no.
        """
        known: dict[tuple[str, str], list[Found]] = {}
        for each in mails:
            known.setdefault((each.account, each.folder), []).append(each)
        found: dict[tuple[str, str], list[int]] = {}
        for (account, folder), several in known.items():
            there, lost = self._looked_up(account, folder, several)
            if there:
                found.setdefault((account, folder), []).extend(there)
            for each in lost[:1] if len(several) == 1 else ():
                place = self._elsewhere(each)
                if place is not None:
                    found.setdefault((account, place[0]), []).append(place[1])
        return found

    def _looked_up(
        self, account: str, folder: str, mails: Sequence[Found]
    ) -> tuple[list[int], list[Found]]:
        """The UIDs of those that lie where the index says, and those that do not."""
        try:
            now = identities(self.session(account), folder, [each.uid for each in mails])
        except Gone:
            return [], list(mails)
        there = [
            each
            for each in mails
            if each.uid in now and now[each.uid].message_id == each.message_id
        ]
        return [each.uid for each in there], [each for each in mails if each not in there]

    def _elsewhere(self, mail: Found) -> tuple[str, int] | None:
        """Where a mail went that the index does not know of yet."""
        if not mail.message_id:
            return None
        session = self.session(mail.account)
        indexed = Index(self.settings).by_message_id(mail.account, mail.message_id)
        others = sorted(folders_of(session), key=lambda each: each.role not in _LIKELY)
        names = [mail.folder, *(each.folder for each in indexed), *(each.name for each in others)]
        for folder in list(dict.fromkeys(names))[:_MOST_FOLDERS]:
            try:
                uids = find_marked(session, folder, Mark("Message-ID", mail.message_id))
            except Gone:
                continue
            if uids:
                return folder, uids[-1]
        return None
