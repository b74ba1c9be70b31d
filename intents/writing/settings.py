"""The section [writing] of voiced.toml."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Settings"]


class Settings(BaseModel):
    """How dictation goes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    punctuation: Literal["heard", "spoken"] = Field(
        "heard",
        description="Punctuation in dictation: heard (also what the recogniser writes), or spoken.",
    )
    dictation_idle_s: float = Field(
        180.0, ge=10, le=3600, description="Dictation ends after so long a silence."
    )
