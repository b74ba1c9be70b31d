"""How scenes are played: on both event loops, with a fresh record of what was done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from scenes import DONE

from voiced.events import Event
from voiced.testing.script import Script, run_script


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """A scene with variants is played on trio in the first of them; the others there are slow."""
    played: set[tuple[Path, str]] = set()
    for item in items:
        if Path(__file__).parent not in item.path.parents or not isinstance(item, pytest.Function):
            continue
        params = item.callspec.params if hasattr(item, "callspec") else {}
        if len(params) > 1 and params.get("scene") == "trio":
            if (item.path, item.originalname) in played:
                item.add_marker(pytest.mark.slow)
            played.add((item.path, item.originalname))


@pytest.fixture(params=["asyncio", "trio"])
def scene(request, tmp_path) -> Callable[[Script], list[Event]]:
    """Play a script and return its events."""
    DONE.clear()
    return lambda script: run_script(script, tmp_path / "journal", backend=request.param)
