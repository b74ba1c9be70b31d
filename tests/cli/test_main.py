import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from voiced import __version__
from voiced.cli.verbs import app


def test_version(voiced):
    assert voiced("--version").out == f"voiced {__version__}\n"


def test_help_names_every_verb(voiced):
    ended = voiced("--help")
    assert ended.code == 0
    for verb in ("intents", "voices", "models", "journal", "forget", "doctor"):
        assert f"  {verb} " in ended.out


@pytest.mark.parametrize("arguments", [["nonsense"], ["--nonsense"], ["journal", "search"]])
def test_wrong_usage(voiced, arguments):
    ended = voiced(*arguments)
    assert ended.code == 2
    assert ended.out == ""
    assert "Usage" in ended.err


def test_configuration_error_is_one_line_with_its_mend(voiced, home):
    path = home / "wrong.toml"
    path.write_text("[turns]\nend_silence = 5\n")
    ended = voiced("--config", str(path), "journal", "show")
    assert ended.code == 78
    assert ended.out == ""
    assert ended.err.splitlines() == [
        f"voiced: {path}: turns.end_silence: unknown key",
        "  mend: the nearest known key is turns.end_silence_ms",
    ]


def test_error_as_json_is_one_document(voiced, home):
    path = home / "wrong.toml"
    path.write_text("[turns]\nend_silence = 5\n")
    ended = voiced("--config", str(path), "journal", "show", "--json")
    assert ended.code == 78
    assert ended.json["error"]["code"] == "config_error"


def test_configuration_named_by_the_environment(voiced, home, monkeypatch):
    monkeypatch.setenv("VOICED_CONFIG", str(home / "none.toml"))
    ended = voiced("journal", "show")
    assert ended.code == 78
    assert "none.toml" in ended.err


def test_every_command_says_what_it_does():
    for group in app.registered_groups:
        assert group.typer_instance is not None
        for command in group.typer_instance.registered_commands:
            assert command.callback is not None
            assert command.callback.__doc__


def test_help_imports_nothing_heavy():
    code = (
        "import sys, voiced.cli.verbs\n"
        "heavy = {'pydantic', 'httpx', 'numpy', 'rich.progress', 'hassil', 'sqlite3'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"


@pytest.mark.parametrize("how", ["raise KeyboardInterrupt", "exec('raise KeyboardInterrupt')"])
def test_ctrl_c_while_it_starts_is_quiet(home, how):
    code = (
        "import sys\n"
        "class Interrupted:\n"
        "    def find_spec(self, name, path, target=None):\n"
        f"        if name == 'typer': {how}\n"
        "sys.meta_path.insert(0, Interrupted())\n"
        "from voiced.cli import main\n"
        "main()\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, b"", b"")


@pytest.mark.engine
@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_answers_can_be_printed_whatever_the_terminal_knows(home, encoding):
    text = b"find the caf\xe9 \xc3\xa9t\xc3\xa9"
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "voiced.cli", "ask", text]
    ran = subprocess.run(
        [*command, "--json"], env=environment, capture_output=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["text"] == os.fsdecode(text)
    ran = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")


@pytest.mark.parametrize(
    "arguments",
    [
        ["journal", "show"],
        ["journal", "show", "--json"],
        pytest.param(["ask", "what time is it"], marks=pytest.mark.engine),
    ],
)
def test_an_answer_that_cannot_be_written_is_told_without_a_traceback(home, arguments):
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "voiced.cli", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert ran.returncode == 1
    assert ran.stderr == "voiced: the answer cannot be written: No space left on device\n"
