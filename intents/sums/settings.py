"""The section [sums] of voiced.toml."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Settings"]


class Settings(BaseModel):
    """Where the rates of currencies come from: a file, never the net."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rates: Path | None = Field(
        None,
        description="Rates of the European Central Bank: eurofxref-daily.xml or eurofxref.csv.",
    )
    most_days_old: int = Field(
        10, ge=1, le=3650, description="Rates older than this are told with their age."
    )
