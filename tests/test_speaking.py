"""From lines to the ear: order, errors that silence, what counts as heard, what is taken up."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator
from typing import Any, ClassVar

import anyio
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiced.audio import Samples, silence
from voiced.errors import DeviceError, EngineError, SynthesisError
from voiced.loop.speaking import Line, Piece, Speech, SpeechPlayer, read_aloud
from voiced.sound.paced_playback import PacedPlayback
from voiced.stages import SpokenAudio, Voice, WordTiming
from voiced.testing import clock
from voiced.testing.fakes import FAKE_VOICE, FakePlayback, FakeSpeaker, FakeSynthesizer

RATE = 16000


@pytest.fixture(params=["asyncio", "trio"])
def run(request: pytest.FixtureRequest) -> Any:
    return lambda function, *args: clock.run(function, *args, backend=request.param)


class Spoken:
    """One reply, spoken; what became of it."""

    def __init__(self, synthesizer: Any = None, speaker: Any = None) -> None:
        self.speaker: Any = speaker or FakeSpeaker()
        self.errors: list[EngineError] = []
        self.started_s: list[float] = []
        self.resumed: list[bool] = []
        self.ended_s = 0.0
        self.samples = self.lines_heard = 0
        self.lately = ""
        self.speech = Speech(
            synthesizer or FakeSynthesizer(delay_s=0.0), lambda: FAKE_VOICE, self.errors.append
        )
        started = lambda: self.started_s.append(anyio.current_time())  # noqa: E731
        self.player = SpeechPlayer(self.speaker, started, self.errors.append)
        self.may_begin = anyio.Event()

    async def speak(self, *lines: Line | str | float, acts: Any = (), begins_s: float = 0.0) -> str:
        """Speak the lines, with pauses in seconds between; ``acts`` are (when, what) meanwhile.

        It is cut off by stopping, as a turn is.
        """
        say, hear = anyio.create_memory_object_stream[Line](4)
        ahead, pieces = anyio.create_memory_object_stream[Piece](8)
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._act, [(begins_s, "begin"), *acts], scope)
                tasks.start_soon(self.speech.synthesize, hear, ahead)
                tasks.start_soon(self._play, pieces, tasks.cancel_scope)
                async with say:
                    for line in lines:
                        if isinstance(line, float):
                            await anyio.sleep(line)
                        else:
                            await say.send(Line(line) if isinstance(line, str) else line)
        self.samples = sum(lease.heard for lease in self.speaker.leases)
        self.lines_heard, self.lately = self.player.lines_heard, self.player.lately
        return self.player.heard

    async def _play(self, pieces: Any, everything: anyio.CancelScope) -> None:
        await self.player.play(pieces, self.may_begin)
        self.ended_s = anyio.current_time()
        everything.cancel()

    async def _act(self, acts: Any, scope: anyio.CancelScope) -> None:
        for at_s, act in sorted(acts):
            await anyio.sleep(max(0.0, at_s - anyio.current_time()))
            match act:
                case "begin":
                    self.may_begin.set()
                case "duck":
                    self.player.duck(24.0)
                case "hold":
                    self.player.hold()
                case "resume":
                    self.resumed.append(self.player.resume())
                case "stop":
                    self.player.stop()
                    scope.cancel()


# Lines, one after the other


def test_sentences_are_spoken_in_order_and_heard_whole(run) -> None:
    spoken = Spoken()
    assert run(spoken.speak, "One two.", "Three.") == "One two. Three."
    assert len(spoken.started_s) == 1
    assert spoken.samples == round((len("One two.") + 1 + len("Three.") + 1) * 0.06 * RATE)


def test_nothing_said_is_nothing_heard(run) -> None:
    spoken = Spoken()
    assert run(spoken.speak) == ""
    assert spoken.started_s == []


def test_nothing_is_heard_and_no_speaker_leased_before_it_may_begin(run) -> None:
    spoken = Spoken()
    assert run(lambda: spoken.speak("One two.", "Three.", begins_s=2.0)) == "One two. Three."
    assert spoken.started_s == [pytest.approx(2.0)]
    unsure = Spoken()
    assert run(lambda: unsure.speak("One.", begins_s=2.0, acts=[(1.9, "stop")])) == ""
    assert unsure.speaker.leases == []


@pytest.mark.parametrize(
    ("stop_s", "heard"),
    [(0.05, ""), (0.3, "One"), (0.36, "One"), (0.54, "One two."), (0.95, "One two. Three")],
)
def test_only_whole_words_that_were_heard_count(run, stop_s: float, heard: str) -> None:
    spoken = Spoken()
    assert run(lambda: spoken.speak("One two.", "Three four.", acts=[(stop_s, "stop")])) == heard


@pytest.mark.parametrize(
    ("stop_s", "lines"), [(0.05, 0), (0.5, 0), (0.55, 1), (1.0, 1), (1.3, 2), (9.0, 2)]
)
def test_how_many_lines_were_heard_to_their_end(run, stop_s: float, lines: int) -> None:
    spoken = Spoken()
    run(lambda: spoken.speak("One two.", "Three four.", 9.0, acts=[(stop_s, "stop")]))
    assert spoken.lines_heard == lines


def test_a_sentence_of_which_only_the_beginning_was_synthesized_is_not_heard_whole(run) -> None:
    class Slow(FakeSynthesizer):
        async def synthesize(self, sentence: str, voice: Voice) -> AsyncGenerator[SpokenAudio]:
            yield SpokenAudio(np.full(1600, 7, np.int16), RATE)
            await anyio.sleep(60)

    spoken = Spoken(Slow())
    line = "A long sentence that nobody heard"
    assert run(lambda: spoken.speak(line, acts=[(5.0, "stop")])) == "A"
    assert spoken.samples == 1600
    assert spoken.lines_heard == 0


def test_fillers_are_spoken_but_no_part_of_the_reply(run) -> None:
    spoken = Spoken()
    filler = Line("One moment.", is_filler=True)
    assert run(spoken.speak, filler, 3.0, "It is late.") == "It is late."
    assert spoken.started_s == [pytest.approx(3.0)]
    assert spoken.samples > 12 * 0.06 * RATE
    assert spoken.lines_heard == 1


def test_a_sound_is_played_as_it_is_and_has_no_words(run) -> None:
    spoken = Spoken()
    ping = Line("", is_filler=True, sound=SpokenAudio(np.full(800, 9, np.int16), RATE))
    assert run(spoken.speak, ping, 1.0, "It is late.") == "It is late."
    assert spoken.samples == 800 + round(12 * 0.06 * RATE)


def test_what_was_said_lately_is_the_line_now_and_the_one_before_fillers_too(run) -> None:
    spoken = Spoken()
    lines = [Line("One moment.", is_filler=True), "It is late.", "Good night.", 9.0]
    run(lambda: spoken.speak(*lines, acts=[(1.0, "stop")]))
    assert spoken.lately == "One moment. It is late."
    spoken = Spoken()
    run(spoken.speak, *lines)
    assert spoken.lately == "It is late. Good night."


def test_the_voice_is_asked_for_anew_for_every_line(run) -> None:
    speeds = iter([1.0, 2.0, 1.0])
    spoken = Spoken()
    spoken.speech = Speech(
        FakeSynthesizer(delay_s=0.0),
        lambda: Voice("fake", "fake", speed=next(speeds)),
        spoken.errors.append,
    )
    run(spoken.speak, "One two.", "One two.", "One two.")
    assert spoken.samples == round(9 * 0.06 * RATE * 2.5)


# Errors


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


@pytest.mark.parametrize(("timed", "heard"), [(True, "One two. Three"), (False, "One two.")])
def test_a_voice_that_breaks_leaves_what_it_said_and_goes_silent(run, timed, heard) -> None:
    spoken = Spoken(Voiceless("four", timed=timed))
    assert run(spoken.speak, "One two.", "Three four five.", 5.0, "Six.") == heard
    assert [error.message for error in spoken.errors] == ["broke"]
    assert spoken.samples == 3 * 1600
    assert spoken.lines_heard == 1


class FailingSpeaker(FakeSpeaker):
    """Is lost: at the lease of that number, or in a method of every playback."""

    def __init__(self, lease: int = 0, method: str = "") -> None:
        super().__init__()
        self._lease = lease
        self._method = method

    def open(self) -> FakePlayback:
        if len(self.leases) + 1 == self._lease:
            raise DeviceError("unplugged", stage="speaker")
        playback = super().open()
        if self._method:
            setattr(playback, self._method, self._lose)
        return playback

    async def _lose(self, *_args: object) -> None:
        raise DeviceError("unplugged", stage="speaker")


@pytest.mark.parametrize(
    "speaker",
    [
        lambda: FailingSpeaker(lease=1),
        lambda: FailingSpeaker(method="play"),
        lambda: FailingSpeaker(method="drain"),
    ],
)
def test_a_speaker_that_is_lost_silences_the_reply_but_not_the_thinking(run, speaker) -> None:
    spoken = Spoken(speaker=speaker())
    run(spoken.speak, *(f"Sentence {number}." for number in range(40)))
    assert [error.stage for error in spoken.errors] == ["speaker"]
    assert not spoken.player.is_aloud


def test_a_speaker_that_is_lost_has_nothing_to_take_up(run) -> None:
    spoken = Spoken(speaker=FailingSpeaker(method="play"))
    acts = [(1.0, "duck"), (1.1, "hold"), (2.0, "resume")]
    run(lambda: spoken.speak("One two.", 3.0, acts=acts))
    assert spoken.resumed == [False]
    assert len(spoken.speaker.leases) == 1


def test_a_speaker_that_cannot_be_leased_again_raises_and_the_reply_can_be_stopped(run) -> None:
    spoken = Spoken(speaker=FailingSpeaker(lease=2))

    async def main() -> str:
        with pytest.raises(ExceptionGroup) as caught:
            await spoken.speak("One two three.", acts=[(0.3, "hold"), (0.9, "resume")])
        assert caught.group_contains(DeviceError)
        spoken.player.stop()
        return spoken.player.heard

    assert run(main) == "One"
    assert not spoken.player.is_aloud


# Softer, held, stopped


def test_what_was_softer_only_counts_if_it_was_not_stopped(run) -> None:
    stopped = Spoken()
    acts = [(0.3, "duck"), (0.8, "stop")]
    assert run(lambda: stopped.speak("One two three four.", acts=acts)) == "One"
    resumed = Spoken()
    acts = [(0.3, "duck"), (0.5, "resume"), (0.6, "stop")]
    assert run(lambda: resumed.speak("One two three four.", acts=acts)) == "One two"
    assert resumed.resumed == [True]
    assert resumed.speaker.leases[0].ducked_db == [24.0, 0.0]
    ended = Spoken()
    assert run(lambda: ended.speak("One two.", acts=[(0.5, "duck")])) == "One two."


def test_only_the_first_duck_counts(run) -> None:
    spoken = Spoken()
    acts = [(0.3, "duck"), (0.7, "duck"), (0.8, "stop")]
    assert run(lambda: spoken.speak("One two three four.", acts=acts)) == "One"
    assert spoken.speaker.leases[0].ducked_db == [24.0]


def test_a_reply_that_is_held_is_silent_at_once_and_can_be_stopped(run) -> None:
    spoken = Spoken()
    acts = [(0.3, "duck"), (0.42, "hold"), (0.43, "hold"), (5.0, "stop")]
    assert run(lambda: spoken.speak("One two three four.", acts=acts)) == "One"
    assert spoken.samples == round(0.42 * RATE)


def test_a_reply_that_is_held_on_its_last_word_is_taken_up_again(run) -> None:
    spoken = Spoken()
    acts = [(0.5, "hold"), (3.0, "resume")]
    assert run(lambda: spoken.speak("One two.", acts=acts)) == "One two."
    assert spoken.ended_s == pytest.approx(3.0 + 5 * 0.06)
    stopped = Spoken()
    acts = [(0.36, "hold"), (3.0, "stop")]
    assert run(lambda: stopped.speak("One two.", acts=acts)) == "One"


def test_a_reply_that_is_held_before_it_began_begins_when_it_may(run) -> None:
    spoken = Spoken()
    acts = [(0.5, "hold"), (3.0, "resume")]
    assert run(lambda: spoken.speak("One two.", begins_s=1.0, acts=acts)) == "One two."
    assert spoken.started_s == [pytest.approx(3.0)]
    assert spoken.resumed == [False]
    stopped = Spoken()
    acts = [(0.5, "hold"), (3.0, "stop")]
    assert run(lambda: stopped.speak("One two.", begins_s=1.0, acts=acts)) == ""
    assert stopped.speaker.leases == []


def test_a_reply_that_is_held_before_its_first_sound_waits_with_it(run) -> None:
    spoken = Spoken(FakeSynthesizer(delay_s=1.0))
    acts = [(0.5, "duck"), (0.6, "hold"), (3.0, "resume")]
    assert run(lambda: spoken.speak("One two.", acts=acts)) == "One two."
    assert spoken.started_s == [pytest.approx(3.0)]


def test_thinking_goes_on_while_the_reply_is_held(run) -> None:
    spoken = Spoken()
    acts = [(0.3, "hold"), (6.0, "resume")]
    lines = ["One two.", 1.0, "Three.", 1.0, "Four."]
    assert run(lambda: spoken.speak(*lines, acts=acts)) == "One two. Three. Four."
    assert spoken.ended_s == pytest.approx(6.0 + 0.06 * (5 + 7 + 6))


def test_nothing_starts_after_a_stop_in_a_filler(run) -> None:
    class Deaf(FakePlayback):
        async def play(self, frame: Any) -> None:
            await super().play(frame)
            stops(frame)

    spoken = Spoken()

    def stops(frame: Any) -> None:
        if frame.start > 2000:
            spoken.player.stop()

    spoken.speaker.open = lambda: spoken.speaker.leases.append(Deaf()) or spoken.speaker.leases[-1]
    assert run(spoken.speak, Line("One moment.", is_filler=True), "It is late.") == ""
    assert spoken.started_s == []


def test_a_resume_without_a_hold_is_nothing(run) -> None:
    spoken = Spoken()
    assert run(lambda: spoken.speak("One two.", acts=[(0.3, "resume")])) == "One two."
    assert spoken.resumed == [False]
    over = Spoken()

    async def main() -> str:
        await over.speak("One.")
        over.player.stop()
        assert not over.player.resume()
        over.player.duck(24.0)
        over.player.hold()
        return over.player.heard

    assert run(main) == "One."


# What really comes out of the speaker, sample by sample

LETTER = RATE // 20
RAMP = 40
"""A word that gets softer passes the levels of others, for so many samples at most."""

WORDS = "one three seventeen a seven thousand little mice ran up the clock".split()


class Numbered(FakeSynthesizer):
    """Speaks word number n as so many samples of n hundred, 50 ms a letter."""

    def __init__(self, *, timed: bool = True) -> None:
        super().__init__(delay_s=0.0)
        self._timed = timed

    async def synthesize(self, sentence: str, voice: Voice) -> AsyncGenerator[SpokenAudio]:
        for word in sentence.split():
            samples = np.full(len(word) * LETTER, level(word), np.int16)
            position = sentence.index(word)
            timing = (WordTiming(word, position, 0, len(samples)),) if self._timed else ()
            yield SpokenAudio(samples, RATE, timing)


def level(word: str) -> int:
    return 100 * (WORDS.index(word) + 1)


class RoomSpeaker:
    """What it plays is heard as a device would play it, and kept: silence is zeros."""

    def __init__(self) -> None:
        self.leases: list[PacedPlayback] = []
        self.room = silence(0)

    async def prepare(self) -> None: ...

    async def aclose(self) -> None: ...

    def open(self) -> PacedPlayback:
        if self.leases:
            self.leases[-1].stop()
        self.leases.append(PacedPlayback(anyio.current_time, self))
        return self.leases[-1]

    def played(self, samples: int) -> Samples:
        return silence(samples)

    def write(self, samples: Samples, rate_hz: int, at_s: float) -> None:
        gap = max(0, round(at_s * rate_hz) - len(self.room))
        self.room = np.concatenate([self.room, silence(gap), samples])

    def end(self) -> None: ...

    async def settle(self) -> None: ...

    def runs(self) -> list[tuple[int, int]]:
        """(level, samples) of what was heard, one after the other."""
        edges = [0, *(np.flatnonzero(np.diff(self.room)) + 1).tolist(), len(self.room)]
        pairs = itertools.pairwise(edges)
        return [(int(self.room[begin]), end - begin) for begin, end in pairs if end > begin]


def twice(speaker: RoomSpeaker, words: list[str]) -> list[str]:
    """The words of which something was heard twice; each must have been heard whole, in order."""
    runs = speaker.runs()
    lengths = {level(word): len(word) * LETTER for word in words}
    whole = [each for each, samples in runs if samples >= lengths.get(each, len(speaker.room))]
    assert list(dict.fromkeys(whole)) == list(lengths)
    heard = {each: sum(n for found, n in runs if found == each) for each in lengths}
    return [word for word in words if heard[level(word)] > lengths[level(word)] + RAMP]


LINES = [" ".join(WORDS[:4]), " ".join(WORDS[4:8]), " ".join(WORDS[8:])]
LENGTH_S = len("".join(WORDS)) * LETTER / RATE


def said_in_the_room(acts: list[tuple[float, str]], *, timed: bool = True) -> Spoken:
    spoken = Spoken(Numbered(timed=timed), RoomSpeaker())
    heard = clock.run(lambda: spoken.speak(*LINES, acts=acts))
    assert heard == " ".join(WORDS)
    return spoken


def test_without_an_overlap_every_sample_is_heard_once() -> None:
    spoken = said_in_the_room([])
    assert twice(spoken.speaker, WORDS) == []
    assert len(spoken.speaker.room) == round(LENGTH_S * RATE)


@given(
    hold_s=st.floats(0.0, LENGTH_S - 0.202),
    soft_s=st.floats(0.0, 0.2),
    silent_s=st.floats(0.0, 2.0),
)
@settings(max_examples=60, deadline=None)
def test_a_reply_that_is_held_goes_on_at_the_word_and_loses_none(hold_s, soft_s, silent_s) -> None:
    acts = [(hold_s, "duck"), (hold_s + soft_s, "hold"), (hold_s + soft_s + silent_s, "resume")]
    spoken = said_in_the_room(acts)
    assert len(twice(spoken.speaker, WORDS)) <= 1


@given(at_s=st.floats(0.0, LENGTH_S - 0.001), soft_s=st.floats(0.0, 0.5))
@settings(max_examples=30, deadline=None)
def test_a_reply_that_was_only_softer_goes_on_where_it_is(at_s, soft_s) -> None:
    spoken = said_in_the_room([(at_s, "duck"), (at_s + soft_s, "resume")])
    assert len(spoken.speaker.room) == round(LENGTH_S * RATE)


@given(
    st.lists(st.tuples(st.floats(0.05, 1.0), st.floats(0.1, 1.0)), min_size=2, max_size=4),
)
@settings(max_examples=30, deadline=None)
def test_a_reply_that_is_held_again_and_again_is_heard_whole(overlaps) -> None:
    acts, now_s = [], 0.0
    for after_s, silent_s in overlaps:
        acts += [(now_s + after_s, "hold"), (now_s + after_s + silent_s, "resume")]
        now_s += after_s + silent_s
    spoken = said_in_the_room(acts)
    assert len(twice(spoken.speaker, WORDS)) <= len(overlaps)


def test_without_word_timings_a_held_reply_goes_on_near_the_word() -> None:
    spoken = said_in_the_room([(0.5, "hold"), (1.0, "resume")], timed=False)
    again = len(spoken.speaker.room) - round((LENGTH_S + 0.5) * RATE)
    assert 0 <= again <= max(map(len, WORDS)) * LETTER


@pytest.mark.parametrize("stop_s", [0.1, 0.5, 1.0, 1.7])
def test_what_counts_as_heard_is_what_came_out_of_the_speaker(stop_s) -> None:
    spoken = Spoken(Numbered(), RoomSpeaker())
    heard = clock.run(lambda: spoken.speak(*LINES, acts=[(stop_s, "stop")]))
    assert len(spoken.speaker.room) == round(stop_s * RATE)
    by_half = [WORDS[each // 100 - 1] for each, n in spoken.speaker.runs()]
    if 2 * spoken.speaker.runs()[-1][1] < len(by_half[-1]) * LETTER:
        del by_half[-1]
    assert heard == " ".join(by_half)


# Rates


class Mixed(FakeSynthesizer):
    """Lines that begin with Three come at half the rate of the others."""

    rates: ClassVar[list[int]] = [RATE, 8000]

    async def synthesize(self, sentence: str, voice: Voice) -> AsyncGenerator[SpokenAudio]:
        rate_hz = self.rates[sentence.startswith("Three")]
        timing = WordTiming(sentence, 0, 0, rate_hz)
        yield SpokenAudio(np.full(rate_hz, 7, np.int16), rate_hz, (timing,))


def test_pieces_of_other_rates_are_brought_to_the_first_one(run) -> None:
    spoken = Spoken(Mixed())
    assert run(lambda: spoken.speak("One.", "Three.", acts=[(1.4, "stop")])) == "One."
    spoken = Spoken(Mixed())
    assert run(spoken.speak, "One.", "Three.") == "One. Three."
    assert spoken.samples == pytest.approx(2 * RATE, abs=2)


def test_a_held_reply_goes_on_at_the_word_at_any_rate(run) -> None:
    spoken = Spoken(Mixed())
    acts = [(1.6, "hold"), (3.0, "resume")]
    assert run(lambda: spoken.speak("One.", "Three.", acts=acts)) == "One. Three."
    assert spoken.ended_s == pytest.approx(4.0, abs=0.001)


# Reading aloud


def test_a_text_is_read_aloud_to_its_end(run) -> None:
    speaker = FakeSpeaker()

    async def main() -> tuple[int, float]:
        playback = speaker.open()
        await read_aloud("First this. Then that.", FakeSynthesizer(), FAKE_VOICE, playback)
        return playback.heard, anyio.current_time()

    heard, now_s = run(main)
    assert heard == round((len("First this. Then that.") + 1) * 0.06 * RATE)
    assert now_s >= heard / RATE
