"""When the user has finished: by words, by the turn end detector, by habit. And how it is said."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import pytest
from scenes import DONE, INTENTS, Wordless, heard, of, outcomes, said

from voiced.errors import EngineError
from voiced.events import SpeechStopped, StageFailed, TurnEnded
from voiced.loop.session import Habits
from voiced.stages import SpokenAudio, Transcript, Voice
from voiced.testing.fakes import FakeResponder, FakeSynthesizer, FakeTurnEndDetector, Says
from voiced.testing.script import RULES, Script
from voiced.turns import PauseMemory
from voiced_intents import talk


def endpoint_ms(events) -> list[float]:
    return [event.timing_ms.endpoint for event in of(events, TurnEnded)]


def reasons(events) -> list[str]:
    return [event.reason for event in of(events, SpeechStopped)]


# Words


@pytest.mark.parametrize(
    ("text", "samples", "reason"),
    [
        ("what time is it", RULES.early_end, "complete"),
        ("burn the letters", RULES.early_end, "complete"),
        ("burn the", RULES.patient_end, "patience"),
        ("note", RULES.patient_end, "patience"),
        ("a song of seven kings", RULES.end_silence, "silence"),
        ("", RULES.end_silence, "silence"),
    ],
)
def test_the_words_say_how_long_to_wait(scene, text, samples, reason):
    events = scene(Script([Says(1.0, text)], intents=INTENTS))
    assert endpoint_ms(events) == [samples / 16]
    assert reasons(events) == [reason]


def test_who_pauses_in_a_sentence_that_cannot_end_there_is_not_cut(scene):
    user = [Says(1.0, "burn the", 0.6), Says(3.2, "letters", 0.5)]
    events = scene(Script(user, intents=INTENTS))
    assert said(events) == ["burn the letters"]


def test_without_speculation_words_end_a_turn_early_all_the_same(scene):
    rules = replace(RULES, speculates=False)
    events = scene(Script([Says(1.0, "what time is it")], intents=INTENTS, rules=rules))
    assert endpoint_ms(events) == [RULES.early_end / 16]


def test_without_speculation_the_words_are_made_sure_in_the_pause_all_the_same(scene):
    user = [Says(1.0, "what time is it")]
    rules = replace(RULES, speculates=False)
    events = scene(Script(user, intents=INTENTS, rules=rules, transcriber=Wordless(user)))
    assert endpoint_ms(events) == [RULES.early_end / 16]


class Misheard(Wordless):
    """Guesses "burn the", whatever is said, and is late with the final transcript."""

    async def transcribe(self, audio, hints):
        yield Transcript("burn the", is_final=False, confidence=0.5)
        async with aclosing(super().transcribe(audio, hints)) as readings:
            async for reading in readings:
                yield reading


@pytest.mark.parametrize(
    ("delay_s", "endpoint", "reason"), [(0.4, 520, "complete"), (2.0, 1100, "silence")]
)
def test_what_was_only_guessed_to_go_on_is_not_waited_for(scene, delay_s, endpoint, reason):
    user = [Says(1.0, "what time is it")]
    transcriber = Misheard(user, delay_s=delay_s)
    events = scene(Script(user, intents=INTENTS, transcriber=transcriber))
    assert endpoint_ms(events) == [endpoint]
    assert reasons(events) == [reason]
    assert DONE == ["time"]


# The turn end detector


class Judge(FakeTurnEndDetector):
    """Answers what it is told to, and notes what it is asked."""

    def __init__(self, answer: float | EngineError) -> None:
        super().__init__()
        self.answer = answer
        self.asked: list[tuple[int, str]] = []

    async def end_probability(self, audio, transcript) -> float:
        self.asked.append((len(audio), transcript))
        if isinstance(self.answer, EngineError):
            raise self.answer
        return self.answer


SONG = [Says(1.0, "a song of seven kings")]


@pytest.mark.parametrize(
    ("answer", "samples", "reason"),
    [
        (0.95, RULES.complete_end, "judged"),
        (0.05, (RULES.end_silence + RULES.patient_end) // 2, "judged"),
    ],
)
def test_the_turn_end_detector_moves_the_end(scene, answer, samples, reason):
    judge = Judge(answer)
    events = scene(Script(SONG, intents=INTENTS, turn_end=judge))
    assert 0 <= endpoint_ms(events)[0] - samples / 16 < 20  # the next frame
    assert reasons(events) == [reason]
    ((samples_heard, text),) = judge.asked
    assert samples_heard >= 16000
    assert text == "a song of seven kings"


def test_the_turn_end_detector_has_no_say_where_the_words_are_sure(scene):
    events = scene(Script([Says(1.0, "what time is it")], intents=INTENTS, turn_end=Judge(0.0)))
    assert endpoint_ms(events) == [RULES.early_end / 16]


def test_each_pause_is_judged_once_by_the_last_seconds_of_sound(scene):
    judge = Judge(0.05)
    user = [Says(1.0, "a song of seven", 9.0), Says(10.8, "kings", 0.5)]
    scene(Script(user, intents=INTENTS, turn_end=judge))
    assert [samples for samples, _ in judge.asked] == [8 * 16000] * 2
    assert [text for _, text in judge.asked] == ["a song of seven", "a song of seven kings"]


def test_a_turn_end_detector_that_fails_in_every_pause_is_not_asked_for_ever(scene):
    judge = Judge(EngineError("broken", stage="turn_end"))
    user = [Says(1.0 + 0.6 * number, "word", 0.3) for number in range(8)]
    events = scene(Script(user, turn_end=judge))
    assert len(of(events, StageFailed)) == len(judge.asked) == 3


def test_a_turn_end_detector_that_fails_now_and_then_is_asked_on(scene):
    class Moody(Judge):
        async def end_probability(self, audio, transcript):
            self.answer = EngineError("busy", stage="turn_end") if len(self.asked) % 3 else 0.5
            return await super().end_probability(audio, transcript)

    judge = Moody(0.5)
    user = [Says(1.0 + 0.6 * number, "word", 0.3) for number in range(8)]
    scene(Script(user, turn_end=judge))
    assert len(judge.asked) == 8


def test_a_turn_end_detector_that_fails_is_told_and_done_without(scene):
    judge = Judge(EngineError("broken", stage="turn_end"))
    events = scene(Script(SONG, intents=INTENTS, turn_end=judge))
    assert [event.stage for event in of(events, StageFailed)] == ["turn_end"]
    assert endpoint_ms(events) == [RULES.end_silence / 16]


# Habit


def test_pauses_are_learned_and_waited_for(scene):
    memory = PauseMemory()
    user = [Says(1.0 + 1.0 * number, "word", 0.2) for number in range(13)]
    script = Script(user, habits=Habits(pauses=memory))
    assert len(said(scene(script))) == 1
    assert memory.pauses == (round(0.8 * 16000),) * 12
    hasty = replace(RULES, end_silence=RULES.end_silence // 2)
    again = Script(SONG, intents=INTENTS, habits=Habits(pauses=memory), rules=hasty)
    assert endpoint_ms(scene(again))[0] > 1.5 * hasty.end_silence / 16


def test_without_a_memory_nothing_is_learned(scene):
    user = [Says(1.0 + 1.0 * number, "word", 0.2) for number in range(13)]
    scene(Script(user))
    assert endpoint_ms(scene(Script(SONG, intents=INTENTS))) == [RULES.end_silence / 16]


def test_a_pause_while_a_reply_is_heard_is_no_habit(scene):
    memory = PauseMemory()
    user = [Says(1.0, "tell me a story"), Says(4.0, "", 0.3), Says(4.5, "", 0.3)]
    scene(Script(user, intents=INTENTS, habits=Habits(pauses=memory)))
    assert memory.pauses == ()


# How it is said, and what was cut off


class Voices(FakeSynthesizer):
    """Notes in which voice each line is spoken."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[str, float, float]] = []

    async def synthesize(self, sentence: str, voice: Voice) -> AsyncGenerator[SpokenAudio]:
        self.lines.append((sentence, voice.speed, voice.volume_db))
        async for audio in super().synthesize(sentence, voice):
            yield audio


MANNERS = [*INTENTS, talk.slower, talk.louder, talk.stop, talk.repeat]
FIRST, SECOND, THIRD = (
    "Once upon a time there was a king.",
    "He had three sons who loved their horses.",
    "They lived happily ever after.",
)


def test_a_wish_is_heeded_from_the_next_line_on(scene):
    voices = Voices()
    user = [Says(1.0, "louder"), Says(5.0, "tell me a story")]
    scene(Script(user, intents=MANNERS, synthesizer=voices))
    assert [volume for _, _, volume in voices.lines] == [6.0] * 4
    assert [speed for _, speed, _ in voices.lines] == [1.0] * 4


def test_a_wish_over_a_reply_says_the_rest_of_it_in_the_new_way(scene):
    voices = Voices()
    user = [Says(1.0, "tell me a story"), Says(5.5, "slower", 0.5)]
    events = scene(Script(user, intents=MANNERS, synthesizer=voices))
    assert outcomes(events) == ["interrupted", "completed"]
    assert heard(events)[0].startswith(FIRST)
    assert heard(events)[1] == f"{SECOND} {THIRD}"
    assert {speed for line, speed, _ in voices.lines[-2:]} == {0.8}


def test_the_rest_of_a_reply_is_known_before_it_is_synthesized(scene):
    user = [Says(1.0, "tell me a story"), Says(3.0, "slower", 0.5)]
    events = scene(Script(user, intents=MANNERS))
    assert heard(events)[1] == f"{FIRST} {SECOND} {THIRD}"


def test_what_was_cut_off_by_a_stop_can_be_taken_up(scene):
    user = [Says(1.0, "tell me a story"), Says(5.5, "stop", 0.3), Says(8.0, "say that again")]
    events = scene(Script(user, intents=MANNERS))
    assert heard(events)[1:] == ["", f"{SECOND} {THIRD}"]


def test_what_was_said_to_the_end_is_not_unfinished(scene):
    user = [Says(1.0, "what time is it"), Says(8.0, "louder", 0.5)]
    events = scene(Script(user, intents=MANNERS))
    assert heard(events)[1] == "Okay."
    assert DONE == ["time"]


def test_a_question_that_was_thrown_away_does_not_change_how_it_is_said(scene):
    voices = Voices()
    model = FakeResponder({"louder he sang a song of kings": [["I see."]]})
    user = [Says(1.0, "louder", 0.4), Says(1.55, "he sang a song of kings")]
    scene(Script(user, intents=MANNERS, synthesizer=voices, responder=model))
    assert voices.lines[-1] == ("I see.", 1.0, 0.0)
