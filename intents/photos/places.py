"""Where on earth: coordinates to the names of places, without the net. The library is optional."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

from voiced.plugin import normalise, sound_similarity
from voiced_intents.files.refusals import failed

from .needs import MEND

__all__ = ["Place", "likeness", "places"]

_CITY = 100_000
_TOWN = 1_000
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


def places(positions: Iterable[Position]) -> Mapping[Position, Place]:
    """The places of positions; a hundred thousand take a second.

    Raises:
        IntentFailed: The library is not installed.
    """
    wanted = list(dict.fromkeys(positions))
    if not wanted:
        return {}
    try:
        geocoder = import_module("reverse_geocode")
    except ModuleNotFoundError as error:
        raise failed(
            f"{error.name} is not installed",
            "I can't tell places from coordinates yet, because the library for it is missing.",
            MEND,
        ) from error
    towns = geocoder.search(wanted, _TOWN)
    cities = geocoder.search(wanted, _CITY)
    return {
        position: _place(position, town, city)
        for position, town, city in zip(wanted, towns, cities, strict=True)
    }


def _place(position: Position, town: Mapping[str, Any], city: Mapping[str, Any]) -> Place:
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
