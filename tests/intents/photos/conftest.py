"""A home folder with real pictures in it, made here, and a context whose roots are its folders."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PIL import Image

from voiced.plugin import FileEntity, Undoer
from voiced.testing.context import FakeContext
from voiced_intents import photos
from voiced_intents.files import Settings as FileSettings
from voiced_intents.files.kinds import kind_of
from voiced_intents.photos import Settings, places
from voiced_intents.photos.places import Place

S = TypeVar("S")

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
UNDOERS = [value for value in vars(photos).values() if isinstance(value, Undoer)]
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 128, 0), (0, 0, 255), (255, 255, 255)
CORNERS = {"top left": RED, "top right": GREEN, "bottom left": BLUE, "bottom right": WHITE}
MUNICH, ROME, SYDNEY = (48.137, 11.575), (41.9, 12.48), (-33.86, 151.2)

# how the pixels lie in a file of each EXIF orientation so that the picture is upright as seen
_STORED = {
    1: (),
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_90,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_270,),
}


def picture(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    """Four colours in the corners: which is where tells how it was turned."""
    image = Image.new("RGB", size, WHITE)
    width, height = size
    image.paste(RED, (0, 0, width // 2, height // 2))
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (0, height // 2, width // 2, height))
    if mode == "P":
        return image.quantize(8)
    return image if mode == "RGB" else image.convert(mode)


def exif(
    *,
    orientation: int = 1,
    taken: str = "",
    camera: tuple[str, str] | None = None,
    at: tuple[float, float] | None = None,
) -> Image.Exif:
    """What a camera writes."""
    found = Image.Exif()
    found[0x0112] = orientation
    if camera:
        found[0x010F], found[0x0110] = camera
    found[0x8769] = {0xA002: 64, 0xA003: 48, **({0x9003: taken} if taken else {})}
    if at:
        latitude, longitude = at
        found[0x8825] = {
            1: "N" if latitude >= 0 else "S",
            2: (abs(latitude), 0.0, 0.0),
            3: "E" if longitude >= 0 else "W",
            4: (abs(longitude), 0.0, 0.0),
        }
    return found


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, format=form, **options)
    return out.getvalue()


def stored(orientation: int) -> Image.Image:
    """The picture with its pixels as the orientation says."""
    image = picture()
    for step in _STORED[orientation]:
        image = image.transpose(step)
    return image


def oriented(orientation: int, **said: Any) -> bytes:
    """A JPEG that is seen upright, whose pixels lie as the orientation says."""
    image = stored(orientation)
    return encoded(image, "JPEG", quality=95, exif=exif(orientation=orientation, **said))


def seen(path: Path) -> Image.Image:
    """The picture as a viewer shows it."""
    from PIL import ImageOps

    with Image.open(path) as image:
        image.load()
        return ImageOps.exif_transpose(image).convert("RGB")


def corners(image: Image.Image, inset: int = 4) -> dict[str, tuple[int, int, int]]:
    """The colours near the corners."""
    right, bottom = image.width - 1 - inset, image.height - 1 - inset
    places = {
        "top left": (inset, inset),
        "top right": (right, inset),
        "bottom left": (inset, bottom),
        "bottom right": (right, bottom),
    }
    return {name: image.getpixel(place) for name, place in places.items()}  # type: ignore[misc]


def is_near(one: Iterable[int], other: Iterable[int], by: int = 12) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


def same_corners(image: Image.Image, expected: dict[str, tuple[int, int, int]]) -> None:
    found = corners(image)
    assert {n for n in expected if not is_near(found[n], expected[n])} == set(), found


class Context(FakeContext):
    """A context of two plugins: photos works in the folders of files."""

    def __init__(self, files: FileSettings, own: Settings, **how: Any) -> None:
        super().__init__(now=NOW, **how)
        self.known: dict[type, object] = {FileSettings: files, Settings: own}

    def settings(self, kind: type[S]) -> S:
        found = self.known[kind]
        assert isinstance(found, kind)
        return found

    async def undo(self) -> str:
        return await self.undo_with(*UNDOERS)


class Home:
    """Pictures and Videos below a folder of the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pictures, self.videos = folder / "Pictures", folder / "Videos"
        for each in (self.pictures, self.videos):
            each.mkdir(parents=True)

    def add(self, name: str, data: bytes, *, days_ago: float = 30) -> FileEntity:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        moment = NOW - timedelta(days=days_ago)
        os.utime(path, (moment.timestamp(), moment.timestamp()))
        return FileEntity(path, kind_of(path.name), len(data), None, moment)

    def context(self, **settings: Any) -> Context:
        files = FileSettings(roots=(self.pictures, self.videos), opener=("true",))
        return Context(files, Settings(**settings))

    def names(self) -> list[str]:
        return sorted(path.name for path in self.pictures.iterdir())


@pytest.fixture
def known_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the table of towns says of the places of the tests, so that it is not read for each."""
    names = {
        MUNICH: ("Munich", "Upper Bavaria", "Bavaria", "Germany"),
        ROME: ("Rome", "Lazio", "Italy"),
        SYDNEY: ("Sydney", "Millers Point", "New South Wales", "Australia"),
    }
    known = {at: Place(f"{each[0]}, {each[-1]}", each) for at, each in names.items()}
    monkeypatch.setattr(places, "_known", known)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known_places: None) -> Home:
    folder = tmp_path / "home"
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return Home(folder)


@pytest.fixture
def open_home(monkeypatch: pytest.MonkeyPatch, known_places: None) -> Iterator[Home]:
    """A home folder that others may look into."""
    top = Path(tempfile.mkdtemp())
    top.chmod(0o755)
    monkeypatch.setenv("HOME", str(top / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(top / "data"))
    yield Home(top / "home")
    shutil.rmtree(top)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
