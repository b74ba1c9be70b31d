"""What is said unasked: it waits until nobody speaks, and rings until it is answered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from scenes import INTENTS, heard, of, outcomes

from voiced.announcements import Announcement, News, Told
from voiced.errors import IntentFailed
from voiced.events import BargeIn, Event, TranscriptFinal, TurnEnded, TurnStarted
from voiced.plugin import Announcer, Context, Integrity, announces
from voiced.testing.fakes import Says
from voiced.testing.script import Script, run_script


class Kettle:
    """Boils at a time; it whistles until somebody answers, and at most so often."""

    def __init__(
        self,
        at_s: float,
        *,
        text: str = "The kettle boils.",
        rings: bool = True,
        insists: bool = False,
    ) -> None:
        self.at_s = at_s
        self.text = text
        self.rings = rings
        self.insists = insists
        self.told: list[Told] = []
        self.is_off = False
        self.times = 3

    def announcer(self, returns: Integrity = Integrity.CONFIG) -> Announcer:
        begun = []

        @announces("kettle.boils", returns=returns)
        async def boils(context: Context, told: Told) -> News:
            begun.append(context.now)
            if told:
                self.told.append(dict(told))
                self.times -= 1
            due = begun[0] + timedelta(seconds=self.at_s)
            is_over = "answered" in told.values() or self.times == 0
            self.is_off = self.is_off or is_over or (bool(told) and not self.rings)
            if self.is_off:
                return News()
            if context.now < due:
                return News(again_at=due)
            return News((Announcement("kettle", self.text, self.rings, self.insists),))

        return boils


@pytest.fixture(params=["asyncio", "trio"])
def play(request, tmp_path):
    def run(script: Script) -> list[Event]:
        return run_script(script, tmp_path / "journal", backend=request.param)

    return run


def test_it_is_said_in_time_and_only_once(play) -> None:
    kettle = Kettle(2.0, rings=False)
    events = play(Script([], seconds=10.0, announcers=[kettle.announcer()]))
    assert heard(events) == ["The kettle boils."]
    assert 2.0 <= of(events, TurnStarted)[0].at / 16000 < 2.3
    assert kettle.told == [{"kettle": "heard"}]


def test_it_rings_again_until_it_is_given_up(play) -> None:
    kettle = Kettle(1.0)
    events = play(Script([], seconds=40.0, announcers=[kettle.announcer()]))
    assert heard(events) == ["The kettle boils."] * 3
    assert kettle.told == [{"kettle": "heard"}] * 3


def test_it_waits_until_the_reply_is_over(play) -> None:
    kettle = Kettle(4.0, rings=False)
    events = play(
        Script(
            [Says(1.0, "tell me a story")],
            seconds=20.0,
            intents=INTENTS,
            announcers=[kettle.announcer()],
        )
    )
    assert heard(events)[0].endswith("They lived happily ever after.")
    assert heard(events)[1:] == ["The kettle boils."]
    ended, started = of(events, TurnEnded)[0], of(events, TurnStarted)[1]
    assert ended.at > 4.0 * 16000, "the reply was still being spoken when the kettle boiled"
    assert started.at >= ended.at


def test_what_rings_cuts_a_reply_after_its_sentence(play) -> None:
    kettle = Kettle(4.0)
    events = play(
        Script(
            [Says(1.0, "tell me a story")],
            seconds=40.0,
            intents=INTENTS,
            announcers=[kettle.announcer()],
        )
    )
    assert heard(events)[0] == "Once upon a time there was a king."
    assert outcomes(events)[0] == "interrupted"
    assert of(events, BargeIn)[0].reason == "alarm"
    assert heard(events)[1] == "The kettle boils."


@pytest.mark.parametrize(
    ("said", "is_off"),
    [
        ("stop", True),
        ("what time is it", True),
        ("stop the thief he has my bag", False),
    ],
)
def test_what_insists_is_not_answered_by_a_television(play, said, is_off) -> None:
    kettle = Kettle(1.0, insists=True)
    script = Script(
        [Says(6.0, said)], seconds=40.0, intents=INTENTS, announcers=[kettle.announcer()]
    )
    assert heard(play(script)).count("The kettle boils.") == (1 if is_off else 3)
    assert kettle.told[0] == {"kettle": "answered" if is_off else "heard"}


@pytest.mark.parametrize(("said", "is_off"), [("stop", True), ("he said hello to her", False)])
def test_what_is_said_into_it_is_weighed_too(play, said, is_off) -> None:
    text = "The kettle boils and boils, and the water is hot, and nobody comes to see it."
    kettle = Kettle(1.0, text=text, insists=True)
    script = Script([Says(4.0, said)], seconds=60.0, announcers=[kettle.announcer()])
    events = play(script)
    assert outcomes(events)[0] == "interrupted"
    assert kettle.told[0] == {"kettle": "answered" if is_off else "heard"}
    assert (text in heard(events)) is not is_off


def test_it_rings_although_somebody_speaks_on_and_on(play) -> None:
    kettle = Kettle(2.0, insists=True)
    television = [Says(1.0 + 12.0 * number, "and then he went away", 11.9) for number in range(4)]
    script = Script(television, seconds=45.0, intents=INTENTS, announcers=[kettle.announcer()])
    play(script)
    assert kettle.told
    assert set(kettle.told[0].values()) == {"heard"}


def test_stop_silences_it_at_once(play) -> None:
    text = "The kettle boils and boils, and the water is hot, and nobody comes to see it."
    kettle = Kettle(1.0, text=text)
    events = play(Script([Says(4.0, "stop")], seconds=30.0, announcers=[kettle.announcer()]))
    assert outcomes(events)[0] == "interrupted"
    assert heard(events)[0] not in ("", text)
    assert kettle.told == [{"kettle": "answered"}]
    assert heard(events)[1:] == [""], "nothing is said to the stop, and it does not ring again"


def test_what_is_said_between_two_rings_answers_it(play) -> None:
    kettle = Kettle(1.0)
    script = [Says(6.0, "what time is it")]
    events = play(Script(script, seconds=30.0, intents=INTENTS, announcers=[kettle.announcer()]))
    assert [event.text for event in of(events, TranscriptFinal)] == ["what time is it"]
    assert heard(events)[0] == "The kettle boils."
    assert heard(events)[1].startswith("It is half past seven")
    assert kettle.told == [{"kettle": "answered"}]


def test_it_waits_for_the_answer_to_a_question(play) -> None:
    kettle = Kettle(5.0, rings=False)
    events = play(
        Script(
            [Says(1.0, "burn the letters")],
            seconds=30.0,
            intents=INTENTS,
            announcers=[kettle.announcer()],
        )
    )
    asked, told = of(events, TurnEnded)
    assert told.heard == "The kettle boils."
    assert of(events, TurnStarted)[1].at - asked.at >= 8.0 * 16000


def test_text_from_outside_stays_known_as_such(play, monkeypatch) -> None:
    from voiced.conversation import Conversation

    tainted = []
    monkeypatch.setattr(Conversation, "taint", lambda self, fields=(): tainted.append(fields))
    kettle = Kettle(1.0, rings=False)
    play(Script([], seconds=5.0, announcers=[kettle.announcer(Integrity.EXTERNAL)]))
    assert tainted == [()]


def test_a_plugin_that_fails_is_asked_again(play) -> None:
    calls = []

    @announces("broken.news", returns=Integrity.CONFIG)
    async def broken(context: Context, told: Told) -> News:
        calls.append(told)
        if len(calls) == 1:
            raise IntentFailed("no")
        if len(calls) == 2:
            raise ValueError
        if len(calls) == 3:
            return None  # type: ignore[return-value]
        return News((Announcement("all", "All is well."),) if len(calls) == 4 else ())

    events = play(Script([], seconds=30.0, announcers=[broken]))
    assert heard(events) == ["All is well."]
