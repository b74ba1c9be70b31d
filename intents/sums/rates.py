"""Reads a file of the European Central Bank's reference rates. Nothing is fetched here."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path

from voiced.plugin import IntentFailed

__all__ = ["Rates", "read_rates"]

_MOST_BYTES = 1 << 20
_RATE = re.compile(r"""currency=["']([A-Z]{3})["']\s+rate=["']([0-9.]+)["']""")
_DAY = re.compile(r"""time=["'](\d{4}-\d\d-\d\d)["']""")
_MEND = "curl --create-dirs -o {} https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"
_NO_FILE = (
    "I have no exchange rates, and I don't fetch any by myself. The documentation has the one "
    "command that gets them."
)


@dataclass(frozen=True, slots=True)
class Rates:
    """What one euro was worth on that day, by currency."""

    day: date
    per_euro: dict[str, Fraction]

    def convert(self, amount: Fraction, source: str, target: str) -> Fraction:
        """An amount of one currency in another one.

        Raises:
            IntentFailed: There is no rate of one of them.
        """
        missing = [code for code in (source, target) if code not in self.per_euro]
        if missing:
            spoken = "That currency is not among the rates that I have."
            raise IntentFailed(f"no rate of {missing[0]}", spoken=spoken)
        return amount / self.per_euro[source] * self.per_euro[target]


def read_rates(path: Path) -> Rates:
    """The rates in a file. Blocking.

    Raises:
        IntentFailed: There is none, or it cannot be read.
    """
    mend = _MEND.format(path)
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_MOST_BYTES)
        rates = _of_xml(text) if text.lstrip().startswith("<") else _of_csv(text)
    except FileNotFoundError as error:
        raise IntentFailed("there is no file of rates", spoken=_NO_FILE, mend=mend) from error
    except (OSError, ValueError, StopIteration) as error:
        spoken = "I can't read the file of exchange rates."
        reason = f"[sums] rates cannot be read: {type(error).__name__}"
        raise IntentFailed(reason, spoken=spoken, mend=mend) from error
    return rates


def _of_xml(text: str) -> Rates:
    day = _DAY.search(text)
    found = _positive(_RATE.findall(text))
    if day is None or not found:
        raise ValueError("no rates")
    return Rates(date.fromisoformat(day[1]), {"EUR": Fraction(1), **found})


def _of_csv(text: str) -> Rates:
    rows = csv.reader(text.splitlines())
    names = [name.strip() for name in next(rows)]
    values = [value.strip() for value in next(rows)]
    day = datetime.strptime(values[0], "%d %B %Y").date()
    pairs = zip(names[1:], values[1:], strict=False)
    found = _positive((code, rate) for code, rate in pairs if code and rate and rate != "N/A")
    return Rates(day, {"EUR": Fraction(1), **found})


def _positive(pairs: Iterable[tuple[str, str]]) -> dict[str, Fraction]:
    """Those that money can be divided by."""
    found = {code: Fraction(rate) for code, rate in pairs}
    return {code: rate for code, rate in found.items() if rate > 0}
