"""What a stranger's plugin may do wrong: it is named and contained, and the rest goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import anyio
import pytest

from voiced.errors import IntentDenied, IntentFailed, IntentTimeout, PluginError
from voiced.plugin_host.request import Limits
from voiced.testing.context import FakeContext

GOOD = """
@intent("odd.fine", sentences=["all is fine"], effect=Effect.R0)
async def fine(context):
    '''Be fine.'''
    return Reply("Fine.")
"""

pytestmark = pytest.mark.engine  # processes of their own

LITTLE_TIME = Limits(load_s=1.5, ask_s=0.5, call_s=0.5, grace_s=0.3)


def odd(body, effect="R0", head=""):
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return (
        f"{GOOD}\n{head}\n"
        f'@intent("odd.act", sentences=["act oddly"], effect=Effect.{effect})\n'
        f"async def act(context):\n    '''Act.'''\n{lines}\n    return Reply('Done.')\n"
    )


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("os._exit(7)", "ended while it was loaded"),
        ("os.kill(os.getpid(), 11)", "ended while it was loaded"),
        ("import ctypes; ctypes.string_at(0)", "ended while it was loaded"),
        ("raise BaseException('x')", "ended (BaseException) while it was loaded"),
        ("nothing = 1", "has no intents"),
        ("x = (\n", "'(' was never closed"),
        (GOOD.replace("all is fine", "(all is fine"), "template '(all is fine'"),
    ],
)
def test_a_plugin_that_cannot_be_loaded_is_named(host_of, text, reason):
    host = host_of(text)
    with pytest.raises(PluginError) as caught:
        host.definitions()
    assert reason in caught.value.message
    assert "odd" in caught.value.message
    assert host.pid is None


def test_a_plugin_that_hangs_while_it_is_loaded_is_ended(host_of):
    host = host_of("time.sleep(1000)", limits=LITTLE_TIME)
    host.start()
    pid = host.pid
    began_s = time.monotonic()
    with pytest.raises(PluginError, match="did not answer in time while it was loaded"):
        host.definitions()
    assert time.monotonic() - began_s < 5
    assert not is_running(pid)


def test_a_plugin_that_says_nonsense_instead_of_definitions_is_refused(host_of):
    host = host_of('os.write(int(sys.argv[2]), b\'{"id":0,"loaded":{"types":7}}\\n\')\n' + GOOD)
    with pytest.raises(PluginError, match="plugin odd: types"):
        host.definitions()


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("os._exit(1)", "ended"),
        ("os.kill(os.getpid(), 9)", "ended"),
        ("raise ValueError('a secret')", "raised ValueError"),
        ("raise SystemExit(2)", "raised SystemExit"),
        ("return 7", "returned int, not a Reply"),
        ("os.write(int(sys.argv[2]), b'nonsense\\n'); await asyncio.sleep(9)", "is no message"),
        ("os.write(int(sys.argv[2]), b'x' * (3 << 20)); await asyncio.sleep(9)", "too much"),
        ("os.closerange(3, 99); await asyncio.sleep(9)", "ended"),
        ("return Reply('x', data={'x': object()})", "raised WireError"),
        ("return Reply('x', data={'x': 'y' * (2 << 20)})", "raised WireError"),
    ],
)
def test_a_call_that_goes_wrong_fails_and_the_next_one_works(hosted, body, what, caplog):
    plugin = hosted(odd(body))

    async def run():
        with pytest.raises(IntentFailed) as caught:
            await plugin.call("odd.act")
        assert caught.value.spoken == "That skill failed."
        assert "a secret" not in str(caught.value)
        assert (await plugin.call("odd.fine")).text == "Fine."

    anyio.run(run)
    (failure,) = plugin.failures
    assert what in failure
    assert "a secret" not in caplog.text


@pytest.mark.parametrize(
    "body", ["time.sleep(1000)", "while True: pass", "await asyncio.sleep(1000)"]
)
def test_a_call_that_hangs_ends_at_its_deadline(hosted, body):
    plugin = hosted(odd(body), limits=Limits(call_s=0.4, grace_s=0.3))

    async def run():
        began_s = time.monotonic()
        with pytest.raises(IntentTimeout) as caught:
            await plugin.call("odd.act")
        assert time.monotonic() - began_s < 3
        assert "took over 0.4 s" in caught.value.message
        assert (await plugin.call("odd.fine")).text == "Fine."

    anyio.run(run)
    assert plugin.failures == ["took over 0.4 s"]


def test_a_call_that_refuses_to_be_cancelled_is_ended(hosted):
    body = "while True:\n    try: await asyncio.sleep(9)\n    except BaseException: pass"
    plugin = hosted(odd(body), limits=Limits(call_s=0.4, grace_s=0.3))
    pid = plugin.host.pid

    async def run():
        with pytest.raises(IntentTimeout):
            await plugin.call("odd.act")

    anyio.run(run)
    assert not is_running(pid)


def test_the_caller_who_leaves_is_not_the_plugins_fault(hosted):
    plugin = hosted(odd("time.sleep(1000)"))

    async def run():
        with anyio.move_on_after(0.2) as scope:
            await plugin.call("odd.act")
        assert scope.cancelled_caught
        assert (await plugin.call("odd.fine")).text == "Fine."

    anyio.run(run)
    assert plugin.failures == []


def test_memory_that_leaks_ends_with_a_fresh_process(hosted):
    limits = Limits(address_space_bytes=500 << 20)
    head = "KEPT = []"
    plugin = hosted(odd("KEPT.append(bytearray(60 << 20))", head=head), limits=limits)
    first = plugin.host.pid

    async def run():
        for _ in range(12):
            assert (await plugin.call("odd.act")).text == "Done."

    anyio.run(run)
    assert plugin.host.pid != first
    assert plugin.failures == []


def test_memory_that_is_taken_at_once_is_not_given(hosted):
    limits = Limits(address_space_bytes=400 << 20)
    plugin = hosted(odd("x = bytearray(1 << 30)"), limits=limits)
    first = plugin.host.pid

    async def run():
        with pytest.raises(IntentFailed):
            await plugin.call("odd.act")
        assert (await plugin.call("odd.fine")).text == "Fine."

    anyio.run(run)
    assert plugin.failures == ["raised MemoryError"]
    assert plugin.host.pid != first


def test_nothing_that_a_plugin_prints_comes_out(hosted, capfd):
    body = (
        "print('loud'); sys.stderr.write('louder ' * 50_000); os.write(1, b'raw')\n"
        "os.system('echo child; echo child >&2'); os.write(2, b'raw')"
    )
    plugin = hosted("print('loud at once')\n" + odd(body))

    async def run():
        assert (await plugin.call("odd.act")).text == "Done."

    anyio.run(run)
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_what_a_plugin_started_ends_with_it(hosted, tmp_path):
    head = "import subprocess"
    body = (
        "p = subprocess.Popen(['sleep', '1000'])\n"
        f"Path({str(tmp_path / 'pid')!r}).write_text(str(p.pid))"
    )
    plugin = hosted(odd(body, head=head))
    anyio.run(plugin.call, "odd.act")
    pid = int((tmp_path / "pid").read_text())
    assert is_running(pid)
    plugin.host.close()
    for _ in range(50):
        if not is_running(pid):
            break
        time.sleep(0.02)
    assert not is_running(pid)


def test_a_process_that_ended_by_itself_is_counted_once_and_started_again(hosted):
    plugin = hosted(odd("pass"))
    os.kill(plugin.host.pid, signal.SIGKILL)
    deadline_s = time.monotonic() + 5
    while plugin.host.pid is not None and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert anyio.run(plugin.call, "odd.act").text == "Done."
    assert plugin.failures == ["ended by itself"]


def test_the_environment_that_a_plugin_sees_has_no_secrets(hosted, monkeypatch):
    for name in ("OPENAI_API_KEY", "MY_TOKEN", "VOICED_RESPONDER__URL", "DB_PASSWORD"):
        monkeypatch.setenv(name, "hidden")
    monkeypatch.setenv("HARMLESS", "seen")
    plugin = hosted(odd("return Reply(' '.join(sorted(os.environ)))"))
    said = anyio.run(plugin.call, "odd.act").text.split()
    assert "HARMLESS" in said
    assert not {"OPENAI_API_KEY", "MY_TOKEN", "VOICED_RESPONDER__URL", "DB_PASSWORD"} & {*said}


def test_an_intent_that_says_it_only_reads_may_not_change(hosted):
    body = "async with context.change(Undo('odd.back', {}), 'did it'): pass"
    undoer = "@undoes('odd.back')\nasync def back(context, data): return 'back'"
    plugin = hosted(odd(body, head=undoer))
    context = FakeContext()

    async def run():
        with pytest.raises(IntentDenied, match="only reads"):
            await plugin.call("odd.act", context)

    anyio.run(run)
    assert context.made == []


def test_nobody_leaves_a_way_back_through_another_plugin(hosted):
    body = "async with context.change(Undo('files.move', {}), 'did it'): pass"
    plugin = hosted(odd(body, effect="W1"))
    context = FakeContext()

    async def run():
        with pytest.raises(PluginError, match=r"nothing of it takes back 'files\.move'"):
            await plugin.call("odd.act", context)

    anyio.run(run)
    assert context.made == []


def test_a_change_whose_process_dies_counts_as_made(hosted):
    body = "async with context.change(Undo('odd.back', {}), 'did it'): os._exit(1)"
    undoer = "@undoes('odd.back')\nasync def back(context, data): return 'back'"
    plugin = hosted(odd(body, effect="W1", head=undoer))
    context = FakeContext()

    async def run():
        with pytest.raises(IntentFailed):
            await plugin.call("odd.act", context)
        assert [change.is_done for change in context.made] == [True]
        assert await context.undo_with(*plugin.undoers) == "back"

    anyio.run(run)


def test_too_many_failures_switch_it_off_and_that_is_told_once(hosted):
    plugin = hosted(odd("raise ValueError"), off_after=3)

    async def run():
        said = []
        for _ in range(4):
            with pytest.raises((IntentFailed, IntentDenied)) as caught:
                await plugin.call("odd.act")
            said.append(caught.value.spoken)
        assert said[:2] == ["That skill failed.", "That skill failed."]
        assert "switched it off" in said[2]
        assert said[3] == "The skill odd is switched off."

    anyio.run(run)
    assert plugin.host.pid is None
    assert len(plugin.failures) == 3


SLOT = """
class Thing:
    name = "thing"
    is_open = False
    json_schema = {{"type": "string"}}
    def phrases(self, context):
        {phrases}
    def resolve(self, said, context):
        {resolve}

@intent("odd.take", sentences=["take the {{thing}} away"], effect=Effect.R0)
async def take(context, thing: Annotated[str, Thing()]):
    return Reply(thing)
"""


@pytest.mark.parametrize(
    ("phrases", "reason"),
    [
        ("raise ValueError", "raised ValueError"),
        ("time.sleep(1000)", "did not answer in time"),
        ("os._exit(0)", "ended"),
        ("return ['x'] * 100_000", "more than 5000"),
        ("return ['(broken']", "cannot be read"),
        ("return ['{file}']", "is none"),
        ("return ['x' * 1000]", "is none"),
        ("return 7", "raised TypeError"),
    ],
)
def test_phrases_that_cannot_be_had_are_named(hosted, phrases, reason):
    plugin = hosted(SLOT.format(phrases=phrases, resolve="return []"), limits=LITTLE_TIME_TO_ASK)
    thing = plugin.slot("odd.take", "thing")
    with pytest.raises(PluginError, match=reason) as caught:
        thing.phrases(FakeContext())
    assert "odd" in caught.value.message


LITTLE_TIME_TO_ASK = Limits(ask_s=0.7)


@pytest.mark.parametrize(
    "resolve", ["raise ValueError", "time.sleep(1000)", "os._exit(0)", "return 7", "return [3]"]
)
def test_words_that_cannot_be_resolved(hosted, resolve):
    plugin = hosted(
        SLOT.format(phrases="return ['cup']", resolve=resolve), limits=LITTLE_TIME_TO_ASK
    )
    with pytest.raises(IntentFailed, match="plugin odd"):
        plugin.slot("odd.take", "thing").resolve("cup", FakeContext())
    assert plugin.slot("odd.take", "thing").phrases(FakeContext()) == ["cup"]


ORPHAN = """
import sys, time
from voiced.plugin_host.host import Host
from voiced.plugin_host.source import Source
text = "import time\\nfrom voiced.plugin import *\\n"
text += "class Slow:\\n    name, is_open, json_schema = 'slow', False, {}\\n"
text += "    def phrases(self, context):\\n        while True: pass\\n"
text += "    def resolve(self, said, context): return []\\n"
text += "from typing import Annotated\\n"
text += "@intent('a.b', sentences=['be {slow} now'], effect=Effect.R0)\\n"
text += "async def b(context, slow: Annotated[str, Slow()]): return Reply('')\\n"
host = Host(Source("a", file="/nowhere/a.py", text=text))
host.definitions()
now = {"$": "datetime", "v": "2026-03-03T19:30:00+00:00", "zone": ""}
host.open("phrases", {"type": 0, "now": now})
print(host.pid, flush=True)
time.sleep(1000)
"""


def test_a_plugin_ends_with_us_even_if_we_are_killed(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE) as ours:
        pid = int(ours.stdout.readline())
        assert is_running(pid)
        ours.kill()
    for _ in range(250):
        if not is_running(pid):
            break
        time.sleep(0.02)
    assert not is_running(pid)
