"""The outbox: what leaves the machine waits, can be stopped, and leaves at most once."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from desk import DONE, Desk, mail

from voiced.dispatch import Call, Waits
from voiced.dispatch.outbox import Outbox
from voiced.errors import IntentFailed
from voiced.journal import Journal
from voiced.plugin import Context, Effect, Reply, intent
from voiced.testing import clock


@pytest.fixture
def desk(tmp_path):
    DONE.clear()
    journal = Journal.open(tmp_path)
    yield Desk(journal)
    journal.close()


def test_the_user_has_eight_seconds_to_answer_and_ten_to_stop_what_is_sent() -> None:
    assert Waits() == Waits(confirm_s=8.0, outbox_s=10.0)


ONE, OTHER = Call(mail, {"text": "one"}), Call(mail, {"text": "other"})


async def _send(outbox: Outbox, calls: list[Call], gone: list[tuple[float, Call]]) -> None:
    async def wait(call: Call) -> None:
        if await outbox.release(call):
            gone.append((anyio.current_time(), call))

    async with anyio.create_task_group() as tasks:
        for call in calls:
            tasks.start_soon(wait, call)


def test_each_call_waits_and_leaves_once() -> None:
    outbox, gone = Outbox(10.0), []

    async def main() -> None:
        began = anyio.current_time()
        await _send(outbox, [ONE, OTHER], gone)
        assert [at - began for at, _ in gone] == [10.0, 10.0]

    clock.run(main)
    assert [call for _, call in gone] == [ONE, OTHER]
    assert outbox.waiting == ()
    assert outbox.stopped == 0


def test_what_waits_can_be_seen_and_stopped() -> None:
    outbox, gone = Outbox(10.0), []

    async def main() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_send, outbox, [ONE, OTHER], gone)
            await anyio.sleep(9.9)
            assert outbox.waiting == (ONE, OTHER)
            assert outbox.stop() == (ONE, OTHER)
            assert (outbox.waiting, outbox.stopped) == ((), 2)
            assert outbox.stop() == ()
            assert outbox.stopped == 2

    clock.run(main)
    assert gone == []


def test_what_comes_after_a_stop_is_not_stopped() -> None:
    outbox, gone = Outbox(10.0), []

    async def main() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_send, outbox, [ONE], gone)
            await anyio.sleep(5)
            outbox.stop()
            tasks.start_soon(_send, outbox, [OTHER], gone)

    clock.run(main)
    assert [call for _, call in gone] == [OTHER]


def test_two_equal_calls_are_two() -> None:
    outbox, gone = Outbox(10.0), []
    twin = Call(mail, {"text": "one"})
    assert twin == ONE

    async def main() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_send, outbox, [ONE], gone)
            await anyio.sleep(5)
            tasks.start_soon(_send, outbox, [twin], gone)
            await anyio.sleep(6)
            assert outbox.waiting == (twin,)
            outbox.stop()

    clock.run(main)
    assert len(gone) == 1
    assert gone[0][1] is ONE


def test_what_is_cancelled_while_it_waits_is_never_sent() -> None:
    outbox, gone = Outbox(10.0), []

    async def main() -> None:
        with anyio.move_on_after(9.9):
            await _send(outbox, [ONE], gone)
        await anyio.sleep(60)

    clock.run(main)
    assert (gone, outbox.waiting) == ([], ())


def test_nothing_leaves_a_closed_outbox() -> None:
    outbox, gone = Outbox(10.0), []

    async def main() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_send, outbox, [ONE], gone)
            await anyio.sleep(5)
            outbox.close()
            began = anyio.current_time()
            await _send(outbox, [OTHER], gone)
            assert anyio.current_time() == began

    clock.run(main)
    assert gone == []


# In the dispatcher


def sent(desk: Desk, call: Call, *, stop_after_s: float | None = None) -> Any:
    """What comes of sending a call, if the user says stop so much later."""
    results = []

    async def send() -> None:
        results.append(await desk.dispatcher.send(call, desk.report))

    async def main() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(send)
            if stop_after_s is not None:
                await anyio.sleep(stop_after_s)
                desk.dispatcher.assistant().stop_sending()

    clock.run(main)
    return results[0]


def test_a_mail_leaves_after_ten_seconds(desk) -> None:
    call = desk.say("mail good morning")
    assert desk.dispatcher.posted(call).spoken == (
        "Send a mail: good morning, in ten seconds. Say stop to keep it back."
    )
    assert sent(desk, call).spoken == "Sent."
    assert DONE == ["mailed good morning"]
    assert desk.dispatcher.notices == ()


def test_a_mail_is_not_sent_if_the_user_says_stop(desk) -> None:
    assert sent(desk, desk.say("mail good morning"), stop_after_s=9.9) is None
    assert DONE == []
    assert desk.dispatcher.notices == ()


def test_the_assistant_says_how_much_it_kept_back(desk) -> None:
    async def main() -> None:
        async with anyio.create_task_group() as tasks:
            for text in ("one", "two"):
                call = Call(mail, {"text": text}, values={"text": text})
                tasks.start_soon(desk.dispatcher.send, call, desk.report)
            await anyio.sleep(1)
            assert desk.dispatcher.assistant().stop_sending() == 2
            assert desk.dispatcher.assistant().stop_sending() == 0

    clock.run(main)
    assert DONE == []


@intent("mail.bounce", sentences=["bounce"], effect=Effect.O1)
async def bounce(context: Context) -> Reply:
    """Send a mail that nobody takes."""
    DONE.append("tried")
    raise IntentFailed("no server", spoken="The server does not answer.")


def test_a_failure_is_told_with_the_next_reply_and_the_mail_is_not_tried_again(desk) -> None:
    assert sent(desk, Call(bounce, {})).error.message == "no server"
    assert DONE == ["tried"]
    notice = "It was not sent. The server does not answer."
    assert desk.dispatcher.notices == (notice,)
    desk.dispatcher.notice_told()
    assert desk.dispatcher.notices == ()


def test_a_notice_that_was_told_in_a_request_that_was_none_is_told_again(desk) -> None:
    sent(desk, Call(bounce, {}))
    memo = desk.dispatcher.remember()
    desk.dispatcher.notice_told()
    sent(desk, Call(bounce, {}))
    desk.dispatcher.restore(memo)
    assert len(desk.dispatcher.notices) == 2
    desk.dispatcher.notice_told()
    desk.dispatcher.remember()
    assert len(desk.dispatcher.notices) == 1


def test_what_was_stopped_by_a_request_that_was_none_is_told(desk) -> None:
    async def main() -> None:
        async with anyio.create_task_group() as tasks:
            call = Call(mail, {"text": "one"}, values={"text": "one"})
            tasks.start_soon(desk.dispatcher.send, call, desk.report)
            await anyio.sleep(1)
            memo = desk.dispatcher.remember()
            desk.dispatcher.restore(memo)
            assert desk.dispatcher.notices == ()
            desk.dispatcher.outbox.stop()
            desk.dispatcher.restore(memo)

    clock.run(main)
    assert DONE == []
    assert desk.dispatcher.notices == (
        "What I was about to send was not sent, because I thought you said stop.",
    )


def test_what_is_kept_back_since_nobody_is_heard_is_told(desk) -> None:
    desk.dispatcher.keep_back()
    assert desk.dispatcher.notices == ()

    async def main() -> None:
        async with anyio.create_task_group() as tasks:
            call = Call(mail, {"text": "one"}, values={"text": "one"})
            tasks.start_soon(desk.dispatcher.send, call, desk.report)
            await anyio.sleep(1)
            desk.dispatcher.keep_back()

    clock.run(main)
    assert DONE == []
    assert desk.dispatcher.notices == (
        "What I was about to send was not sent, because I could not hear you.",
    )
