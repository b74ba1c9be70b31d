"""The one rate of all sound between stages. Nothing else, so that text needs no numpy."""

from __future__ import annotations

__all__ = ["FRAME_SAMPLES", "RATE_HZ"]

RATE_HZ = 16_000
"""The rate of all sound between stages, in hertz."""

FRAME_SAMPLES = 320
"""Samples in one frame between stages: 20 ms."""
