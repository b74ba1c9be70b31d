"""A key with its modifiers, as it is written in the settings. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from voiced.errors import ConfigError

__all__ = ["Shortcut", "shortcut"]

_MODIFIERS = {
    "ctrl": "ctrl",
    "control": "ctrl",
    "alt": "alt",
    "shift": "shift",
    "super": "super",
    "win": "super",
    "meta": "super",
    "logo": "super",
}


@dataclass(frozen=True, slots=True)
class Shortcut:
    """``modifiers`` are some of ctrl, alt, shift and super; ``key`` an X keysym's name."""

    modifiers: tuple[str, ...]
    key: str

    @property
    def trigger(self) -> str:
        """As the desktop's portals write it: ``CTRL+ALT+space``."""
        names = {"super": "LOGO"}
        modifiers = [names.get(each, each.upper()) for each in self.modifiers]
        return "+".join([*modifiers, self.key])


def shortcut(text: str, name: str) -> Shortcut:
    """Read ``ctrl+alt+space`` or ``F9``, the value of ``name`` in [activation].

    Raises:
        ConfigError: It is no shortcut.
    """
    *modifiers, key = [part.strip() for part in text.split("+")]
    unknown = [each for each in modifiers if each.casefold() not in _MODIFIERS]
    if not key or unknown or not key.isascii() or not key.replace("_", "").isalnum():
        what = f"{unknown[0]!r} is no modifier" if unknown else f"{text!r} names no key"
        raise ConfigError(
            file="voiced.toml",
            key=f"activation.{name}",
            reason=what,
            mend="write it as F9, Pause or ctrl+alt+space; the modifiers are ctrl, alt, shift"
            " and super",
        )
    found = dict.fromkeys(_MODIFIERS[each.casefold()] for each in modifiers)
    spelled = key.casefold() if len(key) == 1 or key.casefold() in _LOWER else key
    return Shortcut(tuple(found), spelled)


_LOWER = {"space", "period", "comma", "minus", "plus", "slash", "backslash", "semicolon"}
