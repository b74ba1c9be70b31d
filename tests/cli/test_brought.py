"""Verbs that plugins bring: ours at once, those of others only where their plugin is enabled."""

import py_compile
import sys
from importlib.metadata import entry_points
from importlib.util import cache_from_source

import pytest

from voiced.cli.plugin_commands import command_names
from voiced.registry import record as plugin_record
from voiced.registry.fingerprint import fingerprint
from voiced.registry.record import Pin

COMMAND = """
import typer
app = typer.Typer(help="Brew.")
@app.command()
def tea(sort: str = "black") -> None:
    "Make tea."
    print(f"{sort} tea")
@app.command()
def coffee() -> None:
    "Make coffee."
"""


@pytest.fixture
def brewer(home, tmp_path, monkeypatch):
    """A distribution of somebody else, with a plugin and a command."""
    lib = tmp_path / "lib"
    package = lib / "brewer"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "verbs.py").write_text(COMMAND)
    info = lib / "brewer-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: brewer\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[voiced.intents]\nbrewing = brewer\n"
        "[voiced.commands]\nbrew = brewer.verbs:app\nbroken = brewer.nothing:app\n"
        "odd = brewer:__name__\nelsewhere = other.verbs:app\nask = brewer.verbs:app\n"
    )
    (info / "RECORD").write_text("brewer/__init__.py,,\nbrewer/verbs.py,,\n")
    monkeypatch.syspath_prepend(str(lib))
    monkeypatch.setattr(sys, "pycache_prefix", sys.pycache_prefix)
    yield package
    for name in [name for name in sys.modules if name.partition(".")[0] == "brewer"]:
        del sys.modules[name]


def enable():
    [point] = entry_points(group="voiced.intents", name="brewing")
    now = fingerprint(point)
    pin = Pin(distribution="brewer", version=now.version, sha256=now.sha256, effects=("R0",))
    plugin_record.update(lambda before: before.enabled("brewing", pin))


def test_our_own_are_there(voiced):
    assert "browser" in command_names()
    ended = voiced("browser", "--help")
    assert ended.code == 0
    assert "install" in ended.out
    assert "  browser  See: voiced browser --help" in voiced("--help").out


def test_of_what_is_not_enabled_nothing_is_known_or_run(voiced, brewer):
    assert not {"brew", "broken", "odd", "elsewhere"} & set(command_names())
    assert voiced("brew", "tea").code == 2
    assert "brew" not in voiced("--help").out
    assert not [name for name in sys.modules if name.startswith("brewer")]


def test_that_of_an_enabled_plugin_runs(voiced, brewer):
    enable()
    ended = voiced("brew", "tea", "--sort", "green")
    assert (ended.code, ended.out) == (0, "green tea\n")


def test_the_help_names_them_and_runs_none_of_their_code(voiced, brewer):
    enable()
    ended = voiced("--help")
    assert (ended.code, ended.err) == (0, "")
    assert "  brew " in ended.out
    assert not [name for name in sys.modules if name.startswith("brewer")]


def test_one_that_is_broken_is_named(voiced, brewer):
    enable()
    for name, why in [
        ("broken", "the command broken cannot be loaded: ModuleNotFoundError"),
        ("odd", "the command odd is no Typer app"),
    ]:
        ended = voiced(name)
        assert ended.code == 1
        assert why in ended.err
    assert voiced("brew", "tea").out == "black tea\n"


def test_a_changed_file_is_not_run(voiced, brewer):
    enable()
    (brewer / "verbs.py").write_text(COMMAND + "print('changed')\n")
    ended = voiced("brew", "tea")
    assert (ended.code, ended.out) == (1, "")
    assert "has changed since it was enabled" in ended.err


def test_bytecode_beside_the_code_is_not_run(voiced, brewer):
    enable()
    changed = brewer.parent / "changed.py"
    changed.write_text(COMMAND + "print('changed')\n")
    beside = cache_from_source(str(brewer / "verbs.py"))
    py_compile.compile(
        str(changed), beside, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
    )
    ended = voiced("brew", "tea")
    assert (ended.code, ended.out) == (0, "black tea\n")


def test_code_outside_of_the_plugin_is_not_run(voiced, brewer):
    enable()
    ended = voiced("elsewhere")
    assert ended.code == 1
    assert "outside of the plugin" in ended.err


def test_nobody_takes_a_word_of_ours(voiced, brewer):
    enable()
    assert "Brew." not in voiced("ask", "--help").out
    assert voiced("--help").out.count("  ask ") == 1


def test_without_a_record_only_ours_are_there(voiced, brewer):
    enable()
    plugin_record.record_file().write_text("{")
    assert "brew" not in command_names()
    assert "browser" in command_names()
