"""Every edit on real pictures: what is where afterwards, and how it looks."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable

import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageStat

from voiced.plugin import FileEntity, IntentFailed, Reply
from voiced_intents import photos
from voiced_intents.photos.words import AMOUNT, CHANGE, QUALITY, SHAPE, SIZE

from .conftest import (
    BLUE,
    CORNERS,
    GREEN,
    RED,
    WHITE,
    Context,
    Home,
    encoded,
    is_near,
    oriented,
    picture,
    same_corners,
    seen,
)

pytestmark = pytest.mark.anyio

Act = Callable[[Context, FileEntity], Awaitable[Reply]]


def value(kind: object, said: str, context: Context) -> object:
    return kind.resolve(said, context)[0].value  # type: ignore[attr-defined]


async def version(home: Home, photo: FileEntity, act: Act) -> Image.Image:
    """What an edit made, as a viewer shows it; the original is as it was."""
    before = photo.path.read_bytes()
    reply = await act(home.context(), photo)
    (made,) = reply.entities
    assert isinstance(made, FileEntity)
    assert made.path != photo.path
    assert photo.path.read_bytes() == before
    return seen(made.path)


def rotating(direction: int | None = None, degrees: float | None = None) -> Act:
    return lambda c, p: photos.rotate(c, photo=p, direction=direction, degrees=degrees)


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_a_quarter_turn_from_every_orientation(home: Home, orientation: int) -> None:
    photo = home.add("Pictures/holiday.jpg", oriented(orientation))
    same_corners(seen(photo.path), CORNERS)
    turned = await version(home, photo, rotating(90))
    assert turned.size == (48, 64)
    same_corners(
        turned,
        {"top left": BLUE, "top right": RED, "bottom left": WHITE, "bottom right": GREEN},
    )


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_a_crop_is_of_what_is_seen(home: Home, orientation: int) -> None:
    photo = home.add("Pictures/holiday.jpg", oriented(orientation))
    shape = value(SHAPE, "the left half", home.context())
    half = await version(home, photo, lambda c, p: photos.crop(c, photo=p, shape=shape))
    assert half.size == (32, 48)
    same_corners(half, {"top left": RED, "bottom left": BLUE})
    assert is_near(half.getpixel((25, 5)), RED)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        (-90, {"top left": GREEN, "bottom left": RED}),
        (180, {"top left": WHITE, "bottom right": RED}),
        (None, {"top left": BLUE, "top right": RED}),
    ],
)
async def test_the_other_turns(
    home: Home, direction: int | None, expected: dict[str, tuple[int, int, int]]
) -> None:
    photo = home.add("Pictures/holiday.jpg", oriented(1))
    same_corners(await version(home, photo, rotating(direction)), expected)


async def test_a_slanted_turn_shows_all_of_it_on_white(home: Home) -> None:
    photo = home.add("Pictures/holiday.png", encoded(Image.new("RGB", (100, 60), RED), "PNG"))
    turned = await version(home, photo, rotating(90, 30))
    assert turned.width == pytest.approx(100 * math.cos(0.5236) + 60 * math.sin(0.5236), abs=2)
    assert turned.getpixel((1, 1)) == WHITE
    assert turned.getpixel((turned.width // 2, turned.height // 2)) == RED
    red = sum(1 for pixel in turned.get_flattened_data() if is_near(pixel, RED, 60))  # type: ignore[arg-type]
    assert red == pytest.approx(6000, rel=0.03)


async def test_a_slanted_turn_goes_the_way_that_was_said(home: Home) -> None:
    image = Image.new("RGB", (101, 101), WHITE)
    image.paste(RED, (48, 0, 53, 30))  # a mark at twelve o'clock
    photo = home.add("Pictures/dial.png", encoded(image, "PNG"))
    turned = await version(home, photo, rotating(-90, 45))
    width = turned.width
    assert is_near(turned.getpixel((int(width * 0.29), int(width * 0.29))), RED, 60)  # type: ignore[arg-type]


async def test_a_mirror(home: Home) -> None:
    photo = home.add("Pictures/holiday.jpg", oriented(6))
    across = await version(home, photo, lambda c, p: photos.flip(c, photo=p))
    same_corners(across, {"top left": GREEN, "bottom right": BLUE})
    down = await version(home, photo, lambda c, p: photos.flip(c, photo=p, axis=1))
    same_corners(down, {"top left": BLUE, "bottom right": GREEN})


@pytest.mark.parametrize(
    ("said", "size"),
    [
        ("square", (48, 48)),
        ("sixteen by nine", (64, 36)),
        ("3 by 4", (36, 48)),
        ("bottom half", (64, 24)),
        ("middle", (32, 24)),
        ("top left quarter", (32, 24)),
    ],
)
async def test_crops(home: Home, said: str, size: tuple[int, int]) -> None:
    photo = home.add("Pictures/holiday.png", encoded(picture(), "PNG"))
    shape = value(SHAPE, said, home.context())
    cropped = await version(home, photo, lambda c, p: photos.crop(c, photo=p, shape=shape))
    assert cropped.size == size


@pytest.mark.parametrize(
    ("said", "size"),
    [
        ("half", (32, 24)),
        ("a quarter of its size", (16, 12)),
        ("50 percent", (32, 24)),
        ("double", (128, 96)),
        ("one hundred pixels wide", (100, 75)),
        ("24 pixels high", (32, 24)),
        ("32 by 32 pixels", (32, 24)),
    ],
)
async def test_sizes(home: Home, said: str, size: tuple[int, int]) -> None:
    photo = home.add("Pictures/holiday.jpg", oriented(8))
    wanted = value(SIZE, said, home.context())
    resized = await version(home, photo, lambda c, p: photos.resize(c, photo=p, size=wanted))
    assert resized.size == size
    same_corners(resized, {"top left": RED} if min(size) > 20 else {})


def mean(image: Image.Image) -> tuple[float, ...]:
    return tuple(ImageStat.Stat(image).mean)


def scene() -> Image.Image:
    """Soft colours, none of them at an end of the range."""
    return Image.merge(
        "RGB",
        [
            Image.linear_gradient("L").resize((64, 48)).point(lambda v: 60 + v * 0.5),
            Image.linear_gradient("L").rotate(90).resize((64, 48)).point(lambda v: 80 + v * 0.4),
            Image.new("L", (64, 48), 110),
        ],
    )


async def toned(home: Home, said: str, amount: str = "") -> tuple[Image.Image, Image.Image]:
    photo = home.add("Pictures/scene.png", encoded(scene(), "PNG"))
    change = value(CHANGE, said, home.context())
    strength = value(AMOUNT, amount, home.context()) if amount else None
    made = await version(
        home, photo, lambda c, p: photos.adjust(c, photo=p, change=change, amount=strength)
    )
    return scene(), made


async def test_brighter_and_darker(home: Home) -> None:
    before, brighter = await toned(home, "brighter")
    _, bit = await toned(home, "brighter", "a bit")
    _, darker = await toned(home, "darker")
    assert mean(darker) < mean(before) < mean(bit) < mean(brighter)


async def test_a_stop_of_light_is_a_stop(home: Home) -> None:
    photo = home.add("Pictures/grey.png", encoded(Image.new("RGB", (8, 8), (100,) * 3), "PNG"))
    exposure = value(QUALITY, "exposure", home.context())
    half = value(AMOUNT, "by fifty percent", home.context())
    made = await version(
        home,
        photo,
        lambda c, p: photos.raise_quality(c, photo=p, quality=exposure, amount=half),
    )
    expected = round(255 * ((100 / 255) ** 2.2 * 2) ** (1 / 2.2))
    assert is_near(made.getpixel((4, 4)), (expected,) * 3, 1)  # type: ignore[arg-type]


async def test_contrast_color_and_warmth(home: Home) -> None:
    before, contrast = await toned(home, "more contrasty")
    assert sum(ImageStat.Stat(contrast).stddev) > sum(ImageStat.Stat(before).stddev)
    _, pale = await toned(home, "less colorful")
    _, full = await toned(home, "more colorful")
    colors = [mean(image.convert("HSV"))[1] for image in (pale, before, full)]
    assert colors == sorted(colors)
    _, warm = await toned(home, "warmer")
    _, cool = await toned(home, "cooler")
    assert mean(warm)[0] > mean(before)[0] > mean(cool)[0]
    assert mean(warm)[2] < mean(before)[2] < mean(cool)[2]


async def test_filters(home: Home) -> None:
    before, grey = await toned(home, "black and white")
    assert all(max(pixel) - min(pixel) <= 2 for pixel in grey.get_flattened_data())  # type: ignore[arg-type, type-var]
    _, sepia = await toned(home, "sepia")
    red, green, blue = mean(sepia)
    assert red > green > blue
    _, negative = await toned(home, "negative")
    assert is_near(negative.getpixel((9, 9)), [255 - v for v in before.getpixel((9, 9))], 1)  # type: ignore[arg-type, union-attr]
    for look in ("noir", "vivid", "dramatic", "vintage", "better"):
        _, made = await toned(home, look)
        assert mean(made) != mean(before)


def edge(image: Image.Image) -> float:
    return sum(ImageStat.Stat(image.convert("L").filter(ImageFilter.FIND_EDGES)).rms)


async def test_sharper_and_blurred(home: Home) -> None:
    soft = picture((200, 150)).filter(ImageFilter.GaussianBlur(3))
    photo = home.add("Pictures/soft.png", encoded(soft, "PNG"))
    sharp = await version(home, photo, lambda c, p: photos.sharpen(c, photo=p))
    blurred = await version(home, photo, lambda c, p: photos.blur(c, photo=p))
    assert edge(blurred) < edge(soft) < edge(sharp)


def landscape(degrees: float) -> Image.Image:
    """A horizon and a mast, tilted clockwise by so many degrees."""
    image = Image.new("RGB", (400, 300), (140, 180, 230))
    draw = ImageDraw.Draw(image)
    draw.rectangle((-100, 170, 500, 400), fill=(40, 90, 60))
    draw.rectangle((180, 60, 190, 170), fill=(60, 40, 30))
    return image.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=(140, 180, 230)).crop(
        (60, 50, 340, 250)
    )


@pytest.mark.parametrize("tilt", [-5.0, 3.0])
async def test_straightened_by_its_own_lines(home: Home, tilt: float) -> None:
    photo = home.add("Pictures/lake.png", encoded(landscape(tilt), "PNG"))
    level = await version(home, photo, lambda c, p: photos.straighten(c, photo=p))
    assert level.width < 280
    for_left, for_right = (_horizon(level, x) for x in (10, level.width - 10))
    assert abs(for_left - for_right) <= 2


def _horizon(image: Image.Image, x: int) -> int:
    return next(y for y in range(image.height) if image.getpixel((x, y))[2] < 120)  # type: ignore[index, operator]


async def test_straightened_by_what_was_said_has_no_corners_left(home: Home) -> None:
    photo = home.add("Pictures/red.png", encoded(Image.new("RGB", (200, 100), RED), "PNG"))
    turned = await version(home, photo, lambda c, p: photos.straighten(c, photo=p, degrees=7))
    assert set(turned.get_flattened_data()) == {RED}
    assert turned.width > 150


async def test_nothing_to_straighten_by_is_said(home: Home) -> None:
    photo = home.add("Pictures/red.png", encoded(Image.new("RGB", (200, 100), RED), "PNG"))
    with pytest.raises(IntentFailed) as caught:
        await photos.straighten(home.context(), photo=photo)
    assert caught.value.spoken == "I see no line to straighten it by. Tell me by how many degrees."


async def test_what_is_level_is_left(home: Home) -> None:
    photo = home.add("Pictures/lake.png", encoded(landscape(0), "PNG"))
    with pytest.raises(IntentFailed) as caught:
        await photos.straighten(home.context(), photo=photo)
    assert caught.value.spoken == "It is level already, as far as I can see."


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("brighter", "Made holiday.jpg brighter."),
        ("black and white", "Made holiday.jpg black and white."),
        ("sepia", "Gave holiday.jpg the sepia look."),
        ("less contrasty", "Gave holiday.jpg less contrast."),
        ("better", "Enhanced holiday.jpg."),
    ],
)
async def test_an_edit_is_told_as_a_sentence(home: Home, said: str, told: str) -> None:
    photo = home.add("Pictures/holiday.jpg", oriented(1))
    context = home.context()
    change = value(CHANGE, said, context)
    reply = await photos.adjust(context, photo=photo, change=change)  # type: ignore[arg-type]
    assert reply.text.startswith(f"{told} The new version is holiday (")
    assert context.made[0].summary == f"{told[0].lower()}{told[1:-1]}"
