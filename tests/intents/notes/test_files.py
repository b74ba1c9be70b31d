"""Files of notes in bad company: damage, links, full disks, other writers, sudden death."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cases import every

from voiced.errors import IntentFailed
from voiced_intents import notes
from voiced_intents.notes.files import change, list_names, read


@every("content", [b"- milk\n\xff\xfe- salt\n", b"- milk\n\0\0\0- salt\n"])
def test_a_damaged_file_is_set_aside_and_never_deleted(content: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "shopping list.md").write_bytes(content)
        aside = change(folder, "shopping list.md", lambda lines: [*lines, "- rice"])
        assert aside == "shopping list damaged 1.md"
        assert (folder / aside).read_bytes() == content
        lines = read(folder, "shopping list.md")
        assert (lines[0], lines[-1]) == ("- milk", "- rice")
        assert change(folder, "shopping list.md", lambda lines: lines) == ""
        assert list_names(folder) == ["shopping"]


def test_damage_is_told(desk) -> None:
    desk.write(b"- milk\n\xff\n")
    assert desk.say(notes.read_list) == "Milk."
    assert desk.say(notes.add, items="rice").endswith(
        "The file was damaged: I put it aside as shopping list damaged 1."
    )


def test_links_pipes_and_huge_files_are_refused(desk, tmp_path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("- password\n")
    desk.folder.mkdir()
    path = desk.folder / "shopping list.md"
    path.symlink_to(secret)
    for _ in range(2):
        with pytest.raises(IntentFailed) as refused:
            desk.say(notes.read_list)
        with pytest.raises(IntentFailed):
            desk.say(notes.add, items="milk")
        assert refused.value.spoken
        path.unlink()
        os.mkfifo(path)
    path.unlink()
    path.write_bytes(b"- x\n" * (1 << 18 | 1))
    with pytest.raises(IntentFailed, match="megabyte"):
        desk.say(notes.read_list)
    assert secret.read_text() == "- password\n"


def test_a_full_disk_changes_nothing_and_is_told(desk) -> None:
    desk.write(["- milk", "- salt"])
    before = desk.text()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8, hard))
    try:
        with pytest.raises(IntentFailed) as refused:
            desk.say(notes.add, items="rice")
        assert desk.say(notes.read_list) == "Milk and salt."
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "the disk is full" in refused.value.spoken
    assert desk.text() == before
    assert desk.names() == ["shopping list.md"]
    assert desk.context.made[0].is_done is False


WRITER = """
import sys
from pathlib import Path
from voiced_intents.notes.files import change
folder, mark, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
for number in range(count):
    change(folder, "shopping list.md", lambda lines: [*lines, f"- {mark} {number}"])
    print(number, flush=True)
"""


def writer(folder: Path, mark: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(folder), mark, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_two_writers_lose_nothing_and_a_killed_one_nothing_that_it_told(tmp_path) -> None:
    with writer(tmp_path, "a", 40) as one, writer(tmp_path, "b", 10**6) as two:
        assert two.stdout is not None
        told = [two.stdout.readline().strip() for _ in range(20)]
        assert one.wait(60) == 0
        two.send_signal(signal.SIGKILL)
        told += two.stdout.read().split()
    lines = read(tmp_path, "shopping list.md")
    assert {f"- a {number}" for number in range(40)} <= set(lines)
    assert {f"- b {number}" for number in told} <= set(lines)
    assert len(set(lines)) == len(lines)
    change(tmp_path, "shopping list.md", lambda now: [*now, "- and on"])
    assert [path.name for path in tmp_path.iterdir()] == ["shopping list.md"]
