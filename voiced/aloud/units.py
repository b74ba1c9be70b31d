"""Units of measure: how they are written, and how one and many are said. Data only."""

from __future__ import annotations

__all__ = ["UNITS"]

_NAMED = """
km kilometer; m meter; cm centimeter; mm millimeter; mi mile; ft foot feet; yd yard
tsp teaspoon; tbsp tablespoon
kg kilogram; g gram; mg milligram; lb pound; lbs pound; oz ounce; L liter; l liter; ml milliliter
mL milliliter; s second; ms millisecond; us microsecond; µs microsecond; μs microsecond
ns nanosecond; sec second; secs second; min minute; mins minute; h hour; hr hour; hrs hour
b bit; B byte; KB kilobyte; kB kilobyte; MB megabyte; GB gigabyte; TB terabyte; PB petabyte
KiB kibibyte; MiB mebibyte; GiB gibibyte; TiB tebibyte; Hz hertz hertz; kHz kilohertz kilohertz
MHz megahertz megahertz; GHz gigahertz gigahertz; W watt; kW kilowatt; MW megawatt; GW gigawatt
V volt; kV kilovolt; A ampere; mA milliampere; Wh watt-hour; kWh kilowatt-hour
MWh megawatt-hour; mAh milliampere-hour; dB decibel; px pixel; hPa hectopascal; J joule
kJ kilojoule; kcal kilocalorie; cal calorie; Pa pascal; bar bar
"""
_SPEEDS = """
km/h kilometer per hour; kmh kilometer per hour; mph mile per hour; m/s meter per second
kbps kilobit per second; Mbps megabit per second; Gbps gigabit per second
kbit/s kilobit per second; Mbit/s megabit per second; Gbit/s gigabit per second
MB/s megabyte per second; GB/s gigabyte per second; KB/s kilobyte per second
"""


def _entries(table: str) -> list[list[str]]:
    return [entry.split() for line in table.splitlines() for entry in line.split(";") if entry]


UNITS: dict[str, tuple[str, str]] = {
    "%": ("percent", "percent"),
    "°C": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "℃": ("degree Celsius", "degrees Celsius"),
    "℉": ("degree Fahrenheit", "degrees Fahrenheit"),
    "°": ("degree", "degrees"),
    "dpi": ("dot per inch", "dots per inch"),
    "fps": ("frame per second", "frames per second"),
    "rpm": ("revolution per minute", "revolutions per minute"),
    "m²": ("square meter", "square meters"),
    "km²": ("square kilometer", "square kilometers"),
    "m³": ("cubic meter", "cubic meters"),
    **{short: (one, many[0] if many else f"{one}s") for short, one, *many in _entries(_NAMED)},
    **{
        short: (f"{one} {' '.join(per)}", f"{one}s {' '.join(per)}")
        for short, one, *per in _entries(_SPEEDS)
    },
}
"""A unit as it is written, to the words for one and for many."""
