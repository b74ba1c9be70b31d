"""Arithmetic, units, and currencies by a file of rates: all of it on this machine."""

from __future__ import annotations

from datetime import date, datetime, time
from fractions import Fraction
from functools import cache
from typing import Annotated, Any

from voiced.plugin import (
    NUMBER,
    Context,
    Effect,
    Integrity,
    InvalidSlots,
    Reply,
    intent,
)
from voiced_intents.clock.words import full_date

from .rates import Rates, read_rates
from .reading import spoken_number
from .settings import Settings
from .slots import CURRENCY, SUM, UNIT, Sum

__all__ = ["Settings", "calculate", "convert", "exchange"]

_ASK = "(what's|what is|how much is|what are|calculate|work out|compute)"
_AMOUNT = "({amount}|a|an|one)"
_SPOKEN_UNITS = {
    "degC": "degrees Celsius", "degF": "degrees Fahrenheit", "kelvin": "Kelvin",
    "metric_ton": "tons", "foot": "feet", "inch": "inches", "stone": "stone",
    "kilometre / hour": "kilometres per hour", "mile / hour": "miles per hour",
    "metre / second": "metres per second", "metre ** 2": "square metres",
    "metre ** 3": "cubic metres", "foot ** 2": "square feet", "mile ** 2": "square miles",
    "kilometre ** 2": "square kilometres", "horsepower": "horsepower", "psi": "PSI",
}  # fmt: skip
_NAMES = {
    "EUR": "euros", "USD": "US dollars", "GBP": "British pounds", "CHF": "Swiss francs",
    "JPY": "yen", "CNY": "yuan", "CAD": "Canadian dollars", "AUD": "Australian dollars",
    "NZD": "New Zealand dollars", "INR": "rupees", "SEK": "Swedish kronor",
    "NOK": "Norwegian kroner", "DKK": "Danish kroner", "PLN": "zlotys", "CZK": "Czech crowns",
    "HUF": "forints", "TRY": "Turkish liras", "BRL": "Brazilian reals", "MXN": "Mexican pesos",
    "ZAR": "rands", "ILS": "shekels", "SGD": "Singapore dollars", "HKD": "Hong Kong dollars",
    "THB": "baht", "KRW": "won",
}  # fmt: skip


@intent(
    "sums.calculate",
    sentences=[f"{_ASK} {{sum}}", "how much (is|are) {sum}"],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["what is fifteen percent of eighty", "what is the square root of two"],
)
async def calculate(context: Context, sum: Annotated[Sum, SUM]) -> Reply:  # noqa: A002, ARG001
    """Work out a sum."""
    if sum.result is None:
        raise InvalidSlots("the sum has no result", spoken=sum.wrong)
    words, is_exact = spoken_number(sum.result)
    text = f"That's {words}." if is_exact else f"That's about {words}."
    return Reply(text, data={"result": float(sum.result)})


@intent(
    "sums.convert",
    sentences=[
        f"convert {_AMOUNT} {{unit}} (to|into|in) {{unit:target}}",
        f"(what's|what is|how much is|how much are|what are) {_AMOUNT} {{unit}} (in|into|to) "
        "{unit:target}",
        f"how many {{unit:target}} (are|is|are there|is there|do i have) in {_AMOUNT} {{unit}}",
        f"how many {{unit:target}} (are|is|make) {_AMOUNT} {{unit}}",
        "{amount} {unit} (to|into|in) {unit:target}",
    ],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["convert five miles to kilometres", "what's seventy degrees fahrenheit in celsius"],
)
async def convert(
    context: Context,
    unit: Annotated[str, UNIT],
    target: Annotated[str, UNIT],
    amount: Annotated[float | None, NUMBER] = None,
) -> Reply:
    """Convert an amount from one unit to another."""
    value = 1 if amount is None else amount
    result = await context.in_worker(_converted, value, unit, target)
    words, is_exact = spoken_number(Fraction(str(float(f"{result:.6g}"))))
    start = "That's" if is_exact and float(words) == round(result, 9) else "That's about"
    return Reply(f"{start} {words} {_unit_words(target, words)}.", data={"result": result})


def _unit_words(unit: str, amount: str) -> str:
    known = _SPOKEN_UNITS.get(unit)
    if known is not None:
        return known
    name = unit.replace("_", " ")
    return name if amount == "1" else f"{name}s"


@cache
def _library() -> Any:
    import pint  # noqa: PLC0415 - takes a third of a second

    return pint.UnitRegistry(cache_folder=None)


def _converted(amount: float, unit: str, target: str) -> float:
    import pint  # noqa: PLC0415

    try:
        return float(_library().Quantity(amount, unit).to(target).magnitude)
    except pint.DimensionalityError as error:
        spoken = f"{_unit_words(unit, '2')} and {_unit_words(target, '2')} don't measure the same."
        raise InvalidSlots(
            "the units are of different kinds", spoken=spoken[:1].upper() + spoken[1:]
        ) from error


@intent(
    "sums.exchange",
    sentences=[
        f"convert {_AMOUNT} {{currency}} (to|into|in) {{currency:target}}",
        f"(what's|what is|how much is|how much are|what are) {_AMOUNT} {{currency}} (in|to) "
        "{currency:target}",
        f"how many {{currency:target}} (are|is|do i get for) {_AMOUNT} {{currency}}",
    ],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["convert fifty euros to dollars"],
)
async def exchange(
    context: Context,
    currency: Annotated[str, CURRENCY],
    target: Annotated[str, CURRENCY],
    amount: Annotated[float | None, NUMBER] = None,
) -> Reply:
    """Convert an amount of money, by the file of rates that is configured."""
    settings = context.settings(Settings)
    rates = await context.in_worker(read_rates, settings.path)
    value = Fraction(str(1 if amount is None else amount))
    result = round(rates.convert(value, currency, target), 2)
    words, _ = spoken_number(result)
    named = _NAMES.get(target, target)
    aged = _aged(rates, context.now.date(), settings.most_days_old)
    return Reply(f"About {words} {named}{aged}.", data={"result": float(result)})


def _aged(rates: Rates, today: date, most_days: int) -> str:
    """When the rates are from, if that is long ago."""
    if (today - rates.day).days <= most_days:
        return ""
    moments = [datetime.combine(day, time()) for day in (rates.day, today)]
    return f", by the rate of {full_date(*moments)}"
