"""Pictures as a model is sent them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from voiced.errors import CannotRead
from voiced.planning.pictures import MOST_PIXELS, fitted


def made(image: Image.Image, kind: str = "png", **options: Any) -> bytes:
    into = io.BytesIO()
    image.save(into, kind, **options)
    return into.getvalue()


def seen(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(fitted(data).data))


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "gif", "bmp", "tiff"])
def test_every_kind_becomes_a_small_jpeg(kind: str) -> None:
    picture = fitted(made(Image.new("RGB", (4000, 1000), "blue"), kind))
    assert picture.kind == "image/jpeg"
    small = Image.open(io.BytesIO(picture.data))
    assert (small.format, small.size) == ("JPEG", (1568, 392))


def test_a_small_one_is_not_made_larger() -> None:
    assert seen(made(Image.new("L", (30, 20)))).size == (30, 20)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_upright(orientation: int) -> None:
    upright = Image.new("RGB", (40, 20), "white")
    upright.paste("black", (0, 0, 20, 10))  # dark at the top left
    turned = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = upright.transpose(turned) if turned is not None else upright
    shown = seen(made(stored, "png", exif=exif)).convert("L")
    assert shown.size == (40, 20)
    dark, bright = shown.tobytes()[4 * 40 + 5], shown.tobytes()[16 * 40 + 35]
    assert dark < 60
    assert bright > 200


def test_place_and_camera_are_left_out() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    data = made(Image.new("RGB", (9, 9)), "jpeg", exif=exif)
    assert b"SecretCamera" in data
    assert b"SecretCamera" not in fitted(data).data


def test_what_is_clear_is_white() -> None:
    assert seen(made(Image.new("RGBA", (9, 9), (0, 0, 0, 0)))).getpixel((4, 4)) == (255, 255, 255)


def test_more_than_fifty_megapixels_are_refused_before_they_are_read() -> None:
    data = bytearray(made(Image.new("1", (8, 8))))
    data[16:24] = (10_000).to_bytes(4, "big") + (5_001).to_bytes(4, "big")  # PNG's header
    import zlib

    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    assert MOST_PIXELS < 10_000 * 5_001
    with pytest.raises(CannotRead, match="50 megapixels"):
        fitted(bytes(data))
    data[16:24] = (100_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    with pytest.raises(CannotRead, match="50 megapixels"):
        fitted(bytes(data))


@pytest.mark.parametrize(
    "broken", [b"", b"no picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>"]
)
def test_what_is_no_picture_is_said(broken: bytes) -> None:
    with pytest.raises(CannotRead) as failed:
        fitted(broken)
    assert failed.value.spoken == "I can't read that picture."


def test_a_picture_that_was_cut_off_is_said() -> None:
    whole = made(Image.effect_noise((300, 300), 50))
    with pytest.raises(CannotRead):
        fitted(whole[: len(whole) // 2])
