"""Names around what is said: expected by the recogniser, and no part of the text."""

from __future__ import annotations

import pytest
from word_graphs import accepts

from voiced.speech.named import NamedTranscriber, with_names, without_name
from voiced.stages import Arc, Hints, Hypothesis, Transcript, WordGraph

NAMES = (("computer",), ("hey", "house"))
GRAPH = WordGraph(3, 0, 2, (Arc(0, 1, "stop"), Arc(1, 2, "that")))


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("what time is it computer", "what time is it"),
        ("Computer, what time is it?", "what time is it?"),
        ("What time is it, computer?", "What time is it"),
        ("hey house stop", "stop"),
        ("the computer is slow", "the computer is slow"),
        ("computer", "computer"),
        ("what is a commuter", "what is a commuter"),
        ("", ""),
    ],
)
def test_a_name_at_either_end_is_left_out(said: str, text: str) -> None:
    assert without_name(said, NAMES) == text


def test_a_sentence_may_have_a_name_before_or_after_it() -> None:
    named = with_names(GRAPH, NAMES)
    for text in ("stop that", "computer stop that", "stop that computer", "hey house stop that"):
        assert accepts(named, text), text
    for text in ("computer", "stop computer that", "hey stop that", "stop that stop that"):
        assert not accepts(named, text), text


class Own:
    supports_partials = True

    def __init__(self) -> None:
        self.graphs: list[WordGraph | None] = []

    async def prepare(self) -> None:
        pass

    async def aclose(self) -> None:
        pass

    async def transcribe(self, audio, hints):
        self.graphs.append(hints.graph)
        yield Transcript("computer stop", is_final=False)
        others = (Hypothesis("top that computer", 0.2),)
        yield Transcript("computer stop that", is_final=True, confidence=0.9, alternatives=others)


@pytest.mark.anyio
async def test_the_other_transcriber_gets_the_same_graph_for_the_same_graph() -> None:
    own = Own()
    named = NamedTranscriber(own, ["Computer"])
    for hints in (Hints(GRAPH), Hints(), Hints(GRAPH)):
        found = [each async for each in named.transcribe(_nothing(), hints)]
        assert [each.text for each in found] == ["stop", "stop that"]
        assert [each.text for each in found[-1].alternatives] == ["top that"]
    assert own.graphs[1] is None
    assert own.graphs[0] is own.graphs[2] is not None


async def _nothing():
    for _ in ():
        yield _
