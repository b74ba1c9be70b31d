import pytest
from cases import every

from voiced.errors import PluginError
from voiced.sentence_rules import check_sentences


@every(
    "sentence",
    [
        "{thing}",
        "[please] {thing}",
        "(please|uhm) {thing}",
        "{text:thing} [now]",
        "[find] {thing}",
        "(find|[a]) {thing}",
        "(add {thing}|{thing})",
        "the {thing}",
        "({thing};{rest})",
        "{thing}, {rest}",
    ],
)
def test_a_template_that_fits_whatever_is_said_is_refused(sentence):
    with pytest.raises(PluginError, match="would fit whatever is said") as caught:
        check_sentences("x.y", [sentence], ["thing", "rest"])
    assert "x.y" in caught.value.message


@every(
    "sentence",
    ["find {thing}", "(find|get) [the] {thing}", "is there {thing}", "{thing} (soon|later)",
     "({thing};soon)", "{count} {thing}", "do it", "light[s] {thing}"],
)  # fmt: skip
def test_a_template_with_a_word_that_tells_what_is_wanted(sentence):
    check_sentences("x.y", [sentence], ["thing"])


@pytest.mark.parametrize("sentence", ["(broken", "a {b", "(" * 5000, "x" * 3000])
def test_a_template_that_cannot_be_read_is_refused(sentence):
    with pytest.raises(PluginError, match=r"x\.y: template") as caught:
        check_sentences("x.y", [sentence], [])
    assert len(caught.value.message) < 2500
