"""What "these" and "them" mean: the files that were named last."""

from __future__ import annotations

from voiced.plugin import Context, FileEntity, IntentError, SlotContext

from .kinds import kinds_of_word
from .listing import Entry, entry_at
from .roots import Area
from .settings import Settings

__all__ = ["at", "says_these", "these"]

_THESE = frozenset("these those them".split())
_WITH = frozenset("all both of the".split())


def says_these(said: str) -> bool:
    """Whether words mean what was named last: "them", "these pictures", "all of these"."""
    words = said.lower().split()
    rest = [word for word in words if word not in _THESE | _WITH]
    return not _THESE.isdisjoint(words) and len(rest) <= 1 and all(map(kinds_of_word, rest))


def these(said: str, context: SlotContext) -> tuple[FileEntity, ...]:
    """The files that were named last, of the kind that is said; none outside a conversation."""
    assistant: Context | None = getattr(context, "assistant", None)
    kinds = {kind for word in said.lower().split() for kind in kinds_of_word(word)}
    found = assistant.entities if assistant is not None else ()  # type: ignore[attr-defined]
    files = [each for each in found if isinstance(each, FileEntity)]
    return tuple(file for file in files if not kinds or file.kind in kinds)


def at(file: FileEntity, context: SlotContext) -> Entry | None:
    """What lies there now; None where it has gone, or may not be touched."""
    try:
        return entry_at(Area.of(context.settings(Settings)).spot(file.path))
    except IntentError:
        return None
