"""Spelling a word letter by letter, so that every voice says each of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Annotated

from voiced.plugin import TEXT, Assistant, Context, Effect, Reply, intent, normalise, number_words

__all__ = ["spell"]

_LONGEST = 60
_POINTERS = frozenset({"it", "that", "this"})
_AFTER_POINTERS = frozenset("again for me name one out please word".split())
_SIGNS = {
    " ": "space", ".": "dot", "-": "dash", "_": "underscore", "/": "slash", "@": "at",
    "'": "apostrophe", "&": "and", "+": "plus", ",": "comma", ":": "colon", "#": "hash",
    "(": "open bracket", ")": "close bracket", "%": "percent", "=": "equals",
    "!": "exclamation mark",
}  # fmt: skip
_LETTER = "latin small letter "
_PUNCTUATION = " .,;:!?\"'()[]\u2018\u2019\u201c\u201d\u2026"
_SMALL_WORDS = frozenset(
    "a again ago all also am an and any are as at be been but by can did do does for from had has "
    "have he her here him his i if in is it its just me more my no not now of off okay on one or "
    "our out she so than that the their them then there these they this to today too up us very "
    "was we well were will with yes you your".split()
)


@intent(
    "talk.spell",
    sentences=[
        "spell (it|that) [out]",
        "spell [the (word|name)] {text}",
        "how do you spell (it|that)",
        "how is (it|that) (spelled|spelt)",
        "can you spell (it|that)",
        "how (do you|is) spell the (word|name) {text}",
        "how is {text} (spelled|spelt)",
        "how do you spell {text}",
    ],
    effect=Effect.R0,
    examples=["spell it", "how do you spell necessary"],
)
async def spell(context: Context, text: Annotated[str | None, TEXT] = None) -> Reply:
    """Spell what was named or said last, or a word."""
    asked = (text or "").strip()
    word = _meant(context.assistant) if _points_back(asked) else asked
    if not word:
        return Reply("I haven't said anything yet.")
    return Reply(f"{_spelled(word)}.", data={"spelled": word})


def _points_back(asked: str) -> bool:
    """Whether no word is given: "it", "that out", "this for me"."""
    words = normalise(asked)
    return not words or (words[0] in _POINTERS and _AFTER_POINTERS.issuperset(words[1:]))


def _meant(assistant: Assistant) -> str:
    """The name that was heard last, or the last word that means something."""
    said = assistant.last_heard or assistant.last_reply
    words = f" {' '.join(normalise(said))} "
    names = [entity.spoken for entity in assistant.entities]
    heard = [name for name in names if f" {' '.join(normalise(name))} " in words]
    return (heard[-1:] or [_last_word(said)])[0] or (names[-1] if names else "")


def _last_word(said: str) -> str:
    words = [word.strip(_PUNCTUATION) for word in said.split()]
    words = [word for word in words if any(map(str.isalnum, word))]
    telling = [word for word in words if word.lower() not in _SMALL_WORDS]
    return (telling or words or [""])[-1]


def _spelled(word: str) -> str:
    letters = ", ".join(_letters(" ".join(word.split())[:_LONGEST]))
    return f"{letters}, and so on" if len(word) > _LONGEST else letters


def _letters(word: str) -> Iterable[str]:
    for letter in unicodedata.normalize("NFC", word):
        if letter.isdecimal():
            yield number_words(int(letter))[0]
        elif letter in _SIGNS:
            yield _SIGNS[letter]
        else:
            yield _letter(letter)


def _letter(letter: str) -> str:
    small = letter.lower()
    if not small.isascii():
        name = unicodedata.name(small[:1], "something else").lower()
        small = name.removeprefix(_LETTER)
    return f"capital {small.upper()}" if letter.isupper() and len(small) == 1 else small
