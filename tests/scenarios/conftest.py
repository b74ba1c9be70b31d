"""How scenes are played: on both event loops, with a fresh record of what was done."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from scenes import DONE

from voiced.events import Event
from voiced.testing.script import Script, run_script


@pytest.fixture(params=["asyncio", "trio"])
def scene(request, tmp_path) -> Callable[[Script], list[Event]]:
    """Play a script and return its events."""
    DONE.clear()
    return lambda script: run_script(script, tmp_path / "journal", backend=request.param)
