"""Frames of the control socket: whole ones, cut ones, long ones, garbage."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiced.control.wire import MOST_FRAME_BYTES, BadFrame, Frames, decode, encode


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.dictionaries(st.text(), st.text() | st.integers() | st.none())), st.integers(1, 9)
)
def test_what_is_sent_in_pieces_arrives_whole(documents, step) -> None:
    sent = b"".join(encode(document) for document in documents)
    frames = Frames()
    got = [f for at in range(0, len(sent), step) for f in frames.feed(sent[at : at + step])]
    assert [decode(frame) for frame in got] == documents


def test_a_text_that_is_no_unicode_is_sent_and_arrives() -> None:
    assert decode(encode({"file": "b\udcffd"})) == {"file": "b\udcffd"}


@pytest.mark.parametrize(
    "garbage",
    [b"\xff\xfe", b"[1]", b'"x"', b"{", b"[" * 60_000, b'{"a": ' + b"1" * 5000 + b"}", b"null"],
)
def test_garbage_is_refused_and_not_repeated(garbage) -> None:
    with pytest.raises(BadFrame) as caught:
        decode(garbage)
    assert len(str(caught.value)) < 40


def test_a_frame_is_never_longer_than_64_kib() -> None:
    fits = {"t": "x" * (MOST_FRAME_BYTES - 10)}
    assert len(encode(fits)) == MOST_FRAME_BYTES
    assert list(Frames().feed(encode(fits))) == [encode(fits)[:-1]]
    with pytest.raises(BadFrame):
        encode({"t": "x" * (MOST_FRAME_BYTES - 9)})
    with pytest.raises(BadFrame):
        list(Frames().feed(b"x" * MOST_FRAME_BYTES))
    with pytest.raises(BadFrame):
        list(Frames().feed(b"x" * MOST_FRAME_BYTES + b"\n"))
