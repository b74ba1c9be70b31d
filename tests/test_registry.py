"""Plugins found, loaded, pinned, taken up again; those of others in processes of their own."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from voiced.errors import ConfigError, PluginError
from voiced.plugin import Effect
from voiced.registry import (
    disable,
    enable,
    load_plugin_file,
    plugin_names,
    reload_plugins,
    signature,
)
from voiced.registry import load_plugins as load
from voiced.registry import record as plugin_record

pytestmark = pytest.mark.engine  # processes of their own

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


@dataclass(frozen=True)
class Choice:
    folder: Path | None = None
    disabled: tuple[str, ...] = ()
    enabled: tuple[str, ...] = ()
    plugin_memory_mb: int = 1024


@pytest.fixture(autouse=True)
def _user(tmp_path, monkeypatch):
    for name in ("STATE", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))


@pytest.fixture
def load_plugins():
    """Loads plugins, whose processes end with the test."""
    made = []

    def run(choice, before=None, configure=lambda plugin: None):
        loaded = reload_plugins(choice, before, configure) if before else load(choice)
        made.append(loaded)
        return loaded

    yield run
    for loaded in made:
        loaded.close()


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "intents"
    place.mkdir()
    return place


def write(folder, name, text=GOOD):
    path = folder / f"{name}.py"
    path.write_text(dedent(text.format(name=name) if text is GOOD else text))
    return path


def text_of(name):
    return GOOD.format(name=name)


def own(loaded):
    return [plugin.name for plugin in loaded.plugins if plugin.origin == "folder"]


def installed(tmp_path, monkeypatch, name, text):
    """A distribution of somebody else, with an entry point."""
    site = tmp_path / "site"
    info = site / f"{name}_dist-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-dist\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[voiced.intents]\n{name} = {name}_module\n")
    module = site / f"{name}_module.py"
    module.write_text(dedent(text))
    data = site / f"{name}_words.txt"
    data.write_text("words")
    names = [f"{info.name}/METADATA", f"{info.name}/entry_points.txt", module.name, data.name]
    (info / "RECORD").write_text("".join(f"{each},,\n" for each in names))
    monkeypatch.syspath_prepend(str(site))
    return module


def test_plugin_of_the_users_folder(load_plugins, folder):
    write(folder, "hello")
    loaded = load_plugins(Choice(folder))
    (plugin,) = (plugin for plugin in loaded.plugins if plugin.origin == "folder")
    assert plugin.name == "hello"
    assert [item.name for item in plugin.intents] == ["hello.greet"]
    assert [item.operation for item in plugin.undoers] == ["hello.back"]
    assert plugin.host.configure({}, "voiced.toml").values == (("word", '"hi"'),)


def test_built_in_plugins_come_first(load_plugins, folder):
    write(folder, "hello")
    plugins = load_plugins(Choice(folder)).plugins
    *built_in, last = [plugin.name for plugin in plugins]
    assert last == "hello"
    assert built_in == sorted(built_in)
    assert {"clock", "files", "talk"} <= set(built_in)
    assert {plugin.origin for plugin in plugins[:-1]} == {"built-in"}


def test_disabled_plugins_are_not_imported(load_plugins, folder):
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
def test_broken_plugin_is_skipped_and_named_with_its_line(load_plugins, folder, text, line, reason):
    path = write(folder, "broken", text)
    write(folder, "hello")
    loaded = load_plugins(Choice(folder))
    assert own(loaded) == ["hello"]
    (failure,) = loaded.failures
    assert failure.plugin == "broken"
    assert f"{path}:{line}: " in failure.message
    assert reason in failure.message
    assert "\n" not in failure.message


def test_plugin_without_intents_is_a_failure(load_plugins, folder):
    write(folder, "empty", "x = 1\n")
    (failure,) = load_plugins(Choice(folder)).failures
    assert "no intents" in failure.message


def test_tests_and_private_files_are_not_plugins(load_plugins, folder):
    for name in ("_private", "test_hello", "conftest"):
        write(folder, name, "raise RuntimeError")
    loaded = load_plugins(Choice(folder))
    assert (own(loaded), loaded.failures) == ([], ())


def test_name_that_is_not_a_python_name(load_plugins, folder):
    write(folder, "my-plugin")
    (failure,) = load_plugins(Choice(folder)).failures
    assert "Python name" in failure.message


def test_second_plugin_with_an_intent_of_the_same_name_is_a_failure(load_plugins, folder):
    write(folder, "first")
    write(folder, "second", GOOD.replace("{name}", "first").replace("{{", "{").replace("}}", "}"))
    loaded = load_plugins(Choice(folder))
    assert own(loaded) == ["first"]
    assert "first.greet is defined by first already" in loaded.failures[0].message


def test_plugin_named_as_a_built_in_is_a_failure(load_plugins, folder):
    write(folder, "clock")
    (failure,) = load_plugins(Choice(folder)).failures
    assert "of that name already (built-in)" in failure.message


def test_intent_twice_in_one_plugin_is_a_failure(load_plugins, folder):
    text = dedent(GOOD).format(name="twice")
    write(folder, "twice", text + text.replace("greet(", "greet_again("))
    (failure,) = load_plugins(Choice(folder)).failures
    assert "already" in failure.message


def test_folder_that_others_may_write_is_not_loaded(load_plugins, folder):
    write(folder, "hello", "raise RuntimeError")
    folder.chmod(0o777)
    loaded = load_plugins(Choice(folder))
    assert own(loaded) == []
    (failure,) = loaded.failures
    assert "others may change it" in failure.message
    assert "chmod o-w" in failure.mend


def test_file_that_others_may_write_is_not_loaded(load_plugins, folder):
    write(folder, "hello", "raise RuntimeError").chmod(0o666)
    (failure,) = load_plugins(Choice(folder)).failures
    assert "others may change it" in failure.message


def test_entry_points_of_others_wait_for_the_user(load_plugins, folder, tmp_path, monkeypatch):
    ran = tmp_path / "ran"
    text = f"open({str(ran)!r}, 'w').close()\n" + dedent(text_of("stranger"))
    installed(tmp_path, monkeypatch, "stranger", text)
    for choice in (Choice(folder), Choice(folder, enabled=("stranger",))):
        loaded = load_plugins(choice)
        assert loaded.reasons["stranger"] == "not enabled yet: voiced intents enable stranger"
    assert not ran.exists()
    enabled = enable("stranger", Choice(folder))
    assert enabled.pin.effects == ("read_public",)
    loaded = load_plugins(Choice(folder))
    (plugin,) = (plugin for plugin in loaded.plugins if plugin.name == "stranger")
    assert plugin.origin == "entry point"
    assert plugin.host.pid not in (None, os.getpid())
    assert "stranger_module" not in sys.modules


@pytest.mark.parametrize("changed", ["code", "data", "version", "gone"])
def test_a_change_disables_what_was_enabled(load_plugins, folder, tmp_path, monkeypatch, changed):
    module = installed(tmp_path, monkeypatch, "stranger", text_of("stranger"))
    enable("stranger", Choice(folder))
    match changed:
        case "code":
            module.write_text(module.read_text() + "\n")
        case "data":
            module.with_name("stranger_words.txt").write_text("other words")
        case "version":
            info = module.with_name("stranger_dist-1.0.dist-info") / "METADATA"
            info.write_text(info.read_text().replace("1.0", "1.1"))
        case _:
            module.with_name("stranger_words.txt").unlink()
    loaded = load_plugins(Choice(folder))
    assert "stranger" not in [plugin.name for plugin in loaded.plugins]
    (failure,) = loaded.failures
    assert "has changed since it was enabled, so it is not loaded" in failure.message
    assert ("is stranger-dist 1.1" in failure.message) is (changed == "version")
    assert failure.mend.endswith("voiced intents enable stranger")
    enable("stranger", Choice(folder))
    assert load_plugins(Choice(folder)).failures == ()


def test_a_change_while_it_runs_is_not_run(load_plugins, folder, tmp_path, monkeypatch):
    module = installed(tmp_path, monkeypatch, "stranger", text_of("stranger"))
    enable("stranger", Choice(folder))
    loaded = load_plugins(Choice(folder))
    (plugin,) = (plugin for plugin in loaded.plugins if plugin.name == "stranger")
    module.write_text(module.read_text() + "\n")
    plugin.host.close()
    with pytest.raises(PluginError, match="has changed since it was enabled"):
        plugin.host.start()


def test_bytecode_beside_the_code_is_not_used(load_plugins, folder, tmp_path, monkeypatch):
    import py_compile

    module = installed(tmp_path, monkeypatch, "stranger", text_of("stranger"))
    enable("stranger", Choice(folder))
    status = module.stat()
    text = module.read_text()
    module.write_text(text.replace("stranger.greet", "stranger.evils"))
    os.utime(module, ns=(status.st_atime_ns, status.st_mtime_ns))
    py_compile.compile(str(module))
    module.write_text(text)
    os.utime(module, ns=(status.st_atime_ns, status.st_mtime_ns))
    loaded = load_plugins(Choice(folder))
    assert loaded.failures == ()
    (plugin,) = (plugin for plugin in loaded.plugins if plugin.name == "stranger")
    assert [intent.name for intent in plugin.intents] == ["stranger.greet"]


def test_only_what_was_granted_may_be_used(load_plugins, folder, tmp_path, monkeypatch):
    sending = """
    @intent("stranger.send", sentences=["send it away"], effect=Effect.O2)
    async def send(context: Context) -> Reply:
        return Reply("sent")
    """
    installed(tmp_path, monkeypatch, "stranger", text_of("stranger") + sending)
    assert len(enable("stranger", Choice(folder)).pin.effects) == 2
    assert enable("stranger", Choice(folder), [Effect.R0]).pin.effects == ("read_public",)
    loaded = load_plugins(Choice(folder))
    (plugin,) = (plugin for plugin in loaded.plugins if plugin.name == "stranger")
    assert [intent.name for intent in plugin.intents] == ["stranger.greet"]
    (warning,) = loaded.warnings
    assert "stranger.send of plugin stranger is left out: O2 was not granted" in warning


def test_an_intent_without_an_effect_class_is_left_out_and_named(load_plugins, folder):
    undeclared = """
    @intent("hello.more", sentences=["do more of it"])
    async def more(context: Context) -> Reply:
        return Reply("")
    """
    write(folder, "hello", text_of("hello") + undeclared)
    loaded = load_plugins(Choice(folder))
    assert [i.name for p in loaded.plugins for i in p.intents if p.name == "hello"] == [
        "hello.greet"
    ]
    assert loaded.warnings == (
        "hello.more of plugin hello declares no effect class, so it is left out",
    )


def test_a_template_that_fits_everything_is_refused(load_plugins, folder):
    write(folder, "greedy", text_of("greedy").replace("greet {text", "[please] {text"))
    write(folder, "hello")
    loaded = load_plugins(Choice(folder))
    assert own(loaded) == ["hello"]
    (failure,) = loaded.failures
    assert "greedy.greet: template '[please] {text:person}' would fit" in failure.message


def test_an_entry_point_must_name_a_module(load_plugins, folder, tmp_path, monkeypatch):
    module = installed(tmp_path, monkeypatch, "stranger", text_of("stranger"))
    points = module.with_name("stranger_dist-1.0.dist-info") / "entry_points.txt"
    points.write_text(points.read_text().strip() + ":greet\n")
    with pytest.raises(PluginError, match="must name a module"):
        enable("stranger", Choice(folder))


def test_broken_entry_point_is_named_with_its_line(load_plugins, folder, tmp_path, monkeypatch):
    installed(tmp_path, monkeypatch, "crash", "x = 1\nx.y\n")
    with pytest.raises(PluginError) as caught:
        enable("crash", Choice(folder))
    assert caught.value.plugin == "crash"
    assert "crash_module.py:2: AttributeError" in caught.value.message
    assert plugin_record.read().pins == {}


def test_disabled_by_hand_and_enabled_again(load_plugins, folder):
    write(folder, "hello")
    disable("hello", Choice(folder))
    disable("clock", Choice(folder))
    loaded = load_plugins(Choice(folder))
    assert set(loaded.reasons) == {"clock", "hello"}
    assert "voiced intents enable hello" in loaded.reasons["hello"]
    for name in ("hello", "clock"):
        enable(name, Choice(folder))
    assert load_plugins(Choice(folder)).reasons == {}
    with pytest.raises(PluginError, match="is disabled by the key disabled"):
        enable("hello", Choice(folder, disabled=("hello",)))
    for change in (enable, disable):
        with pytest.raises(PluginError, match="there is no plugin 'nobody'"):
            change("nobody", Choice(folder))


def test_what_failed_too_often_is_not_loaded_until_it_is_enabled(load_plugins, folder):
    write(folder, "hello")
    for _ in range(3):
        plugin_record.note_failure("hello", "hung")
    loaded = load_plugins(Choice(folder))
    assert own(loaded) == []
    assert loaded.failures == ()
    assert "it failed again and again" in loaded.reasons["hello"]
    enable("hello", Choice(folder))
    assert own(load_plugins(Choice(folder))) == ["hello"]


def test_a_damaged_record_leaves_the_built_in_plugins(load_plugins, folder):
    write(folder, "hello")
    plugin_record.record_file().parent.mkdir(parents=True)
    plugin_record.record_file().write_text("{")
    loaded = load_plugins(Choice(folder))
    assert {plugin.origin for plugin in loaded.plugins} == {"built-in"}
    assert "is damaged" in loaded.failures[0].message


def test_what_has_not_changed_keeps_its_process(load_plugins, folder):
    for name in ("hello", "other"):
        write(folder, name)
    first = load_plugins(Choice(folder))
    seen = signature(Choice(folder))
    write(folder, "other", text_of("other").replace("greet {text", "greet again {text"))
    assert signature(Choice(folder)) != seen
    second = load_plugins(Choice(folder), first)
    before, after = ({p.name: p for p in each.plugins} for each in (first, second))
    assert after["hello"] is before["hello"]
    assert after["clock"] is before["clock"]
    assert after["other"].intents[0].sentences == ("greet again {text:person}",)
    assert before["other"].host.pid is None


def test_a_broken_edit_leaves_the_version_before_in_force(load_plugins, folder):
    path = write(folder, "hello")
    first = load_plugins(Choice(folder))
    write(folder, "hello", "x = (\n")
    second = load_plugins(Choice(folder), first)
    (failure,) = second.failures
    assert f"{path}:1: '(' was never closed" in failure.message
    assert failure.message.endswith("; the version before stays in force")
    (plugin,) = (plugin for plugin in second.plugins if plugin.name == "hello")
    plugin.host.close()
    assert plugin.host.definitions().intents[0].name == "hello.greet"  # from its own text
    path.unlink()
    assert own(load_plugins(Choice(folder), second)) == []


def test_an_edit_whose_settings_are_refused_leaves_the_version_before(load_plugins, folder):
    write(folder, "hello")
    first = load_plugins(Choice(folder))
    write(folder, "hello", text_of("hello") + "\n")

    def refuse(plugin):
        raise ConfigError(file="voiced.toml", key="hello.word", reason="must be text")

    second = load_plugins(Choice(folder), first, refuse)
    assert "hello.word" in second.failures[0].message
    assert own(second) == ["hello"]
    assert second.plugins[-1] is first.plugins[-1]


def test_a_version_that_is_replaced_ends_when_its_calls_have(load_plugins, folder):
    write(folder, "hello")
    first = load_plugins(Choice(folder))
    old = first.plugins[-1].host
    request = old.open("configure", {"section": {}, "file": ""})
    write(folder, "hello", text_of("hello") + "\n")
    load_plugins(Choice(folder), first)
    assert old.pid is not None
    old.finish(request)
    assert old.pid is None


def test_names_are_known_without_importing(folder):
    write(folder, "hello", "raise RuntimeError")
    names = plugin_names(Choice(folder, disabled=("hello",)))
    assert names >= {"hello", "files", "clock", "talk"}


def test_folder_that_is_not_there(load_plugins):
    loaded = load_plugins(Choice(Path("/nowhere/at/all")))
    assert loaded.failures == ()


def test_one_file(folder):
    assert load_plugin_file(write(folder, "hello")).name == "hello"
    with pytest.raises(PluginError, match="no plugin file"):
        load_plugin_file(folder / "none.py")
    with pytest.raises(PluginError, match="plugin bad"):
        load_plugin_file(write(folder, "bad", "1 / 0"))
