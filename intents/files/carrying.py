"""How an intent carries a change out, and what it says then."""

from __future__ import annotations

from pathlib import Path

from voiced.plugin import Context, Reply

from .changes import Change
from .copying import Budget
from .listing import entry_at
from .refusals import said
from .roots import Area, Spot
from .settings import Settings

__all__ = ["budget", "carry_out", "reply", "spot_of"]


async def carry_out(context: Context, change: Change, summary: str) -> None:
    """Prepare, write the way back, commit; whatever happens, nothing half done stays."""
    try:
        await context.in_worker(change.prepare)
        async with context.change(change.undo(), summary):
            await context.in_worker(change.commit)
    finally:
        change.discard()


async def reply(context: Context, text: str, spot: Spot) -> Reply:
    """What was done, and the thing that it was done to."""
    entry = await context.in_worker(entry_at, spot)
    return Reply(text, (entry.entity(),), {"file": said(str(spot.path))})


def budget(settings: Settings) -> Budget:
    """How much may be copied at once."""
    return Budget(settings.max_copy_files, settings.max_copy_bytes)


async def spot_of(context: Context, path: Path) -> Spot:
    """A place in the allowed folders; raises as ``Area.spot`` does."""
    area = await context.in_worker(Area.of, context.settings(Settings))
    return area.spot(path)
