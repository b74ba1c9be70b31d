"""Where the words of a reply lie, and which of them were heard."""

from __future__ import annotations

from cases import every
from hypothesis import given
from hypothesis import strategies as st

from voiced.speech.track import Track

RATE = 1000


def timed(text: str, word_samples: int = 100) -> tuple[tuple[int, int, int, int], ...]:
    """Every word takes as long as any other."""
    words, position = [], 0
    for number, word in enumerate(text.split()):
        position = text.index(word, position)
        start = number * word_samples
        words.append((position, position + len(word), start, start + word_samples))
        position += len(word)
    return tuple(words)


def track(*lines: str, filler: int = -1, is_timed: bool = True) -> Track:
    """Lines of 100 samples a word; the one of number ``filler`` is one."""
    made = Track()
    made.rate_hz = RATE
    for number, line in enumerate(lines):
        words = timed(line) if is_timed else ()
        made.add(line, 100 * len(line.split()), words, is_filler=number == filler)
        made.end_line()
    return made


LINES = ("One two.", "Three four five.")


@every(
    ("position", "start"),
    [(0, 0), (99, 0), (100, 100), (199, 100), (200, 200), (350, 300), (499, 400), (500, 400)],
)
def test_a_word_is_taken_up_at_its_first_sample(position: int, start: int) -> None:
    assert track(*LINES).word_at(position) == start


def test_without_timings_words_lie_in_proportion_to_their_letters() -> None:
    made = track("one seventeen", is_timed=False)
    assert [made.word_at(position) for position in (0, 50, 61, 199)] == [0, 0, 61, 61]


def test_an_empty_track_has_no_words() -> None:
    made = Track()
    assert (made.word_at(0), made.word_at(9), made.heard(9), made.lines_heard(9)) == (0, 0, "", 0)
    assert made.lately(9) == ""


def test_a_line_that_comes_in_pieces_is_one_line() -> None:
    made = Track()
    made.rate_hz = RATE
    made.add("One two.", 100, ((0, 3, 0, 100),), is_filler=False)
    made.add("One two.", 100, ((4, 8, 0, 100),), is_filler=False)
    made.end_line()
    assert made.samples == 200
    assert made.word_at(150) == 100
    assert made.heard(200) == "One two."
    assert made.lines_heard(200) == 1


def test_a_line_without_sound_ends_no_other() -> None:
    made = Track()
    made.rate_hz = RATE
    made.end_line()
    made.add("One.", 100, timed("One."), is_filler=False)
    made.end_line()
    made.end_line()
    assert made.heard(100) == "One."


def test_a_line_that_is_not_whole_is_not_heard_to_its_end() -> None:
    made = Track()
    made.rate_hz = RATE
    made.add("One two three.", 100, ((0, 3, 0, 100),), is_filler=False)
    assert made.heard(100) == "One"
    assert made.lines_heard(100) == 0


@every(("position", "lines"), [(0, 0), (199, 0), (200, 1), (499, 1), (500, 2), (10_000, 2)])
def test_lines_count_when_their_last_sample_was_heard(position: int, lines: int) -> None:
    assert track(*LINES).lines_heard(position) == lines


def test_fillers_take_time_and_are_taken_up_but_are_not_heard() -> None:
    made = track("One moment.", *LINES, filler=0)
    assert made.heard(400) == "One two."
    assert made.lines_heard(400) == 1
    assert made.word_at(150) == 100
    assert made.lately(250) == "One moment. One two."


def test_lately_is_this_line_and_the_one_before() -> None:
    made = track("One.", "Two.", "Three.")
    assert made.lately(0) == "One."
    assert made.lately(150) == "One. Two."
    assert made.lately(250) == "Two. Three."


@given(
    lines=st.lists(
        st.lists(st.text("ab", min_size=1, max_size=9), min_size=1, max_size=6), max_size=5
    ),
    is_timed=st.booleans(),
    position=st.integers(0, 5000),
)
def test_taking_up_never_loses_a_word(lines, is_timed, position) -> None:
    made = track(*(" ".join(words) for words in lines), is_timed=is_timed)
    again = made.word_at(position)
    assert 0 <= again <= position
    longest = max((100 * len(words) for words in lines), default=0)
    assert min(position, made.samples) - again <= (100 if is_timed else longest)
    assert len(made.heard(again).split()) <= len(made.heard(position).split())
