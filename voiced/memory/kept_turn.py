"""A turn that is kept: as a value, as a line of its file, and whether it holds some words. Pure."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from voiced.timeline import Timeline

__all__ = ["KeptSound", "KeptTurn", "line_of", "number_in", "tokens", "turn_of", "unwanted"]

_NUMBER = re.compile(rb'\{"number":([0-9]{1,12}),')


@dataclass(frozen=True, slots=True)
class KeptSound:
    """The sound of a turn; ``start_s`` is where it begins, in seconds of its session."""

    start_s: float
    seconds: float


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A turn that is kept. ``number`` counts from 1 over all sessions; ``at`` is its end."""

    number: int
    at: datetime
    timeline: Timeline
    sound: KeptSound | None = None

    def as_row(self) -> dict[str, Any]:
        """The turn as JSON types."""
        sound = self.sound and {"start_s": self.sound.start_s, "seconds": self.sound.seconds}
        at = self.at.isoformat(timespec="milliseconds")
        return {"number": self.number, "at": at, **self.timeline.as_row(), "sound": sound}

    def words(self) -> str:
        """All that was said in it, as far as that is kept."""
        facts = [step.facts for step in self.timeline.steps]
        slots = [str(value) for each in facts for value in dict(each.get("slots", {})).values()]
        texts = [str(each.get(name, "")) for each in facts for name in ("text", "question")]
        return " ".join([*texts, *slots])


def line_of(turn: KeptTurn) -> bytes:
    """The turn as a line of JSON."""
    text = json.dumps(turn.as_row(), ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace") + b"\n"


def turn_of(line: bytes) -> KeptTurn | None:
    """The turn of a line; None where it is damaged."""
    try:
        row = json.loads(line)
        sound = row["sound"]
        at = datetime.fromisoformat(row["at"])
        return KeptTurn(
            int(row["number"]),
            at if at.tzinfo else at.astimezone(),
            Timeline.of_row(row),
            sound and KeptSound(float(sound["start_s"]), float(sound["seconds"])),
        )
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def number_in(line: bytes) -> int | None:
    """The number of a line's turn, without reading more of it; None where that is not seen."""
    named = _NUMBER.match(line)
    return int(named[1]) if named else None


def unwanted(
    words: str, since: datetime | None = None, until: datetime | None = None
) -> Callable[[KeptTurn], bool]:
    """Whether a turn holds all of the words, or words that begin so, and is of the span of time.

    Words without a letter are in no turn.
    """
    wanted = tokens(words)

    def is_unwanted(turn: KeptTurn) -> bool:
        if (words and not wanted) or (since and turn.at < since) or (until and turn.at >= until):
            return False
        there = tokens(turn.words()) if wanted else []
        return all(any(each.startswith(word) for each in there) for word in wanted)

    return is_unwanted


def tokens(text: str) -> list[str]:
    """Words without case and accents, as the journal's search takes them."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"\w+", "".join(each for each in plain if not unicodedata.combining(each)))
