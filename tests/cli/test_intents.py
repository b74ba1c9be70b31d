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
def test_new_plugin_passes_its_test(voiced, home):
    plugin, test = voiced("intents", "new", "my_weather", "--json").json["files"]
    assert plugin == str(home / "config" / "voiced" / "intents" / "my_weather.py")
    assert test.endswith("test_my_weather.py")
    ended = voiced("intents", "test", "my_weather", "--json")
    assert ended.code == 0, ended
    assert ended.json["passed"] is True
    assert ended.json["examples"][0]["found"] == "my_weather.greet"
    assert "1 passed" in ended.json["tests"]
    assert voiced("intents", "new", "my_weather").code == 1


def test_new_plugin_is_listed_with_its_section(voiced, home):
    voiced("intents", "new", "weather")
    assert '"let weather greet Maria"' in voiced("intents", "show", "weather.greet").out
    (home / "config" / "voiced" / "voiced.toml").write_text("[weather]\ngreetings = 'Hi'\n")
    ended = voiced("intents", "test", "weather")
    assert ended.code == 78
    assert "weather.greeting" in ended.err


@pytest.mark.parametrize(
    "name", ["My", "a-b", "class", "test_x", "_x", "../x", "clock", "turns", ""]
)
def test_names_that_will_not_do(voiced, home, name):
    ended = voiced("intents", "new", "--", name)
    assert ended.code == 1
    assert not (home / "config").exists()


def test_example_that_is_not_understood_fails(voiced, home):
    voiced("intents", "new", "weather")
    path = home / "config" / "voiced" / "intents" / "weather.py"
    path.write_text(path.read_text().replace('examples=["let', 'examples=["what time is it", "let'))
    path.with_name("test_weather.py").unlink()
    ended = voiced("intents", "test", str(path))
    assert ended.code == 1
    assert "FAILS weather.greet: what time is it: understood as clock.time" in ended.out
    assert "ok    weather.greet: let weather greet Maria" in ended.out


def test_plugin_that_is_not_there(voiced):
    assert voiced("intents", "test", "nothing").code == 1
    assert voiced("intents", "test", "./nothing.py").code == 1
