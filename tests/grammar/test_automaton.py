from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voiced.grammar.automaton import Automaton, smallest

SENTENCES = st.lists(
    st.lists(st.sampled_from("abc"), max_size=5).map(tuple), min_size=1, max_size=8
)


def built(sentences: list[tuple[str, ...]]) -> Automaton[str]:
    arcs: list[tuple[int, str | None, int]] = []
    states = 2
    for sentence in sentences:
        here = 0
        for word in sentence:
            arcs.append((here, word, states))
            here = states
            states += 1
        arcs.append((here, None, 1))
    return smallest(states, arcs)


def language(automaton: Automaton[str], state: int = 0) -> set[tuple[str, ...]]:
    found = {()} if state in automaton.ends else set()
    for word, target in automaton.arcs[state].items():
        found |= {(word, *rest) for rest in language(automaton, target)}
    return found


@given(SENTENCES)
def test_it_accepts_the_same_sentences(sentences: list[tuple[str, ...]]) -> None:
    assert language(built(sentences)) == set(sentences)


@given(SENTENCES)
def test_no_two_states_mean_the_same(sentences: list[tuple[str, ...]]) -> None:
    automaton = built(sentences)
    languages = [frozenset(language(automaton, state)) for state in range(len(automaton.arcs))]
    assert len(set(languages)) == len(languages)


@given(SENTENCES)
def test_arcs_lead_to_higher_states(sentences: list[tuple[str, ...]]) -> None:
    for state, arcs in enumerate(built(sentences).arcs):
        assert all(target > state for target in arcs.values())
