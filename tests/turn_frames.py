"""Sound for turn-taking, written down: what each frame is, what the turn before does meanwhile."""

from __future__ import annotations

import re
from collections.abc import Mapping

from voiced.turns import Decision, PauseMemory, Phase, Reading, Rules, Sound, TurnTaking

FRAME = 320

RULES = Rules(
    speech=3 * FRAME,
    end_silence=20 * FRAME,
    barge_in=25 * FRAME,
    max_utterance=200 * FRAME,
    early_end=10 * FRAME,
    complete_end=14 * FRAME,
    patient_end=60 * FRAME,
    reopen=35 * FRAME,
    pause=6 * FRAME,
    suspicion=2 * FRAME,
    hold=6 * FRAME,
)
LOUD_DBFS, ROOM_DBFS = -30.0, -62.0

SOUNDS = {
    "#": Sound(0.9, LOUD_DBFS),
    "~": Sound(0.4, LOUD_DBFS),
    ".": Sound(0.1, ROOM_DBFS),
    "c": Sound(0.9, LOUD_DBFS, is_voiced=False),
    "?": Sound(0.9, LOUD_DBFS, is_trusted=False),
    "o": Sound(0.9, LOUD_DBFS, expected_dbfs=LOUD_DBFS - 30),
    "e": Sound(0.9, LOUD_DBFS, expected_dbfs=LOUD_DBFS),
    "m": Sound(0.9, ROOM_DBFS + 6),
}
"""Speech, doubtful speech, silence, a cough (no tone), what cannot be told from our own voice yet,
what is louder than our own voice in the room, what is as loud, and a murmur from the next room."""

PHASES = {phase.value[0]: phase for phase in Phase}


def drawn(notation: str) -> str:
    """``3. 2#`` as ``...##``."""
    return "".join(
        kind * int(count or 1) for count, kind in re.findall(r"(\d*)([^\d\s])", notation)
    )


def hear(
    sound: str,
    phases: str = "",
    told: Mapping[int, Reading | float] | None = None,
    taking: TurnTaking | None = None,
) -> list[tuple[int, Decision]]:
    """Decisions as (frame after which, decision); each frame is ``FRAME`` samples.

    Args:
        sound: Letters of ``SOUNDS``, with counts; see ``drawn``.
        phases: First letters of ``Phase``, with counts; IDLE where there is none.
        told: After which frame a transcript was read, or the turn end detector judged.
        taking: Taken instead of a fresh one.
    """
    taking = taking or in_a_room()
    told = told or {}
    doing = drawn(phases)
    heard: list[tuple[int, Decision]] = []
    for index, frame in enumerate(drawn(sound)):
        phase = PHASES[doing[index : index + 1] or "i"]
        start = index * FRAME
        decisions = taking.hear(SOUNDS[frame], start, start + FRAME, phase)
        heard += [(index, decision) for decision in decisions]
        match told.get(index):
            case Reading() as reading:
                heard += [(index, decision) for decision in taking.read(reading)]
            case float() as probability:
                heard += [(index, decision) for decision in taking.judge(probability)]
            case _:
                pass
    return heard


def in_a_room(memory: PauseMemory | None = None) -> TurnTaking:
    """One that has heard the room before anything happens in it."""
    taking = TurnTaking(RULES, memory)
    for start in range(-5 * FRAME, 0, FRAME):
        taking.hear(SOUNDS["."], start, start + FRAME, Phase.IDLE)
    return taking


def at(frame: int) -> int:
    """The first sample of a frame."""
    return frame * FRAME
