"""The time of day in another city, as far as the database of time zones names the city."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from voiced.plugin import TEXT, Context, Effect, Integrity, Reply, choice, intent, normalise

from .brief import Brief
from .words import time_words

__all__ = ["tell_time_elsewhere"]

_REGIONS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
_NOON, _EVENING = 12, 18
_NO_CITIES = frozenset({"act", "lhi", "north", "nsw", "south", "west"})


def _cities() -> dict[str, str]:
    """Cities as they are said, each with its zone."""
    found = {"utc": "UTC"}
    for zone in sorted(available_timezones()):
        region, _, place = zone.partition("/")
        words = " ".join(normalise(place.rpartition("/")[2].replace("_", " ")))
        if region in _REGIONS and words and words not in _NO_CITIES:
            found.setdefault(words, zone)
    return found


_CITY = Brief(choice("city", _cities()), "a city that the time zones name: tokyo, new york")


@intent(
    "clock.elsewhere",
    sentences=[
        "what time is it [now] in {city} [now]",
        "(what's|what is) the [current] time [now] in {city} [now]",
        "[(tell me|do you know)] what time it is [now] in {city}",
        "tell me the time in {city}",
        "what time is it [now] in {text:place}",
        "(what's|what is) the [current] time [now] in {text:place}",
        "[(tell me|do you know)] what time it is [now] in {text:place}",
        "tell me the time in {text:place}",
    ],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["what time is it in tokyo"],
)
async def tell_time_elsewhere(
    context: Context,
    city: Annotated[str | None, _CITY] = None,
    place: Annotated[str | None, TEXT] = None,
) -> Reply:
    """Tell the time of day in another city."""
    if city is None:
        where = f"in {place}" if place else "there"
        mend = "Ask for a city that a time zone is named after."
        return Reply(f"I don't know what time it is {where}. {mend}")
    then = context.now.astimezone(ZoneInfo(city))
    said = city.rpartition("/")[2].replace("_", " ")
    day = "" if then.date() == context.now.date() else f" on {then:%A}"
    half = "in the morning" if then.hour < _NOON else "in the afternoon"
    part = "in the evening" if then.hour >= _EVENING else half
    of_day = "" if then.minute == 0 and then.hour in (0, _NOON) else f" {part}"
    text = f"In {said} it's {time_words(then)}{of_day}{day}."
    return Reply(text, data={"time": then.isoformat(timespec="minutes")})
