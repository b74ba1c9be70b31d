"""Sizes as they are said. Pure."""

from __future__ import annotations

__all__ = ["in_words"]

_STEP = 1000
_UNITS = ("bytes", "kilobytes", "megabytes", "gigabytes", "terabytes")
_TENS = 10


def in_words(size_bytes: int) -> str:
    """A size as it is said: "3.4 megabytes"."""
    value, unit = float(size_bytes), 0
    while value >= _STEP and unit < len(_UNITS) - 1:
        value /= _STEP
        unit += 1
    number = f"{value:.1f}".removesuffix(".0") if unit and value < _TENS else f"{value:.0f}"
    return f"{number} {_UNITS[unit][:-1] if number == '1' else _UNITS[unit]}"
