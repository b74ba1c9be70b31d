"""Questions about the screen and pictures: what is looked at, what is told, what is refused."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from voiced.desk import Clip
from voiced.errors import CannotRead, DeskError, IntentFailed
from voiced.plugin import Effect, FileEntity
from voiced.testing import clock
from voiced.testing.context import FakeContext
from voiced.testing.desk import FakeClipboard, FakeScreen, fake_desk
from voiced_intents.look import allow_pictures, look_at_picture, look_at_screen, read_screen
from voiced_intents.look.files import NAMED, PICTURE, read_picture

SEEN = {"answer": "A window with an error."}


def png(width: int = 40, height: int = 30) -> bytes:
    into = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(into, "png")
    return into.getvalue()


def run(context: FakeContext, intent: Any, **slots: Any) -> Any:
    async def call() -> Any:
        return await intent(context, **slots)

    return clock.run(call)


def entity(path: Path, kind: str = "image") -> FileEntity:
    return FileEntity(path, kind, 1, None, datetime(2026, 3, 3, tzinfo=UTC))


def test_the_screen_is_told_as_what_it_shows() -> None:
    context = FakeContext(desk=fake_desk(screen=FakeScreen(png())), answers=[SEEN])
    assert run(context, look_at_screen).text == "The screen shows: A window with an error."


def test_the_question_is_the_users_own() -> None:
    context = FakeContext(desk=fake_desk(screen=FakeScreen(png())), answers=[SEEN])
    run(context, look_at_screen, question="what the error means")
    assert context.asked[0][1].startswith("what the error means?")


def test_the_screen_is_read_out() -> None:
    context = FakeContext(desk=fake_desk(screen=FakeScreen(png())), answers=[SEEN])
    run(context, read_screen)
    assert "word for word" in context.asked[0][1]


def test_without_a_screen_it_is_said() -> None:
    with pytest.raises(DeskError):
        run(FakeContext(answers=[SEEN]), look_at_screen)


def test_without_a_model_it_is_said() -> None:
    with pytest.raises(CannotRead) as failed:
        run(FakeContext(desk=fake_desk(screen=FakeScreen(png()))), look_at_screen)
    assert "[responder] url" in failed.value.mend


def test_the_picture_that_was_named_is_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "beach.png"
    path.write_bytes(png())
    context = FakeContext(answers=[{"answer": "A beach."}, {"answer": "A beach."}])
    context.assistant.entities = (entity(tmp_path / "notes.txt", "text"), entity(path))
    reply = run(context, look_at_picture)
    assert reply.text == "The picture shows: A beach."
    assert reply.entities == context.assistant.entities
    assert run(context, look_at_picture, picture=entity(path)).text == reply.text


def test_else_the_picture_that_was_copied(tmp_path: Path) -> None:
    desk = fake_desk(FakeClipboard(Clip("image/png", png())))
    context = FakeContext(desk=desk, answers=[{"answer": "A cat."}])
    assert run(context, look_at_picture).text == "The picture shows: A cat."


def test_no_picture_is_asked_for() -> None:
    context = FakeContext(desk=fake_desk(FakeClipboard("text")), answers=[SEEN])
    with pytest.raises(IntentFailed) as failed:
        run(context, look_at_picture)
    assert failed.value.spoken.startswith("Which picture?")


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real.png").write_bytes(png())
    (tmp_path / "link.png").symlink_to(tmp_path / "real.png")
    with pytest.raises(IntentFailed):
        read_picture(tmp_path / "link.png")


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    for name in ("pipe.png", "gone.png", "."):
        with pytest.raises(IntentFailed):
            read_picture(tmp_path / name)


def test_only_pictures_are_pictures(tmp_path: Path) -> None:
    assert PICTURE.from_entity(entity(tmp_path, "pdf")) is None
    assert PICTURE.resolve("it", FakeContext()) == ()


def test_allowing_is_asked_about_in_words_and_says_where_pictures_go() -> None:
    context = FakeContext()
    assert allow_pictures.effect is Effect.W2
    assert "models.example" in run(context, allow_pictures).text
    assert context.assistant.allows_pictures


@pytest.mark.parametrize("said", ["the lake picture", "beach image"])
def test_a_name_is_no_pointing(said: str) -> None:
    assert NAMED.fits(said)


@pytest.mark.parametrize("said", ["the picture", "that photo", "the second image", "it", "", "tab"])
def test_pointing_is_no_name(said: str) -> None:
    assert not NAMED.fits(said)


def test_the_picture_that_was_named_is_looked_at_and_not_the_last_one(tmp_path: Path) -> None:
    wanted, gone = tmp_path / "lake.png", tmp_path / "gone.png"
    wanted.write_bytes(png())
    context = FakeContext(answers=[SEEN])
    context.assistant.entities = (entity(gone),)
    reply = run(context, look_at_picture, named=entity(wanted))
    assert reply.text == "The picture shows: A window with an error."
    assert reply.entities == (entity(wanted),)
