import tomllib

import pytest


def test_list_and_show(voiced):
    rows = {row["name"]: row for row in voiced("intents", "list", "--json").json["intents"]}
    assert rows["clock.time"]["effect"] == "read_public"
    assert rows["clock.time"]["origin"] == "built-in"
    assert "clock.time" in voiced("intents", "list").out
    assert voiced("intents", "show", "clock.time", "--json").json == rows["clock.time"]
    assert "what time is it" in voiced("intents", "show", "clock.time").out
    assert "date" in voiced("intents", "show", "clock.date").out


def test_show_of_what_there_is_not(voiced):
    ended = voiced("intents", "show", "clock.none")
    assert ended.code == 1
    assert "no intent 'clock.none'" in ended.err


@pytest.mark.engine
def test_broken_plugin_is_named_and_the_others_listed(voiced, home):
    folder = home / "config" / "voiced" / "intents"
    folder.mkdir(parents=True)
    (folder / "broken.py").write_text("1 / 0\n")
    ended = voiced("intents", "list", "--json")
    assert ended.code == 0
    assert "broken.py:1" in ended.json["failures"][0]
    assert "broken.py:1" in ended.err
    assert ended.json["intents"]


@pytest.mark.slow
def test_new_file_of_ones_own_passes_its_tests(voiced, home):
    plugin, sentences, test = voiced("intents", "new", "my_weather", "--own", "--json").json[
        "files"
    ]
    assert plugin == str(home / "config" / "voiced" / "intents" / "my_weather.py")
    assert sentences.endswith("my_weather.yaml")
    assert test.endswith("test_my_weather.py")
    ended = voiced("intents", "test", "my_weather", "--json")
    assert ended.code == 0, ended
    assert ended.json["passed"] is True
    assert {row["expected"] for row in ended.json["sentences"]} == {"my_weather.greet", None}
    assert "4 passed" in ended.json["tests"]
    assert voiced("intents", "new", "my_weather", "--own").code == 1
    everything = voiced("intents", "test", "--json")
    assert [row["plugin"] for row in everything.json["plugins"]] == ["my_weather"]


@pytest.mark.slow
def test_new_package_passes_its_tests(voiced, home, monkeypatch):
    monkeypatch.chdir(home)
    project, *others = voiced("intents", "new", "my_weather", "--json").json["files"]
    assert project == "voiced-my-weather/pyproject.toml"
    assert "voiced-my-weather/voiced_my_weather/sentences.yaml" in others
    ended = voiced("intents", "test", "voiced-my-weather", "--json")
    assert ended.code == 0, ended
    assert len(ended.json["sentences"]) == 4
    assert "4 passed" in ended.json["tests"]
    assert voiced("intents", "new", "my_weather").code == 1


@pytest.mark.slow
def test_new_package_is_installed_enabled_and_used(voiced, home, monkeypatch):
    monkeypatch.chdir(home)
    voiced("intents", "new", "my_weather")
    install(home / "voiced-my-weather", home / "site")
    monkeypatch.syspath_prepend(str(home / "site"))
    listed = voiced("intents", "list", "--json").json
    assert "voiced intents enable my_weather" in listed["reasons"]["my_weather"]
    assert voiced("ask", "let my weather greet Tom").code == 1
    pin = voiced("intents", "enable", "my_weather", "--json").json["pin"]
    assert (pin["distribution"], pin["version"]) == ("voiced-my-weather", "0.1.0")
    assert pin["effects"] == ["read_public"]
    assert voiced("ask", "let my weather greet Tom").out == "Hello, Tom!\n"
    assert "understood" not in voiced("intents", "test", "my_weather").out
    module = home / "site" / "voiced_my_weather" / "__init__.py"
    module.write_text(module.read_text() + "\n")
    refused = voiced("ask", "let my weather greet Tom")
    assert refused.code == 1
    assert "has changed since it was enabled" in refused.err
    assert "voiced intents enable my_weather" in refused.err
    assert voiced("intents", "enable", "my_weather").code == 0
    assert voiced("ask", "let my weather greet Tom").code == 0
    assert voiced("intents", "disable", "my_weather").code == 0
    assert "my_weather is not loaded: disabled" in voiced("intents", "list").err


def install(project, site):
    """What an installer does with a package of one module: copy, and record what it copied."""
    for path in (project / "voiced_my_weather").iterdir():
        target = site / path.parent.name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    table = tomllib.loads((project / "pyproject.toml").read_text())["project"]
    info = site / f"voiced_my_weather-{table['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {table['name']}\nVersion: {table['version']}\n"
    )
    points = table["entry-points"]["voiced.intents"]
    lines = "".join(f"{name} = {module}\n" for name, module in points.items())
    (info / "entry_points.txt").write_text(f"[voiced.intents]\n{lines}")
    recorded = [path for path in site.rglob("*") if path.is_file()]
    (info / "RECORD").write_text("".join(f"{path.relative_to(site)},,\n" for path in recorded))


@pytest.mark.engine
def test_new_plugin_is_listed_with_its_section(voiced, home):
    voiced("intents", "new", "weather", "--own")
    assert '"let weather greet Maria"' in voiced("intents", "show", "weather.greet").out
    (home / "config" / "voiced" / "voiced.toml").write_text("[weather]\ngreetings = 'Hi'\n")
    for verb in (("intents", "test", "weather"), ("ask", "what time is it")):
        ended = voiced(*verb)
        assert ended.code == 78
        assert "weather.greeting" in ended.err


@pytest.mark.engine
def test_a_plugin_that_fails_three_times_is_switched_off(voiced, home):
    voiced("intents", "new", "weather", "--own")
    path = home / "config" / "voiced" / "intents" / "weather.py"
    path.write_text(path.read_text().replace("    return Reply(", "    1 / 0\n    return Reply("))
    said = [voiced("ask", "let weather greet Maria") for _ in range(4)]
    assert [ended.code for ended in said] == [1] * 4
    assert "raised ZeroDivisionError" in said[0].err
    assert "weather is switched off" in said[2].err
    assert "switched off" not in said[3].err
    assert "it failed again and again" in voiced("intents", "list").err
    assert voiced("ask", "what time is it").code == 0
    path.write_text(path.read_text().replace("    1 / 0\n", ""))
    assert voiced("intents", "enable", "weather").code == 0
    assert voiced("ask", "let weather greet Maria").out == "Hello, Maria!\n"


@pytest.mark.engine
def test_json_is_alone_on_stdout_whatever_a_plugin_prints(voiced, home):
    voiced("intents", "new", "weather", "--own")
    path = home / "config" / "voiced" / "intents" / "weather.py"
    loud = "    print('loud')\n    __import__('os').write(1, b'louder')\n    return Reply("
    text = path.read_text().replace("    return Reply(", loud)
    path.write_text(f"{text}\nprint('loud')\n")
    ended = voiced("ask", "let weather greet Maria", "--json")
    assert ended.json["reply"] == "Hello, Maria!"
    assert "loud" not in ended.err


@pytest.mark.parametrize("classes", ["Q7", "R1,,zero", "X"])
def test_effect_classes_that_cannot_be_granted(voiced, classes):
    ended = voiced("intents", "enable", "clock", "--grant", classes)
    assert ended.code == 1
    assert "no effect class that can be granted" in ended.err


def test_a_built_in_plugin_is_disabled_and_enabled(voiced):
    assert voiced("intents", "disable", "clock", "--json").json == {"name": "clock"}
    assert voiced("ask", "what time is it").code == 1
    assert voiced("intents", "enable", "clock", "--json").json == {"name": "clock", "pin": None}
    assert voiced("ask", "what time is it").code == 0


@pytest.mark.parametrize(
    "name", ["My", "a-b", "class", "test_x", "_x", "../x", "clock", "turns", ""]
)
@pytest.mark.parametrize("own", [("--own",), ()])
def test_names_that_will_not_do(voiced, home, monkeypatch, name, own):
    monkeypatch.chdir(home)
    ended = voiced("intents", "new", *own, "--", name)
    assert ended.code == 1
    assert not (home / "config").exists()
    assert [path.name for path in home.iterdir()] == ["documents"]


@pytest.mark.engine
def test_example_that_is_not_understood_fails(voiced, home):
    voiced("intents", "new", "weather", "--own")
    path = home / "config" / "voiced" / "intents" / "weather.py"
    path.write_text(path.read_text().replace('examples=["let', 'examples=["what time is it", "let'))
    path.with_name("test_weather.py").unlink()
    sentences = path.with_name("weather.yaml")
    sentences.write_text(sentences.read_text().replace("person: Maria", "person: Tom"))
    ended = voiced("intents", "test", str(path))
    assert ended.code == 1
    assert (
        "FAILS weather.greet: what time is it: 'what time is it' is understood as clock.time"
        in ended.out
    )
    assert "ok    weather.greet: let weather greet Maria" in ended.out
    assert "the slot person is 'Maria', not 'Tom'" in ended.out


def test_plugin_that_is_not_there(voiced):
    assert voiced("intents", "test", "nothing").code == 1
    assert voiced("intents", "test", "./nothing.py").code == 1
