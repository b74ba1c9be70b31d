"""The section [sums] of voiced.toml."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Settings"]


class Settings(BaseModel):
    """Where the rates of currencies come from: a file, never the net."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rates: Path | None = Field(
        None,
        description="Rates of the European Central Bank: eurofxref-daily.xml or eurofxref.csv;"
        " empty: rates.xml in the data folder.",
    )
    most_days_old: int = Field(
        10, ge=1, le=3650, description="Rates older than this are told with their age."
    )

    @property
    def path(self) -> Path:
        """The file of rates; it need not exist."""
        return (self.rates or user_data_path("voiced") / "rates.xml").expanduser()
