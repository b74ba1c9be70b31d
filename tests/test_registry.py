import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from voiced.errors import PluginError
from voiced.registry import load_plugin_file, load_plugins, plugin_names

GOOD = """
    from typing import Annotated
    from pydantic import BaseModel
    from voiced.plugin import TEXT, Context, Effect, Reply, intent, undoes

    class Settings(BaseModel):
        word: str = "hi"

    @intent("{name}.greet", sentences=["greet {{text:person}}"], effect=Effect.R0)
    async def greet(context: Context, person: Annotated[str, TEXT]) -> Reply:
        '''Greet.'''
        return Reply(person)

    also_greet = greet

    @undoes("{name}.back")
    async def back(context, data):
        return "back"
"""


@dataclass
class Choice:
    folder: Path | None = None
    disabled: tuple[str, ...] = ()
    enabled: tuple[str, ...] = ()


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "intents"
    place.mkdir()
    return place


def write(folder, name, text=GOOD):
    path = folder / f"{name}.py"
    path.write_text(dedent(text.format(name=name) if text is GOOD else text))
    return path


def own(loaded):
    return [plugin.name for plugin in loaded.plugins if plugin.origin == "folder"]


def installed(tmp_path, monkeypatch, name, text):
    """A distribution of somebody else, with an entry point."""
    site = tmp_path / "site"
    info = site / f"{name}_dist-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-dist\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[voiced.intents]\n{name} = {name}_module\n")
    (site / f"{name}_module.py").write_text(dedent(text))
    monkeypatch.syspath_prepend(str(site))


def test_plugin_of_the_users_folder(folder):
    write(folder, "hello")
    loaded = load_plugins(Choice(folder))
    (plugin,) = (plugin for plugin in loaded.plugins if plugin.origin == "folder")
    assert plugin.name == "hello"
    assert [item.name for item in plugin.intents] == ["hello.greet"]
    assert [item.operation for item in plugin.undoers] == ["hello.back"]
    assert plugin.settings_model is not None
    assert plugin.settings_model.model_fields.keys() == {"word"}


def test_built_in_plugins_come_first(folder):
    write(folder, "hello")
    plugins = load_plugins(Choice(folder)).plugins
    assert [plugin.name for plugin in plugins] == ["clock", "files", "talk", "hello"]
    assert {plugin.origin for plugin in plugins[:3]} == {"built-in"}


def test_disabled_plugins_are_not_imported(folder):
    write(folder, "hello", "raise RuntimeError")
    loaded = load_plugins(Choice(folder, disabled=("hello", "clock")))
    assert loaded.failures == ()
    assert set(loaded.not_loaded) == {"hello", "clock"}
    assert "clock" not in [plugin.name for plugin in loaded.plugins]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("x = 1\nif x\n", 2, "expected ':'"),
        ("x = 1\n\nraise RuntimeError('no\\nway')\n", 3, "RuntimeError: no way"),
        ("import voiced_nothing_of_that_name\n", 1, "ModuleNotFoundError"),
        ("def f():\n    return 1 / 0\n\nf()\n", 2, "ZeroDivisionError"),
        ("import sys\nsys.exit(3)\n", 2, "SystemExit: 3"),
        (
            "from voiced.plugin import intent\n\n"
            "@intent('x.y', sentences=['(broken'])\nasync def f(context): ...\n",
            3,
            "template '(broken'",
        ),
        (
            "from voiced.plugin import intent\n\n"
            "@intent('x.y', sentences=['a {b}'])\nasync def f(context, b: str): ...\n",
            3,
            "parameter 'b' of x.y has no slot type",
        ),
    ],
)
def test_broken_plugin_is_skipped_and_named_with_its_line(folder, text, line, reason):
    path = write(folder, "broken", text)
    write(folder, "hello")
    loaded = load_plugins(Choice(folder))
    assert own(loaded) == ["hello"]
    (failure,) = loaded.failures
    assert failure.plugin == "broken"
    assert f"{path}:{line}: " in failure.message
    assert reason in failure.message
    assert "\n" not in failure.message
    assert "_voiced_plugin_broken" not in sys.modules


def test_plugin_without_intents_is_a_failure(folder):
    write(folder, "empty", "x = 1\n")
    (failure,) = load_plugins(Choice(folder)).failures
    assert "no intents" in failure.message


def test_tests_and_private_files_are_not_plugins(folder):
    for name in ("_private", "test_hello", "conftest"):
        write(folder, name, "raise RuntimeError")
    loaded = load_plugins(Choice(folder))
    assert (own(loaded), loaded.failures) == ([], ())


def test_name_that_is_not_a_python_name(folder):
    write(folder, "my-plugin")
    (failure,) = load_plugins(Choice(folder)).failures
    assert "Python name" in failure.message


def test_second_plugin_with_an_intent_of_the_same_name_is_a_failure(folder):
    write(folder, "first")
    write(folder, "second", GOOD.replace("{name}", "first").replace("{{", "{").replace("}}", "}"))
    loaded = load_plugins(Choice(folder))
    assert own(loaded) == ["first"]
    assert "first.greet is defined by first already" in loaded.failures[0].message


def test_plugin_named_as_a_built_in_is_a_failure(folder):
    write(folder, "clock")
    (failure,) = load_plugins(Choice(folder)).failures
    assert "of that name already (built-in)" in failure.message


def test_intent_twice_in_one_plugin_is_a_failure(folder):
    text = dedent(GOOD).format(name="twice")
    write(folder, "twice", text + text.replace("greet(", "greet_again("))
    (failure,) = load_plugins(Choice(folder)).failures
    assert "already" in failure.message


def test_folder_that_others_may_write_is_not_loaded(folder):
    write(folder, "hello", "raise RuntimeError")
    folder.chmod(0o777)
    loaded = load_plugins(Choice(folder))
    assert own(loaded) == []
    (failure,) = loaded.failures
    assert "others may change it" in failure.message
    assert "chmod o-w" in failure.mend


def test_file_that_others_may_write_is_not_loaded(folder):
    write(folder, "hello", "raise RuntimeError").chmod(0o666)
    (failure,) = load_plugins(Choice(folder)).failures
    assert "others may change it" in failure.message


def test_entry_points_of_others_wait_for_the_user(folder, tmp_path, monkeypatch):
    installed(tmp_path, monkeypatch, "stranger", GOOD.format(name="stranger"))
    loaded = load_plugins(Choice(folder))
    assert "stranger" in loaded.not_loaded
    assert "stranger_module" not in sys.modules
    loaded = load_plugins(Choice(folder, enabled=("stranger",)))
    (plugin,) = (plugin for plugin in loaded.plugins if plugin.name == "stranger")
    assert plugin.origin == "entry point"


def test_broken_entry_point_is_named_with_its_line(folder, tmp_path, monkeypatch):
    installed(tmp_path, monkeypatch, "crash", "x = 1\nx.y\n")
    (failure,) = load_plugins(Choice(folder, enabled=("crash",))).failures
    assert failure.plugin == "crash"
    assert "crash_module.py:2: AttributeError" in failure.message


def test_names_are_known_without_importing(folder):
    write(folder, "hello", "raise RuntimeError")
    names = plugin_names(Choice(folder, disabled=("hello",)))
    assert names >= {"hello", "files", "clock", "talk"}


def test_folder_that_is_not_there():
    loaded = load_plugins(Choice(Path("/nowhere/at/all")))
    assert loaded.failures == ()


def test_one_file(folder):
    assert load_plugin_file(write(folder, "hello")).name == "hello"
    with pytest.raises(PluginError, match="no plugin file"):
        load_plugin_file(folder / "none.py")
    with pytest.raises(PluginError, match="plugin bad"):
        load_plugin_file(write(folder, "bad", "1 / 0"))
