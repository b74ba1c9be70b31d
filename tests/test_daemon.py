"""The daemon around a session: rules, readiness, and what is kept of what was said."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest
from pydantic import ValidationError

from voiced.composition.brain import Brain
from voiced.composition.opening import RunOptions, lock_of, rules
from voiced.config import Config, TurnSettings
from voiced.conversation import Conversation
from voiced.daemon import notices, notify, serve
from voiced.desk import NO_LOCK
from voiced.dispatch import Dispatcher, Environment
from voiced.engines.screen_lock import DBusScreenLock
from voiced.errors import JournalError
from voiced.events import Event, MemoryErased, ModeChanged, Timing, TurnEnded, TurnId
from voiced.journal import Journal
from voiced.loop.session import Stages
from voiced.memory.keepers import keepers
from voiced.plugin import (
    Announcement,
    Announcer,
    Context,
    Effect,
    Integrity,
    News,
    Reply,
    Told,
    announces,
    intent,
)
from voiced.registry import LoadedPlugins
from voiced.testing import clock
from voiced.testing.fakes import (
    FAKE_VOICE,
    FakeMicrophone,
    FakeSpeaker,
    FakeSynthesizer,
    FakeTranscriber,
    FakeVoiceDetector,
    Says,
)
from voiced.testing.script import inline
from voiced.thinking.thinker import Thinker
from voiced.turns import Rules


@intent("talk.hello", sentences=["hello"], effect=Effect.R0)
async def hello(context: Context) -> Reply:
    """Greet."""
    return Reply("Hello to you.")


def test_the_rules_are_the_configured_ones_in_samples() -> None:
    settings = TurnSettings(
        speech_ms=100, end_silence_ms=700, barge_in_ms=250, max_utterance_s=12.5
    )
    assert rules(settings) == Rules(
        speech=1600, end_silence=11_200, barge_in=4000, max_utterance=200_000
    )


@pytest.mark.parametrize("wrong", [{"speech_ms": 0}, {"barge_in_ms": -1}, {"max_utterance_s": 0}])
def test_rules_that_cannot_work_are_refused_by_the_configuration(wrong) -> None:
    with pytest.raises(ValidationError):
        TurnSettings(**wrong)


def test_a_microphone_listens_beside_the_screen_that_can_be_locked() -> None:
    assert isinstance(lock_of(RunOptions()), DBusScreenLock)
    assert lock_of(RunOptions(source="question.wav")) is NO_LOCK


@pytest.fixture
def systemd(tmp_path, monkeypatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "notify"))
        receiver.settimeout(2)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield receiver


def test_systemd_is_told(systemd) -> None:
    notify("STOPPING=1")
    assert systemd.recv(100) == b"STOPPING=1"


def test_systemd_is_told_on_an_abstract_socket(tmp_path, monkeypatch) -> None:
    name = f"voiced-test-{tmp_path.name}-{id(tmp_path)}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(f"\0{name}")
        receiver.settimeout(2)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
        notify("READY=1")
        assert receiver.recv(100) == b"READY=1"


def test_without_systemd_nothing_is_told(monkeypatch, caplog) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")
    assert not caplog.records


def test_a_socket_that_nobody_listens_to_does_not_end_the_daemon(
    tmp_path, monkeypatch, caplog
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    notify("READY=1")
    assert "systemd was not told READY=1" in caplog.text


@announces("talk.news", returns=Integrity.CONFIG)
async def news(context: Context, told: Told) -> News:
    """Good news, until it is answered."""
    return News(() if "answered" in told.values() else (Announcement("news", "All is well."),))


async def _serve(
    config: Config, journal: Journal, announcers: Callable[[], Sequence[Announcer]] = tuple
) -> list[Event]:
    user = [Says(1.0, "hello")]
    environment = Environment(
        journal, lambda: datetime(2026, 3, 3, tzinfo=UTC), anyio.current_time, inline, {}
    )
    dispatcher = Dispatcher([hello], [], environment, Conversation())
    await dispatcher.refresh()
    brain = Brain(Thinker(dispatcher, None), journal, LoadedPlugins((), ()), announcers=announcers)
    stages = Stages(
        FakeMicrophone(user, 5.0),
        FakeVoiceDetector(),
        FakeTranscriber(user),
        FakeSynthesizer(),
        FakeSpeaker(),
        FAKE_VOICE,
    )
    events: list[Event] = []
    await serve(config, brain, stages, [events.append])
    return events


def test_what_is_to_be_said_unasked_is_said(tmp_path) -> None:
    journal = Journal.open(tmp_path, transcripts=False)
    try:
        events = clock.run(_serve, Config(), journal, lambda: (news,))
    finally:
        journal.close()
    heard = [event.heard for event in events if isinstance(event, TurnEnded)]
    assert heard[0] == "All is well."
    assert "Hello to you." in heard


def test_who_comes_later_is_asked_too_and_who_goes_is_not(tmp_path) -> None:
    asked: list[float] = []

    @announces("talk.late", returns=Integrity.CONFIG)
    async def late(context: Context, told: Told) -> News:
        """Notes when it is asked."""
        asked.append(anyio.current_time())
        return News(again_at=context.now)

    journal = Journal.open(tmp_path, transcripts=False)
    try:
        clock.run(
            _serve, Config(), journal, lambda: (late,) if 2 < anyio.current_time() < 4 else ()
        )
    finally:
        journal.close()
    assert min(asked) > 2
    assert 3 < max(asked) < 5


def serve_for(folder: Path, *, transcripts: bool, journal: Journal | None = None) -> list[Event]:
    config = Config.model_validate({"journal": {"transcripts": transcripts}})
    opened = journal or Journal.open(folder, transcripts=transcripts)
    try:
        return clock.run(_serve, config, opened)
    finally:
        opened.close()


def test_a_log_does_not_learn_what_was_changed(tmp_path) -> None:
    journal = Journal.open(tmp_path, transcripts=False)
    dispatcher = Dispatcher(
        [],
        [],
        Environment(journal, lambda: datetime(2026, 3, 3, tzinfo=UTC), lambda: 0.0, inline, {}),
        Conversation(),
    )
    told = ("I was interrupted when I had deleted the budget.",)
    brain = Brain(Thinker(dispatcher, None), journal, LoadedPlugins((), ()), ("broken.",), told)
    assert notices(brain, is_logged=False) == ("broken.", *told)
    first, second = notices(brain, is_logged=True)
    assert first == "broken."
    assert second == "I was interrupted in a change: see voiced undo --list."
    journal.close()


def test_it_says_that_it_listens_before_anything_else(tmp_path, systemd) -> None:
    events = serve_for(tmp_path, transcripts=False)
    assert events[0] == ModeChanged(0, "listening")
    assert systemd.recv(100) == b"READY=1"
    assert [event.heard for event in events if isinstance(event, TurnEnded)] == ["Hello to you."]


@pytest.mark.parametrize(
    ("transcripts", "kept"),
    [(False, []), (True, [("assistant", "Hello to you."), ("user", "hello")])],
)
def test_what_was_said_is_kept_only_if_the_user_turned_that_on(tmp_path, transcripts, kept) -> None:
    serve_for(tmp_path, transcripts=transcripts)
    journal = Journal.open(tmp_path, transcripts=True)
    assert [(record.role, record.text) for record in journal.last(9)] == kept
    journal.close()


def test_of_a_turn_in_which_something_was_forgotten_the_answer_is_not_kept(tmp_path) -> None:
    journal = Journal.open(tmp_path, transcripts=True)
    readers = keepers(journal, 30)
    timing = Timing()
    for event in (
        MemoryErased(1, TurnId(1)),
        TurnEnded(3, TurnId(1), "completed", "I forgot the boat.", timing),
        TurnEnded(4, TurnId(2), "completed", "It is late.", timing),
    ):
        for reader in readers:
            reader(event)
    assert [each.turn for each in journal.last(9)] == [2]
    journal.close()


def test_a_journal_that_cannot_be_written_does_not_end_the_conversation(tmp_path, caplog) -> None:
    class FullJournal(Journal):
        def say(self, turn: int, role: str, text: str) -> None:
            raise JournalError("the disk is full")

    journal = FullJournal.open(tmp_path, transcripts=True)
    events = serve_for(tmp_path, transcripts=True, journal=journal)
    assert [event.outcome for event in events if isinstance(event, TurnEnded)] == ["completed"]
    assert "could not keep what was said" in caplog.text
    assert "hello" not in caplog.text
