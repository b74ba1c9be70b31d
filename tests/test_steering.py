"""A session that is asked from outside, in one process: its socket, its mute, its settings."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from control_lab import Client, connected, until

from voiced.composition.brain import Brain, open_brain
from voiced.composition.companions import Beside
from voiced.composition.opening import habits
from voiced.config import Loaded, load
from voiced.control.orders import MOST_SPOKEN
from voiced.control.peers import Peer, Scope, scope_of
from voiced.control.wire import encode
from voiced.daemon import serve
from voiced.errors import IntentFailed
from voiced.events import Event, MemoryErased, ModeChanged, ReplySentence, TurnEnded
from voiced.loop.session import Stages
from voiced.memory.recorder import FlightRecorder
from voiced.plugin import Companion, Health
from voiced.registry import plugin_names
from voiced.service.last_good import good_file
from voiced.steering.live_settings import Around, Satellites
from voiced.steering.outside import Steering
from voiced.steering.plugin_watch import PluginWatch
from voiced.testing.fakes import (
    FAKE_VOICE,
    FakeMicrophone,
    FakeSpeaker,
    FakeSynthesizer,
    FakeTranscriber,
    FakeVoiceDetector,
)
from voiced.turns.rules import in_samples

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    for name in ("CACHE", "CONFIG", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("VOICED_FILES__ROOTS", str(tmp_path))
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr("voiced.steering.outside.scope_of", _scope)
    (tmp_path / "config" / "voiced").mkdir(parents=True)
    return tmp_path


def _scope(peer: Peer, most: Scope) -> Scope:
    return most  # the test is a process of the daemon, which may only look


class House:
    def __init__(self, home: Path, brain: Brain, steering: Steering) -> None:
        self.home = home
        self.brain = brain
        self.steering = steering
        self.events: list[Event] = []
        self.told: list[str] = []
        self.moved: list[str] = []
        self.speaker = FakeSpeaker()

    def write(self, text: str) -> None:
        (self.home / "config" / "voiced" / "voiced.toml").write_text(text)

    async def client(self) -> Client:
        return await connected(self.home / "run")

    async def ask(self, **order: Any) -> dict[str, Any]:
        client = await self.client()
        try:
            return await client.ask(**order)
        finally:
            client.line.close()

    @property
    def modes(self) -> list[str]:
        return [event.mode for event in self.events if isinstance(event, ModeChanged)]


@asynccontextmanager
async def _house(home: Path, *companions: Companion) -> AsyncGenerator[House]:
    loaded: Loaded = load(None, os.environ, plugin_names)
    told: list[str] = []
    moved: list[str] = []
    async with open_brain(loaded, hears=False) as brain:
        watch = PluginWatch(loaded, brain.plugins, brain.dispatcher, told.append)
        recorder = FlightRecorder(loaded.config, lambda *_: None)
        beside = [Beside(each, brain.dispatcher.slot_context()) for each in companions]
        satellites = Satellites(lambda: ("kitchen",), listen=moved.append)
        around = Around(brain, watch, recorder, beside, satellites)
        steering = Steering(loaded, around, home / "run", told.append)
        house = House(home, brain, steering)
        house.told, house.moved = told, moved
        stages = Stages(
            FakeMicrophone([], 60.0),
            FakeVoiceDetector(),
            FakeTranscriber([]),
            FakeSynthesizer(),
            house.speaker,
            FAKE_VOICE,
        )
        readers = [house.events.append, *steering.readers]
        known = replace(habits(loaded.config), tap=steering.feed.tap)
        with anyio.fail_after(20):
            async with anyio.create_task_group() as tasks:

                async def run() -> None:
                    await serve(loaded.config, brain, stages, readers, known, steering=steering)

                tasks.start_soon(run)
                await until((home / "run" / "control.sock").exists)
                try:
                    yield house
                finally:
                    tasks.cancel_scope.cancel()
        await recorder.aclose()


async def test_it_is_muted_over_a_restart_until_a_person_unmutes_it(home) -> None:
    async with _house(home) as house:
        assert house.modes == ["listening"]
        assert (await house.ask(do="mute"))["mode"] == "muted"
    async with _house(home) as house:
        assert house.modes == ["muted"]
        assert (await house.ask(do="status"))["status"]["satellites"] == ["kitchen"]
        assert "voiced unmute" in house.told[0]
        assert (await house.ask(do="status"))["status"]["hears"].startswith("nothing")
        assert (await house.ask(do="unmute"))["mode"] == "listening"
        assert house.modes == ["muted", "listening"]
    async with _house(home) as house:
        assert house.modes == ["listening"]


async def test_what_the_configuration_does_not_give_is_refused_at_once_after_a_reload(home) -> None:
    async with _house(home) as house:
        house.write('[control]\nscope = "act"\n')
        assert (await house.ask(do="reload"))["reload"]["applied"] == ["control.scope"]
        assert (await house.ask(do="mute"))["ok"]
        answer = await house.ask(do="unmute")
        assert answer["error"]["code"] == "forbidden"
        assert house.modes == ["listening", "muted"]


async def test_settings_are_in_force_in_the_same_conversation(home) -> None:
    async with _house(home) as house:
        conversation = house.brain.dispatcher.conversation
        house.write(
            "[policy]\noutbox_s = 3\n[journal]\ntranscripts = true\n[timers]\nalarm_rings = 7\n"
            '[audio]\nspeaker = "other"\n'
        )
        done = (await house.ask(do="reload"))["reload"]
        assert done["error"] is None
        assert done["applied"] == ["journal.transcripts", "policy.outbox_s", "timers.alarm_rings"]
        assert done["waiting"] == ["audio.speaker"]
        assert house.brain.dispatcher.conversation is conversation
        assert house.brain.dispatcher.outbox.wait_s == 3
        assert {getattr(each, "alarm_rings", 7) for each in house.brain.settings.values()} == {7}
        house.brain.journal.say(1, "user", "keep this")
        assert [record.text for record in house.brain.journal.last(1)] == ["keep this"]
        notes = (await house.ask(do="status"))["status"]["notes"]
        assert notes == ["at the next start: audio.speaker"]


async def test_what_another_program_wants_said_is_said_and_is_no_word_of_the_user(home) -> None:
    async with _house(home) as house:
        answer = await house.ask(do="speak", text="Dinner\nis ready.")
        assert answer == {"ok": True, "hearing": "heard"}
        said = [event.text for event in house.events if isinstance(event, ReplySentence)]
        assert said == ["Dinner is ready."]
        assert house.brain.dispatcher.conversation.is_tainted
        for nothing in ("", " ", 7, "x" * (MOST_SPOKEN + 1)):
            assert (await house.ask(do="speak", text=nothing))["error"]["code"] == "bad_order"


async def test_what_other_programs_want_said_waits_for_its_turn_and_only_so_much_of_it(
    home,
) -> None:
    async with _house(home) as house:
        clients = [await house.client() for _ in range(5)]
        for number, client in enumerate(clients):
            await client.send(encode({"do": "speak", "text": f"Number {number}."}))
        codes = [(await client.receive() or {}).get("error", {}).get("code") for client in clients]
        assert sorted(codes, key=str) == [None, None, None, None, "busy"]
        said = [event for event in house.events if isinstance(event, ReplySentence | TurnEnded)]
        assert [type(event) for event in said[:8]] == [ReplySentence, TurnEnded] * 4
        for client in clients:
            client.line.close()


async def test_turns_are_taken_otherwise_from_the_next_utterance_on(home) -> None:
    async with _house(home) as house:
        house.write("[turns]\nend_silence_ms = 700\nlearn_pauses = false\n")
        done = (await house.ask(do="reload"))["reload"]
        assert done["applied"] == ["turns.end_silence_ms"]
        assert done["waiting"] == ["turns.learn_pauses"]
        session = house.steering._live.session
        await until(lambda: session._rules.end_silence == in_samples(700))


async def test_the_door_for_satellites_is_moved_by_a_reload(home) -> None:
    async with _house(home) as house:
        house.write('[satellites]\nlisten = "127.0.0.1:10700"\n')
        done = (await house.ask(do="reload"))["reload"]
        assert (done["applied"], done["waiting"]) == (["satellites.listen"], [])
        assert house.moved == ["127.0.0.1:10700"]


async def test_what_a_service_reloaded_is_the_configuration_that_worked_last(
    home, monkeypatch
) -> None:
    async with _house(home) as house:
        for text, is_service in (("[timers]\nalarm_rings = 7\n", False), (_GOOD, True)):
            if is_service:
                monkeypatch.setenv("NOTIFY_SOCKET", str(home / "nobody"))
            house.write(text)
            assert (await house.ask(do="reload"))["reload"]["error"] is None
            assert good_file().exists() == is_service
        for wrong in ("[", '[activation]\nkey = "hyper+x"\n'):
            house.write(wrong)
            assert (await house.ask(do="reload"))["reload"]["error"] is not None
            assert good_file().read_text() == _GOOD


_GOOD = "[policy]\noutbox_s = 3\n"

_BROKEN = (
    ("[policy]\noutbox_s = -1\n", "policy.outbox_s"),
    ("[policy\n", "not TOML"),
    ("[policy]\noutbox_s = 3\n[timers]\nalarm_rings = 'often'\n", "timers.alarm_rings"),
)


async def test_a_broken_file_leaves_the_old_in_force(home) -> None:
    async with _house(home) as house:
        for broken, why in _BROKEN:
            house.write(broken)
            done = (await house.ask(do="reload"))["reload"]
            assert why in done["error"]
            assert house.brain.dispatcher.outbox.wait_s == 10
            assert why in (await house.ask(do="status"))["status"]["notes"][0]
        await house.steering.reload()
        assert "stays in force" in house.told[-1]


async def test_a_request_of_another_program_is_said_in_our_own_words_and_once(home) -> None:
    async with _house(home) as house:
        for _ in range(3):
            assert (await house.ask(do="tell_request"))["ok"]
        await until(lambda: any(isinstance(event, ReplySentence) for event in house.events))
        assert [told for told in house.told if "voiced mcp requests" in told] == house.told
        assert len(house.told) == 1


async def test_what_a_program_beside_it_says_of_its_trouble_is_shown(home) -> None:
    def health(_: object) -> Health:
        raise IntentFailed("no folder is left to look into")

    async with _house(home, Companion("index", lambda _: None, health, lambda _: ())) as house:
        (row,) = (await house.ask(do="status"))["status"]["companions"]
        assert row["found"] == "no folder is left to look into"


async def test_who_asks_for_the_status_again_and_again_has_programs_looked_at_once(home) -> None:
    looked: list[str] = []

    def health(_: object) -> Health:
        looked.append("at it")
        raise ZeroDivisionError

    async with _house(home, Companion("index", lambda _: None, health, lambda _: ())) as house:
        rows = [(await house.ask(do="status"))["status"]["companions"] for _ in range(5)]
        assert looked == ["at it"]
        assert rows == [[{"name": "index", "is_ok": False, "found": "ZeroDivisionError"}]] * 5


async def test_what_is_typed_is_a_turn_of_the_session_muted_or_not(home) -> None:
    async with _house(home) as house:
        await house.ask(do="mute")
        assert (await house.ask(do="say", text="what time is it"))["ok"]
        await until(lambda: len(_said(house)) == 1)
        assert "it" in _said(house)[0].lower()


async def test_what_was_forgotten_elsewhere_is_not_remembered_here_either(home) -> None:
    async with _house(home) as house:
        await house.ask(do="say", text="what time is it")
        await until(lambda: any(isinstance(event, TurnEnded) for event in house.events))
        assert house.brain.dispatcher.conversation.exchanges
        assert (await house.ask(do="forget"))["ok"]
        assert isinstance(house.events[-1], MemoryErased)
        assert house.events[-1].turn == 1
        assert house.brain.dispatcher.conversation.exchanges == ()


async def test_a_question_is_answered_by_its_button_also_while_it_is_spoken(home) -> None:
    async with _house(home) as house:
        client = await house.client()
        await client.ask(do="say", text="forget the last ten minutes")
        await until(lambda: len(_said(house)) == 1)
        asked = (await client.ask(do="asked"))["asked"]
        assert asked["text"].endswith("Say yes, and what I should do.")
        assert (await client.ask(do="answer", id=asked["id"], answer="yes"))["ok"]
        await until(lambda: any(isinstance(event, MemoryErased) for event in house.events))
        assert (await client.ask(do="asked"))["asked"] is None
        again = await client.ask(do="answer", id=asked["id"], answer="yes")
        assert again["error"]["code"] == "not_asked"
        client.line.close()


async def test_the_page_that_it_started_asks_for_the_user_and_nothing_else_does(
    home, monkeypatch
) -> None:
    monkeypatch.setattr("voiced.steering.outside.scope_of", scope_of)
    async with _house(home) as house:
        assert (await house.ask(do="mute"))["error"]["code"] == "forbidden"
        house.steering.trust(os.getpid())
        assert (await house.ask(do="mute"))["ok"]
        house.steering.trust(os.getpid() + 1)
        assert (await house.ask(do="unmute"))["error"]["code"] == "forbidden"
        house.steering.trust(0)
        assert (await house.ask(do="unmute"))["error"]["code"] == "forbidden"


def _said(house: House) -> list[str]:
    return [event.text for event in house.events if isinstance(event, ReplySentence)]


async def test_a_change_is_taken_back_from_outside_by_its_id(home, monkeypatch) -> None:
    monkeypatch.setenv("VOICED_NOTES__FOLDER", str(home / "notes"))
    async with _house(home) as house:
        await house.ask(do="say", text="add milk to my shopping list")
        await until(lambda: bool(house.brain.journal.last_changes(1)))
        (change,) = house.brain.journal.last_changes(1)
        assert any("milk" in path.read_text() for path in home.rglob("*.md"))
        answer = await house.ask(do="undo", id=change.id)
        assert answer["ok"], answer
        assert not any("milk" in path.read_text() for path in home.rglob("*.md"))
        assert house.brain.journal.change(change.id).state == "undone"
        again = (await house.ask(do="undo", id=change.id))["error"]
        assert (again["code"], "undone already" in again["message"]) == ("intent_failed", True)
        unknown = (await house.ask(do="undo", id="999"))["error"]
        assert unknown["code"] == "journal_error"
