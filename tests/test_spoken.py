"""Spoken forms: words, numbers, names."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from cases import every
from hypothesis import given
from hypothesis import strategies as st

from voiced.spoken import (
    FILLERS,
    first_sentences,
    normalise,
    number_words,
    one_line,
    ordinal_words,
    parse_number,
    parse_ordinal,
    read_number,
    spoken_forms,
    tokens,
    with_digits,
    written_name,
    year_words,
)

HASSIL_SPECIAL = set("()[]{}<>|;:\\")


def said(text: str) -> str:
    return " ".join(normalise(text))


@every(
    ("text", "words"),
    [
        ("What's the time?", "what's the time"),
        ("What\u2019s up", "what's up"),
        ("'quoted' words, dropped!", "quoted words dropped"),
        ("Budget_2026.xlsx", "budget underscore twenty twenty six dot x l s x"),
        ("open report-v2.pdf", "open report hyphen v two dot p d f"),
        ("the PDF from yesterday", "the p d f from yesterday"),
        ("song.mp3", "song dot m p three"),
        (".bashrc", "dot bashrc"),
        ("docs/report.txt", "docs slash report dot t x t"),
        ("well-known and/or not", "well known and or not"),
        ("in 1905, 1999, 2000, 2007 and 2010", "in nineteen oh five nineteen ninety nine two "
         "thousand two thousand seven and twenty ten"),
        ("1,250,000 things", "one million two hundred fifty thousand things"),
        ("agent 007", "agent zero zero seven"),
        ("call 5550199", "call five five five zero one nine nine"),
        ("3.5% of -2", "three point five percent of minus two"),
        ("It was 7. Then 8.", "it was seven then eight"),
        ("the 3rd and the 21st", "the third and the twenty first"),
        ("at 7:30 p.m.", "at seven thirty p m"),
        ("at 7:05 AM, I am up", "at seven oh five a m i am up"),
        ("7am or 12:00", "seven a m or twelve"),
        ("$5 & \u20ac1", "five dollars and one euro"),
        ("na\u00efve Caf\u00e9 Stra\u00dfe \u0141\u00f3d\u017a", "naive cafe strasse lodz"),
        ("OK wait...what", "okay wait what"),
        ("Mr. Smith vs. the U.S.A.", "mister smith versus the u s a"),
        ("", ""),
        ("?! \u2014 \U0001f600", ""),
    ],
)  # fmt: skip
def test_normalise(text: str, words: str) -> None:
    assert said(text) == words


@pytest.mark.parametrize("text", ["9" * 5000, "9" + ",999" * 2000, "$" + "9" * 5000 + ".5"])
def test_numbers_beyond_reason_are_digits(text: str) -> None:
    assert set(normalise(text)) <= {"nine", "point", "five", "dollars"}


@given(st.text(max_size=60))
def test_normalise_leaves_its_own_output_alone(text: str) -> None:
    assert said(said(text)) == said(text)


@given(st.text(max_size=60))
def test_normalised_words_have_no_digit_no_space_and_no_template_character(text: str) -> None:
    for word in normalise(text):
        assert word
        assert not HASSIL_SPECIAL & set(word)
        assert not re.search(r"[\s\d_A-Z]", word)


@given(st.text(max_size=60))
def test_tokens_lie_in_order_within_the_text(text: str) -> None:
    end = 0
    for token in tokens(text):
        assert end <= token.start < token.end <= len(text)
        end = token.end
        assert token.words


def test_tokens_lead_back_to_the_original_spelling() -> None:
    text = "Rename Caf\u00e9_2026.xlsx to  \u201cM\u00e4rz-Plan.PDF\u201d, please"
    found = {token.words: text[token.start : token.end] for token in tokens(text)}
    assert found["cafe",] == "Caf\u00e9"
    assert found["twenty", "twenty", "six"] == "2026"
    assert found["p", "d", "f"] == "PDF"
    marz = next(token for token in tokens(text) if token.words == ("marz",))
    assert text[marz.start :].startswith("M\u00e4rz-Plan.PDF\u201d")


def test_fillers_are_normalised_words() -> None:
    assert "um" in FILLERS
    assert "please" in FILLERS
    assert not FILLERS & {"not", "all", "the", "on", "off", "last"}
    assert {said(word) for word in FILLERS} == FILLERS


@every(
    ("words", "value"),
    [
        ("twenty twenty six", 2026),
        ("nineteen oh five", 1905),
        ("nineteen hundred", 1900),
        ("nineteen hundred and five", 1905),
        ("two thousand and seven", 2007),
        ("a hundred", 100),
        ("a thousand", 1000),
        ("two dozen", 24),
        ("three hundred and sixty five", 365),
        ("one two three", 123),
        ("zero point five", 0.5),
        ("minus three", -3),
        ("three point one four", 3.14),
        ("2026", 2026),
        ("1,000", 1000),
        ("a", None),
        ("oh", None),
        ("and", None),
        ("hundred", None),
        ("seven apples", None),
        ("two hundred three hundred", None),
        ("five thousand million", None),
        ("", None),
    ],
)
def test_parse_number(words: str, value: float | None) -> None:
    assert parse_number(words) == value


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_numbers_come_back_from_their_words(value: int) -> None:
    assert parse_number(number_words(value)) == value


@given(st.integers(1100, 2099))
def test_years_come_back_from_their_words(year: int) -> None:
    assert parse_number(year_words(year)) == year
    assert parse_number(normalise(str(year))) == year


@given(st.integers(0, 999_999))
def test_digits_come_back_from_normalised_text(value: int) -> None:
    assert parse_number(str(value)) == value
    assert written_name(said(str(value))) == str(value)


@given(st.integers(1, 9999))
def test_ordinals_come_back_from_their_words(value: int) -> None:
    if value < 100:
        assert parse_ordinal(ordinal_words(value)) == value
    suffix = (
        "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    )
    assert normalise(f"{value}{suffix}") == ordinal_words(value)


@every(
    ("words", "place"),
    [
        ("the third", 3),
        ("3rd", 3),
        ("the first one", 1),
        ("last", -1),
        ("the last one", -1),
        ("the second to last", -2),
        ("next to last one", -2),
        ("number three", 3),
        ("number zero", None),
        ("twenty first", 21),
        ("the one", None),
        ("three", None),
        ("the third of march", None),
        ("", None),
    ],
)
def test_parse_ordinal(words: str, place: int | None) -> None:
    assert parse_ordinal(words) == place


def test_read_number_takes_the_longest_beginning() -> None:
    assert read_number(["twenty", "six", "files"]) == (26, 2)
    assert read_number(["six", "twenty"]) == (6, 1)
    assert read_number(["files"]) is None
    assert read_number([]) is None


def test_with_digits() -> None:
    assert with_digits(normalise("march third twenty twenty five")) == "march 3 2025"
    assert with_digits(normalise("thirty second break"), ordinals=False) == "30 second break"


@every(
    ("name", "first", "also"),
    [
        (
            "Budget_2026-final(2).xlsx",
            "budget twenty twenty six final two dot x l s x",
            {
                "budget twenty twenty six final two",
                "budget underscore twenty twenty six hyphen final two dot x l s x",
                "budget two thousand twenty six final two",
            },
        ),
        ("notes.txt", "notes dot t x t", {"notes", "notes dot text"}),
        ("QuarterlyReport.pdf", "quarterly report dot p d f", {"quarterly report"}),
        ("IMG_2034.JPG", "i m g twenty thirty four dot j p g", {"i m g twenty thirty four"}),
        ("archive.tar.gz", "archive dot tar dot g z", {"archive"}),
        ("My Holiday Photos", "my holiday photos", set()),
        (
            "scan 2026-03-01.pdf",
            "scan march first twenty twenty six dot p d f",
            {"scan march first", "scan twenty twenty six zero three zero one dot p d f"},
        ),
        ("Smith & Sons: offer?.doc", "smith and sons offer dot doc", {"smith and sons offer"}),
        ("a\nb.txt", "a b dot t x t", {"a b"}),
    ],
)
def test_spoken_forms(name: str, first: str, also: set[str]) -> None:
    forms = spoken_forms(name)
    assert forms[0] == first
    assert also <= set(forms)


def test_a_name_that_cannot_be_said_has_no_form() -> None:
    assert spoken_forms("") == ()
    assert spoken_forms("\U0001f600\U0001f600") == ()


@given(st.text(max_size=40))
def test_spoken_forms_are_normalised_and_few(name: str) -> None:
    forms = spoken_forms(name)
    assert len(forms) == len(set(forms)) <= 10
    for form in forms:
        assert said(form) == form
        assert not HASSIL_SPECIAL & set(form)


@every(
    ("words", "name"),
    [
        ("budget twenty twenty six dot xlsx", "budget 2026.xlsx"),
        ("invoice underscore march dot p d f", "invoice_march.pdf"),
        ("report dash final hyphen two dot docx", "report-final-2.docx"),
        ("song dot m p three", "song.mp3"),
        ("archive dot tar dot g z", "archive.tar.gz"),
        ("agent zero zero seven dot text", "agent 007.txt"),
        ("letter dot doc x", "letter.docx"),
        ("version three point five", "version 3.5"),
        ("polka dot dress", "polka dot dress"),
        ("dot", "dot"),
        ("underscore", "underscore"),
        ("the dot", "the dot"),
        ("march third", "march third"),
        ("Budget_2026.xlsx", "Budget_2026.xlsx"),
        ("Budget_2026.xlsx.", "Budget_2026.xlsx"),
        ("Budget twenty twenty six dot XLSX", "Budget 2026.XLSX"),
        ("My Holiday Photos", "My Holiday Photos"),
        ("f a q", "faq"),
        ("", ""),
    ],
)
def test_written_name(words: str, name: str) -> None:
    assert written_name(words) == name


@given(
    st.from_regex(r"[a-z]{3,8}([_-][a-z]{3,8})?", fullmatch=True),
    st.integers(0, 2099),
    st.sampled_from(["pdf", "xlsx", "txt", "mp3", "docx", "csv", "jpg", "zip"]),
)
def test_a_name_comes_back_from_its_literal_form(stem: str, number: int, extension: str) -> None:
    name = f"{stem}_{number}.{extension}"
    words = normalise(name)
    spellable = all(word in words for word in re.findall("[a-z]+", stem))
    if spellable and read_number(normalise(stem)) is None:
        assert written_name(" ".join(words)) == name


def test_importing_it_loads_nothing_heavy() -> None:
    code = "import sys, voiced.spoken; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout
    assert not {b"numpy", b"hassil", b"pydantic", b"httpx"}.intersection(loaded.split())


@every(
    ("text", "shown"),
    [
        ("plain.txt", "plain.txt"),
        ("caf\udce9 menu", "caf\ufffd menu"),
        ("two\nlines\tand  more", "two lines and more"),
        ("red \x1b[31m", "red [31m"),
        ("bidi\u202egnp.exe", "bidi gnp.exe"),
        ("half \ud83d", "half \ufffd"),
        ("\n", ""),
    ],
)
def test_one_line_can_be_shown_and_spoken(text: str, shown: str) -> None:
    assert one_line(text) == shown


@every(
    ("letters", "most", "found"),
    [
        (99, 9, "It rains. Does it? It does!"),
        (99, 2, "It rains. Does it?"),
        (20, 9, "It rains. Does it?"),
        (10, 9, "It rains."),
        (8, 9, "It"),
    ],
)
def test_the_beginning_of_a_text_is_whole_sentences(letters: int, most: int, found: str) -> None:
    assert first_sentences("It rains. Does it? It does!", letters, most) == found
