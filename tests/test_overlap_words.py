from __future__ import annotations

from cases import every
from hypothesis import given
from hypothesis import strategies as st

from voiced.speech.overlap_words import (
    BACKCHANNELS,
    STOPS,
    hushes,
    is_backchannel,
    is_only_stop,
    is_stop,
)


@every(
    "text",
    """
    stop|Stop.|stop stop stop|please stop|okay stop|stop it|stop the music|could you stop talking
    wait|wait a second|wait what about tomorrow|no wait|Wait!|but wait
    no|no no no|no, I meant Friday|nope|hold on|hang on a minute|hold it
    shut up|be quiet|quiet|please be quiet|can you be quiet|silence|shh|hush
    never mind|nevermind|cancel|cancel that|enough|that\N{RIGHT SINGLE QUOTATION MARK}s enough
    forget it|right, stop|yeah no|i said stop|uh stop
    """.replace("\n", "|").split("|"),
)
def test_words_that_stop_a_reply_at_once(text: str) -> None:
    if text.strip():
        assert is_stop(text)
        assert not is_backchannel(text)


@every(
    "text",
    "no problem|no way|no worries|no one knows|don't stop|the bus stop|it never stops|nothing"
    "|oh no|what about tomorrow|yeah|||and what then|can you say that again|please".split("|"),
)
def test_words_that_do_not(text: str) -> None:
    assert not is_stop(text)


@every(
    "text",
    """
    mhm|mm-hmm|Mm-hm.|mmhmm|mmm|mm|hmm|hm|uh huh|uh-huh|uhuh|um hum|em hm|aha|huh
    yeah|yes yeah|yes, yes|yep|yea|ya|right|right right|okay|OK|o.k.|ok cool|sure|sure thing
    i see|I see.|got it|oh|ooh|oh wow|wow|ah|aah|cool|nice|great|very good|really|oh really
    haha|ha ha ha|hahaha|hehe|[laughter]|(laughs)|*cough*|<noise>|[laughter] yeah
    no problem|no way|exactly|that makes sense|oh my god|alright|of course|um|uh|...
    """.replace("\n", "|").split("|"),
)
def test_words_that_only_say_that_somebody_listens(text: str) -> None:
    assert is_backchannel(text)
    assert not is_stop(text)


@every(
    "text",
    "yeah but|right, and what about|okay stop|oh no|yes please|right now|i see a problem|what"
    "|cool it|great who was it|sure but why|okay so tell me|yeah that one|good morning".split("|"),
)
def test_words_that_say_more(text: str) -> None:
    assert not is_backchannel(text)


def test_silence_is_a_backchannel_and_stops_nothing() -> None:
    assert is_backchannel("")
    assert not is_stop("")


def test_no_phrase_is_both() -> None:
    assert not STOPS & BACKCHANNELS
    assert all(is_stop(" ".join(words)) for words in STOPS)
    assert all(is_backchannel(" ".join(words)) for words in BACKCHANNELS)


@given(st.text(max_size=40))
def test_no_text_is_refused_and_none_is_both(text: str) -> None:
    assert not (is_stop(text) and is_backchannel(text))


@every(
    ("text", "is_only"),
    [
        ("no", True),
        ("wait wait", True),
        ("Hold on.", True),
        ("no, the second one", False),
        ("stop the music", False),
        ("mhm", False),
        ("", False),
    ],
)
def test_a_stop_word_may_be_all_that_is_said(text: str, is_only: bool) -> None:
    assert is_only_stop(text) is is_only


@every(
    ("text", "does"),
    [
        *((text, True) for text in "stop|Stop it!|okay, I'm up|thank you|please shush".split("|")),
        *((text, True) for text in "enough|stop, stop, stop|uh, be quiet|turn it off".split("|")),
        *((text, False) for text in "|okay|yes|no|wait|mhm|please|stop the thief".split("|")),
        *((text, False) for text in "thank you for watching|the weather|no, stop him".split("|")),
    ],
)
def test_words_that_hush_what_rings(text: str, does: bool) -> None:
    assert hushes(text) is does
