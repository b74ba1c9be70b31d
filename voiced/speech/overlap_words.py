"""What is said into a reply: words that stop it at once, and words that only say "I am listening".

English tables, with the spellings that recognisers give to sounds. What follows from them is not
decided here.
"""

from __future__ import annotations

import re

__all__ = ["BACKCHANNELS", "STOPS", "hushes", "is_backchannel", "is_only_stop", "is_stop"]


def _phrases(text: str) -> frozenset[tuple[str, ...]]:
    entries = text.replace("\n", ",").split(",")
    return frozenset(tuple(entry.split()) for entry in entries if entry.strip())


STOPS = _phrases("""
    stop, wait, no, nope, hold on, hang on, hold it, shut up, quiet, be quiet, silence, hush, shush,
    shh, sh, never mind, nevermind, cancel, enough, that's enough, that is enough, forget it,
    forget about it, pause, not now, that's wrong, one moment, just a moment, excuse me,
    stopp, whoa
""")
"""A reply ends when somebody begins with one of these."""

_NOT_STOPS = _phrases("""
    no problem, no worries, no way, no wonder, no doubt, no kidding, no rush, no one, no idea,
    no matter, no big deal, no thanks needed, enough said, quiet please no, wait for it, oh no,
    stop sign, stop light, pause button
""")
"""They begin like one, and are said in agreement, in surprise, or about something."""

_LEADS = _phrases("""
    please, can you, could you, will you, would you, you can, just, i said, hey, now, and, but, so,
    uh, um, computer, then, well
""")

BACKCHANNELS = _phrases("""
    mhm, mm hm, uh huh, aha, yeah, yes, yep, yup, yea, yeh, ya, yah, right, okay, ok, okey, o k, k,
    alright, all right, sure, sure thing, of course, i see, i know, i understand, understood,
    got it, gotcha, oh, ooh, ah, wow, cool, nice, great, good, fine, perfect, awesome, amazing,
    excellent, lovely, wonderful, fantastic, interesting, really, true, exactly, absolutely,
    definitely, indeed, totally, makes sense, that makes sense, fair enough, very good, very nice,
    oh really, oh wow, no problem, no worries, no way, no kidding, my god, oh my god, oh my, go on,
    uh, um, er, erm, eh, huh, hm, hey, well, so, good to know, that's good, that's great,
    that's nice, that's right, that's cool, that's true, sounds good, how nice, hum, em hm, um hum,
    uh hum, um hm, em, uh uh
""")
"""Said while somebody else talks, and meant to let him talk on."""

_HUSHES = _phrases("""
    stop, stopp, stop it, stop ringing, shut up, quiet, be quiet, silence, hush, shush, shh, sh,
    cancel, enough, that's enough, that is enough, never mind, nevermind, not now, off, turn it off,
    thank you, thanks, i'm awake, i am awake, i'm up, i am up, i'm coming, i'm getting up,
    i hear you, i heard you, got it, good morning
""")
"""What is said to an alarm, and seldom alone by anybody else. "No", "wait" and "okay" are not."""

_NOISE = re.compile(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*|<[^>]*>|[\u266a\u266b]")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_APOSTROPHES = str.maketrans("\u2019\u2018\u02bc`\u00b4", "'''''")
_SOUND = re.compile(r"[hu]*m+(?:h*u*m+)*|a+h+a*h*|o+h+|o{2,}|(?:u+h+)+|(?:h[aei]){2,}h?|ha+h?")
_LONGEST = 3


def is_stop(text: str) -> bool:
    """Whether it begins with a word that stops a reply, whatever follows: "no, I meant Friday".

    "No problem" and "no way" do not stop; "don't stop" and "bus stop" do not begin with it.
    """
    words = _words(text)
    while words:
        if _beginning(words, _NOT_STOPS):
            return False
        if _beginning(words, STOPS):
            return True
        length = _beginning(words, _LEADS) or _listens(words)
        if not length:
            return False
        words = words[length:]
    return False


def hushes(text: str) -> bool:
    """Whether all of it is said to hush something: "stop", "okay, I'm up", "stop, stop, please"."""
    words, is_one = _words(text), False
    while words:
        if length := _beginning(words, _HUSHES):
            is_one = True
        else:
            length = _beginning(words, _LEADS) or _listens(words)
        if not length:
            return False
        words = words[length:]
    return is_one


def is_only_stop(text: str) -> bool:
    """Whether all of it is one stop phrase, or the same one over again: "no", "wait wait"."""
    words = _words(text)
    length = _beginning(words, STOPS)
    return length > 0 and words == words[:length] * (len(words) // length)


def is_backchannel(text: str) -> bool:
    """Whether all of it only says "I am listening", or is no words at all: "[laughter]"."""
    words = _words(text)
    while words:
        length = _listens(words)
        if not length:
            return False
        words = words[length:]
    return True


def _words(text: str) -> tuple[str, ...]:
    bare = _NOISE.sub(" ", text.lower().translate(_APOSTROPHES))
    return tuple(_WORD.findall(bare))


def _beginning(words: tuple[str, ...], phrases: frozenset[tuple[str, ...]]) -> int:
    """How many of the first words are the longest phrase that fits; 0 if none does."""
    for length in range(min(_LONGEST, len(words)), 0, -1):
        if words[:length] in phrases:
            return length
    return 0


def _listens(words: tuple[str, ...]) -> int:
    return _beginning(words, BACKCHANNELS) or (1 if _SOUND.fullmatch(words[0]) else 0)
