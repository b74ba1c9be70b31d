"""What happens when the user speaks over a reply: ducked, stopped, hung up, resumed.

The session, turn-taking and the voice detector are real; recognition lags 80 ms behind the speech,
the loudspeaker is ideal. Each interruption falls elsewhere into a long reply of the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voiced.audio import RATE_HZ
from voiced.bench.figures import Figure, median, percentile, share
from voiced.bench.material import Take, backchannels, interruptions, replies
from voiced.bench.scene import Scene, Spoken, Took, say, take
from voiced.bench.standins import (
    StandInResponder,
    StandInSynthesizer,
    heard_text,
    heard_words,
)
from voiced.config import Config
from voiced.events import BargeIn, PlaybackResumed, TurnEnded, TurnReopened

__all__ = ["measure"]

_QUESTION = "tell me a story"
_FIRST_AT = 8000
_INTO_THE_REPLY_S = 1.6
_SPREAD, _STRIDE = int(2.5 * RATE_HZ), 7919
_AFTER_S, _AROUND_S = 2.0, 2.0
_WHOLE = 0.98
_LONG, _SHORT = 25, 6
"""How many answers in a row the story is: the model still tells it while it is interrupted, or it
ends soon after.
"""


@dataclass(frozen=True, slots=True)
class _Overlap:
    """What came of one; milliseconds from its first sample, None where it did not happen."""

    kind: str
    down_ms: float | None
    silent_ms: float | None
    decided_ms: float | None
    closed_ms: float | None
    characters: int | None
    resumed_ms: float | None
    lost_words: int


async def measure(config: Config, times: int, takes: Sequence[Take] = ()) -> list[Figure]:
    """So many interruptions, and as many backchannels.

    Args:
        config: Its turn-taking is measured.
        times: How many of each.
        takes: Interruptions instead of those of the material, for instance recordings.

    Raises:
        EngineError: The voice that speaks them is missing.
    """
    over = takes or await interruptions(times)
    story = " ".join(replies(_LONG))
    real = [await _overlap(config, story, *each) for each in enumerate(over)]
    story = " ".join(replies(_SHORT))
    small = [await _overlap(config, story, *each) for each in enumerate(await backchannels(times))]
    return [*_interrupted(real), *_passed(small)]


def _interrupted(real: Sequence[_Overlap]) -> list[Figure]:
    decided = _known([each.decided_ms for each in real])
    silent = _known([each.silent_ms for each in real])
    closed = [
        each.closed_ms - each.decided_ms
        for each in real
        if each.closed_ms is not None and each.decided_ms is not None
    ]
    count = f"{len(real)} interruptions"
    return [
        Figure(
            "sound down by 20 dB, median",
            median(_known([each.down_ms for each in real])),
            "ms",
            80,
            note=count,
        ),
        Figure("sound stopped, median", median(silent), "ms", 300),
        Figure("sound stopped, 95 of 100", percentile(silent, 95), "ms", 500),
        Figure("sound stopped, longest", max(silent, default=None), "ms", 1000),
        Figure("reply given up for good, median", median(decided), "ms", 300),
        Figure("reply given up, 95 of 100", percentile(decided, 95), "ms", 500),
        Figure("reply given up, longest", max(decided, default=None), "ms", 1000),
        Figure("model hung up after that, median", median(closed), "ms", 5),
        Figure(
            "history against what was heard, median",
            median(_known([each.characters for each in real])),
            "characters",
            3,
        ),
        Figure("interruptions missed", share(len(real) - len(decided), len(real)), "%", 2),
    ]


def _passed(small: Sequence[_Overlap]) -> list[Figure]:
    stopped = [each for each in small if each.decided_ms is not None]
    resumed = _known([each.resumed_ms for each in small if each.decided_ms is None])
    kinds = ", ".join(sorted({each.kind for each in stopped})) or "none"
    return [
        Figure(
            "backchannels that stopped the reply",
            share(len(stopped), len(small)),
            "%",
            5,
            note=f"of {len(small)}: {kinds}",
        ),
        Figure("resumed after a backchannel's end, median", median(resumed), "ms", 700),
        Figure("resumed, longest", max(resumed, default=None), "ms", 700),
        Figure(
            "words lost after a resume",
            sum(each.lost_words for each in small if each.decided_ms is None),
            "",
            0,
        ),
    ]


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


async def _overlap(config: Config, story: str, index: int, over: Take) -> _Overlap:
    (question,) = await say([_QUESTION])
    asked = Spoken(_FIRST_AT, question)
    at = asked.end + round(_INTO_THE_REPLY_S * RATE_HZ) + index * _STRIDE % _SPREAD
    spoken = Spoken(at, over.utterance)
    scene = Scene(
        [asked, spoken],
        config,
        responder=StandInResponder({_QUESTION: story}, otherwise="Okay."),
        seconds=spoken.end / RATE_HZ + _AFTER_S,
    )
    return _measured(over.kind, spoken, await take(scene))


def _measured(kind: str, spoken: Spoken, took: Took) -> _Overlap:
    began_s, ended_s = took.at_s(spoken.at), took.at_s(spoken.end)

    def after_ms(at_s: float | None, since_s: float = began_s) -> float | None:
        return None if at_s is None else (at_s - since_s) * 1000

    stops: list[BargeIn | TurnReopened] = [*took.of(BargeIn), *took.of(TurnReopened)]
    stopped = [event.at for event in stops if event.turn == 1]
    decided_s = took.at_s(min(stopped)) if stopped else None
    resumed = [took.at_s(event.at) for event in took.of(PlaybackResumed)]
    model = took.scene.responder
    requests = model.requests if isinstance(model, StandInResponder) else []
    closed_s = requests[0].closed_at_s if requests else None
    return _Overlap(
        kind,
        after_ms(took.speaker.down_s(began_s)),
        after_ms(took.speaker.cut_s(began_s)) if stopped else None,
        after_ms(decided_s),
        after_ms(closed_s) if stopped else None,
        _misremembered(took, began_s) if stopped else None,
        after_ms(resumed[-1], ended_s) if resumed else None,
        0 if stopped else _lost(took, began_s, ended_s),
    )


def _misremembered(took: Took, began_s: float) -> int:
    """How many characters the history has more or fewer than were heard."""
    before = [each for each in took.scene.synthesizer.spoken if each.asked_at_s < began_s]
    truth = heard_text(heard_words(took.speaker.stretches, before))
    return abs(len(took.of(TurnEnded)[0].heard) - len(truth))


def _lost(took: Took, began_s: float, ended_s: float) -> int:
    """Words around the overlap that were not heard whole, though what follows them was."""
    voice: StandInSynthesizer = took.scene.synthesizer
    around = took.speaker.between(began_s - _AROUND_S, ended_s + _AROUND_S)
    words = heard_words(around, [each for each in voice.spoken if each.asked_at_s < ended_s])
    heard = [index for index, word in enumerate(words) if word.share > 0]
    return sum(word.share < _WHOLE for word in words[heard[0] + 1 : heard[-1]]) if heard else 0
