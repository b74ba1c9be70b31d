"""Sums, units and currencies: results, what has none, and that nothing is fetched."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.errors import IntentFailed, InvalidSlots
from voiced.testing.context import FakeContext
from voiced_intents import sums
from voiced_intents.sums.reading import NoSum, read_sum, spoken_number
from voiced_intents.sums.slots import CURRENCY, SUM, UNIT

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize(
    ("said", "result"),
    [
        ("15 percent of 80", 12),
        ("fifteen percent of eighty", 12),
        ("two plus three times four", 14),
        ("ten minus four minus three", 3),
        ("one hundred and five divided by five", 21),
        ("two to the power of ten", 1024),
        ("three squared plus four squared", 25),
        ("the square root of one hundred forty four", 12),
        ("half of seven", "3.5"),
        ("two thirds of nine", 6),
        ("three quarters of a million", 750_000),
        ("twice two point five", 5),
        ("eighty plus fifteen percent", 92),
        ("sixty minus ten percent", 54),
        ("twenty percent off fifty", 40),
        ("minus three times minus four", 12),
        ("one point five million plus one", 1_500_001),
        ("3 * 4 - 2", 10),
        ("2^8", 256),
        ("1,200 / 8", 150),
        ("10% of 5% of 1000", 5),
        ("50 plus 10 percent of 50", 55),
    ],
)
def test_what_comes_out(said, result) -> None:
    assert read_sum(said) == Fraction(result)


@pytest.mark.parametrize(
    "said",
    ["", "the weather", "two plus", "plus two", "two three plus the", "seven of nine apples"],
)
def test_what_is_no_sum(said) -> None:
    with pytest.raises(NoSum):
        read_sum(said)
    assert SUM.resolve(said, FakeContext()) == ()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("one divided by zero", "Nothing can be divided by zero."),
        ("zero to the power of minus one", "Nothing can be divided by zero."),
        ("nine to the power of nine hundred", "I only know whole powers, up to two hundred."),
        ("nine to the power of two hundred", "That is too large for me to say."),
        (
            "the square root of minus one",
            "A number below zero has no square root that I could say.",
        ),
    ],
)
@pytest.mark.anyio
async def test_what_has_no_result_is_said(said, why) -> None:
    (found,) = SUM.resolve(said, FakeContext())
    with pytest.raises(InvalidSlots) as wrong:
        await sums.calculate(FakeContext(), sum=found.value)
    assert wrong.value.spoken == why


@given(
    st.lists(
        st.sampled_from(
            "two five point percent of off plus minus times over the square root".split()
        ),
        max_size=12,
    )
)
def test_whatever_is_said_ends(words) -> None:
    with suppress(NoSum):
        assert isinstance(read_sum(" ".join(words)), Fraction)


@given(st.integers(0, 999), st.integers(1, 999))
def test_it_counts_as_python_does(first, second) -> None:
    assert read_sum(f"{first} plus {second} times {second}") == first + second * second
    assert read_sum(f"{first} divided by {second}") == Fraction(first, second)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Fraction(12), ("12", True)),
        (Fraction(1, 4), ("0.25", True)),
        (Fraction(10, 3), ("3.3333", False)),
        (Fraction(10) ** 20, ("1 times ten to the power of 20", False)),
        (Fraction(1, 10**6), ("1 times ten to the power of -6", False)),
        (Fraction(-7, 2), ("-3.5", True)),
    ],
)
def test_how_a_number_is_said(value, said) -> None:
    assert spoken_number(value) == said


@pytest.mark.anyio
async def test_an_inexact_result_is_about() -> None:
    (found,) = SUM.resolve("ten divided by three", FakeContext())
    assert (await sums.calculate(FakeContext(), sum=found.value)).text == "That's about 3.3333."


async def converted(amount, source: str, target: str) -> str:
    context = FakeContext()
    unit, goal = (UNIT.resolve(each, context)[0].value for each in (source, target))
    return (await sums.convert(context, unit=unit, target=goal, amount=amount)).text


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("amount", "source", "target", "said"),
    [
        (5, "miles", "kilometres", "That's about 8.0467 kilometres."),
        (70, "degrees fahrenheit", "celsius", "That's about 21.1111 degrees Celsius."),
        (2, "cups", "millilitres", "That's about 473.176 millilitres."),
        (1, "kilometre", "metres", "That's 1000 metres."),
        (None, "hour", "seconds", "That's 3600 seconds."),
        (1000, "metres", "kilometre", "That's 1 kilometre."),
        (1, "foot", "inches", "That's 12 inches."),
        (100, "kilometers per hour", "miles an hour", "That's about 62.1371 miles per hour."),
    ],
)
async def test_units(amount, source, target, said) -> None:
    assert await converted(amount, source, target) == said


@pytest.mark.anyio
async def test_units_of_different_kinds() -> None:
    with pytest.raises(InvalidSlots) as wrong:
        await converted(3, "miles", "litres")
    assert wrong.value.spoken == "Miles and litres don't measure the same."


def test_every_unit_is_known_to_the_library() -> None:
    library = sums._library()
    for unit in set(UNIT.choice.values.values()):
        assert library.Quantity(1, unit).to_base_units().magnitude is not None


XML = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope><Cube><Cube time='2026-03-03'>
<Cube currency='USD' rate='1.0800'/><Cube currency='JPY' rate='160.00'/>
</Cube></Cube></gesmes:Envelope>
"""
CSV = "Date, USD, JPY, BGN, \n03 March 2026, 1.0800, 160.00, N/A, \n"


async def exchanged(path, now=NOW, source="dollars", target="euros") -> str:
    context = FakeContext(now=now, settings=sums.Settings(rates=path))
    codes = [CURRENCY.resolve(each, context)[0].value for each in (source, target)]
    return (await sums.exchange(context, currency=codes[0], target=codes[1], amount=54)).text


@pytest.mark.anyio
@pytest.mark.parametrize("text", [XML, CSV], ids=["xml", "csv"])
async def test_currencies_by_a_file(tmp_path, text) -> None:
    path = tmp_path / "rates"
    path.write_text(text, encoding="utf-8")
    assert await exchanged(path) == "About 50 euros."
    assert await exchanged(path, target="yen") == "About 8000 yen."
    old = await exchanged(path, now=NOW.replace(month=6))
    assert old == "About 50 euros, by the rate of Tuesday, March third."
    with pytest.raises(IntentFailed) as unknown:
        await exchanged(path, target="swiss francs")
    assert "not among the rates" in unknown.value.spoken


@pytest.mark.anyio
@pytest.mark.parametrize(
    "text", ["", "<a>", "Date\n", "Date, USD\nyesterday, 1.0\n", "<Cube time='x'>"]
)
async def test_a_file_that_is_none(tmp_path, text) -> None:
    path = tmp_path / "rates"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(IntentFailed) as broken:
        await exchanged(path)
    assert broken.value.spoken == "I can't read the file of exchange rates."
    assert "curl" in broken.value.mend


@pytest.mark.anyio
async def test_without_a_file_nothing_is_fetched(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(IntentFailed) as none:
        await exchanged(None)
    assert "I don't fetch any by myself" in none.value.spoken
    place = tmp_path / "voiced" / "rates.xml"
    assert f"-o {place} https://www.ecb.europa.eu/" in none.value.mend
    place.parent.mkdir()
    place.write_text(XML, encoding="utf-8")
    assert await exchanged(None) == "About 50 euros."


@pytest.mark.anyio
async def test_a_currency_that_is_worth_nothing_has_no_rate(tmp_path) -> None:
    path = tmp_path / "rates"
    path.write_text(XML.replace("1.0800", "0.00"), encoding="utf-8")
    with pytest.raises(IntentFailed, match="no rate of USD"):
        await exchanged(path)
