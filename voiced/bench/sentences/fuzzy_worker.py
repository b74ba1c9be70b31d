"""Runs the fuzzy matcher of hassil 3.8 on sentences: JSON in, JSON out. Imports nothing of voiced.

It scores sentences with an n-gram model for each intent. Home Assistant trains the models on
sentences that are sampled from the templates, with the slots in braces; so does this.
"""

from __future__ import annotations

import json
import math
import re
import sqlite3
import sys
import time
from collections import Counter
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_ORDER = 3
_BOS, _EOS = "<s>", "</s>"


def _counts(samples: list[list[str]]) -> list[Counter[tuple[str, ...]]]:
    counts: list[Counter[tuple[str, ...]]] = [Counter() for _ in range(_ORDER + 1)]
    for sample in samples:
        words = [_BOS, *sample, _EOS]
        for size in range(1, _ORDER + 1):
            for start in range(len(words) - size + 1):
                counts[size][tuple(words[start : start + size])] += 1
    return counts


def _model(samples: list[list[str]], path: Path) -> Any:
    """A Witten-Bell model as the database that hassil reads: natural logarithms, with back-off."""
    counts = _counts(samples)
    after: dict[tuple[str, ...], tuple[int, int]] = {}
    for size in range(1, _ORDER + 1):
        for ngram, count in counts[size].items():
            total, kinds = after.get(ngram[:-1], (0, 0))
            after[ngram[:-1]] = (total + count, kinds + 1)
    ids = {word: str(index) for index, (word,) in enumerate(sorted(counts[1]))}
    rows: list[tuple[str, float, float | None]] = []
    for size in range(1, _ORDER + 1):
        for ngram, count in counts[size].items():
            total, kinds = after[ngram[:-1]]
            probability = count / (total + kinds) if size > 1 else count / total
            back = after.get(ngram)
            weight = math.log(back[1] / (back[0] + back[1])) if back else None
            rows.append((" ".join(ids[word] for word in ngram), math.log(probability), weight))
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE ngrams (word_ids TEXT PRIMARY KEY, log_prob, backoff)")
        database.executemany("INSERT INTO ngrams VALUES (?, ?, ?)", rows)
    database.close()
    return import_module("hassil.ngram").Sqlite3NgramModel(_ORDER, ids, path)


def _slots_of(sample: list[str]) -> tuple[str, ...]:
    return tuple(sorted(word[1:-1] for word in sample if word.startswith("{")))


def _matcher(request: dict[str, Any], folder: Path) -> tuple[Any, dict[str, str]]:
    hassil, fuzzy = import_module("hassil"), import_module("hassil.fuzzy")
    known: dict[str, Any] = {"language": "en", "intents": {}, "skip_words": request["skip_words"]}
    models: dict[str, Any] = {}
    combinations: dict[str, dict[tuple[str, ...], Any]] = {}
    names: dict[str, str] = {}
    for index, (name, samples) in enumerate(request["samples"].items()):
        usable = [each for each in samples if set(_slots_of(each)) <= set(request["values"])]
        if usable:
            plain = re.sub(r"[_.]", "-", name)
            names[plain] = name
            models[f"all_{plain}"] = _model(usable, folder / f"{index}.db")
            combinations[plain] = {
                _slots_of(each): fuzzy.SlotCombinationInfo(context_area=False) for each in usable
            }
    lists = {
        slot: hassil.TextSlotList.from_strings(words, allow_template=False, name=slot)
        for slot, words in request["values"].items()
    }
    matcher: Any = fuzzy.FuzzyNgramMatcher(
        hassil.Intents.from_dict(known),
        models,
        {slot: [slot] for slot in lists},
        combinations,
        {},
        slot_lists=lists,
    )
    return matcher, names


def main() -> None:
    """Read the request from standard input, and write what was found."""
    request = json.load(sys.stdin)
    found: list[dict[str, Any] | None] = []
    cpu_ms: list[float] = []
    with TemporaryDirectory(prefix="voiced-fuzzy-") as name:
        matcher, names = _matcher(request, Path(name))
        for text in request["texts"]:
            began = time.process_time()
            result = matcher.match(text) if text else None
            cpu_ms.append(1000.0 * (time.process_time() - began))
            found.append(
                result
                and {
                    "intent": names[result.intent_name],
                    "slots": {slot: value.text for slot, value in result.slots.items()},
                }
            )
    json.dump({"found": found, "cpu_ms": cpu_ms}, sys.stdout)


if __name__ == "__main__":
    main()
