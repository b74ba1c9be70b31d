"""The turns that are kept: a line of JSON for each, and the sound of some. All of it blocks.

``turns.jsonl`` (0600) lies in a folder of its own (0700), the sound beside it. Several processes
may use it: what changes it holds a lock. A line that is damaged is left out; what is erased is
written over with zeros first.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

from voiced.errors import VoicedError
from voiced.private_files import append, locked, make_empty, wiping
from voiced.timeline import Timeline

__all__ = ["KeptSound", "KeptTurn", "Limits", "SoundFile", "TurnStore", "unwanted"]

_SLACK = 4
_BLOCK_BYTES = 1 << 16
_NUMBER = re.compile(rb'\{"number":([0-9]{1,12}),')
_SOUND_NAME = re.compile(r"([1-9][0-9]{0,11})\.flac")


@dataclass(frozen=True, slots=True)
class KeptSound:
    """The sound of a turn; ``start_s`` is where it begins, in seconds of its session."""

    start_s: float
    seconds: float


@dataclass(frozen=True, slots=True)
class SoundFile:
    """Sound that is to be kept; ``write`` writes it to a path that is there and empty."""

    sound: KeptSound
    write: Callable[[Path], None]


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


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is kept: so many turns, the sound of so many, nothing older than so many days."""

    turns: int
    sounds: int
    days: int


class TurnStore:
    """The kept turns in ``folder``, which is made when the first one is kept."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "turns.jsonl"
        self.sounds = folder / "sound"
        self._folder = folder

    def turns(self) -> tuple[KeptTurn, ...]:
        """Every turn, oldest first.

        Raises:
            VoicedError: The file may not be read.
        """
        try:
            return tuple(self._read())
        except OSError as error:
            raise VoicedError(f"{self.path}: cannot be read: {error.strerror}") from error

    def newest(self, count: int, before: int | None = None) -> tuple[KeptTurn, ...]:
        """The newest turns, newest first; of those with a smaller number than ``before``.

        Raises:
            VoicedError: The file may not be read.
        """
        return tuple(islice(self._backwards(before), count))

    def since(self, at: datetime) -> tuple[KeptTurn, ...]:
        """The turns that ended at ``at`` or later, newest first.

        Raises:
            VoicedError: The file may not be read.
        """
        return tuple(takewhile(lambda turn: turn.at >= at, self._backwards()))

    def turn(self, number: int) -> KeptTurn | None:
        """The turn of that number; None where it is not kept.

        Raises:
            VoicedError: The file may not be read.
        """
        found = next(self._backwards(number + 1), None)
        return found if found is not None and found.number == number else None

    def damaged(self) -> int:
        """How many lines hold no turn that can be read.

        Raises:
            VoicedError: The file may not be read.
        """
        try:
            return sum(1 for line in self._lines() if _turn_of(line) is None)
        except OSError as error:
            raise VoicedError(f"{self.path}: cannot be read: {error.strerror}") from error

    def sound_file(self, number: int) -> Path:
        """Where the sound of a turn lies, if it is kept."""
        return self.sounds / f"{number}.flac"

    def add(
        self, at: datetime, timeline: Timeline, limits: Limits, file: SoundFile | None = None
    ) -> KeptTurn:
        """Keep one more turn, and drop what is over the limits.

        Raises:
            OSError: It cannot be written; nothing is half there.
            VoicedError: The sound cannot be written.
        """
        with locked(self._folder):
            number = self._last_number() + 1
            if file is not None:
                self._write_sound(self.sound_file(number), file.write)
            kept = KeptTurn(number, at, timeline, file.sound if file else None)
            append(self.path, _line(kept))
            self._trim(limits, at, number)
        return kept

    def trim(self, limits: Limits, now: datetime) -> None:
        """Drop what is over the limits. Makes nothing where nothing is kept.

        Raises:
            OSError: It cannot be done.
        """
        if self._folder.exists():
            with locked(self._folder):
                self._trim(limits, now, self._last_number())

    def erase(self, is_unwanted: Callable[[KeptTurn], bool]) -> int:
        """Erase turns and their sound, on the disk too, and lines that cannot be read; how many.

        Raises:
            VoicedError: It cannot be done.
        """
        if not self._folder.exists():
            return 0
        try:
            with locked(self._folder):
                kept, unwanted = _parted(self._read(), is_unwanted)
                self._drop_sounds({turn.number for turn in kept})  # first: it makes room
                self._rewrite(kept)
        except OSError as error:
            raise VoicedError(f"{self._folder}: cannot be erased: {error.strerror}") from error
        return len(unwanted)

    def erase_all(self) -> int:
        """Erase every turn; as ``erase``."""
        return self.erase(lambda _: True)

    def erase_since(self, at: datetime) -> int:
        """Erase the turns that ended at ``at`` or later; as ``erase``."""
        return self.erase(lambda turn: turn.at >= at)

    def erase_matching(
        self, words: str, since: datetime | None = None, until: datetime | None = None
    ) -> int:
        """Erase the turns that hold all of the words, or words that begin so; as ``erase``."""
        return self.erase(unwanted(words, since, until)) if _tokens(words) else 0

    def _lines(self) -> list[bytes]:
        try:
            return self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return []

    def _read(self) -> Iterator[KeptTurn]:
        for line in self._lines():
            turn = _turn_of(line)
            if turn is not None:
                yield self._with_sound(turn)

    def _backwards(self, before: int | None = None) -> Iterator[KeptTurn]:
        """The turns, newest first; of those before that, no more than the number is read."""
        try:
            lines = self._lines()
        except OSError as error:
            raise VoicedError(f"{self.path}: cannot be read: {error.strerror}") from error
        for line in reversed(lines):
            if before is not None and (named := _NUMBER.match(line)) and int(named[1]) >= before:
                continue
            turn = _turn_of(line)
            if turn is not None and (before is None or turn.number < before):
                yield self._with_sound(turn)

    def _sound_numbers(self) -> list[int]:
        if not self.sounds.exists():
            return []
        names = (_SOUND_NAME.fullmatch(path.name) for path in self.sounds.iterdir())
        return sorted(int(name[1]) for name in names if name)

    def _with_sound(self, turn: KeptTurn) -> KeptTurn:
        if turn.sound is None or self.sound_file(turn.number).exists():
            return turn
        return KeptTurn(turn.number, turn.at, turn.timeline)

    def _last_number(self) -> int:
        """From the end of the file, as little as there is need to read."""
        try:
            with self.path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                back = 0
                while back < size:
                    back = min(size, max(_BLOCK_BYTES, back * 2))
                    file.seek(size - back)
                    found = [turn for line in file.read().split(b"\n") if (turn := _turn_of(line))]
                    if found:
                        return max(turn.number for turn in found)
        except FileNotFoundError:
            pass
        return 0

    def _write_sound(self, path: Path, write: Callable[[Path], None]) -> None:
        self.sounds.mkdir(mode=0o700, exist_ok=True)
        make_empty(path)
        try:
            write(path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def _trim(self, limits: Limits, now: datetime, last: int) -> None:
        """Look at as little as will do: this happens after every turn."""
        first = self._first()
        oldest = now - timedelta(days=limits.days)
        is_old = first is not None and first.at < oldest
        most = limits.turns + limits.turns // _SLACK
        may_be_many = first is None or last - first.number >= most
        if is_old or (may_be_many and len(self._lines()) > most):
            turns = [turn for turn in self._read() if turn.at >= oldest]
            turns = turns[max(0, len(turns) - limits.turns) :]
            self._rewrite(turns)
            first = turns[0] if turns else None
        known = [] if first is None else [n for n in self._sound_numbers() if n >= first.number]
        self._drop_sounds(set(known[-limits.sounds :]))

    def _first(self) -> KeptTurn | None:
        """The oldest turn, from the beginning of the file."""
        try:
            with self.path.open("rb") as file:
                return next((turn for line in file if (turn := _turn_of(line))), None)
        except FileNotFoundError:
            return None

    def _rewrite(self, turns: Sequence[KeptTurn]) -> None:
        if not self.path.exists():
            return
        fresh = self.path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        append(fresh, b"".join(_line(turn) for turn in turns))
        with wiping(self.path):
            fresh.replace(self.path)

    def _drop_sounds(self, kept: set[int]) -> None:
        if not self.sounds.exists():
            return
        for path in self.sounds.iterdir():
            name = _SOUND_NAME.fullmatch(path.name)
            if name is None or int(name[1]) not in kept:
                with wiping(path):
                    path.unlink()


def unwanted(
    words: str, since: datetime | None = None, until: datetime | None = None
) -> Callable[[KeptTurn], bool]:
    """Whether a turn holds all of the words, or words that begin so, and is of the span of time.

    Words without a letter are in no turn.
    """
    wanted = _tokens(words)

    def is_unwanted(turn: KeptTurn) -> bool:
        if (words and not wanted) or (since and turn.at < since) or (until and turn.at >= until):
            return False
        there = _tokens(turn.words()) if wanted else []
        return all(any(each.startswith(word) for each in there) for word in wanted)

    return is_unwanted


def _line(turn: KeptTurn) -> bytes:
    text = json.dumps(turn.as_row(), ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _turn_of(line: bytes) -> KeptTurn | None:
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


def _parted(
    turns: Iterable[KeptTurn], is_unwanted: Callable[[KeptTurn], bool]
) -> tuple[list[KeptTurn], list[KeptTurn]]:
    kept: list[KeptTurn] = []
    unwanted: list[KeptTurn] = []
    for turn in turns:
        (unwanted if is_unwanted(turn) else kept).append(turn)
    return kept, unwanted


def _tokens(text: str) -> list[str]:
    """Words without case and accents, as the journal's search takes them."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"\w+", "".join(each for each in plain if not unicodedata.combining(each)))
