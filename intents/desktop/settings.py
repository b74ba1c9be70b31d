"""The section [desktop] of voiced.toml."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Settings"]


class Settings(BaseModel):
    """What of the desktop is used, and how."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    application_folders: tuple[Path, ...] = Field(
        (), description="Where .desktop files lie; empty: where the desktop has them."
    )
    terminal: tuple[str, ...] = Field(
        ("x-terminal-emulator", "-e"),
        min_length=1,
        description="Command that runs a program which needs a terminal; the program comes last.",
    )
    use_windows: bool = Field(
        default=True,
        description="Whether windows are looked at, and moved when asked.",
    )
    volume_step: int = Field(10, ge=1, le=50, description="Louder and softer, in percent.")
    brightness_step: int = Field(10, ge=1, le=50, description="Brighter and darker, in percent.")
    screenshot_folder: Path | None = Field(
        None, description="Where screenshots go; empty: Screenshots in the folder of pictures."
    )
    read_notifications: bool = Field(
        default=False, description="Whether notifications of other programs are read aloud."
    )
    notifications_of: tuple[str, ...] = Field(
        (), description="Read only those of these programs; empty: of all."
    )
