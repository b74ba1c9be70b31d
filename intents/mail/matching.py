"""The mails that are meant by what was said, by sound, best first. Only reads, and blocks.

What stands in a mail is compared with what was said, and nothing else is done with it.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

from voiced.plugin import Candidate, SlotContext, named, normalise, sound_similarity

from .composing import Person
from .contacts import contacts_of, people_called
from .index.lookup import Found, Index, Query
from .on_server import ServerMails, found_before
from .refusals import failed, with_account
from .settings import Role, Settings
from .wanted import Wanted

__all__ = ["fitting", "found_by", "one_by_number", "with_account"]

_NEAR = 0.06
_SURE = 0.9
_LIKE, _ONE_LOST_FROM = 0.72, 4
_LOOKED_THROUGH = 300
_IN_TEXT = 0.93
"""What it counts that a word is in the text alone: less than one in the subject, clearly."""

_OR = re.compile(r"\s+(?:and|or)\s+")
_STEM_LETTERS = 3
_WORDS = re.compile(r"[^\W_]+")


def found_by(settings: Settings, query: Query) -> list[Found]:
    """What the index holds.

    Raises:
        IntentFailed: There is none yet, or it is damaged.
    """
    with _opened(settings) as mails:
        return mails.find(query)


def one_by_number(
    settings: Settings, account: str, number: int, message_id: str = ""
) -> Found | None:
    """The mail with this number in the index of an account, or of a search on its server.

    Where the index has none of that number, the Message-ID finds it.

    Raises:
        IntentFailed: The index is damaged.
    """
    if number < 0:
        return found_before(account, number)
    try:
        index = Index(settings)
        found = index.mail(account, number)
        if found is None and message_id:
            found = next(iter(index.by_message_id(account, message_id)), None)
        return found
    except sqlite3.Error as error:
        raise _broken(error) from error


def fitting(context: SlotContext, asked: Wanted, limit: int = 20) -> list[tuple[float, Found]]:
    """The mails that fit, with how well (0 to 1): the best first, of those alike the newest.

    Raises:
        IntentFailed: There is no index yet, or it is damaged.
    """
    with _opened(context.settings(Settings)) as mails:
        return _Search(mails, context, asked, limit).found()


class _Mails(Protocol):
    """What knows mails: the index, or the servers themselves."""

    def find(self, query: Query) -> list[Found]: ...

    def people(self, said: str) -> list[Person]: ...


@contextmanager
def _opened(settings: Settings) -> Iterator[_Mails]:
    if not settings.index:
        with ServerMails(settings) as mails:
            yield mails
        return
    try:
        yield _index_of(settings)
    except sqlite3.Error as error:
        raise _broken(error) from error


def _index_of(settings: Settings) -> Index:
    index = Index(settings)
    if not index.knows_any:
        trouble = next((each.trouble for each in index.progress() if each.trouble), "")
        raise failed(
            "the index of the mail is not there yet",
            trouble or "I don't know your mail yet. I get to know it while I listen.",
            "run `voiced mail status`",
        )
    return index


def _broken(error: sqlite3.Error) -> Exception:
    return failed(
        f"the index of the mail cannot be read: {type(error).__name__}",
        "My list of your mail is broken. I make a new one while I listen.",
    )


class _Search:
    """One search: who may be meant, then what fits, exactly or else by sound."""

    def __init__(self, mails: _Mails, context: SlotContext, asked: Wanted, limit: int) -> None:
        self._mails = mails
        self._context = context
        self._settings = context.settings(Settings)
        self._asked = asked
        self._limit = limit

    def found(self) -> list[tuple[float, Found]]:
        """What fits, best first."""
        asked = self._asked
        query = Query(
            since=asked.since,
            until=asked.until,
            has_files=asked.has_files,
            is_unseen=asked.is_unseen,
            is_flagged=asked.is_flagged,
            is_bulk=True if asked.is_bulk else None,
            role=self._role(),
            limit=self._limit,
            is_oldest_first=asked.order == "oldest",
        )
        sure = 1.0
        if asked.sender:
            addresses, sure = self._everybody(asked.sender)
            if not addresses:
                return []
            query = replace(query, senders=addresses)
        if asked.recipient:
            query = replace(query, people=self._recipient(asked.recipient))
        kept = [(sure * score, each) for score, each in self._about(query)]
        kept = [(score, each) for score, each in kept if each.role != "drafts"]
        if asked.order:
            return kept
        return sorted(kept, key=lambda pair: -pair[0])  # stable: those alike by their date

    def _role(self) -> Role | None:
        asked = self._asked
        if asked.is_sent or (asked.recipient and not asked.sender):
            return "sent"
        is_any = not (asked.words or asked.files or asked.sender or asked.since or asked.until)
        return "inbox" if is_any else None

    def _about(self, query: Query) -> list[tuple[float, Found]]:
        """What fits the words: in the names of files, anywhere, or by sound."""
        asked = self._asked
        words = (*asked.words, *asked.files)
        if not words:
            return [(1.0, each) for each in self._mails.find(query)]
        found: list[Found] = []
        if asked.files:
            found = self._mails.find(replace(query, words=asked.words, files=asked.files))
        found = found or self._mails.find(replace(query, words=words))
        if found:
            return [(_in_title(words, each), each) for each in found]
        near = self._mails.find(replace(query, limit=_LOOKED_THROUGH))
        return _by_sound(words, near)[: self._limit]

    def _everybody(self, said: str) -> tuple[tuple[str, ...], float]:
        """The addresses of "Anna or Ben", where nobody is called all of that."""
        found = [self._people(each) for each in _OR.split(said)]
        addresses = dict.fromkeys(address for each, _ in found for address in each)
        return tuple(addresses), max((sure for each, sure in found if each), default=0.0)

    def _people(self, said: str) -> tuple[tuple[str, ...], float]:
        """The addresses of those who may be meant, and how sure that is."""
        known = people_called(said, contacts_of(self._settings), self._settings.nicknames)
        of_book = [address for each, score in known if score > _SURE for address in each.addresses]
        senders = self._mails.people(said)
        wrote = _those(of_book, senders)
        if wrote:
            return wrote, 1.0
        meant = [each.name for each, score in known if score > _SURE and each.name != said]
        meant = meant or self._nicknamed(said)
        for name in meant[:1]:  # "my sister", who writes from an address that the book lacks
            best = self._alike(name, self._mails.people(name), _name)
            if best:
                return tuple(each.value.address for each in best), best[0].score
        for called in (_name, _host):
            best = self._alike(said, senders, called)
            if best:
                return tuple(each.value.address for each in best), best[0].score
        return self._in_address(said, senders), _IN_TEXT

    def _nicknamed(self, said: str) -> list[str]:
        """Who is called so by the settings, whether the address book knows him or not."""
        words = [word for word in normalise(said) if word != "my"]
        return [
            name
            for nickname, name in self._settings.nicknames.items()
            if [word for word in normalise(nickname) if word != "my"] == words
        ]

    def _alike(
        self, said: str, senders: Sequence[Person], called: Callable[[Person], str]
    ) -> list[Candidate[Person]]:
        found = named("sender", lambda _: senders, called).resolve(said, self._context)
        return [each for each in found if each.score > found[0].score - _NEAR]

    def _in_address(self, said: str, senders: Sequence[Person]) -> tuple[str, ...]:
        """Those whose addresses hold all the words: "the bank" is info@mybank.example."""
        words = [word for word in normalise(said) if len(word) > _STEM_LETTERS]
        wanted = [each.address for each in senders if all(word in each.address for word in words)]
        return tuple(wanted) if words else ()

    def _recipient(self, said: str) -> tuple[str, ...]:
        """The words that his name or address holds."""
        words = tuple(normalise(said))
        if self._mails.find(Query(people=words, limit=1)):
            return words
        addresses, _ = self._people(said)
        return addresses[:1] or words


def _those(addresses: Iterable[str], senders: Iterable[Person]) -> tuple[str, ...]:
    wanted = {each.lower() for each in addresses}
    return tuple(each.address for each in senders if each.address.lower() in wanted)


def _name(person: Person) -> str:
    return person.name or person.address.partition("@")[0]


def _host(person: Person) -> str:
    """The words of an address but its last: "info mybank" for info@mybank.example."""
    return " ".join(_WORDS.findall(person.address.rpartition(".")[0]))


def _title_words(found: Found) -> set[str]:
    return {word for text in (found.subject, *found.files) for word in normalise(text)}


def _in_title(words: Sequence[str], found: Found) -> float:
    """How well a mail fits that holds all the words."""
    title = _title_words(found)
    return 1.0 if all(_is_in(word, title) for word in words) else _IN_TEXT


def _is_in(word: str, title: Iterable[str]) -> bool:
    """Whether it is there, if with another ending: boat and boats."""
    return any(
        word == each or (min(len(word), len(each)) > _STEM_LETTERS and _begins(word, each))
        for each in title
    )


def _begins(word: str, other: str) -> bool:
    return other.startswith(word) or word.startswith(other)


def _by_sound(words: Sequence[str], mails: Sequence[Found]) -> list[tuple[float, Found]]:
    """Those whose subjects and files hold words that sound like it; of many words, one may lack."""
    scored = [(_likeness(words, _title_words(each)), each) for each in mails]
    return sorted(
        ((score, each) for score, each in scored if score >= _LIKE), key=lambda pair: -pair[0]
    )


def _likeness(words: Sequence[str], title: Iterable[str]) -> float:
    known = tuple(title)
    likes = [max((sound_similarity(word, each) for each in known), default=0.0) for word in words]
    sure = [like for like in likes if like >= _LIKE]
    if len(likes) - len(sure) > (len(likes) >= _ONE_LOST_FROM):
        return 0.0
    return _IN_TEXT * sum(sure) / len(likes)
