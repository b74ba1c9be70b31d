"""How a turn went: its steps with their times and reasons, its lanes, its picture. Pure; no I/O."""

from voiced.timeline.builder import TimelineBuilder
from voiced.timeline.values import Step, Timeline

__all__ = ["Step", "Timeline", "TimelineBuilder"]
