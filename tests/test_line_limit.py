"""A hundred lines a minute; how many more there were is one of them."""

from __future__ import annotations

import logging

import pytest

from voiced.service.line_limit import LimitedHandler, LineLimit


class Clock:
    s = 0.0

    def now(self) -> float:
        return self.s


@pytest.mark.parametrize("per_minute", [1, 100, 101, 50_000])
def test_however_much_is_logged_the_log_stays_short(per_minute: int) -> None:
    clock, lines = Clock(), list[tuple[float, str]]()
    limited = LineLimit(lambda line: lines.append((clock.s, line)), clock.now)
    for number in range(3 * per_minute):
        clock.s = number * 60 / per_minute
        limited(f"line {number}")
    for minute in range(3):
        within = [line for at_s, line in lines if minute * 60 <= at_s < (minute + 1) * 60]
        assert len(within) == min(per_minute, 100)
    kept = sum(line.startswith("line") for _, line in lines)
    told = sum(int(line.split()[1]) for _, line in lines if line.startswith("voiced: "))
    last = max(0, per_minute - (99 if per_minute > 100 else 100))
    assert kept + told + last == 3 * per_minute


def test_warnings_of_all_parts_are_limited_together() -> None:
    clock, lines = Clock(), list[str]()
    handler = LimitedHandler(LineLimit(lines.append, clock.now))
    logger = logging.getLogger("voiced.test_line_limit")
    logger.addHandler(handler)
    try:
        for number in range(500):
            logger.warning("the disk %s is full", number)
        logger.info("not told")
    finally:
        logger.removeHandler(handler)
    assert lines[0] == "the disk 0 is full"
    assert len(lines) == 100


def test_a_log_that_is_gone_stops_nothing() -> None:
    def broken(line: str) -> None:
        raise BrokenPipeError

    LineLimit(broken, Clock().now)("a line")
