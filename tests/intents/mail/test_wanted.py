"""What a description of mails asks for; what is told unasked; where files of mails may go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cases import every
from mailboxes import NOW

from voiced.plugin import IntentDenied
from voiced.testing.context import FakeContext
from voiced_intents.files.roots import Spot
from voiced_intents.mail import Settings
from voiced_intents.mail.announcing import Ear
from voiced_intents.mail.index.place import database, folder_of
from voiced_intents.mail.index.store import Row, Store
from voiced_intents.mail.settings import Account
from voiced_intents.mail.storing import Content, free_spots
from voiced_intents.mail.wanted import Wanted, is_mail, wanted

ACCOUNT = Account(address="me@example.org", imap_host="localhost", smtp_host="localhost")


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


SPRING = {"since": day("2026-03-01"), "until": day("2026-06-01")}
YESTERDAY = {"since": day("2026-11-22"), "until": day("2026-11-23")}


@every(
    ("said", "asked"),
    [
        ("the newest mail", Wanted(order="newest")),
        ("my most recent e-mail from Anna", Wanted(sender="anna", order="newest")),
        ("Anna's mail about the boat", Wanted(sender="anna", words=("boat",))),
        (
            "the mail from Anna with the invoice in spring",
            Wanted(sender="anna", files=("invoice",), **SPRING),
        ),
        ("mails with attachments from Tom", Wanted(sender="tom", has_files=True)),
        ("the mail with the PDF", Wanted(files=("pdf",), has_files=True)),
        ("the unread mails from my sister", Wanted(sender="my sister", is_unseen=True)),
        (
            "the mail that I sent to Anna yesterday",
            Wanted(recipient="anna", is_sent=True, **YESTERDAY),
        ),
        ("yesterday's mails", Wanted(**YESTERDAY)),
        ("mails since yesterday", Wanted(since=YESTERDAY["since"])),
        ("mails from the bank before march", Wanted(sender="bank", until=day("2026-03-01"))),
        ("the newsletter from the bakery", Wanted(sender="bakery", is_bulk=True)),
        ("the flagged mails", Wanted(is_flagged=True)),
        ("the mail about the mail server", Wanted(words=("server",))),
        ("the mail that Tom sent me with the map", Wanted(sender="tom", files=("map",))),
    ],
)
def test_a_description_is_taken_apart(said: str, asked: Wanted) -> None:
    found = wanted(said, FakeContext(now=NOW))
    assert (found, is_mail(said)) == (asked, True)


@pytest.mark.parametrize(
    "said", ["the file about the mail", "the mail folder", "the second one", "my mail program"]
)
def test_what_is_no_mail(said: str) -> None:
    assert not is_mail(said)


def row(uid: int, sender: str, *, seen: bool = False, ago: timedelta = timedelta()) -> Row:
    date_s = (NOW - ago).timestamp()
    return Row(
        uid, f"<{uid}@x>", f"<{uid}@x>", f"subject {uid}", sender, sender.partition("@")[0], sender,
        "", date_s, 100, is_bulk=False, is_seen=seen, is_flagged=False, is_answered=False,
    )  # fmt: skip


class Inbox:
    """An index that is written by the test."""

    def __init__(self, folder: Path, **changes: object) -> None:
        known = {"accounts": {"home": ACCOUNT}, "folder": folder, "announce": "all"}
        self.settings = Settings.model_validate(known | changes)
        self.store = Store.open(database(folder_of(self.settings), "home"))
        with self.store.batch():
            self.store.put_folders([("INBOX", "inbox")])
        self.ear = Ear(self.settings, NOW)

    def put(self, *rows: Row) -> None:
        number = self.store.folder("INBOX")[0]
        with self.store.batch():
            self.store.put(number, rows, wants_text=False)

    def heard(self, now: datetime = NOW) -> str:
        found = self.ear.listen(now)
        return found.text if found else ""


def test_what_comes_is_told_until_it_was_heard(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    inbox.put(row(1, "old@x"))
    inbox.ear.begin()
    inbox.put(row(2, "anna@x"), row(3, "read@x", seen=True), row(4, "moved@x", ago=timedelta(1)))

    told = inbox.ear.listen(NOW)
    assert told is not None
    assert told.text == "New mail from anna: subject 2."
    assert inbox.heard() == told.text
    inbox.ear.told({told.key: "heard"})
    assert inbox.heard() == ""
    inbox.put(*(row(uid, "tom@x") for uid in range(5, 10)))
    assert inbox.heard().startswith("Five new mails. From tom: subject 5.")
    assert inbox.heard().endswith("From tom: subject 7. And two more.")
    inbox.store.close()


def test_only_some_people_and_not_at_night(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, announce="vips", vips=["anna", "tom@x"], quiet_hours="22:00-07:00")
    inbox.ear.begin()
    inbox.put(row(1, "anna@x"), row(2, "tom@x"), row(3, "tom@elsewhere"))
    assert inbox.heard() == "Two new mails. From anna: subject 1. From tom: subject 2."
    assert inbox.heard(NOW.replace(hour=23)) == ""
    assert inbox.heard() == ""
    inbox.store.close()


def test_names_of_files_from_outside_stay_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "bill.pdf").touch()
    names = ["../../bill.pdf", "bill.pdf", ".bashrc", "", "a\u202efdp.exe", "x" * 300 + ".txt"]
    folder = Spot(tmp_path, ())
    spots = free_spots(folder, [Content(name, b"") for name in names])

    assert {spot.path.parent for spot in spots} == {tmp_path}
    assert [spot.name for spot in spots][:4] == ["bill 2.pdf", "bill 3.pdf", "bashrc", "attachment"]
    assert spots[4].name.isprintable()
    assert len(spots[5].name.encode()) <= 255
    with pytest.raises(IntentDenied):
        free_spots(folder, [Content("id_rsa", b"")])
