"""The events of two turns, as a session tells them; for the tests of what is made of events."""

from __future__ import annotations

from voiced.events import (
    BargeIn,
    Ducked,
    Event,
    IntentMatched,
    IntentReturned,
    OverlapIgnored,
    PlaybackResumed,
    PlaybackStarted,
    ReplySentence,
    SpeechStarted,
    SpeechStopped,
    Timing,
    TranscriptFinal,
    TranscriptPartial,
    TurnEnded,
    TurnId,
    TurnStarted,
)

SECRETS = ("delete the budget", "the budget", "Deleted the budget ok")
"""What is said in ``a_turn``."""


def at(seconds: float) -> int:
    """The sample of a session's second."""
    return round(seconds * 16_000)


def a_turn(turn: TurnId) -> list[Event]:
    """A command that is done: speech from second 1 to 2, the answer until 5."""
    return [
        SpeechStarted(at(1.0)),
        TurnStarted(at(1.06), turn),
        TranscriptPartial(at(1.5), turn, "delete the"),
        SpeechStopped(at(2.0), "complete"),
        TranscriptFinal(at(2.12), turn, "delete the budget", 0.9),
        IntentMatched(
            at(2.125), turn, "files.delete", (("source", "the budget"),), "spoken", "reversible"
        ),
        ReplySentence(at(2.13), turn, "Deleted the budget ok"),
        IntentReturned(at(2.2), turn, "files.delete", "completed", "42"),
        PlaybackStarted(at(2.22), turn),
        TurnEnded(
            at(5.0),
            turn,
            "completed",
            "Deleted the budget ok",
            Timing(200.0, 120.0, 130.0, 220.0, 3000.0),
        ),
    ]


def an_interrupted_turn(turn: TurnId) -> list[Event]:
    """A reply from second 2.7 on that ignores a backchannel at 4 and is stopped at 5.2.

    The turn that stops it is there too, whole.
    """
    after = TurnId(turn + 1)
    return [
        SpeechStarted(at(1.0)),
        TurnStarted(at(1.06), turn),
        SpeechStopped(at(2.0), "silence"),
        TranscriptFinal(at(2.6), turn, "tell me a story", 0.9),
        ReplySentence(at(2.65), turn, "Once upon a time."),
        PlaybackStarted(at(2.7), turn),
        ReplySentence(at(3.0), turn, "It was long."),
        Ducked(at(4.0), turn, 24.0),
        OverlapIgnored(at(4.4), turn, "backchannel"),
        PlaybackResumed(at(4.4), turn),
        Ducked(at(5.04), turn, 24.0),
        BargeIn(at(5.2), turn, "words"),
        SpeechStarted(at(5.0)),
        TurnEnded(
            at(5.21),
            turn,
            "interrupted",
            "Once upon a time. It",
            Timing(500.0, 600.0, 650.0, 700.0, 3210.0),
        ),
        TurnStarted(at(5.21), after),
        SpeechStopped(at(6.0), "complete"),
        TranscriptFinal(at(6.1), after, "no thanks", 0.9),
        TurnEnded(at(6.3), after, "not_understood", "", Timing(200.0, 100.0, None, None, 300.0)),
    ]
