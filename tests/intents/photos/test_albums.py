"""Albums: folders that are made, filled, told of and emptied, each step taken back."""

from __future__ import annotations

import pytest

from voiced.plugin import IntentFailed
from voiced_intents import photos
from voiced_intents.files.slot import FOLDER

from .conftest import Home, oriented

pytestmark = pytest.mark.anyio


async def test_an_album_from_first_to_last(home: Home) -> None:
    photo = home.add("Pictures/holiday.jpg", oriented(1))
    context = home.context()
    reply = await photos.create_album(context, new_name="rome twenty twenty six")
    assert reply.text == "Created the album rome 2026 in Pictures."
    album = FOLDER.resolve("rome 2026", context)[0].value
    assert (
        await photos.list_album(context, album=album)
    ).text == "There are no pictures or videos in rome 2026."

    reply = await photos.add_to_album(context, photo=photo, album=album)
    assert reply.text == "Added holiday.jpg to the album rome 2026."
    told = await photos.list_album(context, album=album)
    assert told.text == "In rome 2026 there is one picture: holiday.jpg."
    with pytest.raises(IntentFailed):
        await photos.add_to_album(context, photo=photo, album=album)

    reply = await photos.remove_from_album(context, photo=photo, album=album)
    assert reply.text == "Took holiday.jpg out of the album rome 2026. It is in the trash."
    assert photo.path.exists()
    assert await context.undo() == "holiday.jpg is back in rome 2026."
    assert (album.path / "holiday.jpg").exists()

    assert await context.undo() == "holiday.jpg is not in rome 2026 any more."
    assert await context.undo() == "The album rome 2026 is gone."
    assert home.names() == ["holiday.jpg"]


async def test_an_album_in_use_is_not_taken_back(home: Home) -> None:
    context = home.context()
    await photos.create_album(context, new_name="rome")
    home.add("Pictures/rome/a.jpg", oriented(1))
    with pytest.raises(IntentFailed):
        await context.undo()
    assert (home.pictures / "rome" / "a.jpg").exists()


async def test_what_is_not_in_an_album_cannot_be_removed(home: Home) -> None:
    photo = home.add("Pictures/holiday.jpg", oriented(1))
    home.add("Pictures/rome/other.jpg", oriented(1))
    context = home.context()
    album = FOLDER.resolve("rome", context)[0].value
    with pytest.raises(IntentFailed) as caught:
        await photos.remove_from_album(context, photo=photo, album=album)
    assert caught.value.spoken == "holiday.jpg is not in the album rome."
    assert photo.path.exists()
