"""Errand of voiced/workers.py, on real threads."""

import threading

import pytest

from voiced import workers
from voiced.workers import Errand

pytestmark = pytest.mark.engine


def wait_for(errand: Errand[object]) -> None:
    for thread in threading.enumerate():
        if thread.name == "voiced-errand":
            thread.join(5)
    assert errand.done


def test_it_is_collected_when_it_is_done() -> None:
    go = threading.Event()
    before = workers.in_flight()
    errand = Errand(lambda word: (go.wait(5), word.upper())[1], "yes")
    assert not errand.done
    assert workers.in_flight() == before + 1
    go.set()
    wait_for(errand)
    assert errand.result() == "YES"
    assert workers.in_flight() == before


def test_its_error_is_raised_where_it_is_collected() -> None:
    errand = Errand(int, "no number")
    wait_for(errand)
    with pytest.raises(ValueError, match="no number"):
        errand.result()
