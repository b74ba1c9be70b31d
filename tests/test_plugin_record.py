import json
import stat
from multiprocessing import get_context

import pytest

from voiced.errors import PluginError
from voiced.registry import record as plugin_record
from voiced.registry.record import MANY, WITHIN_S, Pin, Record

PIN = Pin(distribution="d", version="1", sha256="ab", effects=("reversible",))


@pytest.fixture(autouse=True)
def _state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def test_there_need_be_none():
    assert plugin_record.read() == Record()
    assert not plugin_record.record_file().parent.exists()


def test_what_is_written_is_read_and_belongs_to_its_owner():
    plugin_record.update(lambda before: before.enabled("a", PIN))
    assert plugin_record.read().pins == {"a": PIN}
    assert stat.S_IMODE(plugin_record.record_file().stat().st_mode) == 0o600
    assert {path.name for path in plugin_record.record_file().parent.iterdir()} == {
        "record.json",
        ".lock",
    }


def test_enabling_forgets_failures_and_disabling_takes_back_what_was_granted():
    record = Record(pins={"a": PIN, "b": PIN})
    for at_s in range(MANY):
        record = record.failed("a", "hung", float(at_s))
    assert record.stopped["a"].what == "hung"
    assert record.enabled("a", None) == Record(pins={"a": PIN, "b": PIN})
    assert record.without("a") == Record(pins={"b": PIN}, disabled=("a",))
    assert record.without("a").without("a").disabled == ("a",)


@pytest.mark.parametrize(
    ("times", "is_stopped"),
    [
        ((0, 1), False),
        ((0, 1, 2), True),
        ((0, 1, WITHIN_S), False),
        ((0, 1, WITHIN_S - 0.1), True),
        ((0, WITHIN_S, 2 * WITHIN_S, 3 * WITHIN_S), False),
        ((1e9, 0, 1), False),
    ],
)
def test_three_failures_within_five_minutes(times, is_stopped):
    assert (MANY, WITHIN_S) == (3, 300.0)
    record = Record()
    for at_s in times:
        record = record.failed("a", "hung", at_s)
    assert ("a" in record.stopped) is is_stopped
    assert "b" not in record.failed("b", "hung", 0).stopped


def test_failures_of_several_runs_add_up():
    assert [plugin_record.note_failure("a", "hung", lambda: 5.0) for _ in range(4)] == [
        False,
        False,
        True,
        True,
    ]
    assert plugin_record.read().stopped["a"].at_s == 5.0


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pins": {"a": 7}}', "\0"])
def test_a_damaged_record_is_named_and_not_overwritten(text):
    path = plugin_record.record_file()
    path.parent.mkdir(parents=True)
    path.write_text(text)
    with pytest.raises(PluginError, match="is damaged"):
        plugin_record.read()
    with pytest.raises(PluginError):
        plugin_record.update(lambda before: before.enabled("a", PIN))
    assert path.read_text() == text
    assert plugin_record.note_failure("a", "hung") is False


def test_a_record_that_others_may_change_is_not_believed():
    plugin_record.update(lambda before: before.enabled("a", PIN))
    plugin_record.record_file().chmod(0o666)
    with pytest.raises(PluginError, match="others may change it"):
        plugin_record.read()


def test_a_record_that_cannot_be_written(tmp_path):
    (tmp_path / "voiced").write_text("no folder")
    with pytest.raises(PluginError, match="cannot be written"):
        plugin_record.update(lambda before: before.enabled("a", PIN))


def _fail_often(name):
    for at_s in range(20):
        plugin_record.update(lambda before, at_s=at_s: before.failed(f"{name}{at_s}", "x", at_s))


@pytest.mark.engine
def test_two_processes_lose_nothing():
    context = get_context("fork")
    both = [context.Process(target=_fail_often, args=(name,)) for name in "ab"]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert len(json.loads(plugin_record.record_file().read_text())["failures"]) == 40
