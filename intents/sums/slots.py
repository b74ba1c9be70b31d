"""The slot types of sums, units and currencies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from voiced.plugin import NUMBER, Candidate, SlotContext, choice
from voiced_intents.clock.brief import Brief

from .reading import NoSum, read_sum

__all__ = ["CURRENCY", "SUM", "UNIT", "Sum"]


@dataclass(frozen=True, slots=True)
class Sum:
    """What was asked for and its result; ``wrong`` says why it has none."""

    result: Fraction | None
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class _Sum:
    """Spoken arithmetic."""

    name: ClassVar[str] = "sum"
    is_open: ClassVar[bool] = False
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "maxLength": 200,
        "description": "arithmetic: '15 percent of 80', '3 plus 4 times 5', '2 to the power of 8'",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """Up to four numbers, with what is done to them between."""
        number = f"[minus] ({'|'.join(NUMBER.phrases(context))}) [(million|billion)]"
        joined = "(plus|minus|times|multiplied by|divided by|over|to the power of)"
        part = "(half|a third|a quarter|two thirds|three quarters|a tenth)"
        return (
            f"{number} {joined} {number} [{joined} {number}] [{joined} {number}]",
            f"{number} (plus|minus) {number} percent",
            f"({number} percent|{part}) (of|off) {number} [{joined} {number}]",
            f"(twice|[the] square root of) {number}",
            f"{number} (squared|cubed)",
        )

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[Sum]]:  # noqa: ARG002
        """The result, or why it has none."""
        try:
            return (Candidate(Sum(read_sum(said)), said.strip()),)
        except NoSum as wrong:
            return (Candidate(Sum(None, str(wrong)), said.strip()),) if str(wrong) else ()


SUM = _Sum()

_UNITS = {
    "millimetre": "millimetre", "millimeter": "millimetre", "centimetre": "centimetre",
    "centimeter": "centimetre", "metre": "metre", "meter": "metre", "kilometre": "kilometre",
    "kilometer": "kilometre", "inch": "inch", "yard": "yard", "mile": "mile",
    "nautical mile": "nautical_mile", "light year": "light_year",
    "milligram": "milligram", "gram": "gram", "kilogram": "kilogram", "kilo": "kilogram",
    "ton": "metric_ton", "tonne": "metric_ton", "ounce": "ounce", "pound": "pound",
    "stone": "stone",
    "millilitre": "millilitre", "milliliter": "millilitre", "centilitre": "centilitre",
    "decilitre": "decilitre", "litre": "litre", "liter": "litre", "gallon": "gallon",
    "quart": "quart", "pint": "pint", "cup": "cup", "tablespoon": "tablespoon",
    "teaspoon": "teaspoon", "fluid ounce": "fluid_ounce", "cubic metre": "metre ** 3",
    "cubic meter": "metre ** 3",
    "square metre": "metre ** 2", "square meter": "metre ** 2", "hectare": "hectare",
    "acre": "acre", "square kilometre": "kilometre ** 2", "square mile": "mile ** 2",
    "square foot": "foot ** 2",
    "second": "second", "minute": "minute", "hour": "hour", "day": "day", "week": "week",
    "year": "year",
    "bit": "bit", "byte": "byte", "kilobyte": "kilobyte", "megabyte": "megabyte",
    "gigabyte": "gigabyte", "terabyte": "terabyte", "gibibyte": "gibibyte",
    "mebibyte": "mebibyte",
    "joule": "joule", "calorie": "calorie", "kilocalorie": "kilocalorie",
    "kilowatt hour": "kilowatt_hour", "watt": "watt", "kilowatt": "kilowatt",
    "horsepower": "horsepower", "pascal": "pascal", "bar": "bar", "knot": "knot",
}  # fmt: skip
_UNCHANGING = {
    "foot": "foot", "feet": "foot", "square feet": "foot ** 2", "inches": "inch",
    "psi": "psi", "p s i": "psi", "kilos": "kilogram", "stones": "stone",
    "degrees celsius": "degC", "degrees centigrade": "degC", "celsius": "degC",
    "degrees fahrenheit": "degF", "fahrenheit": "degF", "kelvin": "kelvin",
    "kilometres per hour": "kilometre / hour", "kilometers per hour": "kilometre / hour",
    "kilometres an hour": "kilometre / hour", "kilometers an hour": "kilometre / hour",
    "miles per hour": "mile / hour", "miles an hour": "mile / hour",
    "metres per second": "metre / second", "meters per second": "metre / second",
}  # fmt: skip

UNIT = Brief(
    choice("unit", _UNITS | {f"{name}s": unit for name, unit in _UNITS.items()} | _UNCHANGING),
    "a unit in words: 'miles', 'degrees celsius'",
)
"""A unit; the value is its name in the library of units."""

_CURRENCIES = {
    "euro": "EUR", "dollar": "USD", "us dollar": "USD", "american dollar": "USD",
    "canadian dollar": "CAD", "australian dollar": "AUD", "new zealand dollar": "NZD",
    "british pound": "GBP", "pound sterling": "GBP", "swiss franc": "CHF", "franc": "CHF",
    "japanese yen": "JPY", "chinese yuan": "CNY", "indian rupee": "INR", "rupee": "INR",
    "swedish krona": "SEK", "norwegian krone": "NOK", "danish krone": "DKK",
    "polish zloty": "PLN", "zloty": "PLN", "czech crown": "CZK", "hungarian forint": "HUF",
    "turkish lira": "TRY", "brazilian real": "BRL", "mexican peso": "MXN",
    "south african rand": "ZAR", "rand": "ZAR", "shekel": "ILS", "singapore dollar": "SGD",
    "hong kong dollar": "HKD",
}  # fmt: skip
_MORE = {
    "yen": "JPY", "yuan": "CNY", "pounds": "GBP", "pounds sterling": "GBP", "kronor": "SEK",
    "forint": "HUF", "baht": "THB", "won": "KRW",
}  # fmt: skip
CURRENCY = Brief(
    choice(
        "currency",
        _CURRENCIES | {f"{name}s": code for name, code in _CURRENCIES.items()} | _MORE,
    ),
    "a currency in words: 'euros', 'us dollars'",
)
"""A currency; the value is its three letters."""
