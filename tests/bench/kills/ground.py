"""Where acts are done: a home with precious files, another disk, a journal, and voiced over it."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from voiced.conversation import Conversation
from voiced.dispatch import Dispatcher, Environment
from voiced.journal import Journal
from voiced.plugin import FileEntity
from voiced.testing.script import inline
from voiced_intents import files, talk

__all__ = ["A_FOLDER", "CONTENTS", "Ground"]

_NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
CONTENTS = {
    "thesis.txt": "a thesis " * 2000,
    "project/plan.txt": "a plan " * 2000,
    "project/parts/list.txt": "a list " * 2000,
}
"""The precious files in Documents; no two hold the same."""
A_FOLDER = "\0"
"""What stands for the contents of a folder."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The folders. ``far`` lies on another disk, or beside the home where there is no other."""

    top: Path
    far: Path

    @property
    def home(self) -> Path:
        """The home folder."""
        return self.top / "home"

    @property
    def documents(self) -> Path:
        """Where the precious files are."""
        return self.home / "Documents"

    @property
    def roots(self) -> tuple[Path, ...]:
        """The folders that may be changed."""
        return (self.documents, self.home / "Downloads", self.far)

    def folder_of(self, name: str) -> Path:
        """A root by its name."""
        return self.far if name == "far" else self.home / name

    def furnish(self) -> None:
        """Make everything anew."""
        shutil.rmtree(self.top, ignore_errors=True)
        self.sweep()
        for folder in self.roots:
            folder.mkdir(parents=True)
        for name, text in CONTENTS.items():
            path = self.documents / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self._home_trash.mkdir(parents=True, mode=0o700)
        os.environ["HOME"] = str(self.home)
        for name in ("XDG_DATA_HOME", "XDG_STATE_HOME"):
            os.environ.pop(name, None)

    def entity(self, path: Path) -> FileEntity:
        """A file or folder as intents get it."""
        kind = "folder" if path.is_dir() else "text"
        return FileEntity(path, kind, 0, None, _NOW)

    @property
    def journal(self) -> Path:
        """The folder of the journal."""
        return self.top / "journal"

    def open_journal(self) -> Journal:
        """The journal, as at every start."""
        return Journal.open(self.journal)

    def dispatcher(self, journal: Journal) -> Dispatcher:
        """The real dispatcher with the built-in intents; nothing of it is spoken."""
        environment = Environment(
            journal,
            lambda: _NOW,
            lambda: 0.0,
            inline,
            {files.Settings: files.Settings(roots=self.roots)},
            hears=False,
        )
        members = [vars(module)[name] for module in (files, talk) for name in module.__all__]
        intents = [each for each in members if hasattr(each, "sentences")]
        undoers = [each for each in members if hasattr(each, "operation")]
        return Dispatcher(intents, undoers, environment, Conversation())

    def tidy(self, journal: Journal) -> None:
        """What every start does beside reading the journal."""
        for companion in files.COMPANIONS:
            companion.tidy(self.dispatcher(journal).slot_context())

    def tree(self) -> dict[str, str]:
        """What a user sees in the folders: files with their contents, folders; nothing hidden."""
        found: dict[str, str] = {}
        for root in self.roots:
            for path in root.rglob("*"):
                name = path.relative_to(root)
                if not any(part.startswith(".") for part in name.parts):
                    text = A_FOLDER if path.is_dir() else path.read_text(encoding="utf-8")
                    found[f"{root.name}/{name}"] = text
        return found

    def trashed(self) -> Counter[str]:
        """The contents of what lies in the trash."""
        entries = [*self._home_trash.iterdir(), *self._far_trash()]
        found = [path for entry in entries for path in (entry, *entry.rglob("*"))]
        return Counter(path.read_text(encoding="utf-8") for path in found if path.is_file())

    @property
    def _home_trash(self) -> Path:
        return self.home / ".local" / "share" / "Trash" / "files"

    def _far_trash(self) -> list[Path]:
        """What of the trash of the other disk, which others use, too, came from here."""
        return [entry for entry in self._far_notes() if entry.exists()]

    def _far_notes(self) -> list[Path]:
        """Where what came from here lies in that trash, or lay, by the notes in it."""
        return [
            note.parents[1] / "files" / note.stem
            for top in self.far.parents
            for note in (top / f".Trash-{os.getuid()}" / "info").glob("*.trashinfo")
            if f"{self.far.relative_to(top)}/" in note.read_text(encoding="utf-8")
        ]

    def sweep(self) -> None:
        """Leave nothing on the other disk."""
        shutil.rmtree(self.far, ignore_errors=True)
        for entry in self._far_notes():
            (entry.parents[1] / "info" / f"{entry.name}.trashinfo").unlink()
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink(missing_ok=True)

    def left_over(self) -> int:
        """Hidden drafts, claims on them, and notes in the trashes that belong to nothing."""
        drafts = sum(1 for root in self.roots for _ in root.rglob(".voiced-*"))
        claims = sum(1 for _ in (self.home / ".local/state/voiced/files").rglob("*.*"))
        kept = {path.name for path in self._home_trash.iterdir()}
        notes = (self._home_trash.parent / "info").glob("*.trashinfo")
        far = sum(not entry.exists() for entry in self._far_notes())
        return drafts + claims + sum(note.stem not in kept for note in notes) + far
