"""How alike phrases sound: confusions of real recognisers against phrases that are different."""

from __future__ import annotations

from cases import every
from hypothesis import given
from hypothesis import strategies as st

from voiced.spoken import phonemes, sound_similarity

# heard, meant: what an open dictation made of real speakers' words
DICTATED = [
    ("house copied", "house coffee"),
    ("skin oak", "skim milk"),
    ("blood sugar", "brown sugar"),
    ("brown should get", "brown sugar"),
    ("smoke up", "mocha"),
    ("i smoke", "iced mocha"),
    ("dog a roast", "dark roast"),
    ("dark crows", "dark roast"),
    ("sweden", "sweetener"),
    ("sweeter", "sweetener"),
    ("swinger", "sweetener"),
    ("copy", "coffee"),
    ("america now", "americano"),
    ("light trucks", "light roast"),
    ("mock up", "mocha"),
    ("cup was shot", "triple shot"),
    ("twenty else", "twenty ounce"),
]
# heard, meant: words split, joined, or written as another word that sounds the same
KNOWN = [
    ("tax is", "taxes"),
    ("invoyce", "invoice"),
    ("in voice", "invoice"),
    ("bujit", "budget"),
    ("bud jet", "budget"),
    ("ice cream", "i scream"),
    ("wreck a nice beach", "recognise speech"),
    ("their foreign", "therefore in"),
    ("weather", "whether"),
    ("colonel", "kernel"),
    ("night", "knight"),
    ("pitcher", "picture"),
    ("axel", "excel"),
    ("down loads", "downloads"),
    ("dock you mints", "documents"),
    ("fold her", "folder"),
    ("screen shot", "screenshot"),
    ("re port", "report"),
    ("holly day", "holiday"),
    ("fotos", "photos"),
    ("contrack", "contract"),
    ("recede", "receipt"),
    ("choose day", "tuesday"),
    ("wens day", "wednesday"),
    ("thirsty", "thursday"),
    ("mu sick", "music"),
    ("smyth", "smith"),
    ("meyer", "mayer"),
    ("steven", "stephen"),
    ("nodes", "notes"),
    ("tick it", "ticket"),
    ("insure ants", "insurance"),
    ("bank stay mint", "bank statement"),
    ("celery", "salary"),
    ("quarter lee", "quarterly"),
    ("anual report", "annual report"),
    ("add dress", "address"),
    ("pass word", "password"),
    ("male", "mail"),
    ("fife", "five"),
    ("too", "2"),
    ("jpeg", "j peg"),
]
CONFUSED = DICTATED + KNOWN
DIFFERENT = [
    ("on", "off"),
    ("open", "close"),
    ("budget", "invoice"),
    ("left", "right"),
    ("copy", "delete"),
    ("move", "rename"),
    ("yes", "no"),
    ("march", "july"),
    ("monday", "friday"),
    ("report", "recipe"),
    ("holiday", "contract"),
    ("salary", "insurance"),
    ("small", "large"),
    ("start", "cancel"),
    ("find", "undo"),
    ("today", "yesterday"),
    ("one", "seven"),
    ("two", "nine"),
    ("north", "south"),
    ("documents", "downloads"),
]


@every(("heard", "meant"), KNOWN)
def test_known_confusions_are_near(heard: str, meant: str) -> None:
    assert sound_similarity(heard, meant) >= 0.7


@every(("one", "other"), DIFFERENT)
def test_different_words_are_far(one: str, other: str) -> None:
    assert sound_similarity(one, other) < 0.5


def test_a_confusion_is_nearer_to_what_was_meant_than_to_anything_else() -> None:
    meanings = sorted({meant for _, meant in CONFUSED})
    wrong = [
        heard
        for heard, meant in CONFUSED
        if max(meanings, key=lambda each: sound_similarity(heard, each)) != meant
    ]
    assert len(wrong) <= 0.03 * len(CONFUSED), wrong


def test_confusions_and_differences_separate() -> None:
    right = [sound_similarity(heard, meant) for heard, meant in CONFUSED]
    wrong = [
        sound_similarity(heard, other)
        for heard, meant in CONFUSED
        for _, other in CONFUSED
        if sound_similarity(meant, other) < 0.5
    ]
    above = sum(good > bad for good in right for bad in wrong) / (len(right) * len(wrong))
    assert above >= 0.995
    assert sum(score >= 0.6 for score in right) >= 0.85 * len(right)
    assert sum(score >= 0.6 for score in wrong) <= 0.002 * len(wrong)


WORDS = st.text(alphabet="abcdefghijklmnopqrstuvwxyz '", max_size=24)


@given(WORDS, WORDS)
def test_it_is_symmetrical_and_within_bounds(one: str, other: str) -> None:
    score = sound_similarity(one, other)
    assert 0.0 <= score <= 1.0
    assert score == sound_similarity(other, one)


@given(st.text(max_size=24))
def test_the_same_text_is_the_same(text: str) -> None:
    assert sound_similarity(text, text) == 1.0


def test_nothing_is_like_something() -> None:
    assert sound_similarity("", "budget") == 0.0
    assert sound_similarity("?!", "") == 0.0


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=16))
def test_every_word_has_phonemes_of_the_known_set(word: str) -> None:
    assert set(phonemes(word)) <= set("pbtdkgfvszmnlrwyh0SZCJNiIeAa@ouYWO")


@every(
    ("word", "expected"),
    [
        ("knife", "nYf"),
        ("night", "nYt"),
        ("nation", "nASn"),
        ("vision", "vIZn"),
        ("picture", "pIkC@r"),
        ("phone", "fon"),
        ("school", "skul"),
        ("queen", "kwin"),
        ("bridge", "brIJ"),
        ("singing", "sININ"),
        ("walk", "wok"),
        ("x", "eks"),
    ],
)
def test_letters_to_phonemes(word: str, expected: str) -> None:
    assert phonemes(word).replace("@n", "n") == expected
