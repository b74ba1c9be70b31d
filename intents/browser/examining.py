"""For `voiced doctor`: the whole way to each browser, with a round trip to those that joined."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from voiced.plugin import Health, SlotContext

from .installing import Kit, extension_version, fault_of
from .link import Browser, browsers
from .places import boxed, places
from .wire import BrowserError

__all__ = ["check_browsers"]

_INSTALL = "voiced browser install"
_LOAD = f"{_INSTALL} says how the extension is loaded; or start the browser"


def check_browsers(context: SlotContext) -> Iterator[tuple[str, Health]]:
    """The browsers that are here: could they find us, have they joined, do they answer."""
    del context
    kit, joined = Kit.of_user(), browsers()
    for browser in joined:
        yield f"browser {browser.name}", _round_trip(browser)
    names = {browser.name for browser in joined}
    for place in places():
        if place.is_here and place.name not in names:
            fault = fault_of(place, kit)
            found = fault or "would find voiced; not running, or without the extension"
            yield f"browser {place.name}", Health(None, found, _INSTALL if fault else _LOAD)
    for each in boxed():
        yield f"browser {each.name}", Health(None, each.told)


def _round_trip(browser: Browser) -> Health:
    began_s = time.monotonic()
    try:
        answer = browser.call("status.ping")
    except BrowserError as error:
        return Health(is_ok=False, found=f"joined, but: {error.message}", mend=error.mend)
    took_ms = (time.monotonic() - began_s) * 1000
    tabs = answer.get("tabs") if isinstance(answer, Mapping) else None
    private = "sees private windows" if browser.private_allowed else "does not see private windows"
    found = f"{browser.version} answers in {took_ms:.0f} ms: {tabs} tabs; {private}"
    if browser.extension != extension_version():
        mend = f"{_INSTALL}, then load the extension again"
        return Health(is_ok=False, found=f"{found}; its extension is an older one", mend=mend)
    return Health(is_ok=True, found=found)
