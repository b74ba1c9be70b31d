"""The section [files] of voiced.toml. What the keys do is nowhere but in the other files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

__all__ = ["Settings"]


def _usable_root(root: Path) -> Path:
    folder = root.expanduser()
    if not folder.is_absolute() or ".." in folder.parts:
        raise ValueError(f"{root}: give the whole path, from / or ~, without '..'")
    if folder == Path(folder.anchor):
        raise ValueError("/: the whole machine is too much; name folders")
    below_home = folder.relative_to(Path.home()) if folder.is_relative_to(Path.home()) else folder
    if any(part.startswith(".") for part in (*below_home.parts, folder.name)):
        raise ValueError(f"{root}: hidden folders are never touched")
    if not folder.is_dir():
        raise ValueError(f"{root}: there is no such folder")
    return folder


class Settings(BaseModel):
    """Where the file intents may work, and how far they look."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    roots: tuple[Annotated[Path, AfterValidator(_usable_root)], ...] = Field(
        (), description="Folders that may be read and changed; empty: the desktop's user folders."
    )
    index: bool = Field(
        default=True, description="An index of these folders is kept while the assistant listens."
    )
    index_text: bool = Field(
        default=True,
        description="The words of documents (PDF, office, text) are in the index, not their order.",
    )
    index_folder: Path | None = Field(
        None, description="Folder of the index; the folder files beside the journal by default."
    )
    opener: tuple[str, ...] = Field(
        ("xdg-open",), min_length=1, description="Command that opens a file; the path comes last."
    )
    open_wait_s: float = Field(
        1.5, ge=0, le=10, description="How long a failure of the opener is waited for."
    )
    max_files: int = Field(
        50_000, ge=1, le=1_000_000, description="A search looks at so many files and folders."
    )
    max_scan_s: float = Field(3.0, gt=0, le=30, description="A search stops after this time.")
    vocabulary: int = Field(
        300, ge=0, le=5000, description="Names of so many recent files are expected by the ear."
    )
    max_at_once: int = Field(
        100, ge=1, le=1000, description="No more files than this are changed by one sentence."
    )
    max_copy_files: int = Field(
        10_000, ge=1, description="No more files than this are copied, packed or extracted."
    )
    max_copy_bytes: int = Field(
        10 * 2**30, ge=1, description="Nothing larger than this is copied, packed or extracted."
    )
