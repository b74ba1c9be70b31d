import math

import numpy as np
import pytest
from cases import every

from voiced.audio import RATE_HZ, Samples, silence
from voiced.engines.whisper_guards import (
    Reading,
    active_s,
    confidence,
    cut_repetition,
    trusted_text,
    windows,
)


def buzz(seconds: float, level: float = 0.2) -> Samples:
    at_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return (level * 32767 * np.sin(2 * np.pi * 200 * at_s)).astype(np.int16)


def trusted(
    text: str, logprob: float = -0.2, no_speech: float = 0.01, sounding_s: float = 2
) -> str:
    return trusted_text(Reading(text, logprob, no_speech), sounding_s, max_no_speech=0.6)


def test_a_good_reading_is_left_as_it_is() -> None:
    assert trusted("Open the browser, please.") == "Open the browser, please."


@every(
    "text",
    [
        "Thanks for watching!",
        "Thank you so much for watching.",
        "Please like and subscribe to my channel.",
        "Subtitles by the Amara.org community",
        "[Music]",
        "(applause) ♪♪",
        "...",
        "",
    ],
)
def test_what_nobody_says_to_an_assistant_is_dropped(text: str) -> None:
    assert trusted(text) == ""


@pytest.mark.parametrize("text", ["Okay.", "Yes.", "Thank you."])
def test_short_words_are_believed_unless_something_speaks_against_them(text: str) -> None:
    assert trusted(text) == text
    assert trusted(text, no_speech=0.4) == ""
    assert trusted(text, logprob=-0.9) == ""
    assert trusted(text, sounding_s=0.1) == ""


def test_no_speech_and_unsure_readings_are_dropped() -> None:
    assert trusted("open the browser", no_speech=0.61) == ""
    assert trusted("open the browser", logprob=-1.1) == ""
    assert trusted("open the browser", logprob=math.nan) == ""


def test_more_words_than_can_be_said_in_that_time_are_dropped() -> None:
    sentence = "open the browser and search my bookmarks for the newest one please"
    assert trusted(sentence, sounding_s=2) == sentence
    assert trusted(sentence, sounding_s=0.5) == ""


def test_annotations_are_taken_out() -> None:
    assert trusted("[door closes] open the browser") == "open the browser"


def test_a_text_that_repeats_itself_in_a_way_that_cannot_be_cut_is_dropped() -> None:
    loop = "so we went on to the next one of all of them "
    assert trusted(loop, sounding_s=60) == loop.strip()
    assert trusted(loop * 8, sounding_s=60) == ""


@every(
    ("text", "left"),
    [
        ("go on and on and on and on and on", "go on and on"),
        ("I see. I see. I see. I see.", "I see."),
        ("no no no no", "no no no no"),
        ("no no no no no no", "no"),
        ("stop stop stop", "stop stop stop"),
        ("one two one two", "one two one two"),
        ("open it open it open it now", "open it now"),
        ("", ""),
    ],
)
def test_repetitions_are_cut(text: str, left: str) -> None:
    assert cut_repetition(text) == left


def test_confidence_is_the_mean_probability() -> None:
    assert confidence(Reading("a", math.log(0.5), 0)) == pytest.approx(0.5)
    assert confidence(Reading("a", 0.1, 0)) == 1.0


def test_only_what_can_be_heard_counts_as_active() -> None:
    sound = np.concatenate([silence(8000), buzz(1.0), buzz(1.0, 0.001), silence(8000)])
    assert active_s(sound) == pytest.approx(1.0, abs=0.04)
    assert active_s(buzz(1.0, 0.001)) == 0.0
    assert active_s(silence(0)) == 0.0


def test_silence_has_no_windows() -> None:
    assert windows(silence(5 * RATE_HZ)) == []
    assert windows(silence(0)) == []


def test_long_sound_is_cut_where_it_is_quiet() -> None:
    sound = buzz(70)
    sound[27 * RATE_HZ : 27 * RATE_HZ + 1600] = 0
    parts = windows(sound)
    assert round(len(parts[0]) / RATE_HZ) == 27
    assert all(len(part) <= 30 * RATE_HZ for part in parts)
    assert np.array_equal(np.concatenate(parts), sound)
