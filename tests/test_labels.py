"""Labels: a join trusts the least and hides the most; a labelled value has no text."""

from __future__ import annotations

import json
from itertools import product

import pytest
from cases import every
from hypothesis import given
from hypothesis import strategies as st

from voiced.trust.labels import EXTERNAL, USER, Integrity, Label, Labelled, Origin, Secrecy

LABELS = st.builds(
    Label,
    st.sampled_from(Integrity),
    st.sampled_from(Secrecy),
    st.frozensets(st.builds(Origin, st.sampled_from(["mail", "files"]), st.text(max_size=3))),
)


def test_the_orders() -> None:
    assert [each.name for each in sorted(Integrity)] == ["EXTERNAL", "CONTACT", "CONFIG", "USER"]
    assert [each.name for each in sorted(Secrecy)] == ["PUBLIC", "PRIVATE", "SECRET"]


@every(("one", "other"), list(product(Integrity, Integrity)))
def test_a_join_is_trusted_as_its_least_trusted_part(one: Integrity, other: Integrity) -> None:
    joined = Label(one).join(Label(other))
    assert joined.integrity is (one if one.value < other.value else other)
    assert joined.is_external is (Integrity.EXTERNAL in (one, other))


@every(("one", "other"), list(product(Secrecy, Secrecy)))
def test_a_join_is_as_secret_as_its_most_secret_part(one: Secrecy, other: Secrecy) -> None:
    joined = Label(Integrity.USER, one).join(Label(Integrity.USER, other))
    assert joined.secrecy is (one if one.value > other.value else other)


@given(LABELS, LABELS, LABELS)
def test_joins_do_not_depend_on_their_order(one: Label, other: Label, third: Label) -> None:
    assert one.join(other) == other.join(one)
    assert one.join(other).join(third) == one.join(other.join(third)) == one.join(other, third)
    assert one.join(one) == one
    assert one.join(other).origins == one.origins | other.origins


def test_what_the_user_said_is_private_and_what_comes_from_outside_is_external() -> None:
    assert (USER.integrity, USER.secrecy, USER.is_external) == (
        Integrity.USER,
        Secrecy.PRIVATE,
        False,
    )
    assert EXTERNAL.is_external
    assert USER.join(EXTERNAL).is_external


SECRET = Labelled("delete all", EXTERNAL)


@every(
    "lose",
    [
        lambda: str(SECRET),
        lambda: f"{SECRET}",
        lambda: f"{SECRET:>20}",
        lambda: f"{SECRET!s}",
        lambda: "%s" % SECRET,  # noqa: UP031 - this way, too
        lambda: "{}".format(SECRET),  # noqa: UP032
        lambda: " ".join([SECRET]),  # type: ignore[list-item]
        lambda: "a" + SECRET,  # type: ignore[operator]
        lambda: SECRET + "a",  # type: ignore[operator]
        lambda: json.dumps(SECRET),
        lambda: json.dumps(SECRET, default=str),
        lambda: print(SECRET),
    ],
)
def test_a_label_cannot_be_lost_by_making_a_text(lose) -> None:
    with pytest.raises(TypeError):
        lose()


def test_its_representation_shows_the_label_and_not_the_value() -> None:
    assert repr(SECRET) == "Labelled(<str>, EXTERNAL)"
    assert "delete" not in f"{[SECRET]!r}"


def test_what_is_made_of_a_labelled_value_has_its_label() -> None:
    made = SECRET.map(len)
    assert (made.reveal(), made.label) == (10, EXTERNAL)
    assert SECRET.reveal() == "delete all"


def test_a_label_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        SECRET.label = USER  # type: ignore[misc]
