from __future__ import annotations

import pytest
from cases import every


def test_every_case_is_tried_and_each_that_fails_is_named() -> None:
    seen = []

    @every("side", ["left", "right"])
    @every(("number", "double"), [(1, 2), (2, 5), (3, 7)])
    def doubles(side: str, number: int, double: int) -> None:
        seen.append((side, number))
        assert number * 2 == double

    with pytest.raises(BaseExceptionGroup, match="2 of 2 cases fail") as caught:
        doubles()
    assert len(seen) == 6
    told = [
        (outer.__notes__, [inner.__notes__ for inner in outer.exceptions])
        for outer in caught.value.exceptions
    ]
    of_a_side = [["with number = 2, double = 5"], ["with number = 3, double = 7"]]
    assert told == [(["with side = 'left'"], of_a_side), (["with side = 'right'"], of_a_side)]


def test_what_is_not_raised_fails_too() -> None:
    @every("number", [1, 0])
    def divides(number: int) -> None:
        with pytest.raises(ZeroDivisionError):
            1 / number

    with pytest.raises(BaseExceptionGroup, match="1 of 2 cases fail"):
        divides()


def test_no_case_at_all_fails() -> None:
    with pytest.raises(AssertionError):
        every("number", [])(lambda number: None)()
