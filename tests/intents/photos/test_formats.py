"""Every kind of picture file: what is kept of it, what is said where something cannot be."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from voiced.plugin import FileEntity, IntentFailed, Reply
from voiced_intents import photos
from voiced_intents.photos.edit import Edit
from voiced_intents.photos.pixels import facts_of, look_of

from .conftest import (
    BLUE,
    CORNERS,
    GREEN,
    MUNICH,
    RED,
    WHITE,
    Home,
    corners,
    encoded,
    exif,
    is_near,
    oriented,
    picture,
    same_corners,
    seen,
    stored,
)

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore::UserWarning:PIL.TiffImagePlugin"),
]

TURNED = {"top left": BLUE, "top right": RED, "bottom left": WHITE, "bottom right": GREEN}


def entity(reply: Reply) -> FileEntity:
    (made,) = reply.entities
    assert isinstance(made, FileEntity)
    return made


@pytest.mark.parametrize(
    ("name", "form", "mode"),
    [
        ("a.jpg", "JPEG", "RGB"),
        ("a.jpeg", "JPEG", "L"),
        ("a.png", "PNG", "RGB"),
        ("a.png", "PNG", "RGBA"),
        ("a.png", "PNG", "P"),
        ("a.png", "PNG", "LA"),
        ("a.png", "PNG", "1"),
        ("a.webp", "WEBP", "RGB"),
        ("a.tif", "TIFF", "RGB"),
        ("a.bmp", "BMP", "RGB"),
        ("a.heic", "HEIF", "RGB"),
        ("a.avif", "AVIF", "RGB"),
    ],
)
async def test_a_version_has_the_format_of_the_original(
    home: Home, name: str, form: str, mode: str
) -> None:
    if form == "HEIF":
        pytest.importorskip("pillow_heif").register_heif_opener()
    photo = home.add(f"Pictures/{name}", encoded(picture(mode=mode), form))
    reply = await photos.rotate(home.context(), photo=photo, direction=90)
    made = entity(reply)
    stem, _, extension = name.partition(".")
    assert made.path.name == f"{stem} (rotated).{extension}"
    with Image.open(made.path) as image:
        assert image.format == form
        assert image.size == (48, 64)
    if mode in ("RGB", "RGBA", "P"):
        same_corners(seen(made.path), TURNED)


async def test_cmyk_stays_cmyk_when_turned_and_becomes_rgb_when_toned(home: Home) -> None:
    photo = home.add("Pictures/print.jpg", encoded(picture(mode="CMYK"), "JPEG", quality=95))
    turned = entity(await photos.rotate(home.context(), photo=photo, direction=90))
    with Image.open(turned.path) as image:
        assert image.mode == "CMYK"
    same_corners(seen(turned.path), TURNED)
    reply = await photos.brighten(home.context(), photo=photo)
    assert reply.text.endswith("Its print colors became screen colors.")
    with Image.open(entity(reply).path) as image:
        assert image.mode == "RGB"


def sixteen_bit_grey() -> bytes:
    steps = np.linspace(0, 65535, 64 * 48).reshape(48, 64).astype(np.uint16)
    return encoded(Image.fromarray(steps), "PNG")


async def test_sixteen_bits_of_grey_are_kept_where_they_can_be(home: Home) -> None:
    photo = home.add("Pictures/scan.png", sixteen_bit_grey())
    turned = entity(await photos.rotate(home.context(), photo=photo, direction=180))
    with Image.open(turned.path) as image:
        assert image.mode == "I;16"
        assert image.getpixel((0, 0)) == 65535
        assert image.getpixel((63, 47)) == 0
    reply = await photos.convert(home.context(), photo=photo, kind="JPEG")
    assert reply.text.endswith("Its sixteen bits of grey became eight.")
    grey = seen(entity(reply).path)
    assert is_near(grey.getpixel((63, 47)), WHITE, 3)  # type: ignore[arg-type]
    assert is_near(grey.getpixel((0, 24)), (128,) * 3, 4)  # type: ignore[arg-type]


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, *, depth: int = 8, rows: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + data + chunk(b"IEND", b"")


async def test_sixteen_bits_of_color_become_eight_and_that_is_said(home: Home) -> None:
    rows = b"".join(b"\0" + struct.pack(">HHH", 65535, 0, 0) * 4 for _ in range(4))
    photo = home.add("Pictures/deep.png", png(4, 4, depth=16, rows=rows))
    reply = await photos.flip(home.context(), photo=photo)
    assert reply.text.endswith("Its sixteen bits a color became eight.")
    assert seen(entity(reply).path).getpixel((1, 1)) == RED


async def test_what_is_transparent_stays_so_and_is_white_in_a_jpeg(home: Home) -> None:
    image = picture(mode="RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 32, 24))
    photo = home.add("Pictures/logo.png", encoded(image, "PNG"))
    grey = entity(await photos.adjust(home.context(), photo=photo, change=Edit("sepia", "sepia")))
    with Image.open(grey.path) as made:
        assert made.mode == "RGBA"
        assert made.getpixel((3, 3))[3] == 0  # type: ignore[index]
        assert made.getpixel((60, 3))[3] == 255  # type: ignore[index]
    reply = await photos.convert(home.context(), photo=photo, kind="JPEG")
    assert entity(reply).path.name == "logo.jpg"
    assert reply.text.endswith("What was transparent is white now.")
    same_corners(seen(entity(reply).path), {"top left": WHITE, "bottom left": BLUE})


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
async def test_an_animation_is_refused(home: Home, form: str) -> None:
    frames = [Image.new("RGB", (8, 8), color) for color in (RED, BLUE)]
    data = encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=100)
    photo = home.add(f"Pictures/dance.{form.lower()}", data)
    with pytest.raises(IntentFailed, match="animation") as caught:
        await photos.rotate(home.context(), photo=photo, direction=90)
    assert caught.value.spoken.endswith("is animated. I only edit still pictures.")
    assert len(home.names()) == 1


async def test_a_still_gif_becomes_a_png(home: Home) -> None:
    photo = home.add("Pictures/still.gif", encoded(picture(mode="P"), "GIF"))
    reply = await photos.rotate(home.context(), photo=photo, direction=90)
    assert reply.text.endswith("I saved it as a PNG.")
    assert entity(reply).path.name == "still (rotated).png"


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIF", "AVIF", "TIFF"])
async def test_conversion_keeps_what_the_camera_wrote(home: Home, kind: str) -> None:
    said = {"taken": "2026:02:03 10:11:12", "camera": ("Canon", "Canon EOS R5"), "at": MUNICH}
    photo = home.add("Pictures/holiday.jpg", oriented(6, **said))
    reply = await photos.convert(home.context(), photo=photo, kind=kind)  # type: ignore[arg-type]
    facts = facts_of(io.BytesIO(entity(reply).path.read_bytes()))
    assert facts.camera == "Canon EOS R5"
    assert facts.position == pytest.approx(MUNICH)
    assert facts.taken is not None
    assert facts.size == (64, 48)
    same_corners(seen(entity(reply).path), {"top left": RED, "bottom left": BLUE})


async def test_the_orientation_is_not_applied_twice(home: Home) -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    image = picture().transpose(Image.Transpose.ROTATE_90)
    data = encoded(image, "JPEG", exif=exif(orientation=6), xmp=xmp)
    photo = home.add("Pictures/phone.jpg", data)
    made = entity(await photos.flip(home.context(), photo=photo))
    with Image.open(made.path) as found:
        assert found.getexif().get(0x0112, 1) == 1
        assert b"Orientation" not in found.info.get("xmp", b"")
        assert found.getexif().get_ifd(0x8769)[0xA002] == 64


async def test_a_stripped_version_tells_no_place(home: Home) -> None:
    xmp = b'<rdf:Description exif:GPSLatitude="48,8.2N" photoshop:City="Munich"/>'
    data = encoded(picture(), "JPEG", exif=exif(at=MUNICH, camera=("Canon", "R5")), xmp=xmp)
    photo = home.add("Pictures/balcony.jpg", data)
    reply = await photos.strip_location(home.context(), photo=photo)
    made = entity(reply).path
    assert made.name == "balcony (without location).jpg"
    assert reply.text.startswith("Removed the location of balcony.jpg.")
    raw = made.read_bytes()
    assert b"GPS" not in raw
    assert b"Munich" not in raw
    facts = facts_of(io.BytesIO(raw))
    assert facts.position is None
    assert facts.camera == "Canon R5"


async def test_the_place_goes_from_the_texts_of_a_png_too(home: Home) -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("Comment", "at 48.137, 11.575")
    data = encoded(picture(), "PNG", pnginfo=texts)
    photo = home.add("Pictures/balcony.png", data)
    kept = entity(await photos.flip(home.context(), photo=photo))
    assert b"48.137" in kept.path.read_bytes()
    gone = entity(await photos.strip_location(home.context(), photo=photo))
    assert b"48.137" not in gone.path.read_bytes()


async def test_a_jpeg_keeps_its_quality_and_color_profile(home: Home) -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded(picture(), "JPEG", quality=71, icc_profile=profile, dpi=(300, 300))
    photo = home.add("Pictures/a.jpg", data)
    made = entity(await photos.rotate(home.context(), photo=photo, direction=90))
    with Image.open(made.path) as after, Image.open(photo.path) as before:
        assert after.quantization == before.quantization  # type: ignore[attr-defined]
        assert after.info["icc_profile"] == profile
        assert after.info["dpi"] == (300, 300)


async def test_too_many_pixels_are_refused_before_they_are_read(home: Home) -> None:
    photo = home.add("Pictures/bomb.png", png(10_000, 6_000))
    with pytest.raises(IntentFailed, match="max_megapixels") as caught:
        await photos.rotate(home.context(), photo=photo, direction=90)
    assert caught.value.spoken == (
        "bomb.png has 60 megapixels, which is too much for me. I go up to 50."
    )


async def test_a_bomb_that_pillow_sees_itself_is_refused(home: Home) -> None:
    photo = home.add("Pictures/bomb.png", png(60_000, 60_000))
    with pytest.raises(IntentFailed) as caught:
        await photos.rotate(home.context(max_megapixels=500), photo=photo, direction=90)
    assert "bomb.png" in caught.value.spoken
    assert home.names() == ["bomb.png"]


async def test_too_large_a_result_is_refused(home: Home) -> None:
    photo = home.add("Pictures/a.png", encoded(picture((1000, 1000)), "PNG"))
    edit = Edit("fit", "resized", (40_000, 0))
    with pytest.raises(IntentFailed) as caught:
        await photos.resize(home.context(), photo=photo, size=edit)
    assert caught.value.spoken == "That would be too large a picture for me."


@pytest.mark.parametrize(
    ("name", "data", "spoken"),
    [
        ("a.jpg", b"", "a.jpg is no picture of a kind that I can read."),
        ("a.jpg", b"hello", "a.jpg is no picture of a kind that I can read."),
        ("a.jpg", oriented(1)[:500], "a.jpg is damaged, I can't read it."),
        ("a.png", encoded(picture(), "PNG")[:90], "a.png is damaged, I can't read it."),
        ("a.svg", b"<svg/>", "a.svg is no picture of a kind that I can read."),
        ("a.webp", encoded(picture(), "WEBP")[:60], ""),
    ],
)
async def test_broken_pictures(home: Home, name: str, data: bytes, spoken: str) -> None:
    photo = home.add(f"Pictures/{name}", data)
    with pytest.raises(IntentFailed) as caught:
        await photos.rotate(home.context(), photo=photo, direction=90)
    assert caught.value.spoken == spoken or not spoken
    assert home.names() == [name]


@pytest.mark.parametrize("at", range(0, 700, 23))
async def test_a_picture_with_a_wrong_byte_is_edited_or_refused(home: Home, at: int) -> None:
    data = bytearray(oriented(6, taken="2026:02:03 10:11:12", at=MUNICH))
    data[at] ^= 0xFF
    photo = home.add("Pictures/a.jpg", bytes(data))
    facts_of(io.BytesIO(bytes(data)))
    look_of(io.BytesIO(bytes(data)), 10**6)
    refusals = []
    try:
        await photos.rotate(home.context(), photo=photo, direction=90)
    except IntentFailed as error:
        refusals = [error.spoken]
    assert home.names() == (["a.jpg"] if refusals else ["a (rotated).jpg", "a.jpg"])
    assert all("a.jpg" in spoken for spoken in refusals)


async def test_without_pillow_the_mend_is_said(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    photo = home.add("Pictures/a.jpg", oriented(1))
    for name in [each for each in sys.modules if each.startswith("voiced_intents.photos.pixels")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(IntentFailed) as caught:
        await photos.rotate(home.context(), photo=photo, direction=90)
    assert "Pillow is not installed" in caught.value.spoken
    assert caught.value.mend == "install it: pip install 'voiced[photos]'"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF"])
async def test_the_orientation_in_other_formats(home: Home, form: str, orientation: int) -> None:
    data = encoded(stored(orientation), form, exif=exif(orientation=orientation).tobytes())
    photo = home.add(f"Pictures/phone.{form.lower()}", data)
    same_corners(seen(photo.path), CORNERS)
    made = entity(await photos.rotate(home.context(), photo=photo, direction=90))
    same_corners(seen(made.path), TURNED)
    assert facts_of(io.BytesIO(made.path.read_bytes())).size == (48, 64)


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_a_heic_lies_as_its_own_box_says_and_not_as_exif_does(
    home: Home, orientation: int
) -> None:
    heif = pytest.importorskip("pillow_heif")
    heif.register_heif_opener()
    data = encoded(picture(), "HEIF", exif=exif(orientation=orientation).tobytes())
    photo = home.add("Pictures/phone.heic", data)
    upright = seen(photo.path)
    made = entity(await photos.rotate(home.context(), photo=photo, direction=90))
    turned = upright.transpose(Image.Transpose.ROTATE_270)
    same_corners(seen(made.path), corners(turned))
