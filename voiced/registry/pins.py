"""Whether a distribution is still the one that the user enabled."""

from __future__ import annotations

from importlib.metadata import EntryPoint

from voiced.errors import PluginError
from voiced.registry import record as plugin_record
from voiced.registry.fingerprint import fingerprint
from voiced.registry.record import Pin

__all__ = ["check_pin", "verify"]


def check_pin(point: EntryPoint, pin: Pin) -> None:
    """Refuse a distribution that is not the one which was enabled.

    Raises:
        PluginError: It has changed since.
    """
    now = fingerprint(point)
    if (now.distribution, now.version, now.sha256) == (pin.distribution, pin.version, pin.sha256):
        return
    is_other = now.distribution != pin.distribution or now.version != pin.version
    how = f"was {pin.distribution} {pin.version}, is {now.distribution} {now.version}"
    what = how if is_other else f"its files are not those of {pin.distribution} {pin.version}"
    raise PluginError(
        f"plugin {point.name}: has changed since it was enabled, so it is not loaded: {what}",
        plugin=point.name,
        mend=f"if you trust the change: voiced intents enable {point.name}",
    )


def verify(point: EntryPoint) -> None:
    """Refuse what is not enabled as it is now: the code on the disk is run at each start.

    Raises:
        PluginError: It has changed, or is not enabled any more.
    """
    pin = plugin_record.read().pins.get(point.name)
    if pin is None:
        raise PluginError(f"plugin {point.name}: is not enabled any more", plugin=point.name)
    check_pin(point, pin)
