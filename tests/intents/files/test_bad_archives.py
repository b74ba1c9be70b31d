"""Archives made to do harm: each is refused whole, in words, and leaves nothing."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import struct
import tarfile
import zipfile
from collections.abc import Callable

import pytest
from limits import without_memory

from voiced.plugin import IntentError
from voiced_intents import files

from .conftest import Home, names
from .verbs import UNDOERS, thing

pytestmark = pytest.mark.anyio

EXPLODES = "That archive explodes: it holds far more than it should. I extracted nothing."
CLIMBS = "That archive wants to write outside its own folder. I extracted nothing."
LINKS = "There are links or special files in that archive. I extracted nothing."
DAMAGED = "That archive is damaged, locked, or of a kind that I can't read."
TOO_MUCH = "That is too much to copy by voice."


def tar_of(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for info, content in members:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def plain(name: str) -> tarfile.TarInfo:
    return tarfile.TarInfo(name)


def special(kind: bytes, name: str = "door") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    return info


def long_header(kind: bytes, size_bytes: int) -> bytes:
    """A header that says that what belongs to it is that long, and zeros enough behind it."""
    info = tarfile.TarInfo("x")
    info.type, info.size = kind, size_bytes
    return info.tobuf(tarfile.PAX_FORMAT)


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def locked() -> bytes:
    data = bytearray(zipped({"a.txt": b"secret"}))
    for at in (data.find(b"PK\3\4") + 6, data.find(b"PK\1\2") + 8):
        data[at] |= 1  # the bit for encryption
    return bytes(data)


def long_contents() -> bytes:
    """A zip whose end says that its list of contents takes two gigabytes."""
    data = bytearray(zipped({"a.txt": b"x"}))
    struct.pack_into("<I", data, data.rfind(b"PK\5\6") + 12, 2 << 30)
    return bytes(data)


def many(count: int) -> bytes:
    return zipped({f"{number}.txt": b"x" for number in range(count)})


BAD: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "up and out": ("a.tar", lambda: tar_of((plain("../../out.txt"), b"x")), CLIMBS),
    "from the root": ("a.tar.gz", lambda: gzip.compress(tar_of((plain("/etc/x"), b"x"))), CLIMBS),
    "from the root of a zip": ("a.zip", lambda: zipped({"/etc/x": b"x"}), CLIMBS),
    "a link": ("a.tar", lambda: tar_of((special(tarfile.SYMTYPE), b"")), LINKS),
    "through a link": (
        "a.tar",
        lambda: tar_of((special(tarfile.SYMTYPE, "in"), b""), (plain("in/x"), b"x")),
        LINKS,
    ),
    "a hard link": (
        "a.tar.bz2",
        lambda: bz2.compress(tar_of((special(tarfile.LNKTYPE), b""))),
        LINKS,
    ),
    "a disk": ("a.tar.xz", lambda: lzma.compress(tar_of((special(tarfile.BLKTYPE), b""))), LINKS),
    "a terminal": ("a.tar", lambda: tar_of((special(tarfile.CHRTYPE), b"")), LINKS),
    "a pipe": ("a.tar", lambda: tar_of((special(tarfile.FIFOTYPE), b"")), LINKS),
    "zeros": ("a.zip", lambda: zipped({f"{n}.bin": bytes(8 << 20) for n in range(6)}), EXPLODES),
    "hidden zeros": (
        "a.tar.gz",
        lambda: gzip.compress(tar_of((plain(".bin"), bytes(40 << 20))), 1),
        EXPLODES,
    ),
    "an endless name": (
        "a.tar.gz",
        lambda: gzip.compress(long_header(tarfile.GNUTYPE_LONGNAME, 1 << 32) + bytes(1 << 20)),
        EXPLODES,
    ),
    "an endless header": (
        "a.tar.gz",
        lambda: gzip.compress(long_header(tarfile.XHDTYPE, 1 << 32) + bytes(1 << 20)),
        EXPLODES,
    ),
    "a long list": ("a.zip", long_contents, EXPLODES),
    "many things": ("a.zip", lambda: many(60), TOO_MUCH),
    "many folders of its own": (
        "a.tar",
        lambda: tar_of(*((special(tarfile.DIRTYPE, "./"), b"") for _ in range(60))),
        TOO_MUCH,
    ),
    "deep folders": ("a.zip", lambda: zipped({"a/" * 40 + "x": b"x"}), CLIMBS),
    "a lock": ("a.zip", locked, DAMAGED),
    "nothing": ("a.tar.gz", lambda: b"", DAMAGED),
    "a cut in the contents": ("a.tar", lambda: tar_of((plain("a"), bytes(9000)))[:3000], DAMAGED),
    "a cut in the second header": (
        "a.tar",
        lambda: tar_of((plain("a"), b"x"), (plain("b"), b"x"))[: 1024 + 200],
        DAMAGED,
    ),
    "a cut of the packing": (
        "a.tar.gz",
        lambda: gzip.compress(tar_of((plain("a"), os.urandom(9000))))[:4000],
        DAMAGED,
    ),
    "a wrong sum": (
        "a.zip",
        lambda: zipped({"a.txt": b"abcdefgh" * 9}).replace(b"PK\1\2", b"PK\1\3"),
        DAMAGED,
    ),
}


@pytest.mark.parametrize("kind", list(BAD))
async def test_a_bad_archive_is_refused_whole(home: Home, kind: str) -> None:
    name, made, spoken = BAD[kind]
    path = home.downloads / name
    path.write_bytes(made())
    context = home.context(max_copy_files=50)
    with pytest.raises(IntentError) as caught:
        await files.extract_archive(context, file=thing(path))
    assert caught.value.spoken == spoken
    assert names(home.downloads) == [name]
    assert sorted(names(home.folder)) == ["Documents", "Downloads", "Pictures"]
    assert not context.made


@pytest.mark.parametrize("kind", ["an endless header", "an endless name", "a long list"])
def test_what_says_that_it_is_long_takes_no_memory(home: Home, kind: str) -> None:
    import asyncio

    name, made, spoken = BAD[kind]
    path = home.downloads / name
    path.write_bytes(made())
    said = without_memory(
        lambda: asyncio.run(files.extract_archive(home.context(), file=thing(path)))  # type: ignore[arg-type]
    )
    assert said == f"IntentDenied: {spoken}"


async def test_an_archive_in_an_archive_stays_one(home: Home) -> None:
    inner = zipped({"deep.txt": b"precious"})
    path = home.downloads / "outer.zip"
    path.write_bytes(zipped({"inner.zip": inner, "note.txt": b"x"}))
    context = home.context()
    await files.extract_archive(context, file=thing(path))
    assert (home.downloads / "outer" / "inner.zip").read_bytes() == inner
    assert names(home.downloads / "outer") == ["inner.zip", "note.txt"]
    assert await context.undo_with(*UNDOERS) == "outer is in the trash."
    assert names(home.downloads) == ["outer.zip"]


@pytest.mark.parametrize("name", ["a.tar", "a.tgz", "a.tar.bz2", "a.tar.xz", "a.tar.gz", "a.zip"])
async def test_an_honest_archive_is_taken_apart(home: Home, name: str) -> None:
    packed = {"a.tar": bytes, "a.tgz": gzip.compress, "a.tar.gz": gzip.compress}
    packers = {**packed, "a.tar.bz2": bz2.compress, "a.tar.xz": lzma.compress}
    long = "long/" + "n" * 200 + ".txt"
    inside = tar_of(
        (special(tarfile.DIRTYPE, "./"), b""),
        (plain("./a.txt"), b"precious"),
        (plain(long), b"x" * 5000),
        (plain("b/" + "ü" * 100), b""),
    )
    data = zipped({"a.txt": b"precious", long: b"x" * 5000, "b/" + "ü" * 100: b""})
    path = home.downloads / name
    path.write_bytes(data if name == "a.zip" else packers[name](inside))  # type: ignore[operator]
    await files.extract_archive(home.context(), file=thing(path))
    assert (home.downloads / "a" / "a.txt").read_bytes() == b"precious"
    assert (home.downloads / "a" / long).stat().st_size == 5000
    assert (home.downloads / "a" / "b" / ("ü" * 100)).exists()


async def test_the_name_of_a_folder_that_is_taken_gets_a_number(home: Home) -> None:
    for name in ("stuff.zip", "x" * 251 + ".zip"):
        path = home.downloads / name
        path.write_bytes(zipped({"a.txt": b"x"}))
        for _ in range(2):
            await files.extract_archive(home.context(), file=thing(path))
    assert [len(each) for each in names(home.downloads) if each.startswith("x")] == [251, 253, 255]
