"""Coordinates to names of places: JSON in, JSON out, in a process of its own, which then ends.

The table of towns takes more than a hundred megabytes, which the assistant shall not keep. This
file is run as a script; it imports nothing of voiced.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module

_TOWN, _CITY = 1_000, 100_000
_KEYS = ("city", "county", "state", "country", "latitude", "longitude")


def main() -> None:
    """For each position the nearest town and the nearest city."""
    positions = [tuple(each) for each in json.load(sys.stdin)]
    geocoder = import_module("reverse_geocode")
    found = (geocoder.search(positions, least) for least in (_TOWN, _CITY))
    pairs = [
        [{key: place.get(key, "") for key in _KEYS} for place in pair]
        for pair in zip(*found, strict=True)
    ]
    json.dump(pairs, sys.stdout)


if __name__ == "__main__":
    main()
