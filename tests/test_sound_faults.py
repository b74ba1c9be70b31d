"""What goes wrong with sound, in virtual time: nothing is done by what was not wholly heard."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Annotated, Literal

import anyio
import numpy as np
import pytest

from voiced.audio import Samples, silence
from voiced.errors import DeviceCause, DeviceError
from voiced.events import (
    AudioDropped,
    BargeIn,
    ConfirmationAsked,
    DeviceFound,
    DeviceLost,
    DeviceNoted,
    Event,
    IntentReturned,
    ReplySentence,
    TurnEnded,
)
from voiced.plugin import TEXT, Context, Effect, Reply, intent
from voiced.sound import wakefulness
from voiced.sound.deafness import SoundTeller
from voiced.sound.guard import SoundGuard
from voiced.sound.levels import LevelWatch, OffsetRemover, ZeroWatch
from voiced.sound.wakefulness import Wakefulness
from voiced.testing import clock, signals
from voiced.testing.fakes import FakeMicrophone, Says
from voiced.testing.script import Script, run_script

AGAIN = "I missed a part of that. Please say it again."
DONE: list[str] = []


@intent("notes.add", sentences=["note {text}"], effect=Effect.W1, critical=["text"])
async def note(context: Context, text: Annotated[str, TEXT]) -> Reply:
    """Note something."""
    DONE.append(text)
    return Reply("Noted.")


@intent("notes.burn", sentences=["burn everything"], effect=Effect.W2)
async def burn(context: Context) -> Reply:
    """Burn all notes."""
    DONE.append("burnt")
    return Reply("Burnt.")


INTENTS = [note, burn]


@pytest.fixture
def play(tmp_path: Path) -> Callable[[Script], list[Event]]:
    DONE.clear()
    return lambda script: run_script(script, tmp_path / "journal")


def of(events: Sequence[Event], kind: type) -> list:
    return [event for event in events if isinstance(event, kind)]


# Sound with a gap


@pytest.mark.parametrize("lost_s", [1.1, 1.5, 1.9])
def test_an_utterance_with_a_gap_is_asked_for_again_and_never_acted_on(play, lost_s) -> None:
    frames = range(round(lost_s * 50), round(lost_s * 50) + 3)
    user = [Says(1.0, "note milk"), Says(6.0, "note milk")]
    script = Script(user, intents=INTENTS, lost=frozenset(frames), seconds=12.0)
    events = play(script)
    assert of(events, AudioDropped)[0].samples == 3 * 320
    assert [event.outcome for event in of(events, TurnEnded)] == ["not_understood", "completed"]
    assert of(events, ReplySentence)[0].text == AGAIN
    assert DONE == ["milk"], "once, by what was said without a gap"


def test_a_gap_in_the_pause_before_the_answer_counts_too(play) -> None:
    lost = frozenset(range(101, 105))  # right after the last word
    events = play(Script([Says(1.0, "note milk")], intents=INTENTS, lost=lost, seconds=7.0))
    assert of(events, IntentReturned) == []
    assert of(events, ReplySentence)[0].text == AGAIN
    assert DONE == []


def test_a_gap_while_nobody_speaks_is_only_counted(play) -> None:
    lost = frozenset(range(5, 20))
    events = play(Script([Says(1.0, "note milk")], intents=INTENTS, lost=lost))
    assert len(of(events, AudioDropped)) == 1
    assert DONE == ["milk"]


def test_a_gap_at_each_frame_of_an_utterance_does_nothing_or_all_of_it(play) -> None:
    """Whatever part is lost: never a part of it is done."""
    for index in range(50, 108, 3):
        DONE.clear()
        script = Script(
            [Says(1.0, "note milk")], intents=INTENTS, lost=frozenset({index}), seconds=5.0
        )
        events = play(script)
        assert DONE == [], index
        assert AGAIN in [event.text for event in of(events, ReplySentence)], index


# A microphone that goes


class Rooms:
    """Rooms one after the other; a microphone that is lost after so many seconds, each but once."""

    def __init__(self, rooms: Sequence[FakeMicrophone], cause: DeviceCause, away_s: float = 0.0):
        self._rooms = list(rooms)
        self._cause: DeviceCause = cause
        self._away_s = away_s

    async def prepare(self) -> None: ...

    async def aclose(self) -> None: ...

    async def frames(self):
        room = self._rooms.pop(0)
        async with aclosing(room.frames()) as frames:
            async for frame in frames:
                yield frame
        if self._rooms:
            await anyio.sleep(self._away_s)
            raise DeviceError("it is gone", retryable=True, cause=self._cause)


def lost_after(
    seconds: float, cause: DeviceCause, first: Sequence[Says], then: Sequence[Says]
) -> Script:
    rooms = [FakeMicrophone(first, seconds), FakeMicrophone(then, 8.0)]
    return Script([*first, *then], intents=INTENTS, microphone=Rooms(rooms, cause))


@pytest.mark.parametrize("cause", ["gone", "silent", "server", "asleep"])
def test_what_a_lost_microphone_cut_off_is_never_done(play, cause) -> None:
    events = play(lost_after(1.8, cause, [Says(1.0, "note milk")], []))
    assert DONE == []
    assert [event.outcome for event in of(events, TurnEnded)] in (
        ["not_understood"],
        ["interrupted"],
    )


def test_another_microphone_in_the_middle_of_an_utterance_asks_again(play) -> None:
    events = play(lost_after(1.5, "changed", [Says(1.0, "note milk", 0.5)], [Says(0.0, "", 0.3)]))
    assert DONE == []
    assert of(events, DeviceLost) == []


def test_a_loss_is_told_once_for_each_cause(play) -> None:
    rooms = [FakeMicrophone([], 0.5), *[FakeMicrophone([], 0.0) for _ in range(5)]]
    last = FakeMicrophone([Says(0.5, "note milk")], 4.0)
    events = play(Script([], intents=INTENTS, microphone=Rooms([*rooms, last], "gone")))
    assert [event.cause for event in of(events, DeviceLost)] == ["gone"]
    assert len(of(events, DeviceFound)) == 1


# Sleep


def test_after_sleep_a_question_of_before_cannot_be_answered(play) -> None:
    first = [Says(1.0, "burn everything")]
    then = [Says(1.0, "yes burn all notes")]
    events = play(lost_after(5.5, "asleep", first, then))
    assert len(of(events, ConfirmationAsked)) >= 1
    assert DONE == []


def test_a_question_of_before_can_be_answered_where_nothing_slept(play) -> None:
    """The test above can fail."""
    user = [Says(1.0, "burn everything"), Says(6.5, "yes burn all notes")]
    play(Script(user, intents=INTENTS))
    assert DONE == ["burnt"]


def test_what_is_being_said_when_it_falls_asleep_is_not_said_afterwards(play) -> None:
    events = play(lost_after(3.3, "asleep", [Says(1.0, "burn everything")], []))
    assert [event.reason for event in of(events, BargeIn)] == ["asleep"]
    assert of(events, TurnEnded)[-1].outcome == "interrupted"


def test_a_gap_between_two_looks_is_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(wakefulness, "seconds_with_sleep", lambda: now[0])
    watched = Wakefulness()
    for _ in range(100):
        now[0] += 0.02
        assert not watched.has_slept()
    now[0] += 3600.0
    assert watched.has_slept()
    assert not watched.has_slept(), "it is noticed once"


def test_it_waits_until_it_is_told_to_be_awake_or_has_slept(monkeypatch) -> None:
    async def waits(until: Literal["told", "slept", "never"]) -> float:
        slept_s = [0.0]
        monkeypatch.setattr(
            wakefulness, "seconds_with_sleep", lambda: anyio.current_time() + slept_s[0]
        )
        watched = Wakefulness()
        watched.fall_asleep()
        began_s = anyio.current_time()

        async def happen() -> None:
            await anyio.sleep(2.0)
            if until == "told":
                watched.wake()
            elif until == "slept":
                slept_s[0] = 1000.0

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(happen)
            await watched.until_awake()
        assert not watched.has_slept()
        return anyio.current_time() - began_s

    assert clock.run(waits, "told") == pytest.approx(2.0, abs=0.3)
    assert clock.run(waits, "slept") == pytest.approx(2.0, abs=0.3)
    assert clock.run(waits, "never") == pytest.approx(10.0, abs=0.3)


# What is said of it


def told(*steps: tuple[float, Event], until_s: float = 200.0) -> list[tuple[float, str]]:
    """What is told when, if these events come at these seconds."""
    teller = SoundTeller()
    waiting = list(steps)
    said: list[tuple[float, str]] = []
    for tick in range(round(until_s * 4)):
        now_s = tick / 4
        while waiting and waiting[0][0] <= now_s:
            teller.take(waiting.pop(0)[1], now_s)
        said += [(now_s, sentence) for sentence in teller.due(now_s)]
    return said


def lost(cause: DeviceCause, device: str = "microphone") -> DeviceLost:
    return DeviceLost(0, device, cause)


FOUND = DeviceFound(0, "microphone")


def noted(note: str, device: str = "microphone") -> DeviceNoted:
    return DeviceNoted(0, device, note)  # type: ignore[arg-type]


def test_a_server_that_is_back_within_three_seconds_is_no_news() -> None:
    assert told((1.0, lost("server")), (3.5, FOUND)) == []


def test_a_server_that_stays_away_is_told_and_so_is_its_return() -> None:
    said = told((1.0, lost("server")), (9.0, FOUND))
    assert [at_s for at_s, _ in said] == [4.0, 9.0]
    assert "sound server does not run" in said[0][1]
    assert said[1][1].endswith("I can hear you again.")


def test_a_microphone_that_is_unplugged_is_told_at_once() -> None:
    assert told((1.0, lost("gone"))) == [(1.5, "I can't hear you: the microphone is gone.")]


def test_silence_is_told_two_seconds_after_the_last_sound() -> None:
    assert [at_s for at_s, _ in told((1.0, lost("silent")))] == [2.5]


def test_a_cause_is_told_once_a_minute() -> None:
    flapping = [(second, lost("gone")) for second in range(0, 180, 10)]
    back = [(second + 5.0, FOUND) for second in range(0, 180, 10)]
    said = told(*sorted(flapping + back, key=lambda step: step[0]))
    deaf = [at_s for at_s, sentence in said if "gone" in sentence]
    assert len(deaf) == 3
    assert all(b - a >= 60 for a, b in itertools.pairwise(deaf))
    assert len(said) == 6, "whoever was told of a loss is told that it is over"


def test_a_cause_that_turns_into_another_one_is_told_once() -> None:
    assert len(told((1.0, lost("silent")), (3.0, lost("server")))) == 1


def test_a_headset_is_told_as_one_change() -> None:
    said = told((1.0, noted("uses")), (1.2, noted("uses", "speaker")))
    assert [sentence for _, sentence in said] == ["I use another microphone and loudspeaker now."]


def test_a_key_that_mutes_for_a_moment_is_no_news() -> None:
    assert told((1.0, noted("muted")), (1.2, noted("unmuted"))) == []
    ((_, sentence),) = told((1.0, noted("muted")))
    assert sentence == "Your microphone is muted."


class LostSpeaker:
    """Can be opened again at the third try."""

    def __init__(self) -> None:
        self.tries = 0
        self.problem: DeviceError | None = DeviceError("gone", stage="speaker", cause="gone")

    async def prepare(self) -> None:
        self.tries += 1
        if self.tries < 3:
            raise DeviceError("still gone", stage="speaker")
        self.problem = None


def test_a_lost_loudspeaker_is_opened_again_and_nothing_is_said_to_it_meanwhile() -> None:
    async def watched() -> tuple[list[Event], list[str], list[str]]:
        events: list[Event] = []
        shown: list[str] = []
        said: list[str] = []

        async def say(sentence: str) -> None:
            said.append(sentence)

        def emit(event: Event) -> None:
            events.append(event)
            guard.read(event)

        guard = SoundGuard(LostSpeaker(), lambda: 7, emit, shown.append, say)
        with anyio.move_on_after(3.0):
            await guard.run()
        return events, shown, said

    events, shown, said = clock.run(watched)
    assert [type(event).__name__ for event in events] == [
        "StageFailed",
        "DeviceLost",
        "DeviceFound",
    ]
    assert shown == ["I can't speak: the loudspeaker is gone."]
    assert said == []


# Levels


def hear(sound: Samples) -> list[str]:
    watch = LevelWatch()
    notes = [watch.hear(frame.samples, 1.0) for frame in signals.frames(sound)]
    return [note for note in notes if note is not None]


def test_clipped_speech_is_too_loud_once() -> None:
    loud = np.clip(signals.tone(6.0).astype(np.int32) * 8, -32768, 32767).astype(np.int16)
    assert hear(loud) == ["too loud"]


def test_faint_speech_is_too_quiet_once_and_usual_speech_is_neither() -> None:
    faint = (signals.tone(6.0).astype(float) / 160).astype(np.int16)
    assert hear(faint) == ["too quiet"]
    assert hear((signals.tone(6.0) // 4).astype(np.int16)) == []


def test_what_is_no_speech_is_not_judged() -> None:
    watch = LevelWatch()
    frames = signals.frames(signals.tone(4.0) // 500)
    assert all(watch.hear(frame.samples, 0.1) is None for frame in frames)


def test_an_offset_is_taken_out_and_sound_without_one_is_left_alone() -> None:
    tone = signals.tone(2.0) // 4
    remover = OffsetRemover()
    crooked = signals.frames((tone + 4000).astype(np.int16))
    straight = np.concatenate([remover.clean(frame.samples) for frame in crooked])
    assert abs(float(np.mean(straight))) < 50
    assert np.std(straight - tone) < 60
    remover = OffsetRemover()
    assert all(remover.clean(f.samples) is f.samples for f in signals.frames(tone))


def test_a_microphone_without_even_noise_is_noted_once_and_so_is_its_return() -> None:
    watch = ZeroWatch()
    frames = [silence(320)] * 600 + [signals.tone(0.02)] + [silence(320)] * 20
    notes = [(at, note) for at, sound in enumerate(frames) if (note := watch.hear(sound))]
    assert notes == [(250, "only zeros"), (600, "unmuted")]


def test_a_server_that_takes_both_devices_is_told_once() -> None:
    said = told((1.0, lost("server")), (1.1, lost("server", "speaker")))
    assert [sentence for _, sentence in said] == [
        "I can't hear you: the sound server does not run."
    ]
    said = told((1.0, lost("silent", "speaker")))
    assert [sentence for _, sentence in said] == ["I can't speak: the loudspeaker takes no sound."]
