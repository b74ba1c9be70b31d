"""Starting is quick because what is heavy is imported when it is used; seconds would flicker."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.engine  # processes of their own

VENDORS = {
    *("ctranslate2", "espeakng_loader", "faster_whisper", "onnxruntime", "piper", "pocketsphinx"),
    *("sounddevice", "soundfile", "soxr", "webrtcvad"),
}


def imported_by(code: str) -> set[str]:
    """The top modules that a fresh Python has imported after ``code``."""
    report = "\nimport sys; print(*{name.partition('.')[0] for name in sys.modules})"
    command = [sys.executable, "-c", code + report]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(ended.stdout.splitlines()[-1].split())


def test_the_package_itself_imports_next_to_nothing():
    assert not imported_by("import voiced") & {*VENDORS, "numpy", "anyio", "pydantic", "typer"}


def test_text_needs_no_numpy():
    modules = ("asking", "conversation", "dispatch", "events", "grammar", "journal", "trace")
    used = imported_by("\n".join(f"import voiced.{module}" for module in modules))
    assert not used & {*VENDORS, "numpy", "httpx", "rich"}


def test_no_vendor_is_imported_before_it_is_chosen():
    modules = (
        *("cli.verbs", "composition.brain", "composition.engines", "daemon", "doctor"),
        *("loop.session", "testing.fakes", "models.voices", "web"),
    )
    used = imported_by("\n".join(f"import voiced.{module}" for module in modules))
    assert not used & {*VENDORS, "httpx"}


def test_a_typed_question_is_answered_without_what_sound_needs(tmp_path, monkeypatch):
    for name in ("CONFIG", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path))
    monkeypatch.setenv("VOICED_FILES__ROOTS", str(tmp_path))
    used = imported_by(
        "from voiced.cli import execute\nassert execute(['ask', 'what time is it']) == 0"
    )
    assert not used & {*VENDORS, "numpy", "httpx", "rich"}
