"""Requests for everything, which are refused: nobody means all that he would lose. Pure."""

from __future__ import annotations

from voiced.plugin import SlotContext, normalise

from .roots import Area
from .settings import Settings

__all__ = ["is_everything"]

_WHOLE = frozenset("everything anything all every each".split())
_THINGS = _WHOLE | frozenset(
    "a are at computer data directories directory disk drive file files folder folders have here "
    "i in is it laptop machine my of on once our stuff that the them there these thing things "
    "this those what with".split()
)
_IN = frozenset("in inside from under of on within".split())
_FOLDERS = frozenset("the my folder directory".split())


def is_everything(said: str, context: SlotContext) -> bool:
    """Whether words mean all there is, or all in one of the allowed folders.

    "files" alone is everything where "all" was said before; "all files from yesterday" is not.
    """
    words = normalise(said)
    if not words or not _says_all(words):
        return False
    for index, word in enumerate(words):
        if word in _IN and _THINGS.issuperset(words[:index]):
            place = " ".join(word for word in words[index + 1 :] if word not in _FOLDERS)
            if place in _names(context):
                return True
    return _THINGS.issuperset(words)


def _says_all(words: tuple[str, ...]) -> bool:
    return not _WHOLE.union(("files", "things", "stuff", "folders")).isdisjoint(words)


def _names(context: SlotContext) -> set[str]:
    roots = Area.of(context.settings(Settings)).roots
    return {" ".join(normalise(root.name)) for root in roots}
