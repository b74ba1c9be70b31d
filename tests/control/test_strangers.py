"""Real processes at the door of a real control server: another user, and a child of the daemon."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from control_lab import laboratory

from voiced.control.peers import scope_of
from voiced.control.place import SOCKET

pytestmark = pytest.mark.anyio

_NOBODY = 65534
_ASK = """
import json, os, socket, sys
folder, user = sys.argv[1:]
os.chdir(folder)
os.setuid(int(user))
line = socket.socket(socket.AF_UNIX)
line.connect("control.sock")
answers = []
for verb in ("status", "watch", "unmute", "mute", "reload", "stop"):
    try:
        line.sendall(json.dumps({"do": verb}).encode() + b"\\n")
        answers.append(json.loads(line.recv(65536) or b"null"))
    except OSError:
        answers.append(None)
print(json.dumps(answers))
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def _answers(folder: Path, user: int) -> list[Any]:
    command = [sys.executable, "-I", "-c", _ASK, str(folder), str(user)]
    done = await anyio.run_process(command, start_new_session=True)
    return list(json.loads(done.stdout))


async def test_a_child_of_the_daemon_may_look_and_no_more_whatever_it_tries(tmp_path) -> None:
    async with laboratory(tmp_path, grant=scope_of) as lab:
        status, *others = await _answers(lab.folder, os.geteuid())
        assert status["ok"]
        assert [answer["error"]["code"] for answer in others] == ["forbidden"] * 5
        assert lab.controls.asked == []


@pytest.mark.skipif(os.geteuid() != 0, reason="to be another user needs root")
async def test_another_user_gets_nothing_even_where_the_folder_lets_him_in(tmp_path) -> None:
    async with laboratory(tmp_path, grant=scope_of) as lab:
        lab.folder.chmod(0o777)
        (lab.folder / SOCKET).chmod(0o777)
        assert await _answers(lab.folder, _NOBODY) == [None] * 6
        assert lab.controls.asked == []
