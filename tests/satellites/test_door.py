"""Satellites on real sockets: who comes in, what is heard and played, and how they go."""

from __future__ import annotations

import json
import ssl
from contextlib import aclosing
from pathlib import Path

import anyio
import numpy as np
import pytest
from anyio.abc import ByteStream, TaskStatus
from anyio.streams.tls import TLSAttribute
from control_lab import until
from satellite_lab import Counting, Lab, open_door

from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame
from voiced.engines.null_speaker import NullSpeaker
from voiced.engines.wyoming_wire import GONE, Message, Wire
from voiced.errors import DeviceError, VoicedError
from voiced.satellites import door
from voiced.satellites.certificates import known_by
from voiced.satellites.keys import KeyBook, Pairing, fingerprint, proof
from voiced.satellites.link import Link
from voiced.satellites.protocol import (
    HELLO,
    PING,
    PONG,
    READY,
    REFUSED,
    WELCOME,
    Heard,
    frame_message,
)
from voiced.satellites.remote import Refused, Satellite
from voiced.testing.conformance.microphone import check_microphone
from voiced.testing.conformance.speaker import check_speaker
from voiced.testing.fakes import FakeSpeaker

pytestmark = [pytest.mark.anyio, pytest.mark.engine]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Echoing(FakeSpeaker):
    """A loudspeaker that says of every frame that it played sevens, or that it does not know."""

    is_known = True

    def played(self, samples: int) -> np.ndarray[tuple[int], np.dtype[np.int16]] | None:  # type: ignore[override]
        return np.full(samples, 7, np.int16) if self.is_known else None


async def knock(lab: Lab) -> tuple[Wire, bytes, bytes]:
    """Connect as a stranger would; the wire, the nonce, and the certificate."""
    context = known_by()
    stream: ByteStream = await anyio.connect_tcp(
        "127.0.0.1", lab.port, tls=True, ssl_context=context, tls_standard_compatible=False
    )
    certificate = stream.extra(TLSAttribute.peer_certificate_binary)
    wire = Wire(stream)
    lab.wires.append(wire)
    challenge = await wire.read()
    nonce = bytes.fromhex(challenge.text("nonce"))
    assert certificate is not None
    return wire, nonce, certificate


async def come_in(lab: Lab, pairing: Pairing) -> Wire:
    wire, nonce, certificate = await knock(lab)
    answer = proof(pairing.key, nonce, pairing.name, certificate)
    await wire.write(Message(HELLO, {"name": pairing.name, "proof": answer}))
    assert (await wire.read()).type == WELCOME
    return wire


async def is_refused(lab: Lab, pairing: Pairing) -> bool:
    wire, nonce, certificate = await knock(lab)
    answer = proof(pairing.key, nonce, pairing.name, certificate)
    try:
        await wire.write(Message(HELLO, {"name": pairing.name, "proof": answer}))
        return (await wire.read()).data == {"reason": "key"}
    except GONE:  # who came with a wrong key is not even asked for a while
        return False


async def is_hung_up_on(wire: Wire, seconds: float = 3.0) -> bool:
    try:
        with anyio.fail_after(seconds):
            while True:
                await wire.read()
    except GONE:
        return True
    except TimeoutError:
        return False


async def frames_of(link: Link, count: int) -> list[tuple[AudioFrame, object]]:
    taken: list[tuple[AudioFrame, object]] = []
    with anyio.fail_after(5):
        async with aclosing(link.frames()) as frames:
            async for frame in frames:
                taken.append((frame, link.played(FRAME_SAMPLES)))
                if len(taken) == count:
                    break
    return taken


async def _add_all(taken: list[AudioFrame], link: Link) -> None:
    async for each in link.frames():
        taken.append(each)  # noqa: PERF401 - kept although it raises


async def left_of(link: Link) -> list[AudioFrame]:
    """What is left of a satellite that is gone: that it is cut off is told, and it ends."""
    left: list[AudioFrame] = []
    with pytest.raises(DeviceError, match="the satellite kitchen is gone") as raised:
        await _add_all(left, link)
    assert raised.value.retryable
    assert [each async for each in link.frames()] == []
    return left


async def test_it_is_a_microphone_and_a_speaker(tmp_path: Path) -> None:
    async with open_door(tmp_path) as lab:
        lab.begin(Counting(), NullSpeaker(), lab.pair())
        link = await lab.next_link()
        assert link.name == "kitchen"
        assert lab.door.names == ("kitchen",)
        await check_microphone(link)
        async with anyio.create_task_group() as tasks:
            await tasks.start(_listen, link)
            await check_speaker(link)
            tasks.cancel_scope.cancel()


async def _listen(link: Link, *, task_status: TaskStatus[None]) -> None:
    """Take all frames; it has begun when one came that was not kept from before."""
    began_s, has_begun = anyio.current_time(), False
    async with aclosing(link.frames()) as frames:
        async for _ in frames:
            if not has_begun and anyio.current_time() > began_s:
                has_begun = True
                task_status.started()


@pytest.mark.parametrize("is_known", [True, False])
async def test_each_frame_has_what_was_played_meanwhile(tmp_path: Path, is_known: bool) -> None:
    speaker = Echoing()
    speaker.is_known = is_known
    async with open_door(tmp_path) as lab:
        lab.begin(Counting(), speaker, lab.pair())
        taken = await frames_of(await lab.next_link(), 5)
    for number, (frame, far) in enumerate(taken):
        assert frame.start == number * FRAME_SAMPLES
        assert set(frame.samples) == {number}
        assert (set(far) == {7}) if is_known else (far is None)  # type: ignore[call-overload]


async def test_a_wrong_key_does_not_come_in(tmp_path: Path) -> None:
    async with open_door(tmp_path) as lab:
        pairing = lab.pair()
        wrong = Pairing(pairing.name, bytes(32), pairing.certificate)
        satellite = Satellite(wrong, Counting(), FakeSpeaker(), lab.told.append)
        with pytest.raises(Refused, match="does not know this key") as raised:
            await satellite.run("127.0.0.1", lab.port)
        assert raised.value.mend == "voiced satellites add NAME"
        assert not lab.links
        again = Satellite(pairing, Counting(), FakeSpeaker(), lab.told.append)
        with anyio.move_on_after(0.5):
            await again.run("127.0.0.1", lab.port)
        assert "too many wrong keys" in lab.told[0]


async def test_a_key_that_was_taken_away_or_made_anew_is_wrong(tmp_path: Path) -> None:
    async with open_door(tmp_path) as lab:
        before = lab.pair()
        now = lab.pair()
        await come_in(lab, now)
        assert await is_refused(lab, before)
        assert KeyBook(tmp_path).remove("kitchen")
        with anyio.fail_after(10):
            while not await is_refused(lab, now):  # noqa: ASYNC110 - it asks anew
                await anyio.sleep(0.1)


@pytest.mark.parametrize("is_made_anew", [True, False])
async def test_one_that_is_here_goes_with_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_made_anew: bool
) -> None:
    monkeypatch.setattr(door, "_LOOK_S", 0.01)
    async with open_door(tmp_path) as lab:
        kitchen, attic = lab.pair(), lab.pair("attic")
        wire, other = await come_in(lab, kitchen), await come_in(lab, attic)
        if is_made_anew:
            lab.pair()
        else:
            KeyBook(tmp_path).remove("kitchen")
        assert await is_hung_up_on(wire)
        await until(lambda: lab.door.names == ("attic",))
        await other.write(Message(PING))
        assert [(await other.read()).type for _ in range(2)] == [READY, PONG]
        assert sorted(lab.said) == [
            "The satellite attic is here.",
            "The satellite kitchen is gone.",
            "The satellite kitchen is here.",
        ]


async def test_another_assistant_gets_no_proof(tmp_path: Path) -> None:
    async with open_door(tmp_path) as lab:
        pairing = lab.pair()
        stranger = Pairing(pairing.name, pairing.key, fingerprint(b"another certificate"))
        satellite = Satellite(stranger, Counting(), FakeSpeaker(), lab.told.append)
        with pytest.raises(Refused, match="is not the assistant"):
            await satellite.run("127.0.0.1", lab.port)


async def test_a_proof_that_was_overheard_is_of_no_use(tmp_path: Path) -> None:
    async with open_door(tmp_path) as lab:
        pairing = lab.pair()
        wire, nonce, certificate = await knock(lab)
        hello = Message(
            HELLO,
            {"name": "kitchen", "proof": proof(pairing.key, nonce, "kitchen", certificate)},
        )
        await wire.write(hello)
        assert (await wire.read()).type == WELCOME
        again, _, _ = await knock(lab)
        await again.write(hello)
        assert (await again.read()).type == REFUSED


HELLOS = {
    "no name": Message(HELLO),
    "another type": Message("run-satellite"),
    "a name of another": Message(HELLO, {"name": "bedroom", "proof": "00"}),
    "a name that is none": Message(HELLO, {"name": ["kitchen"], "proof": 7}),
    "a proof that is no text": Message(HELLO, {"name": "kitchen", "proof": "é" * 64}),
}


@pytest.mark.parametrize("hello", HELLOS)
async def test_nonsense_does_not_come_in(tmp_path: Path, hello: str) -> None:
    async with open_door(tmp_path) as lab:
        lab.pair()
        wire, _, _ = await knock(lab)
        await wire.write(HELLOS[hello])
        assert (await wire.read()).type == REFUSED
        assert await is_hung_up_on(wire)
        assert not lab.links


@pytest.mark.parametrize("key", ["name", "proof"])
async def test_half_a_letter_is_refused_like_any_nonsense(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setattr(door, "_FIRST_WAIT_S", 0.01)
    async with open_door(tmp_path) as lab:
        pairing = lab.pair()
        stream = await anyio.connect_tcp(
            "127.0.0.1", lab.port, tls=True, ssl_context=known_by(), tls_standard_compatible=False
        )
        lab.wires.append(wire := Wire(stream))
        await wire.read()
        hello = {"name": "kitchen", "proof": "00"} | {key: "\ud800"}
        await stream.send(json.dumps({"type": HELLO, "data": hello}).encode() + b"\n")
        assert (await wire.read()).type == REFUSED
        await anyio.sleep(0.02)  # after a wrong key, whoever comes from there has to wait
        await come_in(lab, pairing)


async def test_keys_that_were_damaged_let_nobody_in(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_door(tmp_path) as lab:
        pairing = lab.pair()
        (tmp_path / "keys.json").write_text('{"kitchen": "abc"}')
        assert await is_refused(lab, pairing)
        assert "the keys of the satellites cannot be read" in caplog.text
    with pytest.raises(VoicedError, match="cannot be read") as caught:
        KeyBook(tmp_path).admission_of("kitchen")
    assert caught.value.mend


async def test_who_is_no_satellite_at_all_is_hung_up_on(tmp_path: Path) -> None:
    async with open_door(tmp_path) as lab:
        for said in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 4096, b""):
            stream = await anyio.connect_tcp("127.0.0.1", lab.port)
            if said:
                await stream.send(said)
            else:
                await stream.send_eof()
            lab.wires.append(Wire(stream))
            assert await is_hung_up_on(lab.wires[-1])
        lab.begin(Counting(), FakeSpeaker(), lab.pair())
        assert (await lab.next_link()).name == "kitchen"


async def test_silent_strangers_are_few_and_do_not_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "_PROVEN_S", 0.5)
    async with open_door(tmp_path) as lab:
        strangers = [await anyio.connect_tcp("127.0.0.1", lab.port) for _ in range(20)]
        with anyio.fail_after(8):
            for stranger in strangers:
                with pytest.raises(GONE):
                    await stranger.receive()
                await stranger.aclose()
        lab.begin(Counting(), FakeSpeaker(), lab.pair())
        await lab.next_link()


async def test_one_that_comes_again_takes_its_own_place(tmp_path: Path) -> None:
    async with open_door(tmp_path) as lab:
        pairing = lab.pair()
        before = await come_in(lab, pairing)
        await lab.next_link()
        await come_in(lab, pairing)
        await lab.next_link()
        assert await is_hung_up_on(before)
        assert lab.door.names == ("kitchen",)


async def test_several_at_once_are_apart(tmp_path: Path) -> None:
    async with open_door(tmp_path) as lab:
        for name in ("kitchen", "attic"):
            lab.begin(Counting(), FakeSpeaker(), lab.pair(name))
            await lab.next_link()
        assert lab.door.names == ("attic", "kitchen")
        assert {link.name for link in lab.links} == {"attic", "kitchen"}
        for link in lab.links:
            assert len(await frames_of(link, 5)) == 5


def frame(number: int) -> Message:
    samples = np.zeros(FRAME_SAMPLES, np.int16)
    return frame_message(Heard(AudioFrame(samples, RATE_HZ, number * FRAME_SAMPLES), samples))


BAD = {
    "no frame": Message("audio-chunk", {"start": 0}, b"\0" * 8),
    "a start that is none": Message("audio-chunk", {"start": -5}, frame(0).payload),
    "a count that is none": Message("audio-chunk", {"start": 0, "played": 1e9}, frame(0).payload),
    "another message": Message("run-pipeline", {"start_stage": "asr"}),
    "a huge one": Message("audio-chunk", {"start": 0}, bytes(100_000)),
}


@pytest.mark.parametrize("bad", BAD)
async def test_one_that_makes_no_sense_is_hung_up_on(tmp_path: Path, bad: str) -> None:
    async with open_door(tmp_path) as lab:
        wire = await come_in(lab, lab.pair())
        link = await lab.next_link()
        await wire.write(BAD[bad])
        assert await is_hung_up_on(wire)
        assert await left_of(link) == []
        with pytest.raises(DeviceError, match="kitchen is gone"):
            link.check()
        assert lab.door.names == ()


async def _flood(wire: Wire) -> None:
    with anyio.fail_after(5):
        for number in range(5000):
            await wire.write(frame(number))


async def test_a_flood_is_cut_off(tmp_path: Path) -> None:
    async with open_door(tmp_path) as lab:
        wire = await come_in(lab, lab.pair())
        link = await lab.next_link()
        with pytest.raises(GONE):
            await _flood(wire)
        left = await left_of(link)
        assert len(left) <= 100, "a flood is kept in memory"


async def test_sound_that_goes_back_in_time_is_refused(tmp_path: Path) -> None:
    async with open_door(tmp_path) as lab:
        wire = await come_in(lab, lab.pair())
        await wire.write(frame(9))
        await wire.write(frame(3))
        assert await is_hung_up_on(wire)


async def test_a_satellite_comes_back_when_the_assistant_does(tmp_path: Path) -> None:
    pairing = KeyBook(tmp_path).add("kitchen")
    told: list[str] = []
    is_here, is_alone = anyio.Event(), anyio.Event()

    def tell(sentence: str) -> None:
        told.append(sentence)
        is_here.set()
        if "gone" in sentence:
            is_alone.set()

    satellite = Satellite(pairing, Counting(), FakeSpeaker(), tell)
    async with anyio.create_task_group() as tasks:
        async with open_door(tmp_path) as lab:
            port = lab.port
            tasks.start_soon(satellite.run, "127.0.0.1", port)
            with anyio.fail_after(5):
                await is_here.wait()
        with anyio.fail_after(3):
            await is_alone.wait()
        tasks.cancel_scope.cancel()
    assert told == ["I am connected.", "The assistant is gone."]


def test_the_key_is_one_word_that_is_checked(tmp_path: Path) -> None:
    pairing = KeyBook(tmp_path).add("living-room")
    assert Pairing.parsed(f" {pairing.text}\n") == pairing
    for wrong in ("", "kitchen", pairing.text[:-4], "Kitchen." + pairing.text.split(".")[1], "k.é"):
        with pytest.raises(ValueError, match="copy all of it"):
            Pairing.parsed(wrong)


def test_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "satellites"
    book = KeyBook(folder)
    book.add("kitchen")
    assert book.names == ("kitchen",)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in folder.iterdir()} == {
        ".lock": "0o600",
        "certificate.pem": "0o600",
        "keys.json": "0o600",
    }
    assert json.loads((folder / "keys.json").read_text()).keys() == {"kitchen"}
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(folder / "certificate.pem")


def test_each_key_has_its_rights_and_a_new_key_keeps_them(tmp_path: Path) -> None:
    book = KeyBook(tmp_path)
    book.add("kitchen")
    book.add("nursery", ["r0"])
    assert book.admissions["kitchen"].rights == ("R0", "W1", "O1")
    assert book.admissions["nursery"].rights == ("R0",)
    assert book.grant("kitchen", ["O1"])
    before = book.admissions["kitchen"]
    book.add("kitchen")
    after = book.admissions["kitchen"]
    assert (before.rights, after.rights) == (("R0", "O1"), ("R0", "O1"))
    assert before.key != after.key
    assert not book.grant("attic", ["W1"])
    for wrong in ("R1", "W2", "X", "everything"):
        with pytest.raises(VoicedError, match="no right that a satellite can have"):
            book.grant("kitchen", [wrong])


def test_a_key_of_an_older_version_has_all_rights(tmp_path: Path) -> None:
    tmp_path.joinpath("keys.json").write_text(json.dumps({"kitchen": "a" * 43 + "="}))
    assert KeyBook(tmp_path).admissions["kitchen"].rights == ("R0", "W1", "O1")


@pytest.mark.anyio
async def test_a_satellite_whose_rights_change_comes_in_anew_with_them(tmp_path: Path) -> None:
    async with open_door(tmp_path) as lab:
        lab.begin(Counting(), FakeSpeaker(), lab.pair())
        assert (await lab.next_link()).rights == ("R0", "W1", "O1")
        KeyBook(tmp_path).grant("kitchen", [])
        assert (await lab.next_link()).rights == ("R0",)
