"""Golden traces: the events of a run as a text file; the difference is the review.

Set VOICED_UPDATE_TRACES=1 to write the files anew, then read the difference before committing it.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from pathlib import Path

from voiced.events import Event
from voiced.trace import render

__all__ = ["check_trace", "trace_text"]


def trace_text(events: Sequence[Event]) -> str:
    """The events as text, one a line."""
    return "".join(render(event) + "\n" for event in events)


def check_trace(events: Sequence[Event], path: Path) -> None:
    """Compare the events with the golden trace in ``path``.

    Raises:
        AssertionError: They differ; the message is the difference.
    """
    text = trace_text(events)
    if os.environ.get("VOICED_UPDATE_TRACES"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return
    golden = path.read_text(encoding="utf-8") if path.exists() else ""
    difference = difflib.unified_diff(
        golden.splitlines(), text.splitlines(), str(path), "this run", lineterm=""
    )
    lines = list(difference)
    if lines:
        raise AssertionError("\n".join(lines))
