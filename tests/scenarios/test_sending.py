"""What leaves the machine waits ten seconds; a yes must begin after our own sound has ended."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Annotated

import anyio
import pytest
from scenes import DONE, INTENTS, heard, of, outcomes

from voiced.audio import RATE_HZ, AudioFrame, Samples, silence
from voiced.errors import DeviceError, IntentFailed
from voiced.events import BargeIn, ConfirmationAsked, IntentReturned
from voiced.plugin import TEXT, Context, Effect, Integrity, Reply, intent
from voiced.stages import ToolCall
from voiced.testing.fakes import FakeMicrophone, FakeResponder, FakeSpeaker, Says
from voiced.testing.script import RULES, Script
from voiced_intents import talk


@intent(
    "mail.send",
    sentences=["mail {text}"],
    effect=Effect.O1,
    critical=["text"],
    returns=Integrity.CONFIG,
)
async def mail(context: Context, text: Annotated[str, TEXT]) -> Reply:
    """Send a mail."""
    DONE.append(f"mailed {text}")
    return Reply("Sent.")


@intent("mail.bounce", sentences=["bounce it"], effect=Effect.O1, returns=Integrity.CONFIG)
async def bounce(context: Context) -> Reply:
    """Send a mail that comes back."""
    DONE.append("bounced")
    raise IntentFailed("no server", spoken="The server does not answer.")


ALL = [*INTENTS, mail, bounce, talk.stop]
SEND = Says(1.0, "mail hello")
POSTED = "Send a mail: hello, in ten seconds. Say stop to keep it back."


def sent_at_s(events) -> list[float]:
    return [event.at / RATE_HZ for event in of(events, IntentReturned) if "mail" in event.intent]


def test_a_mail_leaves_ten_seconds_after_it_was_told(scene):
    events = scene(Script([SEND], 20.0, ALL))
    assert heard(events) == [POSTED]
    assert DONE == ["mailed hello"]
    (at_s,) = sent_at_s(events)
    assert 12.0 <= at_s <= 14.0


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        ("stop", "Stopped. Nothing was sent."),
        ("cancel that", "Stopped. Nothing was sent."),
        ("no wait", "Stopped. Nothing was sent."),
        ("please don't send it", "Stopped. Nothing was sent."),
        ("never mind", "Stopped. Nothing was sent."),
        ("oh my that is not at all what I wanted my sister to get", "Stopped. Nothing was sent."),
    ],
)
def test_stop_keeps_it_back(scene, said, reply):
    events = scene(Script([SEND, Says(9.0, said)], 30.0, ALL))
    assert heard(events) == [POSTED, reply]
    assert DONE == []
    assert not sent_at_s(events)


def test_a_stop_while_it_is_told_keeps_it_back(scene):
    events = scene(Script([SEND, Says(3.5, "stop", 0.5)], 30.0, ALL))
    assert of(events, BargeIn)
    assert DONE == []
    assert outcomes(events) == ["interrupted", "completed"]
    assert heard(events)[1] == "Stopped. Nothing was sent."


def test_another_request_does_not_stop_it(scene):
    events = scene(Script([SEND, Says(9.0, "what time is it")], 30.0, ALL))
    assert DONE == ["time", "mailed hello"]
    assert outcomes(events) == ["completed", "completed"]


def test_a_no_to_a_question_keeps_it_back_too(scene):
    user = [SEND, Says(6.5, "burn the letters"), Says(11.5, "no")]
    events = scene(Script(user, 30.0, ALL))
    assert heard(events)[-1] == "Okay, I won't. Nothing was sent."
    assert DONE == []


def test_nothing_is_sent_once_nobody_can_say_stop(scene):
    events = scene(Script([SEND], 9.0, ALL))
    assert heard(events) == [POSTED]
    assert DONE == []


class Lost(FakeMicrophone):
    """A microphone that is lost for a moment."""

    def __init__(self, user: list[Says], seconds: float, lost_s: float) -> None:
        super().__init__(user, seconds)
        self.lost_s = lost_s

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        async with aclosing(super().frames()) as frames:
            async for frame in frames:
                if self.lost_s and frame.start >= self.lost_s * RATE_HZ:
                    self.lost_s = 0.0
                    raise DeviceError("unplugged", retryable=True)
                yield frame


def test_nothing_is_sent_while_nobody_is_heard_and_that_is_told(scene):
    user = [SEND]
    microphone = Lost(user, 22.0, lost_s=9.0)
    events = scene(Script(user, 22.0, ALL, microphone=microphone))
    assert heard(events)[:2] == [
        POSTED,
        f"What I was about to send was not sent, because I could not hear you. {POSTED}",
    ]
    assert DONE == ["mailed hello"]  # what was asked for again
    assert len(sent_at_s(events)) == 1


def test_a_failure_is_told_with_the_next_reply_and_only_once(scene):
    user = [Says(1.0, "bounce it"), Says(17.0, "note milk"), Says(24.0, "note eggs")]
    events = scene(Script(user, 30.0, ALL))
    assert DONE == ["bounced", "note milk", "note eggs"]
    assert heard(events)[1:] == [
        "It was not sent. The server does not answer. Noted milk.",
        "Noted eggs.",
    ]


def test_what_the_model_sends_is_told_by_us_whatever_it_says_itself(scene):
    call = ToolCall("1", "mail.send", {"text": "hello"})
    model = FakeResponder({"greet my sister": [[call], ["It is on its way."]]})
    events = scene(Script([Says(1.0, "greet my sister")], 30.0, ALL, responder=model))
    assert heard(events) == [f"It is on its way. {POSTED}"]
    assert '"it waits to be sent' in model.histories[-1][-1].content
    assert DONE == ["mailed hello"]


# A yes to a question


class Loud(FakeSpeaker):
    """A speaker that is still heard, very softly, until ``until_s``."""

    def __init__(self, until_s: float) -> None:
        super().__init__()
        self._until_s = until_s
        self._began_s: float | None = None

    def played(self, samples: int) -> Samples:
        sound = silence(samples)
        if self._began_s is None:
            self._began_s = anyio.current_time() - samples / RATE_HZ
        if anyio.current_time() - self._began_s <= self._until_s:
            sound[0] = 1
        return sound


BURN = Says(1.0, "burn the letters")
YES_AT_S = 8.0


def asked(events) -> int:
    return len(of(events, ConfirmationAsked))


@pytest.mark.parametrize(("gap_s", "is_heard"), [(0.26, False), (0.34, True)])
def test_a_yes_right_after_our_own_sound_is_asked_again(scene, gap_s, is_heard):
    user = [BURN, Says(YES_AT_S, "yes burn the letters", 1.5)]
    events = scene(Script(user, 16.0, INTENTS, speaker=Loud(YES_AT_S - gap_s)))
    burnt = ["burn"] if is_heard else []
    assert burnt == DONE
    assert asked(events) == (1 if is_heard else 2)


@pytest.mark.parametrize(
    ("seconds", "is_heard"), [(0.28, False), (0.32, True), (3.98, True), (4.1, False)]
)
@pytest.mark.parametrize("speculates", [False, True])
def test_a_yes_is_neither_a_click_nor_a_speech(scene, seconds, is_heard, speculates):
    user = [BURN, Says(YES_AT_S, "yes burn the letters", seconds)]
    rules = replace(RULES, speculates=speculates)
    events = scene(Script(user, 20.0, INTENTS, rules=rules))
    burnt = ["burn"] if is_heard else []
    assert burnt == DONE
    assert asked(events) == (1 if is_heard else 2)


def test_two_bad_answers_leave_only_the_screen(scene):
    user = [BURN, Says(8.0, "yes"), Says(15.0, "okay"), Says(22.0, "yes burn the letters", 1.5)]
    events = scene(Script(user, 30.0, INTENTS))
    assert heard(events)[2] == "I only do that at the screen, not by voice."
    assert DONE == []
    assert asked(events) == 3


def test_a_yes_that_was_only_its_beginning_burns_nothing(scene):
    user = [BURN, Says(8.0, "yes burn the letters"), Says(9.15, "no don't", 0.6)]
    events = scene(Script(user, 20.0, INTENTS))
    assert DONE == []
    assert heard(events)[-1] == "Okay, I won't."
