"""kill -9 in the middle of every change that can be taken back; ``python tests/bench/kills``."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from bench.kills.acts import ACTS
from bench.kills.play import play
from bench.kills.report import failures, figures

from voiced.config import Config
from voiced.dispatch.context import CallContext
from voiced.plugin import Undo
from voiced.registry import load_plugins
from voiced_intents.files import changes

RENAME = [act for act in ACTS if act.name == "rename thesis.txt"]


EVERY_STEP = frozenset("files.compress files.extract files.restore files.several".split())
"""Killed before each of their steps in tests/intents/files/test_every_step.py."""

ONE_STEP = frozenset({"files.tag", "files.untag"})
"""One call into the operating system: done or not."""


def test_every_change_of_files_that_can_be_taken_back_is_killed() -> None:
    choice = Config.model_validate({"intents": {"folder": os.path.devnull}}).intents
    operations = {undoer.operation for undoer in load_plugins(choice).undoers}
    ours = {name for name in operations if name.startswith("files.")}
    assert ours - EVERY_STEP - ONE_STEP == {act.intent.name for act in ACTS}
    assert {act.name for act in ACTS if act.is_undo} == {
        f"undo of {act.name}" for act in ACTS if not act.is_undo
    }


@pytest.mark.slow
def test_nothing_is_lost_or_twice_and_undo_restores_it() -> None:
    outcomes = play(2 * len(ACTS), seed=3)
    assert failures(outcomes) == []
    assert len(outcomes) == 2 * len(ACTS)
    assert any(each.was_told for each in outcomes)
    assert any(each.way == "a moment" for each in outcomes)


def _missed(outcomes: object) -> set[str]:
    return {figure.name for figure in figures(outcomes) if figure.is_met is False}  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_rename_in_two_steps_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def rename(old_folder: int, old: str, new_folder: int, new: str) -> None:
        opened = os.open(old, os.O_RDONLY, dir_fd=old_folder)
        text = os.read(opened, 1 << 20)
        os.close(opened)
        os.unlink(old, dir_fd=old_folder)
        made = os.open(new, os.O_WRONLY | os.O_CREAT, dir_fd=new_folder)
        os.write(made, text)
        os.close(made)

    rename.__code__ = rename.__code__.replace(co_filename=changes.__file__)
    monkeypatch.setattr(changes, "rename_noreplace", rename)
    missed = _missed(play(24, seed=3, acts=RENAME))
    assert {"something lost", "something not whole"} <= missed


@pytest.mark.slow
def test_a_way_back_that_is_written_too_late_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_time = CallContext._change

    @asynccontextmanager
    async def late(self: CallContext, undo: Undo, summary: str) -> AsyncGenerator[None]:
        yield
        async with in_time(self, undo, summary):
            pass

    monkeypatch.setattr(CallContext, "_change", late)
    missed = _missed(play(24, seed=3, acts=RENAME))
    assert '"undo that" did not restore it' in missed
