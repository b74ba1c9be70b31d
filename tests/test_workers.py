from __future__ import annotations

import threading
import time
from contextlib import aclosing

import anyio
import pytest

from voiced import workers
from voiced.testing import clock

pytestmark = [pytest.mark.engine, pytest.mark.anyio]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def nothing_in_flight():
    """Every test leaves the count as it found it; abandoned threads are given time to end."""
    before = workers.in_flight()
    yield
    end_s = time.monotonic() + 5
    while workers.in_flight() != before and time.monotonic() < end_s:
        time.sleep(0.005)
    assert workers.in_flight() == before


# in_worker


async def test_a_call_runs_in_another_thread_and_gives_its_result() -> None:
    def call(a: int, b: int) -> tuple[int, int]:
        assert workers.in_flight() == 1
        return a + b, threading.get_ident()

    result, thread = await workers.in_worker(call, 1, 2)
    assert result == 3
    assert thread != threading.get_ident()
    assert workers.in_flight() == 0


async def test_an_error_in_the_worker_reaches_the_caller() -> None:
    def call() -> None:
        raise LookupError("not there")

    with pytest.raises(LookupError, match="not there"):
        await workers.in_worker(call)
    assert workers.in_flight() == 0


async def test_a_cancelled_caller_leaves_a_running_call_behind_still_counted() -> None:
    begun, let_go = threading.Event(), threading.Event()

    def call() -> None:
        begun.set()
        let_go.wait(5)

    with anyio.move_on_after(0.1) as scope:
        await workers.in_worker(call)
    assert scope.cancelled_caught
    assert begun.is_set()
    assert workers.in_flight() == 1
    let_go.set()
    # the fixture sees that the count goes down when the call ends


async def test_a_call_cancelled_before_it_began_never_runs() -> None:
    let_go = threading.Event()
    ran: list[int] = []
    limit = anyio.to_thread.current_default_thread_limiter()
    was, limit.total_tokens = limit.total_tokens, 1
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(workers.in_worker, let_go.wait, 5)
            await anyio.sleep(0.05)
            with anyio.move_on_after(0.05):
                await workers.in_worker(ran.append, 1)
            assert workers.in_flight() == 1
            let_go.set()
    finally:
        limit.total_tokens = was
    await anyio.sleep(0.05)
    assert ran == []


async def test_a_call_in_a_scope_already_cancelled_never_runs() -> None:
    ran: list[int] = []
    with anyio.CancelScope() as scope:
        scope.cancel()
        await workers.in_worker(ran.append, 1)
    await anyio.sleep(0.05)
    assert ran == []
    assert workers.in_flight() == 0


def test_virtual_time_stands_still_while_a_worker_works() -> None:
    async def main() -> float:
        for _ in range(50):
            await workers.in_worker(time.sleep, 0.001)
        return anyio.current_time()

    async def beside() -> float:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(anyio.sleep, 3600)
            now_s = await main()
            tasks.cancel_scope.cancel()
        return now_s

    assert clock.run(beside) == 0.0


# Exclusive


async def test_a_model_is_entered_by_one_thread_at_a_time() -> None:
    alone = workers.Exclusive()
    inside, most = 0, 0

    def call() -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.005)
        inside -= 1

    async with anyio.create_task_group() as tasks:
        for _ in range(10):
            tasks.start_soon(alone.run, call)
    assert most == 1


async def test_an_abandoned_run_still_keeps_the_others_out() -> None:
    alone = workers.Exclusive()
    order: list[str] = []

    def slow() -> None:
        time.sleep(0.2)
        order.append("slow")

    with anyio.move_on_after(0.05):
        await alone.run(slow)
    await alone.run(order.append, "next")
    assert order == ["slow", "next"]
    assert alone.hold(lambda: 7) == 7


# Handover


async def taken(handover: workers.Handover[int]) -> list[int]:
    items: list[int] = []
    while True:
        try:
            items.append(await handover.get())
        except StopAsyncIteration:
            return items


async def test_items_pushed_by_another_thread_come_in_order() -> None:
    handover: workers.Handover[int] = workers.Handover(10_000)

    def push() -> None:
        for number in range(5000):
            handover.push(number)
        handover.close()

    thread = threading.Thread(target=push)
    thread.start()
    assert await taken(handover) == list(range(5000))
    thread.join()
    assert handover.dropped == 0


async def test_when_full_the_oldest_is_dropped_and_counted() -> None:
    handover: workers.Handover[int] = workers.Handover(3)
    for number in range(10):
        handover.push(number)
    handover.close()
    assert await taken(handover) == [7, 8, 9]
    assert handover.dropped == 7


async def test_a_waiting_consumer_is_woken() -> None:
    handover: workers.Handover[int] = workers.Handover(3)
    timer = threading.Timer(0.05, handover.push, [5])
    timer.start()
    with anyio.fail_after(2):
        assert await handover.get() == 5
    timer.join()


async def test_closing_wakes_with_the_error_after_the_last_item() -> None:
    handover: workers.Handover[int] = workers.Handover(3)
    handover.push(1)
    handover.close(OSError("gone"))
    assert await handover.get() == 1
    for _ in range(2):
        with pytest.raises(OSError, match="gone"):
            await handover.get()


def test_a_push_after_the_loop_has_ended_does_nothing() -> None:
    async def main() -> workers.Handover[int]:
        return workers.Handover(3)

    handover = anyio.run(main)
    handover.push(1)
    handover.close()


# stream


async def test_a_stream_yields_what_is_emitted_and_ends() -> None:
    def produce(emit: workers.Emit[int]) -> None:
        for number in range(100):
            assert emit(number)

    async with aclosing(workers.stream(produce)) as items:
        assert [item async for item in items] == list(range(100))


async def test_a_stream_that_outruns_its_consumer_loses_nothing() -> None:
    count = 20_000

    def produce(emit: workers.Emit[int]) -> None:
        for number in range(count):
            emit(number)

    got: list[int] = []
    async with aclosing(workers.stream(produce)) as items:
        async for item in items:
            if not got:
                await anyio.sleep(0.3)
            got.append(item)
    assert got == list(range(count))


def test_a_full_stream_does_not_stop_virtual_time() -> None:
    def produce(emit: workers.Emit[int]) -> None:
        for number in range(10_000):
            emit(number)

    async def main() -> int:
        count = 0
        async with aclosing(workers.stream(produce)) as items:
            async for _ in items:
                if count % 1000 == 0:
                    await anyio.sleep(60)
                count += 1
        return count

    assert clock.run(main) == 10_000


async def test_an_error_of_the_producer_comes_after_its_items() -> None:
    def produce(emit: workers.Emit[int]) -> None:
        emit(1)
        raise LookupError("broken")

    got: list[int] = []
    async with aclosing(workers.stream(produce)) as items:
        with pytest.raises(LookupError, match="broken"):
            got.extend([item async for item in items])
    with anyio.fail_after(5):
        while workers.in_flight():  # noqa: ASYNC110 - its thread ends a moment after its last word
            await anyio.sleep(0.001)


@pytest.mark.parametrize("count", [3, 100_000])
async def test_closing_early_tells_the_producer(count: int) -> None:
    told = threading.Event()

    def produce(emit: workers.Emit[int]) -> None:
        for number in range(count):
            emit(number)
        while emit(0):
            time.sleep(0.001)
        told.set()

    async with aclosing(workers.stream(produce)) as items:
        async for _ in items:
            break
    assert await workers.in_worker(told.wait, 5)


# Patience


def test_what_hangs_is_left_behind_and_not_called_again_until_it_has_ended() -> None:
    patience, goes_on, begun = workers.Patience(), threading.Event(), list[str]()

    def hang(name: str) -> str:
        begun.append(name)
        goes_on.wait(20)
        return name

    for name in ("first", "second"):
        with pytest.raises(TimeoutError):
            patience.call(0.02, hang, name)
    assert begun == ["first"]
    goes_on.set()
    while workers.in_flight():
        time.sleep(0.001)
    assert patience.call(5, hang, "third") == "third"
    with pytest.raises(ZeroDivisionError):
        patience.call(5, lambda: 1 // 0)
