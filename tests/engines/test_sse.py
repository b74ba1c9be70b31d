"""The event stream parser and the reply reader: however the bytes are cut, the same comes out."""

from __future__ import annotations

import json
import random
from itertools import pairwise

import pytest
from cases import every
from hypothesis import given, settings
from hypothesis import strategies as st

from voiced.engines.openai_faults import FaultTeller, Peer
from voiced.engines.openai_reading import ReplyReader
from voiced.engines.sse import EventTooLong, ServerEvent, ServerEventParser
from voiced.errors import ReplyError, ReplyTimeout
from voiced.stages import ReplyDelta, ToolCall
from voiced.testing.answers import chat_events

_REPLY = ["Grüß Gott, 👋 schöne Welt … ", ToolCall("c1", "files.rename", {"to": "Büro 📁"})]
_FAULTS = FaultTeller(
    Peer("my model", "responder", "/chat/completions", ReplyError, ReplyTimeout), "http://x/v1"
)


def _events(stream: bytes, cuts: list[int]) -> list[ServerEvent]:
    parser = ServerEventParser()
    edges = [0, *sorted(cuts), len(stream)]
    events = [event for begin, end in pairwise(edges) for event in parser.feed(stream[begin:end])]
    return events + parser.flush()


def _read(events: list[ServerEvent]) -> tuple[str, list[ToolCall]]:
    reader = ReplyReader(_FAULTS, {"files__rename": "files.rename"})
    items = [item for event in events for item in reader.take(event.data)]
    reader.broke_off()
    text = "".join(item.text for item in items if isinstance(item, ReplyDelta))
    return text, [item for item in items if isinstance(item, ToolCall)]


def _stream(end: str) -> bytes:
    """A reply with all that a stream may hold, its lines ended so."""
    lines = ["\ufeff: welcome", "", "retry: 3000"]
    for number, data in enumerate((*chat_events(_REPLY), "[DONE]")):
        lines += [f"id: {number}", f"data:{'' if number % 2 else ' '}{data}", "", ": keep-alive"]
    return end.join(["event: message", "", *lines, ""]).encode()


@pytest.mark.slow
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_ten_thousand_random_cuttings_read_the_same(end: str) -> None:
    stream = _stream(end)
    whole = _events(stream, [])
    assert _read(whole) == (_REPLY[0], [_REPLY[1]])
    random_source = random.Random(7)
    for _ in range(3_400):  # times three line ends
        count = random_source.choice((1, 3, 20, 200))
        cuts = [random_source.randrange(len(stream)) for _ in range(count)]
        assert _events(stream, cuts) == whole


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_single_cut_and_every_byte_alone_read_the_same(end: str) -> None:
    stream = _stream(end)
    whole = _events(stream, [])
    assert all(_events(stream, [cut]) == whole for cut in range(len(stream)))
    assert _events(stream, list(range(len(stream)))) == whole


@settings(max_examples=100, deadline=None)
@given(
    data=st.lists(st.text(st.characters(exclude_characters="\r\n\x00", codec="utf-8"), min_size=1)),
    cuts=st.lists(st.integers(0, 500)),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_any_text_comes_back_whole(data: list[str], cuts: list[int], end: str) -> None:
    stream = "".join(f"data: {each}{end}{end}" for each in data).encode()
    found = _events(stream, [min(cut, len(stream)) for cut in cuts])
    assert [event.data for event in found] == data


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=40)))
def test_any_bytes_are_survived(pieces: list[bytes]) -> None:
    parser = ServerEventParser()
    events = [event for piece in pieces for event in parser.feed(piece)] + parser.flush()
    whole = ServerEventParser()
    assert events == whole.feed(b"".join(pieces)) + whole.flush()


def test_the_rules_of_the_format() -> None:
    stream = (
        b"\xef\xbb\xbfdata: one\ndata: two\n\n"  # lines are joined
        b":comment\n\nid: 4\n\n"  # nothing to give
        b"event: error\ndata\ndata: x\n\n"  # a field without a value is empty
        b"data:  spaced\nunknown: field\n\n"  # one space belongs to the format
        b"data: last"  # half a line
    )
    assert _events(stream, []) == [
        ServerEvent("one\ntwo"),
        ServerEvent("\nx", "error"),
        ServerEvent(" spaced"),
    ]
    assert _events(b"data: whole line\n", []) == [ServerEvent("whole line")]


def test_an_event_that_never_ends_is_refused_and_comments_are_not_counted() -> None:
    parser = ServerEventParser(limit_bytes=100)
    for _ in range(50):
        assert parser.feed(b": keep-alive\n") == []
    with pytest.raises(EventTooLong):
        parser.feed(b"data: x\n" * 50)
    endless_line = ServerEventParser(limit_bytes=100)
    for _ in range(100):
        endless_line.feed(b"x")
    with pytest.raises(EventTooLong):
        endless_line.feed(b"x")


def _chunk(delta: dict, finish: str | None = None) -> str:
    return json.dumps({"choices": [{"delta": delta, "finish_reason": finish}]})


def _call(arguments: str | None, **fields: object) -> dict:
    name = fields.pop("name", None)
    return {"tool_calls": [{**fields, "function": {"name": name, "arguments": arguments}}]}


def _calls(*chunks: str) -> list[ToolCall]:
    return _read([ServerEvent(chunk) for chunk in chunks])[1]


def test_parallel_calls_are_put_together_by_index() -> None:
    calls = _calls(
        _chunk(_call('{"to":', index=0, id="a", name="files__rename")),
        _chunk(_call("{", index=1, id="b", name="clock__now")),
        _chunk(_call(' "x"}', index=0)),
        _chunk(_call("}", index=1)),
        _chunk({}, "tool_calls"),
    )
    assert calls == [
        ToolCall("a", "files.rename", {"to": "x"}),
        ToolCall("b", "clock.now", {}),
    ]


@pytest.mark.parametrize("index", [{}, {"index": 0}], ids=["no index", "all index 0"])
def test_servers_that_cannot_count_are_understood(index: dict[str, int]) -> None:
    calls = _calls(
        _chunk(_call('{"n": 1}', id="a", name="one", **index)),
        _chunk(_call('{"n":', id="b", name="two", **index)),
        _chunk(_call(" 2}", **index)),
        "[DONE]",
    )
    assert calls == [ToolCall("a", "one", {"n": 1}), ToolCall("b", "two", {"n": 2})]


def test_calls_get_ids_that_differ() -> None:
    calls = _calls(
        _chunk(_call("{}", index=0, id="same", name="one")),
        _chunk(_call(None, index=1, id="same", name="two")),
        _chunk(_call("", index=2, name="three")),
        _chunk({}, "stop"),
    )
    assert [call.name for call in calls] == ["one", "two", "three"]
    assert len({call.id for call in calls}) == 3


@every(
    "arguments",
    ['{"a": ', "[1]", '"text"', '{"a": NaN}', "{'a': 1}", '{"a": 1} {', "[" * 9000, "null"],
)
def test_arguments_that_are_no_json_object_are_a_call_with_a_mistake(arguments: str) -> None:
    (call,) = _calls(
        _chunk(_call(arguments, index=0, id="a", name="one")), _chunk({}, "tool_calls")
    )
    assert (call.id, call.name, call.arguments) == ("a", "one", {})
    assert call.mistake.startswith("the arguments are not ")
    assert arguments not in call.mistake


def test_a_call_without_a_name_is_a_mistake() -> None:
    (call,) = _calls(_chunk(_call("{}", index=0, id="a")), _chunk({}, "tool_calls"))
    assert call.name
    assert call.mistake == "the call names no tool"


def test_too_long_arguments_and_too_many_calls_are_refused_at_once() -> None:
    with pytest.raises(ReplyError, match="too long"):
        _calls(*[_chunk(_call("x" * 1000, index=0, name="one"))] * 17)
    with pytest.raises(ReplyError, match="too many"):
        _calls(*[_chunk(_call("{}", index=n, name="one")) for n in range(17)])


def test_a_call_cut_off_at_the_longest_reply_never_runs() -> None:
    with pytest.raises(ReplyError, match="cut off"):
        _calls(_chunk(_call("{}", index=0, name="one")), _chunk({}, "length"))


def test_a_stream_that_ends_without_an_end_has_lost_the_rest() -> None:
    with pytest.raises(ReplyError) as caught:
        _calls(_chunk(_call("{}", index=0, name="one")))
    assert caught.value.spoken == "I lost the rest."
    assert _read([ServerEvent(_chunk({"content": "Yes."}, "stop"))]) == ("Yes.", [])


@every("data", ["{", "[]", "hello", '{"choices": 3}', '{"choices": [{"delta": 1}]}'])
def test_events_that_are_no_chunks_are_refused(data: str) -> None:
    with pytest.raises(ReplyError) as caught:
        _calls(data)
    assert "don't understand" in caught.value.spoken


def test_an_error_in_the_stream_is_told() -> None:
    with pytest.raises(ReplyError) as caught:
        _calls(json.dumps({"error": {"code": 400, "message": "exceeds the context size"}}))
    assert caught.value.spoken == "That is more than my model can hold."
    with pytest.raises(ReplyError) as caught:
        _calls(json.dumps({"error": "boom: secret"}))
    assert "secret" not in str(caught.value)


def test_a_stopped_reply_is_an_error_and_an_endless_one_is_cut() -> None:
    with pytest.raises(ReplyError, match="content filter"):
        _calls(_chunk({}, "content_filter"))
    reader = ReplyReader(_FAULTS, {})
    text = 0
    for _ in range(100):
        text += sum(len(item.text) for item in reader.take(_chunk({"content": "x" * 1000})))
        if reader.enough:
            break
    assert reader.enough
    assert text == 65_000
    reader.broke_off()
