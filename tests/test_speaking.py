"""From lines to the ear: order, errors that silence, and what counts as heard."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import anyio
import numpy as np
import pytest

from voiced.errors import DeviceError, EngineError, SynthesisError
from voiced.speaking import Line, Piece, Speech, read_aloud
from voiced.stages import SpokenAudio, Voice, WordTiming
from voiced.testing import clock
from voiced.testing.fakes import FAKE_VOICE, FakePlayback, FakeSpeaker, FakeSynthesizer

RATE = 16000


@pytest.fixture(params=["asyncio", "trio"])
def run(request: pytest.FixtureRequest) -> Any:
    return lambda function, *args: clock.run(function, *args, backend=request.param)


class Voiceless(FakeSynthesizer):
    """Breaks at a word."""

    def __init__(self, breaks_at: str, *, timed: bool = True) -> None:
        super().__init__(delay_s=0.0)
        self._breaks_at = breaks_at
        self._timed = timed

    async def synthesize(self, sentence: str, voice: Voice) -> AsyncGenerator[SpokenAudio]:
        position = 0
        for word in sentence.split():
            if word == self._breaks_at:
                raise SynthesisError("broke")
            position = sentence.index(word, position)
            timing = (WordTiming(word, position, 0, 1600),) if self._timed else ()
            yield SpokenAudio(np.full(1600, 7, np.int16), RATE, timing)


class Spoken:
    """One reply, spoken; what became of it."""

    def __init__(self, synthesizer: FakeSynthesizer, playback: FakePlayback | None = None) -> None:
        self.playback = playback or FakePlayback()
        self.errors: list[EngineError] = []
        self.started_s: list[float] = []
        self.samples = 0
        started = lambda: self.started_s.append(anyio.current_time())  # noqa: E731
        self.speech = Speech(synthesizer, FAKE_VOICE, self.playback, started, self.errors.append)

    async def speak(self, *lines: Line | float, stop_s: float | None = None) -> str:
        """Speak the lines, with pauses in seconds between; stop after ``stop_s``."""
        say, hear = anyio.create_memory_object_stream[Line](4)
        ahead, pieces = anyio.create_memory_object_stream[Piece](8)
        with anyio.move_on_after(stop_s if stop_s is not None else 1000) as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self.speech.synthesize, hear, ahead)
                tasks.start_soon(self.speech.play, pieces)
                async with say:
                    for line in lines:
                        if isinstance(line, float):
                            await anyio.sleep(line)
                        else:
                            await say.send(line)
        if scope.cancelled_caught:
            self.speech.stop()
        self.samples = self.playback.heard
        return self.speech.heard


def test_sentences_are_spoken_in_order_and_heard_whole(run) -> None:
    spoken = Spoken(FakeSynthesizer())
    assert run(spoken.speak, Line("One two."), Line("Three.")) == "One two. Three."
    assert len(spoken.started_s) == 1
    assert spoken.samples == round((len("One two.") + 1 + len("Three.") + 1) * 0.06 * RATE)


def test_nothing_said_is_nothing_heard(run) -> None:
    spoken = Spoken(FakeSynthesizer())
    assert run(spoken.speak) == ""
    assert spoken.started_s == []


@pytest.mark.parametrize(
    ("stop_s", "heard"),
    [(0.05, ""), (0.3, "One"), (0.5, "One"), (0.55, "One two."), (1.0, "One two. Three")],
)
def test_only_whole_words_that_were_heard_count(run, stop_s: float, heard: str) -> None:
    async def main() -> str:
        return await Spoken(FakeSynthesizer(delay_s=0.0)).speak(
            Line("One two."), Line("Three four."), stop_s=stop_s
        )

    assert run(main) == heard


def test_a_sentence_of_which_only_the_beginning_was_synthesized_is_not_heard_whole(run) -> None:
    class Slow(FakeSynthesizer):
        async def synthesize(self, sentence: str, voice: Voice) -> AsyncGenerator[SpokenAudio]:
            yield SpokenAudio(np.full(1600, 7, np.int16), RATE)
            await anyio.sleep(60)

    spoken = Spoken(Slow())
    heard = run(lambda: spoken.speak(Line("A long sentence that nobody heard"), stop_s=5))
    assert spoken.samples == 1600
    assert heard == "A"


@pytest.mark.parametrize(("timed", "heard"), [(True, "One two. Three"), (False, "One two.")])
def test_a_voice_that_breaks_leaves_what_it_said_and_goes_silent(run, timed, heard) -> None:
    spoken = Spoken(Voiceless("four", timed=timed))
    lines = (Line("One two."), Line("Three four five."), 5.0, Line("Six."))
    assert run(spoken.speak, *lines) == heard
    assert [error.message for error in spoken.errors] == ["broke"]
    assert spoken.samples == 3 * 1600


@pytest.mark.parametrize("method", ["play", "drain"])
def test_a_speaker_that_is_lost_silences_the_reply_but_not_the_thinking(run, method) -> None:
    class Lost(FakePlayback):
        pass

    async def lose(*_args: object) -> None:
        raise DeviceError("unplugged", stage="speaker")

    playback = Lost()
    setattr(playback, method, lose)
    spoken = Spoken(FakeSynthesizer(), playback)
    run(spoken.speak, *(Line(f"Sentence {number}.") for number in range(40)))
    assert [error.stage for error in spoken.errors] == ["speaker"]


def test_fillers_are_spoken_but_no_part_of_the_reply(run) -> None:
    spoken = Spoken(FakeSynthesizer(delay_s=0.0))
    heard = run(spoken.speak, Line("One moment.", is_filler=True), 3.0, Line("It is late."))
    assert heard == "It is late."
    assert spoken.started_s == [pytest.approx(3.0)]
    assert spoken.samples > 12 * 0.06 * RATE


def test_pieces_of_other_rates_are_brought_to_the_first_one(run) -> None:
    class Mixed(FakeSynthesizer):
        async def synthesize(self, sentence: str, voice: Voice) -> AsyncGenerator[SpokenAudio]:
            rate_hz = 8000 if sentence.startswith("Three") else RATE
            timing = WordTiming(sentence, 0, 0, rate_hz)
            yield SpokenAudio(np.full(rate_hz, 7, np.int16), rate_hz, (timing,))

    spoken = Spoken(Mixed())
    heard = run(lambda: spoken.speak(Line("One."), Line("Three."), stop_s=1.6))
    assert heard == "One."
    spoken = Spoken(Mixed())
    assert run(spoken.speak, Line("One."), Line("Three.")) == "One. Three."
    assert spoken.samples == pytest.approx(2 * RATE, abs=2)


def test_a_text_is_read_aloud_to_its_end(run) -> None:
    speaker = FakeSpeaker()

    async def main() -> tuple[int, float]:
        playback = speaker.open()
        await read_aloud("First this. Then that.", FakeSynthesizer(), FAKE_VOICE, playback)
        return playback.heard, anyio.current_time()

    heard, now_s = run(main)
    assert heard == round((len("First this. Then that.") + 1) * 0.06 * RATE)
    assert now_s >= heard / RATE
