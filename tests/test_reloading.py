"""Reading the configuration again: all of it or nothing, and what waits for the next start."""

from __future__ import annotations

import anyio
import pytest

from voiced.config import Config, Loaded
from voiced.errors import ConfigError, PluginError
from voiced.steering.reloading import Part, Reloaded, Reloader, changed_keys


class Run:
    """A run with a part for [policy] and one for the plugin timers."""

    def __init__(self) -> None:
        self.file: dict[str, object] = {}
        self.problem: ConfigError | None = None
        self.broken_part: PluginError | None = None
        self.used: list[tuple[str, object]] = []
        parts = (Part(("policy.",), self.use_policy), Part(("timers.",), self.use_timers))
        self.reloader = Reloader(self.loaded(), self.read, self.check, parts)

    def loaded(self) -> Loaded:
        return Loaded(Config.model_validate(self.file), {}, None)

    async def read(self) -> Loaded:
        if self.problem is not None:
            raise self.problem
        return self.loaded()

    async def check(self, loaded: Loaded) -> None:
        if loaded.config.plugins.get("timers") == {"rings": "many"}:
            raise ConfigError(file="f", key="timers.rings", reason="not a number")

    async def use_policy(self, loaded: Loaded) -> None:
        self.used.append(("policy", loaded.config.policy.confirm_s))

    async def use_timers(self, loaded: Loaded) -> None:
        self.used.append(("timers", loaded.config.plugins.get("timers")))
        if self.broken_part is not None and loaded.config.plugins:
            raise self.broken_part

    def reload(self, **file: object) -> Reloaded:
        self.file = file
        return anyio.run(self.reloader.reload)


@pytest.fixture
def run() -> Run:
    return Run()


def test_what_can_be_applied_is_and_the_rest_waits(run) -> None:
    done = run.reload(policy={"confirm_s": 3}, audio={"microphone": "usb"})
    assert done == Reloaded(("policy.confirm_s",), ("audio.microphone",))
    assert run.used == [("policy", 3)]
    assert done.notes == ("at the next start: audio.microphone",)


def test_what_waits_is_told_again_until_it_is_taken_back(run) -> None:
    assert run.reload(audio={"microphone": "usb"}).waiting == ("audio.microphone",)
    assert run.reload(audio={"microphone": "usb"}).waiting == ("audio.microphone",)
    assert run.reload() == Reloaded()


def test_a_setting_that_is_taken_out_goes_back_to_its_default(run) -> None:
    run.reload(policy={"confirm_s": 3})
    assert run.reload().applied == ("policy.confirm_s",)
    assert run.used[-1] == ("policy", Config().policy.confirm_s)


def test_a_broken_file_changes_nothing_and_says_what_is_wrong(run) -> None:
    run.problem = ConfigError(file="voiced.toml", key="line 3", reason="not TOML", mend="mend it")
    done = run.reload(policy={"confirm_s": 3})
    assert done == Reloaded(error="voiced.toml: line 3: not TOML (mend it)")
    assert "not reloaded" in done.notes[0]
    assert run.used == []
    run.problem = None
    assert run.reload(policy={"confirm_s": 3}).applied == ("policy.confirm_s",)


def test_a_mistake_in_a_plugins_section_changes_nothing_either(run) -> None:
    done = run.reload(policy={"confirm_s": 3}, plugins={"timers": {"rings": "many"}})
    assert done.error == "f: timers.rings: not a number"
    assert run.used == []
    assert run.reloader.loaded.config == Config()


def test_a_part_that_fails_takes_the_others_back(run) -> None:
    run.broken_part = PluginError("plugin timers: it is gone")
    done = run.reload(policy={"confirm_s": 3}, plugins={"timers": {"rings": 5}})
    assert done.error == "plugin timers: it is gone"
    default = Config().policy.confirm_s
    assert run.used == [
        ("policy", 3),
        ("timers", {"rings": 5}),
        ("policy", default),
        ("timers", None),
    ]
    assert run.reloader.loaded.config == Config()


def test_changed_keys_are_named_as_in_the_file() -> None:
    before = Config.model_validate({"plugins": {"timers": {"rings": 1}}})
    after = Config.model_validate({"plugins": {"timers": {"rings": 2}}, "mcp": {"offer": ["x.y"]}})
    assert changed_keys(before, after) == ["mcp.offer", "timers.rings"]
