"""The section [notes] of voiced.toml."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_documents_path
from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Settings"]


class Settings(BaseModel):
    """Where notes and lists are kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path | None = Field(
        None, description="The folder of their Markdown files; empty: Notes in the documents."
    )
    usual_list: str = Field(
        "shopping", min_length=1, max_length=40, description='Which list "the list" is.'
    )

    @property
    def path(self) -> Path:
        """The folder; it need not exist."""
        return (self.folder or user_documents_path() / "Notes").expanduser()
