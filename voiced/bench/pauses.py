"""Who pauses is not cut off, and who has finished does not wait: the pause set, and its control."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from voiced.audio import RATE_HZ
from voiced.bench.figures import Figure, median, percentile, share
from voiced.bench.material import Take, complete, pauses
from voiced.bench.scene import Scene, Spoken, Took, pathless_intents, take
from voiced.bench.standins import StandInResponder
from voiced.config import Config
from voiced.events import SpeechStopped, TurnEnded, TurnReopened

__all__ = ["measure"]

_FIRST_AT = 8000
_AFTER_S = 2.5
_NEAR_THE_END = RATE_HZ // 5


@dataclass(frozen=True, slots=True)
class _Heard:
    """One utterance: cuts inside of it, cuts that were taken back, the wait at its end."""

    kind: str
    cuts: int
    healed: int
    wait_ms: float | None


async def measure(config: Config, times: int) -> list[Figure]:
    """So many utterances with pauses, and a third as many without.

    Raises:
        EngineError: The voice that speaks them is missing.
    """
    paused = [await _hear(config, each) for each in await pauses(times)]
    whole = [await _hear(config, each) for each in await complete(max(1, times // 3))]
    cut = [each for each in paused if each.cuts]
    spoilt = [each for each in cut if each.healed < each.cuts]
    waits = [each.wait_ms for each in whole if each.wait_ms is not None]
    kinds = Counter(each.kind for each in cut)
    return [
        Figure(
            "false cut-offs on the pause set",
            share(len(cut), len(paused)),
            "%",
            9.9,
            note=f"of {len(paused)}: {', '.join(f'{n} {kind}' for kind, n in kinds.items())}",
        ),
        Figure(
            "the same, not taken back in time",
            share(len(spoilt), len(paused)),
            "%",
            note="in the rest the turn was opened again",
        ),
        Figure(
            "wait at the end of whole utterances, median",
            median(waits),
            "ms",
            400,
            note=f"{len(whole)} utterances",
        ),
        Figure("the same, 95 of 100", percentile(waits, 95), "ms"),
    ]


async def _hear(config: Config, said: Take) -> _Heard:
    spoken = Spoken(_FIRST_AT, said.utterance)
    scene = Scene(
        [spoken],
        config,
        pathless_intents(),
        StandInResponder("I see."),
        seconds=spoken.end / RATE_HZ + _AFTER_S,
    )
    took = await take(scene)
    stops = took.of(SpeechStopped)
    cuts = sum(stop.at < spoken.end - _NEAR_THE_END for stop in stops)
    return _Heard(said.kind, cuts, len(took.of(TurnReopened)), _wait_ms(took, spoken.end))


def _wait_ms(took: Took, true_end: int) -> float | None:
    """From the true end to the moment when it was decided; None if it was never."""
    stops, ended = took.of(SpeechStopped), took.of(TurnEnded)
    if not stops or not ended or stops[-1].at < true_end - _NEAR_THE_END:
        return None
    endpoint_ms = ended[-1].timing_ms.endpoint
    late_ms = (stops[-1].at - true_end) * 1000 / RATE_HZ
    return None if endpoint_ms is None else endpoint_ms + late_ms
