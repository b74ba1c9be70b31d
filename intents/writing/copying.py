"""A new text on the clipboard, and what was there before back on it.

What was there is kept in memory alone: it may be anything, and belongs on no disk.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from voiced.plugin import Clip, Context, IntentFailed, JsonValue, Labelled, Undo, undoes

__all__ = ["copy_text", "undo_copy"]

_KEPT = 10


@dataclass(frozen=True, slots=True)
class _Kept:
    before: Clip
    after: Clip


_kept: OrderedDict[str, _Kept] = OrderedDict()


async def copy_text(context: Context, text: Labelled[str] | str, summary: str) -> None:
    """Put a text on the clipboard, in the journal.

    Raises:
        DeskError: The desktop does not take it.
    """
    clipboard = context.desk.clipboard
    words = text if isinstance(text, str) else text.reveal()
    name, after = secrets.token_hex(4), Clip.of(words)
    _kept[name] = _Kept(await context.in_worker(clipboard.clip), after)
    while len(_kept) > _KEPT:
        _kept.popitem(last=False)
    async with context.change(Undo("writing.copy", {"id": name}), summary):
        await context.in_worker(clipboard.put, after)


@undoes("writing.copy")
async def undo_copy(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Put back what was on the clipboard, unless something else was copied since."""
    kept = _kept.get(str(data["id"]))
    if kept is None:
        raise IntentFailed(
            "what was copied before was kept in memory, and is gone",
            spoken="I don't know any more what was on your clipboard before.",
        )
    clipboard = context.desk.clipboard
    now = await context.in_worker(clipboard.clip)
    if now != kept.after:
        raise IntentFailed(
            "the clipboard was changed since",
            spoken="You have copied something else since, so I left your clipboard as it is.",
        )
    await context.in_worker(clipboard.put, kept.before)
    del _kept[str(data["id"])]
    if not kept.before.data:
        return "I took my text off your clipboard."
    return "I put back what was on your clipboard before."
