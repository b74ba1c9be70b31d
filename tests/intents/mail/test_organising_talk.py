"""Mails put in order in a conversation, beside files: "it" and "them" mean what was told."""

from __future__ import annotations

import pytest
from mailboxes import NOW
from small_evening import evening

from voiced_intents import files, mail, talk


@pytest.fixture
def spoken(house, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    documents = tmp_path / "Documents"
    documents.mkdir()
    for name in ("budget.txt", "boat.txt"):
        (documents / name).write_text("x")
    known = {
        mail.Settings: house.settings,
        files.Settings: files.Settings(roots=(documents,), index=False),
    }
    with evening((mail, talk, files), known, tmp_path / "journal", NOW) as made:
        yield made


def test_a_mail_that_was_told_is_deleted_and_comes_back(house, spoken):
    spoken.say("do I have new mail")

    assert spoken.say("delete the second one") == "Moved Sale, from Shop News to the trash."
    assert house.subjects("Trash") == ["Sale"]
    assert "back where it was" in spoken.say("undo that")
    assert sorted(house.subjects("INBOX")) == ["A boat", "Last chance", "Sale"]


def test_it_is_the_mail_or_the_file_that_was_told(house, spoken, tmp_path):
    spoken.say("archive the mail from anna")
    spoken.say("find the budget")
    spoken.say("delete it")

    assert not (tmp_path / "Documents" / "budget.txt").exists()
    assert house.subjects("Archive") == ["A boat"]
    assert house.subjects("Trash") == []
    spoken.say("find the mail from anna")
    spoken.say("delete it")
    assert house.subjects("Trash") == ["A boat"]
    assert (tmp_path / "Documents" / "boat.txt").exists()


def test_several_are_counted_and_asked_about(house, spoken):
    question = spoken.say("archive all mails from shop news")

    assert "2 mails: Sale, from Shop News; Last chance, from Shop News. Shall I?" in question
    assert house.subjects("Archive") == []
    assert spoken.say("yes, archive them") == "Archived two mails."
    assert house.subjects("INBOX") == ["A boat"]
    assert spoken.say("undo that").startswith("Both are back.")
    assert len(house.subjects("INBOX")) == 3


def test_a_bare_yes_moves_no_mails(house, spoken):
    spoken.say("delete all mails from shop news")
    spoken.say("yes")
    spoken.say("never mind")

    assert len(house.subjects("INBOX")) == 3


def test_them_all_are_marked_at_once(house, spoken):
    spoken.say("do I have new mail")

    assert spoken.say("mark them all as read") == "Marked three mails as read."
    assert all(b"\\Seen" in each for each in house.flags("INBOX").values())
    spoken.say("undo that")
    assert not any(b"\\Seen" in each for each in house.flags("INBOX").values())


def test_them_are_files_where_files_were_told(house, spoken, tmp_path):
    spoken.say("do I have new mail")
    spoken.say("find files from today")
    spoken.say("delete them")

    assert len(house.subjects("INBOX")) == 3
    assert house.subjects("Trash") == []


def test_it_goes_to_a_folder_and_back(house, spoken):
    spoken.say("find the mail from anna")

    assert spoken.say("move it to taxes") == "Moved A boat, from Anna Schmidt to Taxes."
    assert house.subjects("Taxes") == ["A boat"]
    assert "the inbox" in spoken.say("put it back in the inbox")
    assert "A boat" in house.subjects("INBOX")


def test_what_the_server_says_no_to_is_said(house, spoken):
    del house.folders["Archive"]

    told = spoken.say("archive the mail from anna")

    assert "The account home has no folder for archive." in told
    assert len(house.subjects("INBOX")) == 3


def test_it_is_summed_up_or_marked_as_what_it_is(house, spoken):
    spoken.say("find the mail from anna")
    assert "From Anna Schmidt: A boat. It says" in spoken.say("summarise it")
    assert spoken.say("mark it as unread").endswith("is unread already.")
    spoken.say("find the budget")
    assert "budget.txt begins" in spoken.say("summarise it")
