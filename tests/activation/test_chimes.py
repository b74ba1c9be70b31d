"""Which sound is played when, in virtual time."""

from __future__ import annotations

from collections.abc import Sequence

import anyio
import numpy as np
import pytest

from voiced.errors import DeviceError
from voiced.events import Event, ModeChanged, SpeechStarted, Timing, TurnEnded, TurnId
from voiced.loop.chimes import Chimes
from voiced.sound import earcons
from voiced.testing import clock
from voiced.testing.fakes import FakePlayback, FakeSpeaker

SOUNDS = {
    name: -(-len(getattr(earcons, name)()) // 480) * 480
    for name in ("ready", "asleep", "muted", "error")
}
FAILED = TurnEnded(0, TurnId(1), "not_understood", "", Timing())


class Recorded(FakePlayback):
    """Counts the samples that it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.given = 0

    async def play(self, frame) -> None:
        self.given += len(frame.samples)
        await super().play(frame)


class Loudspeaker(FakeSpeaker):
    def __init__(self) -> None:
        super().__init__()
        self.recorded: list[Recorded] = []
        self.is_lost = False

    def open(self) -> FakePlayback:
        if self.is_lost:
            raise DeviceError("speaker: lost", stage="speaker")
        self.recorded.append(Recorded())
        return self.recorded[-1]

    @property
    def played(self) -> list[str]:  # type: ignore[override]
        """The names of the sounds."""
        names = {length: name for name, length in SOUNDS.items()}
        return [names[each.given] for each in self.recorded]


def chimed(
    events: Sequence[tuple[float, Event]],
    *,
    is_free: bool = True,
    speaker: Loudspeaker | None = None,
) -> list[str]:
    loudspeaker = speaker or Loudspeaker()
    chimes = Chimes(loudspeaker, lambda: is_free)

    async def go() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(chimes.run)
            now_s = 0.0
            for at_s, event in events:
                await anyio.sleep(at_s - now_s)
                now_s = at_s
                chimes.read(event)
            await anyio.sleep(2)
            tasks.cancel_scope.cancel()

    clock.run(go)
    return loudspeaker.played


def mode(name) -> ModeChanged:
    return ModeChanged(0, name)


def test_the_sounds_can_be_told_apart_here():
    assert np.diff(sorted(SOUNDS.values())).min() >= 480


def test_how_it_begins_is_no_news():
    assert chimed([(0, mode("asleep"))]) == []


@pytest.mark.parametrize(
    ("before", "after", "sound"),
    [
        ("listening", "muted", "muted"),
        ("asleep", "muted", "muted"),
        ("muted", "listening", "ready"),
        ("muted", "asleep", "asleep"),
        ("asleep", "listening", "ready"),
        ("listening", "asleep", "asleep"),
    ],
)
def test_each_change_has_its_sound(before, after, sound):
    assert chimed([(0, mode(before)), (1, mode(after))]) == [sound]


def test_who_goes_on_after_the_wake_word_is_not_talked_into():
    woken = [(0, mode("asleep")), (1, mode("listening"))]
    assert chimed([*woken, (1.2, SpeechStarted(0))]) == []
    assert chimed([*woken, (1.6, SpeechStarted(0))]) == ["ready"]


def test_what_was_not_understood_sounds_only_where_it_was_called():
    assert chimed([(0, mode("listening")), (1, FAILED)]) == []
    assert chimed([(0, mode("asleep")), (1, mode("listening")), (3, FAILED)]) == ["ready", "error"]


def test_nobody_is_talked_into():
    assert chimed([(0, mode("listening")), (1, mode("muted"))], is_free=False) == []


def test_a_loudspeaker_that_is_lost_is_borne():
    speaker = Loudspeaker()
    speaker.is_lost = True
    assert chimed([(0, mode("listening")), (1, mode("muted"))], speaker=speaker) == []
