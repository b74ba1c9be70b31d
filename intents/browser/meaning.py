"""Which tab is meant: by its name, its place, by what was named before, or the one in front."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voiced.plugin import Context

from .joined import InUse, in_front, in_order, in_use, of_run
from .refusals import failed
from .things import OpenTab, counted

__all__ = ["Meant", "meant", "of_verb", "only"]


def of_verb(verb: str) -> tuple[str, ...]:
    """Templates of something that is done to a tab: slots ``tab``, ``place`` and ``pointed``."""
    return (
        f"{verb} [the|my] {{tab}} tab",
        f"{verb} [(the|my)] tab (about|with|of|on|called|from|for|that is) {{tab}}",
        f"{verb} {{place}} tab",
        f"{verb} tab {{place}}",
        f"{verb} (this|the|the current|my) (tab|page)",
        f"{verb} {{pointed}}",
    )


@dataclass(frozen=True, slots=True)
class Meant:
    """A tab as it is now, the browser that it is in, and all its tabs."""

    use: InUse
    tab: OpenTab
    tabs: Sequence[OpenTab]

    @property
    def note(self) -> str:
        """What is to be said once of the browser."""
        return self.use.note


def only(*tabs: OpenTab | None) -> OpenTab | None:
    """The one that was said."""
    return next((each for each in tabs if each is not None), None)


def meant(context: Context, tab: OpenTab | None, place: int | None, undone: str) -> Meant:
    """The tab as it is now; without a name or a place, the one in front. Blocking.

    Args:
        context: Of the call.
        tab: By its name, or named before.
        place: In the row, from 1; -1 is the last.
        undone: What is not done if it shows another page by now: "closed nothing".

    Raises:
        IntentFailed: No browser has joined, or there is no such tab any more.
    """
    if tab is None and place is not None:
        tab = _of_named(context, place)
    if tab is not None:
        use = of_run(context, tab)
        tabs = use.tabs()
        return Meant(use, use.still([tab], undone, tabs)[0], tabs)
    use = in_use(context)
    tabs = use.tabs()
    front = in_front(tabs, use.browser)
    return Meant(use, front if place is None else _nth(tabs, front, place), tabs)


def _of_named(context: Context, place: int) -> OpenTab | None:
    """Where several tabs were named last, "the second tab" is one of these."""
    named = [each for each in context.assistant.entities if isinstance(each, OpenTab)]
    at = place - 1 if place > 0 else place
    return named[at] if len(named) > 1 and -len(named) <= at < len(named) else None


def _nth(tabs: Sequence[OpenTab], front: OpenTab, place: int) -> OpenTab:
    row = in_order(tabs, front.tab.window)
    at = place - 1 if place > 0 else place + len(row)
    if not 0 <= at < len(row):
        has = "is" if len(row) == 1 else "are"
        raise failed("no such place", f"There {has} only {counted(len(row), 'tab')} here.")
    return OpenTab(row[at], front.run)
