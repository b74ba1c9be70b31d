"""What was heard of a reply, what "it" means, and what is remembered."""

from __future__ import annotations

from dataclasses import dataclass

from cases import every
from hypothesis import given, settings
from hypothesis import strategies as st

from voiced.conversation import (
    Conversation,
    Delivery,
    Exchange,
    Spoken,
    handle_of,
    heard_text,
    is_handle,
)
from voiced.plugin import Field
from voiced.stages import Message

TIMED = Spoken("one two three", 3000, ((3, 1000), (7, 2000), (13, 3000)))
PLAIN = Spoken("one two three", 1300)


@every(
    ("pieces", "heard_samples", "heard"),
    [
        ([TIMED], 0, ""),
        ([TIMED], 499, ""),
        ([TIMED], 500, "one"),
        ([TIMED], 1000, "one"),
        ([TIMED], 2499, "one two"),
        ([TIMED], 2500, "one two three"),
        ([TIMED], 3000, "one two three"),
        ([TIMED, TIMED], 4000, "one two three one"),
        ([PLAIN], 149, ""),
        ([PLAIN], 150, "one"),
        ([PLAIN], 799, "one two"),
        ([PLAIN], 999, "one two"),
        ([PLAIN], 1000, "one two three"),
        ([PLAIN, TIMED], 2300, "one two three one"),
        ([PLAIN], 10**9, "one two three"),
        ([PLAIN], -5, ""),
        ([Spoken("", 0), PLAIN], 300, "one"),
        ([Spoken("", 500), PLAIN], 640, ""),
        ([Spoken("", 500), PLAIN], 700, "one"),
        ([Spoken("ha", 0)], 0, "ha"),
        ([], 100, ""),
    ],
)
def test_a_reply_is_cut_to_whole_words_that_were_heard(
    pieces: list[Spoken], heard_samples: int, heard: str
) -> None:
    assert heard_text(pieces, heard_samples) == heard


@st.composite
def spoken(draw: st.DrawFn) -> Spoken:
    words = draw(st.lists(st.text("abcü", min_size=1, max_size=6), min_size=1, max_size=6))
    lengths = [draw(st.integers(1, 500)) for _ in words]
    text = " ".join(words)
    timings, end, at = [], -1, 0
    for word, length in zip(words, lengths, strict=True):
        end += 1 + len(word)
        at += length
        timings.append((end, at))
    return Spoken(text, at, tuple(timings) if draw(st.booleans()) else ())


def ends_of(piece: Spoken) -> list[tuple[int, int]]:
    """Where each word ends in the text, and in samples, rounded up where it is not known."""
    if piece.words:
        return list(piece.words)
    ends = [index for index, letter in enumerate(f"{piece.text} ") if letter == " "]
    return [(end, -(-end * piece.samples // len(piece.text))) for end in ends]


def share_of(pieces: list[Spoken], heard_samples: int) -> float:
    """How many letters at most can have been heard, a word of which half was heard included."""
    letters, left = 0.0, heard_samples
    for piece in pieces:
        taken = min(left, piece.samples)
        before = 0
        whole = 0
        for end, at in ends_of(piece):
            if (before + at) / 2 - 1 <= taken:
                whole = end
            before = at
        letters += whole + 1  # the space between the pieces
        left -= taken
    return letters


@given(st.lists(spoken(), max_size=4), st.integers(0, 12_000))
@settings(max_examples=150, deadline=None)
def test_never_more_than_was_heard_by_half(pieces: list[Spoken], heard_samples: int) -> None:
    heard = heard_text(pieces, heard_samples)
    whole = " ".join(piece.text for piece in pieces)
    assert whole.startswith(heard)
    assert not heard or whole[len(heard) :][:1] in ("", " ")
    assert len(heard) <= share_of(pieces, heard_samples)
    if heard_samples >= sum(piece.samples for piece in pieces):
        assert heard == whole


@given(st.lists(spoken(), max_size=4), st.integers(0, 9000), st.integers(0, 3000))
@settings(max_examples=100, deadline=None)
def test_who_hears_longer_hears_no_less(pieces: list[Spoken], samples: int, more: int) -> None:
    assert len(heard_text(pieces, samples)) <= len(heard_text(pieces, samples + more))


@dataclass(frozen=True)
class Thing:
    spoken: str
    kind: str = "pdf"


ONE, TWO, THREE = Thing("one"), Thing("two"), Thing("three")


@every(
    ("said", "meant"),
    [
        ("it", ONE),
        ("that", ONE),
        ("This one", ONE),
        ("that file", ONE),
        ("the folder", ONE),
        ("the first one", ONE),
        ("the second", TWO),
        ("the 2nd file", TWO),
        ("second one", TWO),
        ("number three", THREE),
        ("the last one", THREE),
        ("the second to last one", TWO),
        ("the fourth one", None),
        ("the budget", None),
        ("", None),
        ("the", None),
        ("one", None),
    ],
)
def test_a_referent_is_what_the_last_reply_named(said: str, meant: Thing | None) -> None:
    conversation = Conversation()
    conversation.name([ONE, TWO, THREE])
    assert conversation.referent(said) is meant


def test_nothing_is_meant_before_anything_was_named() -> None:
    conversation = Conversation()
    assert conversation.referent("it") is None
    assert conversation.referent("the last one") is None


def test_a_reply_that_names_nothing_leaves_what_was_named() -> None:
    conversation = Conversation()
    conversation.name([TWO, ONE])
    conversation.name([])
    assert conversation.entities == (TWO, ONE)
    conversation.name([THREE])
    assert conversation.referent("it") is THREE


def test_a_reply_tells_which_of_several_is_meant() -> None:
    conversation = Conversation()
    conversation.name([ONE, TWO, THREE], pointed=1)
    assert conversation.referent("that mail") is TWO
    conversation.name([])
    assert conversation.referent("it") is TWO
    conversation.name([ONE, TWO], pointed=7)
    assert conversation.referent("it") is ONE


def test_the_last_turns_are_remembered_in_order_and_the_oldest_go_ten_at_once() -> None:
    conversation = Conversation()
    kept: list[int] = []
    for number in range(45):
        conversation.add(f"said {number}", f"heard {number}")
        first = int(conversation.exchanges[0].said.split()[1])
        kept.append(len(conversation.exchanges))
        assert conversation.exchanges == tuple(
            Exchange(f"said {each}", f"heard {each}") for each in range(first, number + 1)
        )
        assert first % 10 == 0
    assert max(kept) == 20
    assert min(kept[20:]) == 11


def test_what_the_model_was_sent_belongs_to_the_turn_that_ends_next() -> None:
    conversation = Conversation()
    sent = (Message("user", "hello"),)
    memo = conversation.remember()
    conversation.tell(sent)
    conversation.restore(memo)  # it was no turn after all
    conversation.add("one", "")
    conversation.tell(sent)
    conversation.add("two", "")
    conversation.add("three", "")
    assert [exchange.messages for exchange in conversation.exchanges] == [(), sent, ()]


MAIL = Field("id", "M-17")


def test_text_from_outside_stays_until_all_is_forgotten() -> None:
    conversation = Conversation()
    conversation.name([ONE])
    conversation.add("hello", "Hi.")
    conversation.taint([MAIL])
    conversation.add("read it", "It says so.")
    conversation.add("thanks", "")
    assert conversation.is_tainted
    assert conversation.fields == (MAIL,)
    assert [each.is_external for each in conversation.exchanges] == [False, True, False]
    conversation.last_reply = conversation.unfinished = "It says so."
    conversation.delivery = Delivery(6.0)
    handle = conversation.handle(ONE)
    conversation.clear()
    assert not conversation.is_tainted
    assert (conversation.fields, conversation.exchanges, conversation.entities) == ((), (), ())
    assert (conversation.last_reply, conversation.unfinished) == ("", "")
    assert conversation.referent(handle) is None
    assert conversation.handle(TWO) != handle
    assert conversation.delivery == Delivery(6.0)
    conversation.add("hello", "Hi.")
    assert not conversation.exchanges[0].is_external


def test_five_hundred_typed_values_are_kept() -> None:
    conversation = Conversation()
    conversation.taint([Field("number", str(number)) for number in range(501)])
    assert len(conversation.fields) == 500
    assert conversation.fields[-1] == Field("number", "500")


def test_what_came_from_outside_before_or_since_stays_known_as_such() -> None:
    since, before = Conversation(), Conversation()
    memo = since.remember()
    since.taint([MAIL])
    since.restore(memo)
    since.add("read it", "It says so.")
    assert (since.is_tainted, since.fields, since.exchanges[0].is_external) == (
        True,
        (MAIL,),
        True,
    )
    before.taint([MAIL])
    memo = before.remember()
    before.clear()
    other = Field("id", "M-18")
    before.taint([other])
    before.restore(memo)
    before.restore(memo)
    before.add("read it", "It says so.")
    assert (before.is_tainted, before.fields, before.exchanges[0].is_external) == (
        True,
        (MAIL, other),
        True,
    )


def test_a_clean_conversation_that_comes_back_is_clean() -> None:
    conversation = Conversation()
    conversation.name([ONE])
    memo = conversation.remember()
    conversation.name([TWO])
    conversation.add("hello", "Hi.")
    conversation.restore(memo)
    assert (conversation.is_tainted, conversation.entities, conversation.exchanges) == (
        False,
        (ONE,),
        (),
    )
    conversation.add("hello", "Hi.")
    assert not conversation.exchanges[0].is_external


def test_a_handle_means_one_thing_whatever_is_named_since() -> None:
    conversation = Conversation()
    twin = Thing("one")
    first, second = conversation.handle(ONE), conversation.handle(twin)
    assert (first, second) == ("<pdf:1>", "<pdf:2>")
    assert conversation.handle(ONE) == first
    conversation.name([THREE])
    assert conversation.referent(first) is ONE
    assert conversation.referent(f" {second} ") is twin
    for other in ("<pdf:3>", "<mail:1>", "<pdf:01>", "<pdf:0>", "pdf 1", "<pdf:1> now"):
        assert conversation.referent(other) is None


def test_the_last_five_hundred_handles_are_known() -> None:
    conversation = Conversation()
    things = [Thing(str(number)) for number in range(501)]
    handles = [conversation.handle(thing) for thing in things]
    assert conversation.referent(handles[0]) is None
    assert conversation.referent(handles[1]) is things[1]
    assert conversation.handle(things[0]) == "<pdf:502>"


@every(
    ("kind", "handle"),
    [
        ("pdf", "<pdf:7>"),
        ("PDF", "<pdf:7>"),
        ("", "<thing:7>"),
        ("\u00e9\u00e9", "<thing:7>"),
        ("open> tab", "<opentab:7>"),
        ("x" * 30, f"<{'x' * 24}:7>"),
    ],
)
def test_a_handle_holds_no_words(kind: str, handle: str) -> None:
    assert handle_of(Thing("delete all", kind), 7) == handle
    assert is_handle(handle)


@every("text", ["", "it", "<pdf>", "<pdf:>", "<pdf:x>", "<:1>", "a <pdf:1>"])
def test_what_is_no_handle(text: str) -> None:
    assert not is_handle(text)
