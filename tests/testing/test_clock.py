"""Virtual time: jumps, order, and deadlocks that fail at once, on both loops."""

from __future__ import annotations

import time
from typing import Any

import anyio
import pytest

from voiced.testing import clock
from voiced.testing.clock import Deadlock


@pytest.fixture(params=["asyncio", "trio"])
def run(request: pytest.FixtureRequest) -> Any:
    return lambda function, *args: clock.run(function, *args, backend=request.param)


def test_an_hour_passes_at_once(run: Any) -> None:
    async def main() -> float:
        start_s = anyio.current_time()
        await anyio.sleep(3600)
        return anyio.current_time() - start_s

    began_s = time.monotonic()
    assert run(main) == pytest.approx(3600)
    assert time.monotonic() - began_s < 5


def test_tasks_wake_in_the_order_of_their_timers(run: Any) -> None:
    woken: list[float] = []

    async def sleeper(seconds: float) -> None:
        await anyio.sleep(seconds)
        woken.append(seconds)

    async def main() -> None:
        async with anyio.create_task_group() as tasks:
            for seconds in (3.0, 0.5, 2.0, 0.0):
                tasks.start_soon(sleeper, seconds)

    run(main)
    assert woken == [0.0, 0.5, 2.0, 3.0]


def test_a_timeout_ends_what_would_wait_for_ever(run: Any) -> None:
    async def main() -> bool:
        with anyio.move_on_after(5) as scope:
            await anyio.sleep_forever()
        return scope.cancelled_caught

    assert run(main) is True


async def wait_for_each_other() -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(anyio.Event().wait)
        await anyio.Event().wait()


async def unwind_slowly() -> None:
    try:
        await anyio.Event().wait()
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.sleep(1)


@pytest.mark.parametrize("stuck", [wait_for_each_other, unwind_slowly, anyio.sleep_forever])
def test_a_deadlock_fails_at_once(run: Any, stuck: Any) -> None:
    with pytest.raises(Deadlock, match="nothing is left to happen"):
        run(stuck)


def test_an_error_comes_out_as_it_is(run: Any) -> None:
    async def main() -> None:
        await anyio.sleep(1)
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        run(main)


def test_arguments_and_results_are_handed_through(run: Any) -> None:
    async def main(one: int, two: int) -> int:
        return one + two

    assert run(main, 2, 3) == 5
