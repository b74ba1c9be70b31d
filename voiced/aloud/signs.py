"""Abbreviations and signs in words: "e.g.", "&", "->", "=", Roman numerals."""

from __future__ import annotations

import re

from voiced.aloud.figures import cardinal, ordinal

__all__ = ["say_abbreviations", "say_operators", "say_signs"]

_ANYWHERE = {
    "e.g.": "for example", "i.e.": "that is", "vs.": "versus", "vs": "versus", "cf.": "compare",
    "approx.": "approximately", "ca.": "about", "et al.": "and others", "w/o": "without",
    "Mr.": "Mister", "Mrs.": "Missus", "Ms.": "Miz", "Dr.": "Doctor", "Prof.": "Professor",
    "Gen.": "General", "Capt.": "Captain", "Sgt.": "Sergeant", "Rev.": "Reverend",
    "Jr.": "Junior", "Sr.": "Senior", "Inc.": "Incorporated", "Ltd.": "Limited",
    "Corp.": "Corporation", "Blvd.": "Boulevard", "dept.": "department", "a.k.a.": "also known as",
    "eg.": "for example", "ie.": "that is", "e. g.": "for example", "i. e.": "that is",
}  # fmt: skip
_BEFORE_NUMBER = {
    "No.": "number", "no.": "number", "Nr.": "number", "Fig.": "figure", "fig.": "figure",
    "p.": "page", "pp.": "pages", "vol.": "volume", "Vol.": "volume", "ch.": "chapter",
    "Ch.": "chapter", "sec.": "section", "Sec.": "section", "§": "section ", "§§": "sections ",
    "#": "number ",
}  # fmt: skip


_SHORT = re.compile(r"[./#\u00a7]|\bvs\b")


def _any_of(words: dict[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_ABBREVIATION = re.compile(rf"(?<![\w.])(?:{_any_of(_ANYWHERE)})(?![\w.]*\w)")
_COUNTER = re.compile(rf"(?<![\w.])({_any_of(_BEFORE_NUMBER)})\s?(?=[0-9])")
_WITH = re.compile(r"(?<!\w)w/(?=\s|\w)")
_ETC = re.compile(r"(?<![\w./])(?:&c|etc)\.(?!/)(?P<end>\s*$|\s+(?=[A-Z]))?")
_SAINT = re.compile(r"(?<!\w)St\.\s(?=[A-Z])")
_STREET = re.compile(r"(?<=[a-z] )(St|Ave|Rd)\.(?=[,;]|\s|$)")
_STREETS = {"St": "Street", "Ave": "Avenue", "Rd": "Road"}

_KINGS = (
    "Alexander Alfonso Benedict Catherine Charles Christian Edward Elizabeth Felipe Ferdinand "
    "Francis Frederick Friedrich George Gregory Gustav Harald Henry Innocent Ivan James John Juan "
    "Leo Louis Ludwig Margrethe Mary Napoleon Nicholas Otto Paul Peter Philip Pius Ptolemy Ramses "
    "Richard Robert Rudolf Sixtus Urban Victor Wilhelm William Xerxes"
)
_PARTS = (
    "Act Appendix Article Book Bowl Chapter Part Phase Scene Section Stage Title Type Volume War"
)
_ROMAN = re.compile(
    rf"\b(?P<name>{'|'.join((*_KINGS.split(), *_PARTS.split()))})\s"
    r"(?P<roman>(?=[IVXL]+\b)(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3}))(?<=[IVXL])\b(?P<rest>['\u2019]\w+|\s*\w*)"
)
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}

_NUMBER = r"[0-9%)]"
_OPERAND = r"(?:[-\u2212]?[0-9$€£.(\u221a]|[a-zA-Z]\b)"
_OPERATORS = (
    (re.compile(r"\s*(?:<=|\u2264|=<)\s*"), " less than or equal to "),
    (re.compile(r"\s*(?:>=|\u2265)\s*"), " greater than or equal to "),
    (re.compile(r"\s*(?:!=|\u2260|=/=)\s*"), " not equal to "),
    (re.compile(r"\s*(?:<?[-=]{1,2}>|[\u2192\u21d2\u27f6\u2194])\s*"), " to "),
    (re.compile(r"\s*(?:<--?|[\u2190\u21d0])(?![0-9])\s*"), " from "),
    (re.compile(r"\s*\u2248\s*"), " about "),
    (re.compile(r"(?<![\w~])~\s?(?=[$€£]?[0-9])"), "about "),
    (re.compile(r"\s*\u00b1\s*|(?<!\w)\+/-\s*"), " plus or minus "),
    (re.compile(r"(?<=[\w)%])\s*={1,3}\s*(?=\S)"), " equals "),
    (re.compile(rf"(?<={_NUMBER})\s*\*\*\s*(?={_OPERAND})"), " to the power of "),
    (re.compile(r"(?<=[\w)])\^2(?![\w.])"), " squared"),
    (re.compile(r"(?<=[\w)])\^3(?![\w.])"), " cubed"),
    (re.compile(rf"(?<=[\w)])\s*\^\s*(?={_OPERAND})"), " to the power of "),
    (re.compile(rf"(?<={_NUMBER})\s*[*\u00d7\u00b7\u22c5]\s*(?={_OPERAND})"), " times "),
    (re.compile(r"(?<=[0-9])\s?x\s?(?=[0-9]{1,2}(?![0-9]))"), " times "),
    (re.compile(r"(?<=[0-9])[x\u00d7](?!\w)"), " times"),
    (re.compile(rf"(?<={_NUMBER})\s+/\s+(?={_OPERAND})|\s*\u00f7\s*"), " divided by "),
    (re.compile(rf"(?<={_NUMBER})\s+[-\u2212\u2013]\s+(?={_OPERAND}[^=]*(?:=|equals))"), " minus "),
    (re.compile(r"(?<=[0-9])[-\u2212](?=[0-9.]+ (?:equals|times|plus|minus|divided))"), " minus "),
    (re.compile(rf"(?<=[\w)%])\s+\+\s+(?=[\w$€£(])|(?<=[0-9)])\+(?={_OPERAND})"), " plus "),
    (re.compile(r"(?<![\w+])\+(?=[0-9]+(?:[.,][0-9]+)?(?![\s./-]?[0-9]))"), "plus "),
    (re.compile(r"(?<=[0-9])\+(?![\w+])"), " plus"),
    (re.compile(r"(?<![<\w])<\s?(?=[$€£]?[0-9])|(?<=[\w)])\s+<\s+(?=\w)"), " less than "),
    (re.compile(r"(?<![>\w-])>\s?(?=[$€£]?[0-9])|(?<=[0-9)])\s+>\s+(?=\w)"), " greater than "),
    (re.compile(r"\b([a-z])\s+>\s+(?=\w)"), r"\1 greater than "),
    (re.compile(r"\u221a\s?"), " the square root of "),
    (re.compile(r"(?<=[\w)])(?<!k)(?<!m)(?<!cm)\u00b2"), " squared"),
    (re.compile(r"(?<=[\w)])(?<!m)\u00b3"), " cubed"),
    (re.compile(r"\u221e"), " infinity "),
    (re.compile(r"\u03c0"), " pi "),
)

_OPERATOR = re.compile(
    r"[-+*/<>=^~!\u00b1\u00b2\u00b3\u00b7\u00d7\u00f7\u03c0]|[\u2190-\u22c5\u27f6]|[0-9]\s?x"
)
_SIGN = re.compile(r"[^\w\s.,;:!?'\"()-]|_")

_AND_OR = re.compile(r"\b(and|either)\s?/\s?(or)\b", re.IGNORECASE)
_TWO_INITIALS = re.compile(r"\b([A-Z]{1,5})/([A-Z]{1,5})\b")
_SLASH = re.compile(r"(?<=\w)/(?=[\w.~])|(?<!\S)/(?=\w)")
_HOME = re.compile(r"(?<!\S)~/")
_HASHTAG = re.compile(r"(?<![\w&#])#(?=[^\W\d_])(\w+)")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|_+")
_HANDLE = re.compile(r"(?<!\w)@(?=\w)")
_MENU = re.compile(r"\s+[>\u203a\u00bb]\s+(?=\w)")
_WORD_DASH = re.compile(r"(?<=[A-Za-z])\u2013(?=[A-Za-z])")
_SIGNS = (
    (re.compile(r"\s*&\s*(?=\w)"), " and "),
    (re.compile(r"\s+@\s+"), " at "),
    (re.compile(r"\s*\|+\s*"), ", "),
    (re.compile("\u00a9"), " copyright "),
    (re.compile("[\u2022\u25cf\u25aa]"), " "),
    (re.compile(r"(?<![\w])[*_`#~^=<>\\{}]+(?![\w])"), " "),
)


def say_abbreviations(text: str) -> str:
    """Short words in full, Roman numerals where a king or a chapter has them."""
    if _SHORT.search(text):
        text = _ETC.sub(_et_cetera, text)
        text = _ABBREVIATION.sub(lambda found: _ANYWHERE[found[0]], text)
        text = _COUNTER.sub(lambda found: f"{_BEFORE_NUMBER[found[1]].rstrip()} ", text)
        text = _WITH.sub("with ", _SAINT.sub("Saint ", text))
        text = _STREET.sub(lambda found: _STREETS[found[1]], text)
    return _ROMAN.sub(_roman, text)


def _et_cetera(found: re.Match[str]) -> str:
    """A full stop after "etc." ends the sentence only where the sentence ends."""
    return "et cetera" if found["end"] is None else f"et cetera.{found['end']}"


def _roman(found: re.Match[str]) -> str:
    name, roman, rest = found["name"], found["roman"], found["rest"]
    value, before = 0, 0
    for letter in reversed(roman):
        worth = _ROMAN_VALUES[letter]
        value += -worth if worth < before else worth
        before = max(before, worth)
    if roman == "I" and rest.strip() not in ("", "of"):
        return found[0]  # "Henry I think"
    if name in _KINGS.split():
        return f"{name} the {ordinal(str(value))}{rest}"
    return f"{name} {cardinal(str(value))}{rest}"


def say_operators(text: str) -> str:
    """Signs of sums and comparisons in words; figures stay."""
    for pattern, said in _OPERATORS if _OPERATOR.search(text) else ():
        text = pattern.sub(said, text)
    return text


def say_signs(text: str) -> str:
    """Every other sign that a person would say, and no others."""
    if not _SIGN.search(text):
        return text
    text = _TWO_INITIALS.sub(r"\1 \2", _AND_OR.sub(r"\1 \2", text))
    text = _SLASH.sub(" slash ", _HOME.sub("home slash ", text))
    text = _HASHTAG.sub(lambda found: f"hashtag {_CAMEL.sub(' ', found[1])}", text)
    text = _WORD_DASH.sub(" to ", _MENU.sub(", ", _HANDLE.sub("at ", text)))
    for pattern, said in _SIGNS:
        text = pattern.sub(said, text)
    return text
