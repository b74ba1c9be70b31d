"""The section [timers] of voiced.toml."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_state_path
from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Settings"]


class Settings(BaseModel):
    """Where timers, alarms and reminders are kept, and how they ring."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: Path | None = Field(
        None, description="The database they are kept in; empty: in the state folder."
    )
    timer_rings: int = Field(8, ge=1, le=100, description="A timer rings at most so often.")
    alarm_rings: int = Field(30, ge=1, le=1000, description="An alarm rings at most so often.")
    reminder_rings: int = Field(3, ge=1, le=100, description="A reminder is told at most so often.")
    snooze_minutes: int = Field(
        9, ge=1, le=120, description="How long a snooze is when nothing else is said."
    )
    day_hour: int = Field(
        9, ge=0, le=23, description="At which hour a reminder for a whole day is told."
    )

    @property
    def path(self) -> Path:
        """The database; it need not exist."""
        return (self.file or user_state_path("voiced") / "timers.db").expanduser()
