"""How each plugin stands: it runs, or why not; what was granted to it; what changed since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from voiced.errors import PluginError
from voiced.registry import record as plugin_record
from voiced.registry.finding import Found, in_folder, installed
from voiced.registry.fingerprint import Fingerprint, fingerprint
from voiced.registry.record import Pin, Record, Stopped
from voiced.registry.values import LoadedPlugins, Plugin, PluginChoice, PluginOrigin

__all__ = ["Standing", "State", "standings"]

State: TypeAlias = Literal["runs", "new", "changed", "disabled", "stopped", "failed"]
"""It runs; was never enabled; is not what was enabled; was disabled; failed too often; cannot."""

_SHORT = 12


@dataclass(frozen=True, slots=True)
class Standing:
    """A plugin that is there.

    Attributes:
        name: Its name.
        origin: Where it comes from.
        state: How it stands.
        reason: Why it does not run; empty: it does.
        mend: What mends that.
        plugin: What was loaded; it is there in the state "runs", and where an older version is
            in force.
        pin: What was enabled of another distribution.
        now: What is installed of it.
        stopped: When and why it was switched off.
    """

    name: str
    origin: PluginOrigin
    state: State
    reason: str = ""
    mend: str = ""
    plugin: Plugin | None = None
    pin: Pin | None = None
    now: Fingerprint | None = None
    stopped: Stopped | None = None

    @property
    def is_foreign(self) -> bool:
        """Whether it is another distribution's, and runs in a process of its own once enabled."""
        return self.origin == "entry point"

    @property
    def difference(self) -> tuple[str, ...]:
        """What is not as it was when it was enabled, in sentences."""
        pin, now = self.pin, self.now
        if pin is None or now is None:
            return ()
        found: list[str] = []
        if pin.distribution != now.distribution:
            found.append(f"It came from {pin.distribution}, and comes from {now.distribution} now.")
        if pin.version != now.version:
            found.append(f"It was version {pin.version}, and is {now.version} now.")
        if pin.sha256 != now.sha256:
            was, is_now = pin.sha256[:_SHORT], now.sha256[:_SHORT]
            found.append(f"Its files are others: sha256 {was}..., now {is_now}...")
        return tuple(found)


def standings(choice: PluginChoice, loaded: LoadedPlugins) -> tuple[Standing, ...]:
    """Every plugin that is there, the built-in ones first. Reads files, runs no plugin's code.

    Args:
        choice: Which plugins are wanted.
        loaded: What came of loading them.
    """
    try:
        record = plugin_record.read()
    except PluginError:
        record = Record()
    return tuple(_standing(found, record, loaded) for found in _found(choice))


def _found(choice: PluginChoice) -> Iterator[Found]:
    yield from installed()
    try:
        yield from in_folder(choice)
    except PluginError:
        return


def _standing(found: Found, record: Record, loaded: LoadedPlugins) -> Standing:
    name = found.name
    plugin = next((each for each in loaded.plugins if each.name == name), None)
    pin, now = record.pins.get(name), _now(found)
    failure = next((each for each in loaded.failures if each.plugin == name), None)
    state, reason, mend = _state(found, record, loaded, failure)
    if state == "failed" and pin is not None and now is not None and not _is_pinned(pin, now):
        state = "changed"
    stopped = record.stopped.get(name)
    return Standing(name, found.origin, state, reason, mend, plugin, pin, now, stopped)


def _state(
    found: Found, record: Record, loaded: LoadedPlugins, failure: PluginError | None
) -> tuple[State, str, str]:
    reason = loaded.reasons.get(found.name, "")
    if failure is not None:
        return "failed", failure.message, failure.mend
    if not reason:
        return "runs", "", ""
    if found.name in record.stopped:
        return "stopped", reason, ""
    is_new = found.origin == "entry point" and found.name not in record.pins
    is_off = found.name in record.disabled or reason.startswith("disabled")
    return ("new" if is_new and not is_off else "disabled"), reason, ""


def _now(found: Found) -> Fingerprint | None:
    if found.point is None or found.origin != "entry point":
        return None
    try:
        return fingerprint(found.point)
    except PluginError:
        return None


def _is_pinned(pin: Pin, now: Fingerprint) -> bool:
    return (pin.distribution, pin.version, pin.sha256) == (
        now.distribution,
        now.version,
        now.sha256,
    )
