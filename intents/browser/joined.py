"""The browser that is meant, and its tabs as they are now. Blocking, local, and bounded in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voiced.plugin import JsonValue, PluginError, SlotContext

from .link import Browser, browsers
from .refusals import changed, gone, not_joined
from .settings import Settings
from .things import OpenTab
from .wire import Tab, tabs_of

__all__ = ["InUse", "all_joined", "in_front", "in_order", "in_use", "of_run", "settings_of"]

# The browsers of which it was said in this process that they are used among several.
_told: set[str] = set()


@dataclass(frozen=True, slots=True)
class InUse:
    """The browser that was used last; ``note`` says so once where there are several."""

    browser: Browser
    note: str = ""

    def tabs(self) -> Sequence[OpenTab]:
        """Its tabs, in their order, window by window."""
        found = tabs_of(self.browser.call("tabs.list"))
        return [OpenTab(tab, self.browser.run) for tab in found]

    def front(self) -> OpenTab:
        """The tab that the user looks at.

        Raises:
            IntentFailed: There is none.
        """
        return in_front(self.tabs(), self.browser)

    def still(
        self, meant: Sequence[OpenTab], undone: str, tabs: Sequence[OpenTab] | None = None
    ) -> list[OpenTab]:
        """These tabs as they are now: the same pages, or nothing is done.

        Args:
            meant: Tabs of this run of the browser.
            undone: What is not done if one has changed: "closed nothing".
            tabs: All that there are now, where that is known already.

        Raises:
            IntentFailed: One is gone, or shows another page.
        """
        now = {each.tab.id: each for each in (self.tabs() if tabs is None else tabs)}
        found = [now.get(each.tab.id) for each in meant]
        if not all(each.run == self.browser.run for each in meant) or None in found:
            raise gone()
        seen = [each for each in found if each is not None]
        if any(new.tab.url != old.tab.url for new, old in zip(seen, meant, strict=True)):
            raise changed(undone)
        return seen

    def call(self, op: str, /, **arguments: JsonValue) -> JsonValue:
        """Have the browser do something."""
        return self.browser.call(op, **arguments)


def settings_of(context: SlotContext) -> Settings:
    """The section [browser]; its defaults where the plugin is switched off."""
    try:
        return context.settings(Settings)
    except PluginError:
        return Settings.model_validate({})


def all_joined(context: SlotContext) -> Sequence[Browser]:
    """The browsers that may be used, the last used first."""
    return browsers() if settings_of(context).use_joined else ()


def in_use(context: SlotContext) -> InUse:
    """The browser that was used last.

    Raises:
        IntentFailed: None has joined.
    """
    found = all_joined(context)
    if not found:
        raise not_joined()
    return InUse(found[0], _note(found))


def of_run(context: SlotContext, meant: OpenTab) -> InUse:
    """The browser whose tab it is.

    Raises:
        IntentFailed: None has joined, or it is gone.
    """
    found = all_joined(context)
    if not found or not meant.run:
        raise not_joined()
    for each in found:
        if each.run == meant.run:
            return InUse(each)
    raise gone()


def _note(found: Sequence[Browser]) -> str:
    name = found[0].name
    if len(found) == 1 or name in _told:
        return ""
    _told.add(name)
    return f" I use {name}, which you used last."


def in_front(tabs: Sequence[OpenTab], browser: Browser) -> OpenTab:
    """The tab that is shown in the window that is used.

    Raises:
        IntentFailed: There is none.
    """
    shown = [each for each in tabs if each.tab.is_active]
    if len(shown) > 1:
        shown = _in_focus(shown, browser) or shown
    if not shown:
        raise gone()
    return max(shown, key=lambda each: each.tab.last_used_ms)


def _in_focus(shown: Sequence[OpenTab], browser: Browser) -> list[OpenTab]:
    windows = browser.call("windows.list")
    rows = windows if isinstance(windows, list) else []
    focused = [row.get("id") for row in rows if isinstance(row, dict) and row.get("focused")]
    return [each for each in shown if each.tab.window in focused]


def in_order(tabs: Sequence[OpenTab], window: int) -> list[Tab]:
    """The tabs of one window, in their order."""
    return sorted((t.tab for t in tabs if t.tab.window == window), key=lambda tab: tab.index)
