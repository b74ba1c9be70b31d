"""The section [photos] of voiced.toml. Which folders may be used says the section [files]."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Settings"]


class Settings(BaseModel):
    """How large a picture may be, how it is saved, and what edits videos."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_megapixels: float = Field(
        50.0, gt=0, le=500, description="A picture that has more is not opened, and none is made."
    )
    max_picture_bytes: int = Field(
        300 * 2**20, ge=1, description="A picture file that is larger is not opened."
    )
    max_scan_s: float = Field(
        3.0, gt=0, le=30, description="A search reads for so long what pictures say of themselves."
    )
    quality: int = Field(
        92, ge=50, le=100, description="Quality of a JPEG or WebP that was none before."
    )
    ffmpeg: str = Field(
        "ffmpeg", min_length=1, description="Program that trims and rotates videos."
    )
    max_video_s: float = Field(
        600.0, gt=0, le=3600, description="A video edit that takes longer is stopped."
    )
