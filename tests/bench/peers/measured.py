"""The figures of one take, by the same rules for every system."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import scenes
from scenes import OTHERWISE
from stand_ins import Take

from voiced.bench.standins import SpokenSentence, heard_text, heard_words

_EARLY_S = 0.5
_CLOSING_S = 0.1
_JUST_AFTER_S = 0.001


def measured(take: Take, folder: Path) -> dict[str, Any]:
    """JSON types; milliseconds, None for what did not happen."""
    said = take.scene.said[-1]
    length = len(scenes.utterance(said, folder).samples)
    document = {"part": take.scene.part, "kind": take.scene.kind}
    if len(take.scene.said) == 1:
        return document | {"wait_ms": _wait_ms(take, take.at_s(said.at + length))}
    return document | _overlap(take, take.at_s(said.at), take.at_s(said.at + length))


def _wait_ms(take: Take, ended_s: float) -> float | None:
    heard_s = take.speaker.first_sound_s(ended_s - _EARLY_S)
    return None if heard_s is None else (heard_s - ended_s) * 1000


def _overlap(take: Take, began_s: float, ended_s: float) -> dict[str, Any]:
    ends_s = take.opened_s + take.scene.seconds - _CLOSING_S
    cut_s = take.speaker.cut_s(began_s)
    if cut_s is not None and cut_s > ends_s:
        cut_s = None
    resumed_s = _resumed_s(take, cut_s) if cut_s is not None else None
    was_given_up = cut_s is not None and resumed_s is None
    misremembered = _misremembered(take, cut_s) if cut_s is not None and was_given_up else None

    def after_ms(at_s: float | None) -> float | None:
        return None if at_s is None or at_s > ends_s else (at_s - began_s) * 1000

    return {
        "was_speaking": any(each.at_s < began_s for each in take.speaker.stretches),
        "fell_silent": cut_s is not None,
        "was_given_up": was_given_up,
        "down_ms": after_ms(take.speaker.down_s(began_s)),
        "silent_ms": after_ms(cut_s),
        "closed_ms": after_ms(_closed_s(take, began_s)),
        "resumed_ms": None if resumed_s is None else (resumed_s - ended_s) * 1000,
        "characters": misremembered,
    }


def _closed_s(take: Take, began_s: float) -> float | None:
    """When the request that ran while somebody spoke over it was closed."""
    closed = (each.closed_at_s for each in take.requests if each.at_s < began_s)
    return next((at_s for at_s in closed if at_s is not None and at_s >= began_s), None)


def _resumed_s(take: Take, cut_s: float) -> float | None:
    """When words of the reply were heard again after it fell silent."""
    later = [each for each in take.speaker.stretches if each.at_s > cut_s + _JUST_AFTER_S]
    goes_on = any(word.share > 0 for word in heard_words(later, _reply(take, cut_s)))
    return later[0].at_s if goes_on else None


def _misremembered(take: Take, cut_s: float) -> int:
    """How many characters the history has more or fewer than were heard."""
    words = heard_words(take.speaker.stretches, _reply(take, cut_s))
    truth = " ".join(heard_text(words).split())
    return abs(len(" ".join(take.history.split())) - len(truth))


def _reply(take: Take, cut_s: float) -> list[SpokenSentence]:
    """What was to be said when it fell silent; the answer to what was said over it is not."""
    return [
        each for each in take.spoken if each.asked_at_s < cut_s and each.text.strip() != OTHERWISE
    ]
