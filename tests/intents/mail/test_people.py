"""Who is meant by a name, and who is a known party: vCards, books of servers, nicknames."""

from __future__ import annotations

import subprocess

import pytest

from voiced.plugin import Effect
from voiced.testing.context import FakeContext
from voiced_intents.mail import people as people_module
from voiced_intents.mail import send_draft
from voiced_intents.mail.books import BOOKS, book_file, keep_book
from voiced_intents.mail.composing import Person
from voiced_intents.mail.contacts import Contact
from voiced_intents.mail.draft_things import DraftEntity, forget_all, known_words, note
from voiced_intents.mail.people import PEOPLE, PERSON, recipient_of
from voiced_intents.mail.settings import Settings

CARDS = """BEGIN:VCARD
FN:Anna Schmidt
EMAIL;TYPE=PREF:anna@example.org
EMAIL:anna@work.example
END:VCARD
BEGIN:VCARD
FN:Anna Berg
EMAIL:berg@example.org
END:VCARD
BEGIN:VCARD
FN:Xavier Nguyen
EMAIL:xavier@example.org
END:VCARD
"""


@pytest.fixture
def settings(tmp_path):
    file = tmp_path / "people.vcf"
    file.write_text(CARDS)
    account = {"address": "me@example.org", "imap_host": "localhost", "smtp_host": "localhost"}
    return Settings.model_validate(
        {
            "accounts": {"home": account},
            "contacts": (file,),
            "folder": tmp_path / "mail",
            "address_books": ("https://dav.example.org/book/",),
            "nicknames": {"my sister": "Anna Berg", "mum": "mum@example.org"},
        }
    )


@pytest.fixture
def context(settings):
    return FakeContext(settings=settings)


def said(context, words: str) -> list[str]:
    return [each.spoken for each in PERSON.resolve(words, context)]


def test_a_name_is_told_with_its_address_and_two_of_the_same_name_are_asked_about(context):
    assert said(context, "xavier") == ["Xavier Nguyen, xavier@example.org"]
    assert said(context, "zavier nguyen") == ["Xavier Nguyen, xavier@example.org"]
    found = PERSON.resolve("anna", context)
    assert [each.spoken for each in found] == [
        "Anna Schmidt, anna@example.org",
        "Anna Berg, berg@example.org",
    ]
    assert len({each.score for each in found}) == 1


def test_nicknames_and_addresses_are_understood(context):
    assert said(context, "my sister") == ["Anna Berg, berg@example.org"]
    assert said(context, "mum") == ["mum@example.org"]
    assert said(context, "bob at example dot org") == ["bob@example.org"]
    assert said(context, "nobody at all") == []
    (both,) = PEOPLE.resolve("xavier and my sister", context)
    assert [each.person.address for each in both.value] == [
        "xavier@example.org",
        "berg@example.org",
    ]


def test_only_the_users_own_book_makes_a_known_party(settings, context):
    assert [each.value.is_contact for each in PERSON.resolve("my sister", context)] == [True]
    assert [each.value.is_contact for each in PERSON.resolve("mum", context)] == [True]
    stranger = PERSON.resolve("bob at example dot org", context)[0].value
    assert not stranger.is_contact
    assert recipient_of(settings, Person("me@example.org")).is_contact
    assert recipient_of(settings, Person("ANNA@WORK.example")).person.name == "Anna Schmidt"
    near = recipient_of(settings, Person("anna@examp1e.org", "Anna Schmidt"))
    assert near.warnings == ("The address ends in examp1e.org, which is not example.org.",)


def test_who_was_only_answered_before_is_offered_and_stays_a_new_party(context, monkeypatch):
    met = [Contact("Zoe Miller", ("zoe@elsewhere.example",))]
    monkeypatch.setattr(people_module, "_met", lambda _settings: met)
    (found,) = PERSON.resolve("zoe", context)
    assert found.spoken == "Zoe Miller, zoe@elsewhere.example"
    assert not found.value.is_contact


def test_books_of_servers_are_kept_for_the_user_alone_and_count(settings, context, monkeypatch):
    monkeypatch.setattr(people_module, "_LOOK_AGAIN_S", 0.0)
    file = book_file(settings)
    assert BOOKS.health(context).is_ok is None
    keep_book(file, [Contact("Tom Rossi", ("tom@example.org",))])
    assert file.stat().st_mode & 0o777 == 0o600
    assert said(context, "tom") == ["Tom Rossi, tom@example.org"]
    assert PERSON.resolve("tom", context)[0].value.is_contact
    assert "tom" in PERSON.phrases(context)
    assert (BOOKS.health(context).is_ok, BOOKS.health(context).found) == (True, "1 people")
    file.write_text("{broken")
    assert said(context, "tom") == []


@pytest.mark.engine
def test_the_keeper_of_the_books_tells_why_it_has_none_and_ends_with_who_started_it(
    settings, context
):
    account = settings.accounts["home"].model_copy(update={"secret_command": ("false",)})
    broken = FakeContext(settings=settings.model_copy(update={"accounts": {"home": account}}))
    keep_book(book_file(settings), [Contact("Tom Rossi", ("tom@example.org",))])
    command, orders = BOOKS.start(broken) or ((), "")

    done = subprocess.run(command, input=f"{orders}\n", text=True, timeout=60, check=False)

    assert done.returncode == 0
    health = BOOKS.health(context)
    assert health.is_ok is False
    assert "did not work" in health.found
    assert health.found.startswith("1 people")  # what was known stays


def draft(settings: Settings, *people: Person) -> DraftEntity:
    to = tuple(recipient_of(settings, each) for each in people)
    return DraftEntity("home", "0" * 32, to, "A boat", "digest")


def test_what_a_draft_is_sent_as_depends_on_who_gets_it(settings):
    anna, bob = Person("anna@example.org"), Person("bob@example.com", "Anna Schmidt")
    assert send_draft.effect_with({"draft": draft(settings, anna)}) is Effect.O1
    assert send_draft.effect_with({"wanted": draft(settings, anna, bob)}) is Effect.O2
    assert send_draft.effect_with({"draft": draft(settings)}) is Effect.O2
    spoken = draft(settings, anna, Person("anna@examp1e.org", "x@y.org")).spoken
    assert spoken == (
        "to Anna Schmidt, anna@example.org; and x@y.org, anna@examp1e.org, about A boat. Beware! "
        "The name says x@y.org, but the address is anna@examp1e.org. "
        "The address ends in examp1e.org, which is not example.org"
    )


def test_the_words_of_a_draft_are_known_while_it_is_spoken_of(settings):
    forget_all()
    assert known_words() == ()
    note(draft(settings), "We meet on Tuesday.")
    assert {"tuesday", "on tuesday", "we meet on"} <= set(known_words())
    forget_all()
