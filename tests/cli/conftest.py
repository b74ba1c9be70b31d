import json
from dataclasses import dataclass
from typing import Any

import pytest

from voiced.cli import execute


@dataclass(frozen=True)
class Ended:
    """How a command line ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A user who has nothing yet."""
    for name in ("CACHE", "CONFIG", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    (tmp_path / "documents").mkdir()
    monkeypatch.setenv("VOICED_FILES__ROOTS", str(tmp_path / "documents"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))  # no daemon of whoever runs the tests
    monkeypatch.delenv("VOICED_CONFIG", raising=False)
    return tmp_path


@pytest.fixture
def voiced(home, capsys):
    """Runs a command line in this process."""

    def run(*arguments: str) -> Ended:
        capsys.readouterr()
        code = execute(arguments)
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return run
