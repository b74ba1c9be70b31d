"""Which tools a model is offered where it cannot hold all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from voiced.bench.sentences.material import CLEAN, Material, load_material
from voiced.stages import Tool
from voiced.thinking import planner_view
from voiced.thinking.toolbox import FIND, FIND_TOOL, Offered, ToolIndex, letters_of

SENTENCES = Path(__file__).with_name("sentences")
LETTERS = 2_000 * 3
"""Two thousand tokens, at three letters each."""


@pytest.fixture(scope="module")
def material() -> Iterator[Material]:
    with load_material(SENTENCES) as loaded:
        yield loaded


@pytest.fixture(scope="module")
def index(material: Material) -> ToolIndex:
    return ToolIndex(planner_view.tools(material.intents), material.intents)


@pytest.fixture
def offered(index: ToolIndex) -> Offered:
    return Offered(index, ("plan",), LETTERS)


def names(offered: Offered) -> list[str]:
    return [tool.name for tool in offered.tools]


def letters(offered: Offered) -> int:
    return sum(map(letters_of, offered.tools))


def share_offered(material: Material, index: ToolIndex, room: int) -> float:
    found: list[bool] = []
    offered = Offered(index, ("plan",), room)
    for sentence in material.sentences:
        if sentence.kind == CLEAN and sentence.intent in index.tools:
            offered.begin_anew()
            offered.begin(sentence.text)
            assert letters(offered) <= room
            found.append(offered.has(sentence.intent))
    assert len(found) > 800
    return 100.0 * sum(found) / len(found)


def test_the_right_tool_is_nearly_always_among_them(material, index) -> None:
    assert share_offered(material, index, LETTERS) >= 97.0


def test_it_is_so_too_in_the_middle_of_a_conversation(material, index, offered) -> None:
    missed = 0
    asked = [each for each in material.sentences if each.kind == CLEAN][::7]
    for sentence in asked:
        before = names(offered)
        offered.begin(sentence.text)
        after = names(offered)
        assert after[: len(before)] == before or len(after) < len(before) + 6, "it began anew"
        assert letters(offered) <= LETTERS
        missed += sentence.intent in index.tools and not offered.has(sentence.intent)
    assert missed <= 0.04 * len(asked)


def test_all_are_offered_where_there_is_room(index) -> None:
    for room in (None, sum(map(letters_of, index.tools.values()))):
        offered = Offered(index, ("plan",), room)
        assert offered.tools == tuple(index.tools.values())
        offered.begin("rename the report")
        assert offered.tools is offered.tools
        assert not offered.has(FIND)


def test_a_core_comes_first(offered) -> None:
    assert offered.tools == (next(t for t in offered.tools if t.name == "plan"), FIND_TOOL)
    offered.begin("rename the report to invoice")
    assert names(offered)[:2] == ["plan", FIND]
    assert "files.rename" in names(offered)


def test_what_is_offered_is_only_appended_to(index) -> None:
    offered = Offered(index, ("plan",), 2 * LETTERS)
    offered.begin("rename the report to invoice")
    before = names(offered)
    offered.begin("rename the report to invoice")
    assert names(offered) == before
    offered.begin("wake me at seven")
    assert names(offered)[: len(before)] == before
    assert "alarms.set" in names(offered)
    offered.begin("")
    assert names(offered)[: len(before)] == before


def test_another_conversation_begins_with_the_core(offered) -> None:
    offered.begin("rename the report to invoice")
    offered.begin_anew()
    assert names(offered) == ["plan", FIND]


def test_it_begins_anew_where_the_room_is_used_up(offered) -> None:
    orders = "rename the report", "wake me at seven", "make the photo brighter", "how many ounces"
    seen = []
    for order in (*orders, "next song", "what does the screen say", "translate that to french"):
        offered.begin(order)
        assert letters(offered) <= LETTERS
        seen.append(names(offered))
    assert "writing.translate" in seen[-1]
    is_appended = [after[: len(before)] == before for before, after in pairwise(seen)]
    assert not all(is_appended)
    assert any(is_appended)


def test_the_model_can_ask_for_others(offered) -> None:
    offered.begin("good morning")
    assert not offered.has("photos.crop")
    found = offered.find("cut a photo to a square")
    assert "photos.crop" in [tool.name for tool in found]
    assert offered.has("photos.crop")
    assert all(offered.has(tool.name) for tool in found)


def test_a_tool_that_is_asked_for_by_name_is_offered(offered) -> None:
    offered.add("photos.crop")
    assert names(offered)[-1] == "photos.crop"
    offered.add("nothing.there")
    assert names(offered)[-1] == "photos.crop"


def test_words_that_fit_nothing_offer_nothing_more(offered) -> None:
    offered.begin("xyzzy")
    assert names(offered) == ["plan", FIND]
    assert offered.find("") == ()


@pytest.mark.parametrize("room", [0, 1, 500])
def test_where_there_is_no_room_at_all_the_nearest_one_is_offered(index, room) -> None:
    offered = Offered(index, ("plan",), room)
    offered.begin("what time is it")
    assert len(names(offered)) == 3
    offered.begin("rename the report to invoice")
    assert len(names(offered)) == 3


def test_words_of_a_schema_find_a_tool_too() -> None:
    tool = Tool(
        "x.y",
        "Do it.",
        {
            "type": "object",
            "properties": {
                "big_tone": {
                    "anyOf": [{"type": "string", "enum": ["Formal"], "description": "manner"}]
                },
                "list": {"type": "array", "items": {"enum": ["apples"]}},
            },
        },
    )

    class Known:
        name, sentences, taught, examples, slots = "x.y", (), (), (), {}

    found = ToolIndex([tool], [Known()])  # type: ignore[list-item]
    for word in ("formally", "formal", "manners", "apple", "tone", "do"):
        assert found.nearest(word) == (["x.y"] if word != "formally" else [])
    assert found.nearest("nothing") == []
