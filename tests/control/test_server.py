"""The control socket with clients that behave, and with clients that do not."""

from __future__ import annotations

from contextlib import suppress

import anyio
import anyio.lowlevel
import pytest
from control_lab import laboratory, until

from voiced.audio import AudioFrame, silence
from voiced.control.peers import Scope
from voiced.control.server import MOST_CLIENTS, MOST_WATCHERS, Patience
from voiced.control.wire import MOST_FRAME_BYTES, encode
from voiced.events import DeviceLost, ModeChanged, TranscriptFinal, TurnId

pytestmark = pytest.mark.anyio

QUICK = Patience(order_s=0.1, taking_s=0.1)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_orders_reach_the_session_one_after_the_other(tmp_path) -> None:
    async with laboratory(tmp_path) as lab:
        client = await lab.client()
        for order in (
            *({"do": "ptt", "action": action} for action in ("down", "up", "toggle")),
            *({"do": verb} for verb in ("stop", "mute", "unmute", "forget", "tell_request")),
        ):
            answer = await client.ask(**order)
            assert answer == {"ok": True, "mode": lab.controls.mode}
        done = ["press", "release", "toggle", "stop", "mute", "unmute", "forget"]
        assert lab.controls.asked == done
        assert lab.told == ["request"]


async def test_status_and_reload_are_answered(tmp_path) -> None:
    async with laboratory(tmp_path) as lab:
        lab.board.hear(DeviceLost(0, "microphone"))
        client = await lab.client()
        status = (await client.ask(do="status"))["status"]
        assert status["hears"] == "nothing: the microphone is gone"
        assert (await client.ask(do="reload"))["reload"]["applied"] == ["policy"]


async def test_a_change_is_taken_back_by_its_id(tmp_path) -> None:
    async with laboratory(tmp_path) as lab:
        client = await lab.client()
        assert await client.ask(do="undo", id="17") == {"ok": True, "undone": "I moved it back."}
        assert lab.told == ["undo 17"]
        refused = (await client.ask(do="undo", id="18"))["error"]
        assert (refused["code"], refused["mend"]) == ("journal_error", "look")
        for order in ({"do": "undo"}, {"do": "undo", "id": 17}, {"do": "undo", "id": ""}):
            assert (await client.ask(**order))["error"]["code"] == "bad_order"


async def test_who_may_only_press_keys_takes_nothing_back(tmp_path) -> None:
    async with laboratory(tmp_path, Scope.ACT) as lab:
        client = await lab.client()
        assert (await client.ask(do="undo", id="17"))["error"]["code"] == "forbidden"
        assert lab.told == []


@pytest.mark.parametrize(
    ("scope", "may"),
    [
        (Scope.STATUS, {"status"}),
        (Scope.ACT, {"status", "stop", "mute", "watch", "asked"}),
        (Scope.ADMIN, {"status", "stop", "mute", "watch", "asked", "unmute", "reload", "say"}),
    ],
)
async def test_a_scope_holds_what_it_says_and_no_more(tmp_path, scope, may) -> None:
    async with laboratory(tmp_path, scope) as lab:
        for verb in ("status", "stop", "mute", "asked", "say", "unmute", "reload", "watch"):
            client = await lab.client()
            answer = await client.ask(do=verb, text="what time is it")
            assert answer["ok"] is (verb in may), verb
            if verb not in may:
                assert answer["error"]["code"] == "forbidden"
        assert ("unmute" in lab.controls.asked) is ("unmute" in may)
        assert ("stop" in lab.controls.asked) is ("stop" in may)
        assert bool(lab.keyboard.typed) is ("say" in may)


async def test_another_user_is_not_even_answered(tmp_path) -> None:
    async with laboratory(tmp_path, scope=None) as lab:
        client = await lab.client()
        assert await client.receive() is None


async def test_push_to_talk_says_that_it_is_muted(tmp_path) -> None:
    async with laboratory(tmp_path) as lab:
        lab.controls.mode = "muted"
        client = await lab.client()
        for action in ("down", "toggle"):
            answer = await client.ask(do="ptt", action=action)
            assert answer["error"]["code"] == "muted"
        assert (await client.ask(do="ptt", action="up"))["ok"]
        assert lab.controls.asked == ["release"]


@pytest.mark.parametrize(
    "wrong", [{}, {"do": None}, {"do": ["stop"]}, {"do": "explode"}, {"do": "ptt", "action": 1}]
)
async def test_a_wrong_order_is_refused_and_the_next_one_is_done(tmp_path, wrong) -> None:
    async with laboratory(tmp_path) as lab:
        client = await lab.client()
        assert (await client.ask(**wrong))["error"]["code"] == "bad_order"
        assert (await client.ask(do="stop"))["ok"]


@pytest.mark.parametrize(
    "garbage",
    [b"\x00\xff\n", b"GET / HTTP/1.1\r\n", b"[]\n", b"[" * 9000 + b"\n", b"x" * MOST_FRAME_BYTES],
)
async def test_garbage_ends_its_own_connection_and_no_other(tmp_path, garbage) -> None:
    async with laboratory(tmp_path) as lab:
        good, bad = await lab.client(), await lab.client()
        await bad.send(garbage)
        answer = await bad.receive()
        assert answer is not None
        assert answer["error"]["code"] == "bad_frame"
        assert await bad.receive() is None
        assert (await good.ask(do="stop"))["ok"]
        assert lab.controls.asked == ["stop"]


async def test_half_open_clients_are_let_go(tmp_path) -> None:
    async with laboratory(tmp_path, patience=QUICK) as lab:
        silent, cut = await lab.client(), await lab.client()
        await cut.send(b'{"do": "st')
        assert await silent.receive() is None
        assert await cut.receive() is None
        assert lab.controls.asked == []


async def test_a_client_that_only_trickles_is_let_go(tmp_path) -> None:
    async with laboratory(tmp_path, patience=QUICK) as lab:
        client = await lab.client()

        async def trickle() -> None:
            while True:
                await client.send(b" ")
                await anyio.sleep(0.01)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_until_gone, trickle)
            assert await client.receive() is None
            tasks.cancel_scope.cancel()


async def _until_gone(send) -> None:
    with suppress(OSError):
        await send()


async def test_one_client_too_many_is_told_so_and_room_is_made_again(tmp_path) -> None:
    async with laboratory(tmp_path) as lab:
        clients = [await lab.client() for _ in range(MOST_CLIENTS)]
        for client in clients:
            assert (await client.ask(do="status"))["ok"]
        late = await lab.client()
        answer = await late.receive()
        assert answer is not None
        assert answer["error"]["code"] == "busy"
        assert await late.receive() is None
        clients[0].line.close()
        for _ in range(1000):
            if await _is_served(lab):
                break
        assert lab.controls.mode == "muted"


async def _is_served(lab) -> bool:
    client = await lab.client()
    await client.send(encode({"do": "mute"}))
    answer = await client.receive()
    return bool(answer and answer["ok"])


async def test_watchers_leave_room_for_one_that_mutes(tmp_path) -> None:
    async with laboratory(tmp_path) as lab:
        for _ in range(MOST_WATCHERS):
            assert (await (await lab.client()).ask(do="watch"))["ok"]
        one_more = await lab.client()
        assert (await one_more.ask(do="watch"))["error"]["code"] == "busy"
        assert (await (await lab.client()).ask(do="mute"))["ok"]


async def test_a_flood_of_orders_leaves_the_loop_free(tmp_path) -> None:
    async with laboratory(tmp_path) as lab:
        flooding = await lab.client()
        other = await lab.client()

        async def flood() -> None:
            while True:
                await flooding.send(encode({"do": "stop"}) * 200)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(flood)
            await until(lambda: len(lab.controls.asked) >= 20)
            assert (await other.ask(do="mute"))["ok"]
            assert lab.controls.mode == "muted"
            done = lab.controls.asked.count("stop")
            tasks.cancel_scope.cancel()
        assert done < 200, "nobody slowed it down"


async def test_a_flood_of_connections_leaves_the_loop_free(tmp_path) -> None:
    async with laboratory(tmp_path) as lab:
        client = await lab.client()
        assert (await client.ask(do="status"))["ok"]

        async def flood() -> None:
            while True:
                (await lab.client()).line.close()
                await anyio.lowlevel.checkpoint()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(flood)
            for _ in range(10):
                assert (await client.ask(do="stop"))["ok"]
            tasks.cancel_scope.cancel()


async def test_who_watches_sees_what_happens(tmp_path) -> None:
    async with laboratory(tmp_path) as lab:
        client = await lab.client()
        answer = await client.ask(do="watch")
        assert answer["status"]["mode"] == "listening"
        lab.feed.hear(TranscriptFinal(16_000, TurnId(1), "what time is it", 0.9))
        lab.feed.hear(ModeChanged(32_000, "muted"))
        final, mode = await client.receive(), await client.receive()
        assert final is not None
        assert final["event"]["text"] == "what time is it"
        assert mode == {"event": {"at_s": 2.0, "type": "mode_changed", "mode": "muted"}}


async def test_who_watches_sees_the_level_ten_times_a_second(tmp_path) -> None:
    async with laboratory(tmp_path) as lab:
        client = await lab.client()
        await client.ask(do="watch")
        for frame in range(50):  # a second of frames
            lab.feed.tap(AudioFrame(silence(320), 16_000, frame * 320), silence(320))
        levels = [await client.receive() for _ in range(10)]
        assert all(level == {"level_dbfs": -120.0} for level in levels)


async def test_an_event_with_too_much_text_is_told_without_it(tmp_path) -> None:
    async with laboratory(tmp_path) as lab:
        client = await lab.client()
        await client.ask(do="watch")
        lab.feed.hear(TranscriptFinal(0, TurnId(1), "x" * MOST_FRAME_BYTES, 0.9))
        assert await client.receive() == {
            "event": {"at_s": 0.0, "type": "transcript_final", "is_cut": True}
        }


async def test_who_takes_events_too_slowly_is_let_go_and_nobody_waits(tmp_path) -> None:
    async with laboratory(tmp_path, patience=QUICK) as lab:
        slow, quick = await lab.client(), await lab.client()
        await slow.ask(do="watch")
        await quick.ask(do="watch")
        text = "x" * 30_000
        received = 0
        while lab.feed.watchers == 2:
            lab.feed.hear(TranscriptFinal(received, TurnId(1), text, 0.9))
            assert await quick.receive() is not None
            received += 1
        assert received < 300
        lab.feed.hear(ModeChanged(0, "muted"))
        assert await quick.receive() is not None


async def test_a_watcher_that_goes_is_forgotten(tmp_path) -> None:
    async with laboratory(tmp_path) as lab:
        client = await lab.client()
        await client.ask(do="watch")
        assert lab.feed.watchers == 1
        client.line.close()
        await until(lambda: not lab.feed.watchers)
