"""How typed sentences are understood, beside hassil, and how long one takes to match."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.table import Table

from voiced.bench.figures import median, percentile, share
from voiced.bench.sentences.judging import Found, Judge, Verdict
from voiced.bench.sentences.material import CLEAN, OUTSIDE, Material, Sentence, load_material
from voiced.bench.sentences.mistakes import MISTAKES, with_mistakes
from voiced.bench.sentences.peers import Answers, HassilPeer
from voiced.bench.sentences.scale import further_intents
from voiced.errors import ConfigError
from voiced.grammar import Grammar
from voiced.spoken import sound_similarity

__all__ = ["ONE_ERROR", "Part", "SentencesReport", "Speed", "System", "run"]

_SCALES = (100, 2000)
_VERDICTS: tuple[Verdict, ...] = ("right", "wrong", "refused", "asked", "misasked")
ONE_ERROR = "one error"
_TITLE = "right intent and all slots, of %d sentences"


@dataclass(frozen=True, slots=True)
class Part:
    """How many sentences of a kind were understood; ``wrong``: as something else.

    ``asked``: after one question; ``misasked``: the question was about something else.
    """

    kind: str
    right: int
    wrong: int
    refused: int
    asked: int = 0
    misasked: int = 0

    @property
    def total(self) -> int:
        """How many there were."""
        return self.right + self.wrong + self.refused + self.asked + self.misasked

    def as_dict(self) -> dict[str, int]:
        """The counts."""
        return {each: getattr(self, each) for each in _VERDICTS}

    def cell(self) -> str:
        """The shares, for the table: right, and how much was wrongly taken for something."""
        if self.kind == OUTSIDE:
            asked = f", {self.misasked} asked about" if self.misasked else ""
            return f"{_percent(self.right, self.total)} % refused, {self.wrong} taken{asked}"
        right, wrong, refused, asked, misasked = (
            _percent(each, self.total) for each in self.as_dict().values()
        )
        after = f" + {asked} asked" if self.asked else ""
        vain = f", {misasked} asked in vain" if self.misasked else ""
        return f"{right} %{after} ({wrong} wrong{vain}, {refused} refused)"


@dataclass(frozen=True, slots=True)
class System:
    """What one matcher made of all sentences."""

    name: str
    parts: tuple[Part, ...]
    mistakes: tuple[tuple[Sentence, Verdict], ...]

    def part(self, kind: str) -> Part:
        """The sentences of a kind."""
        return next(each for each in self.parts if each.kind == kind)


@dataclass(frozen=True, slots=True)
class Speed:
    """CPU time of one match, each sentence once, with so many intents loaded."""

    name: str
    intents: int
    median_ms: float
    p95_ms: float
    compiled_s: float


@dataclass(frozen=True, slots=True)
class SentencesReport:
    """The systems in the order of the table, ours first; and how fast they are."""

    systems: tuple[System, ...]
    speeds: tuple[Speed, ...]

    @property
    def sentences(self) -> int:
        """How many sentences each system got."""
        kinds = (CLEAN, ONE_ERROR, OUTSIDE, *MISTAKES)
        return sum(part.total for part in self.systems[0].parts if part.kind in kinds)

    def as_dict(self) -> dict[str, Any]:
        """The report as a JSON document."""
        return {
            "sentences": self.sentences,
            "systems": {
                system.name: {part.kind: part.as_dict() for part in system.parts}
                for system in self.systems
            },
            "match_ms": [
                {
                    "system": speed.name,
                    "intents": speed.intents,
                    "median": round(speed.median_ms, 2),
                    "p95": round(speed.p95_ms, 2),
                    "compiled_s": round(speed.compiled_s, 2),
                }
                for speed in self.speeds
            ],
            "mistakes": [
                {"sentence": sentence.text, "verdict": verdict, "kind": sentence.kind}
                for sentence, verdict in self.systems[0].mistakes
            ],
        }

    def tables(self) -> list[Table]:
        """The report for the terminal."""
        found = Table(title=_TITLE % self.sentences)
        found.add_column("")
        for system in self.systems:
            found.add_column(system.name, justify="right")
        for part in self.systems[0].parts:
            cells = [system.part(part.kind).cell() for system in self.systems]
            found.add_row(f"{part.kind} ({part.total})", *cells)
        fast = Table(title="CPU time of a match, each sentence once")
        for column in ("", "intents", "median", "p95", "compiled in"):
            fast.add_column(column, justify="right")
        for speed in self.speeds:
            times = (f"{speed.median_ms:.1f} ms", f"{speed.p95_ms:.1f} ms")
            fast.add_row(speed.name, str(speed.intents), *times, f"{speed.compiled_s:.1f} s")
        return [found, fast]


def run(
    folder: Path, fuzzy: Path | None = None, scales: Sequence[int] = _SCALES
) -> SentencesReport:
    """Match all sentences of a folder (see material.py) with voiced and with hassil.

    Args:
        folder: The sentences.
        fuzzy: A folder to import hassil 3.8 from; its fuzzy matcher is left out without it.
        scales: With how many intents to take the time.

    Raises:
        ConfigError: The folder does not hold what it should, or hassil cannot be run.
        PluginError: A template is wrong.
    """
    if fuzzy is not None and not (fuzzy / "hassil").is_dir():
        reason = "there is no hassil with its fuzzy matcher: make build/hassil-fuzzy"
        raise ConfigError(file=str(fuzzy), key="fuzzy", reason=reason)
    with load_material(folder) as material:
        judge = Judge(material.intents, material.house)
        grammar = Grammar.compile(material.intents, material.house)
        whole = replace(
            material, sentences=(*material.sentences, *with_mistakes(material.sentences))
        )
        texts = [sentence.text for sentence in whole.sentences]
        systems = [_judged("voiced", whole, _ours(grammar, judge, texts), judge)]
        peer = HassilPeer(material.intents, material.house)
        exact = peer.exact(texts)
        systems.append(_judged("hassil exact", whole, exact, judge))
        speeds = [_speed_of(material, count) for count in scales]
        timed = len(material.sentences)
        speeds.append(_speed("hassil exact", len(material.intents), exact.cpu_ms[:timed], 0.0))
        if fuzzy is not None:
            both = _fallen_back(exact, peer.fuzzy(texts, _said(material), fuzzy))
            systems.append(_judged("hassil fuzzy", whole, both, judge))
            speeds.append(_speed("hassil fuzzy", len(material.intents), both.cpu_ms[:timed], 0.0))
        return SentencesReport(tuple(systems), tuple(speeds))


def _ours(grammar: Grammar, judge: Judge, texts: Sequence[str]) -> Answers:
    found: list[Found | None] = []
    guesses: list[tuple[Found, ...]] = []
    cpu_ms: list[float] = []
    for text in texts:
        began = time.process_time()
        matches = grammar.match([(text, 1.0)])
        guessed = () if matches else grammar.guesses(text)
        cpu_ms.append(1000.0 * (time.process_time() - began))
        found.append(judge.nearest(matches))
        guesses.append(tuple(Found(each.intent, each.slots) for each in guessed))
    return Answers(tuple(found), tuple(cpu_ms), tuple(guesses))


def _fallen_back(exact: Answers, fuzzy: Answers) -> Answers:
    """As Home Assistant does: the fuzzy one is asked where nothing fits exactly."""
    found = [first or second for first, second in zip(exact.found, fuzzy.found, strict=True)]
    cpu_ms = [
        first + (0.0 if known else second)
        for first, second, known in zip(exact.cpu_ms, fuzzy.cpu_ms, exact.found, strict=True)
    ]
    return Answers(tuple(found), tuple(cpu_ms))


def _said(material: Material) -> dict[str, set[str]]:
    """For names of slots, the words that mean a value in the sentences."""
    said: dict[str, set[str]] = {}
    for sentence in material.sentences:
        for slot, words in (sentence.slots or {}).items():
            said.setdefault(slot, set()).add(words.lower())
    return said


def _judged(name: str, material: Material, answers: Answers, judge: Judge) -> System:
    guesses = answers.guesses or ((),) * len(answers.found)
    pairs: list[tuple[Sentence, Verdict]] = [
        (
            sentence,
            judge.verdict_of_guesses(sentence, guessed)
            if guessed
            else judge.verdict(sentence, found),
        )
        for sentence, found, guessed in zip(material.sentences, answers.found, guesses, strict=True)
    ]
    kinds = dict.fromkeys(sentence.kind for sentence in material.sentences)
    errors = [kind for kind in kinds if kind not in (CLEAN, OUTSIDE, *MISTAKES)]
    parts = [_part(CLEAN, pairs, [CLEAN]), _part(ONE_ERROR, pairs, errors)]
    parts += [_part(f"  {kind}", pairs, [kind]) for kind in errors]
    parts += [_part(kind, pairs, [kind]) for kind in kinds if kind in MISTAKES]
    parts.append(_part(OUTSIDE, pairs, [OUTSIDE]))
    mistakes = tuple(pair for pair in pairs if pair[1] != "right" and pair[0].kind not in MISTAKES)
    return System(name, tuple(parts), mistakes)


def _part(name: str, pairs: Iterable[tuple[Sentence, Verdict]], kinds: Sequence[str]) -> Part:
    verdicts = [verdict for sentence, verdict in pairs if sentence.kind in kinds]
    return Part(name, *(verdicts.count(each) for each in _VERDICTS))


def _speed_of(material: Material, count: int) -> Speed:
    more = further_intents(max(0, count - len(material.intents)))
    intents = (*material.intents, *more)
    began = time.process_time()
    grammar = Grammar.compile(intents, material.house)
    compiled_s = time.process_time() - began
    sound_similarity.cache_clear()
    judge = Judge(intents, material.house)
    answers = _ours(grammar, judge, [sentence.text for sentence in material.sentences])
    return _speed("voiced", len(intents), answers.cpu_ms, compiled_s)


def _speed(name: str, intents: int, cpu_ms: Sequence[float], compiled_s: float) -> Speed:
    middle, late = median(cpu_ms) or 0.0, percentile(cpu_ms, 95.0) or 0.0
    return Speed(name, intents, middle, late, compiled_s)


def _percent(count: int, total: int) -> str:
    return f"{share(count, total) or 0.0:.1f}"
