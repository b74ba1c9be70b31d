"""Pictures that are broken, or are not what they seem: every verb says so, and nothing is made."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable

import pytest
from PIL import Image

from voiced.plugin import FileEntity, IntentError, IntentFailed
from voiced_intents import photos
from voiced_intents.photos.pixels import facts_of, look_of, opening

from .conftest import BLUE, RED, Home, encoded, oriented, picture, seen
from .test_formats import chunk, png
from .verbs import EDITS, MARKS, album

pytestmark = pytest.mark.anyio


def animated(form: str) -> bytes:
    frames = [Image.new("RGB", (8, 8), color) for color in (RED, BLUE)]
    return encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=100)


def pages() -> bytes:
    one = Image.new("RGB", (8, 8), RED)
    return encoded(one, "TIFF", save_all=True, append_images=[Image.new("RGB", (8, 8), BLUE)])


def empty_png() -> bytes:
    return png(0, 0)


def text_bomb() -> bytes:
    """A PNG whose comment unpacks to 200 megabytes."""
    import zlib

    comment = b"Comment\0\0" + zlib.compress(bytes(200 << 20), 1)
    plain = encoded(picture(), "PNG")
    at = plain.index(b"IDAT") - 4
    return plain[:at] + chunk(b"zTXt", comment) + plain[at:]


NO_PICTURE = "{name} is no picture of a kind that I can read."
DAMAGED = "{name} is damaged, I can't read it."
ANIMATED = "{name} is animated. I only edit still pictures."
BROKEN: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "no bytes": ("a.jpg", lambda: b"", NO_PICTURE),
    "no picture": ("a.jpg", lambda: b"hello, I am a letter", NO_PICTURE),
    "a page": ("a.png", lambda: b"<svg onload='x'/>", NO_PICTURE),
    "a cut JPEG": ("a.jpg", lambda: oriented(1)[:600], DAMAGED),
    "a cut PNG": ("a.png", lambda: encoded(picture(), "PNG")[:90], DAMAGED),
    "a cut WebP": ("a.webp", lambda: encoded(picture((200, 200)), "WEBP")[:70], ""),
    "a cut TIFF": ("a.tif", lambda: encoded(picture(), "TIFF")[:400], ""),
    "no size": ("a.png", empty_png, ""),
    "sixty megapixels": (
        "a.png",
        lambda: png(10_000, 6_000),
        "{name} has 60 megapixels, which is too much for me. I go up to 50.",
    ),
    "too many pixels for anybody": (
        "a.png",
        lambda: png(60_000, 60_000),
        "{name} claims to be far larger than a picture can be. I won't open it.",
    ),
    "a dancing GIF": ("a.gif", lambda: animated("GIF"), ANIMATED),
    "a dancing WebP": ("a.webp", lambda: animated("WEBP"), ANIMATED),
    "a dancing PNG": ("a.png", lambda: animated("PNG"), ANIMATED),
    "several pages": (
        "a.tif",
        pages,
        "{name} has several pages. I only edit single ones.",
    ),
}


@pytest.mark.filterwarnings("ignore::UserWarning:PIL.TiffImagePlugin")
@pytest.mark.parametrize("kind", list(BROKEN))
async def test_no_verb_makes_anything_of_it(home: Home, kind: str) -> None:
    name, made, spoken = BROKEN[kind]
    data = made()
    photo = home.add(f"Pictures/{name}", data)
    context = home.context()
    for verb, call in EDITS.items():
        if verb.startswith("convert") and name.endswith(".tif"):
            continue  # it is one already
        with pytest.raises(IntentFailed) as caught:
            await call(context, photo)
        assert caught.value.spoken == spoken.format(name=name) or not spoken, verb
        assert name in caught.value.spoken
    assert home.names() == [name]
    assert photo.path.read_bytes() == data
    assert not context.made
    facts_of(io.BytesIO(data))
    look_of(io.BytesIO(data), 10**6)
    assert (await photos.tell_of(context, photo=photo)).text.startswith(f"{name} ")


@pytest.mark.parametrize("kind", ["no bytes", "a cut JPEG", "sixty megapixels"])
async def test_what_never_opens_it_works_on_it_too(home: Home, kind: str) -> None:
    name, made, _ = BROKEN[kind]
    photo = home.add(f"Pictures/{name}", made())
    context = home.context()
    for call in MARKS.values():
        await call(context, photo)
        await context.undo()
    assert "user.xdg.tags" not in os.listxattr(photo.path)
    await photos.add_to_album(context, photo=photo, album=album(home))
    assert (home.pictures / "album" / name).read_bytes() == made()
    await context.undo()
    assert not list((home.pictures / "album").iterdir())


@pytest.mark.parametrize(
    ("name", "form", "version"),
    [
        ("a.jpg", "PNG", "a (rotated).png"),
        ("a.png", "JPEG", "a (rotated).jpg"),
        ("a.webp", "BMP", "a (rotated).bmp"),
        ("a.heic", "JPEG", "a (rotated).jpg"),
    ],
)
async def test_a_wrong_ending_is_seen_through(
    home: Home, name: str, form: str, version: str
) -> None:
    photo = home.add(f"Pictures/{name}", encoded(picture(), form))
    await photos.rotate(home.context(), photo=photo, direction=90)
    assert home.names() == sorted([name, version])
    assert seen(home.pictures / version).size == (48, 64)


async def test_a_comment_that_explodes_is_refused(home: Home) -> None:
    photo = home.add("Pictures/a.png", text_bomb())
    with pytest.raises(IntentFailed) as caught:
        await photos.rotate(home.context(), photo=photo, direction=90)
    assert caught.value.spoken == DAMAGED.format(name="a.png")
    assert home.names() == ["a.png"]


async def test_without_the_library_a_heic_is_told_of(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    heif = pytest.importorskip("pillow_heif")
    heif.register_heif_opener()
    photo = home.add("Pictures/a.heic", encoded(picture(), "HEIF"))
    opening._formats.cache_clear()
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    try:
        with pytest.raises(IntentFailed) as caught:
            await photos.rotate(home.context(), photo=photo, direction=90)
    finally:
        monkeypatch.undo()
        opening._formats.cache_clear()
    assert "a.heic" in caught.value.spoken
    assert home.names() == ["a.heic"]


@pytest.mark.parametrize("verb", [*EDITS, *MARKS])
async def test_what_vanished_or_became_a_link_is_said(home: Home, verb: str) -> None:
    call = {**EDITS, **MARKS}[verb]
    photo = home.add("Pictures/a.jpg", oriented(1))
    context = home.context()
    photo.path.unlink()
    with pytest.raises(IntentError) as caught:
        await call(context, photo)
    assert caught.value.spoken == "a.jpg is not there any more."
    secret = home.folder / "secret.jpg"
    secret.write_bytes(oriented(1))
    photo.path.symlink_to(secret)
    with pytest.raises(IntentError) as caught:
        await call(context, photo)
    assert caught.value.spoken in (
        "a.jpg is behind a link, and I don't follow links.",
        "a.jpg is not a plain file.",
    )
    assert not context.made
    assert home.names() == ["a.jpg"]


AWKWARD = ["-rf.jpg", "--help.png", "ends in a space .jpg", "caf\u00e9.jpg", "cafe\u0301.jpg",
           "A.JPG", "x" * 251 + ".jpg", "ü" * 125 + "x.png", "two\nlines.jpg",
           os.fsdecode(b"bad\xff.jpg")]  # fmt: skip


@pytest.mark.parametrize("verb", [*EDITS, *MARKS])
async def test_awkward_names_get_versions_of_their_own(home: Home, verb: str) -> None:
    call = {**EDITS, **MARKS}[verb]
    files: list[FileEntity] = []
    for name in AWKWARD:
        form = "PNG" if name.endswith("png") else "JPEG"
        files.append(home.add(f"Pictures/{name}", encoded(picture((16, 12)), form)))
    before = home.names()
    context = home.context()
    for photo in files:
        data = photo.path.read_bytes()
        await call(context, photo)
        assert all(len(os.fsencode(name)) <= 255 for name in home.names())
        assert photo.path.read_bytes() == data
        assert len(home.names()) == len(before) + (verb in EDITS)
        await context.undo()
        assert home.names() == before
