"""Dictation in a process of its own: it comes back, and says when it cannot."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pocketsphinx
import pytest

from voiced.audio import silence
from voiced.engines.dictation import Dictation
from voiced.errors import TranscriptionError

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def dictation() -> Iterator[Dictation]:
    dictation = Dictation(Path(pocketsphinx.get_model_path("en-us")))
    yield dictation
    dictation.close()


def pid(dictation: Dictation) -> int:
    assert dictation._process is not None
    return dictation._process.pid


def test_a_program_that_was_killed_is_started_again(dictation: Dictation) -> None:
    dictation.dictate(silence(8000))
    first = pid(dictation)
    os.kill(first, signal.SIGKILL)
    text, sure = dictation.dictate(silence(8000))
    assert isinstance(text, str)
    assert 0.0 <= sure <= 1.0
    assert pid(dictation) != first


def test_utterances_of_any_length_are_answered_by_the_same_program(dictation: Dictation) -> None:
    dictation.wake()
    first = pid(dictation)
    for length in (0, 1, 160, 160_000):
        dictation.dictate(silence(length))
    assert pid(dictation) == first


def test_a_model_that_is_none_is_said(tmp_path: Path) -> None:
    dictation = Dictation(tmp_path)
    with pytest.raises(TranscriptionError, match="dictation failed"):
        dictation.dictate(silence(8000))
    assert not dictation.is_running
