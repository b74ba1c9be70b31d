"""How a version was made: its edits, kept with the file, so that others can have them too."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, get_args

from .edit import DONE, Edit, Verb

__all__ = ["read_recipe", "write_recipe"]

_ATTRIBUTE = "user.voiced.edits"
_LONGEST = 4096
_MOST_EDITS = 30
_VERBS = frozenset(get_args(Verb))
_MOST_NUMBERS = 4


def write_recipe(descriptor: int, edits: Sequence[Edit]) -> None:
    """Keep the edits with an open file, where its disk can."""
    steps = [[edit.verb, edit.done, *edit.numbers] for edit in edits[-_MOST_EDITS:]]
    raw = json.dumps(steps).encode()
    if steps and len(raw) <= _LONGEST:
        with suppress(OSError):
            os.setxattr(descriptor, _ATTRIBUTE, raw)


def read_recipe(descriptor: int) -> tuple[Edit, ...]:
    """The edits that are kept with an open file; none where there is nothing to be trusted."""
    try:
        found: Any = json.loads(os.getxattr(descriptor, _ATTRIBUTE))
    except (OSError, ValueError):
        return ()
    steps: list[Any] = found if isinstance(found, list) else []  # pyright: ignore[reportUnknownVariableType]
    edits = [_edit(step) for step in steps[:_MOST_EDITS]]
    return tuple(edit for edit in edits if edit) if all(edits) else ()


def _edit(step: Any) -> Edit | None:
    match step:
        case [str(verb), str(done), *numbers] if verb in _VERBS and done in DONE:
            if len(numbers) <= _MOST_NUMBERS and all(map(_is_number, numbers)):
                return Edit(verb, done, tuple(map(float, numbers)))  # type: ignore[arg-type]
        case _:
            pass
    return None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
