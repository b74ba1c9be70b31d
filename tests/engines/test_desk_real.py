"""Clipboard, keyboard and screen of real desktops: X11 and Wayland, without a monitor."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import desktops
import pytest
from desktops import Desktop
from PIL import Image

from voiced.desk import Clip, Desk
from voiced.engines.desk import desk
from voiced.engines.desk_programs import Programs
from voiced.testing import clock
from voiced.testing.context import FakeContext
from voiced_intents.writing import (
    copy_words,
    read_clipboard,
    rewrite,
    start_dictation,
    type_speech,
    undo_copy,
    undo_dictation,
)

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module", params=["x11", "wayland"])
def desktop(request: pytest.FixtureRequest) -> Iterator[Desktop]:
    is_wayland = request.param == "wayland"
    lacking = desktops.missing(wayland=is_wayland)
    if lacking:
        pytest.skip(lacking)
    with desktops.wayland_desktop() if is_wayland else desktops.x_desktop() as running:
        yield running


@pytest.fixture
def mine(desktop: Desktop) -> Desk:
    return desk(Programs(desktop.environ))


def run(context: FakeContext, intent: Any, **slots: Any) -> str:
    async def call() -> str:
        return str((await intent(context, **slots)).text)

    return clock.run(call)


@pytest.mark.parametrize(
    "text", ["hello", "two\nlines\n", "\u00e9 \u2013 \U0001f600", "x" * 300_000]
)
def test_a_text_is_copied_and_read(mine: Desk, text: str) -> None:
    mine.clipboard.put(Clip.of(text))
    assert mine.clipboard.clip() == Clip.of(text)


def test_words_are_copied_and_read_aloud(mine: Desk) -> None:
    context = FakeContext(desk=mine)
    assert run(context, copy_words, text="hello world") == "Copied."
    assert run(context, read_clipboard) == "The clipboard says: hello world"


def test_a_picture_is_copied_and_put_back_as_it_was(mine: Desk) -> None:
    into = io.BytesIO()
    Image.new("RGB", (60, 40), "green").save(into, "png")
    picture = Clip("image/png", into.getvalue())
    mine.clipboard.put(picture)
    context = FakeContext(desk=mine, answers=[{"text": "other"}])
    marked = replace(mine, clipboard=_Marked(mine.clipboard, "some words"))
    context.desk = marked
    run(context, rewrite, source="selection")
    assert mine.clipboard.clip() == Clip.of("other")
    clock.run(context.undo_with, undo_copy)
    assert mine.clipboard.clip() == picture


class _Marked:
    """The real clipboard, in a room where nobody can select anything with a mouse."""

    def __init__(self, real: Any, marked: str) -> None:
        self._marked = marked
        self.clip, self.put = real.clip, real.put

    def selection(self) -> str:
        return self._marked


def test_an_empty_clipboard_is_empty(mine: Desk) -> None:
    mine.clipboard.put(Clip())
    assert mine.clipboard.clip().text == ""
    assert mine.clipboard.selection() == ""


def test_what_is_dictated_is_typed_scratched_and_taken_back(desktop: Desktop, mine: Desk) -> None:
    context = FakeContext(desk=mine)
    run(context, start_dictation)
    for said in ("dear anna comma", "wrong words", "scratch that", "thank you period new line"):
        run(context, type_speech, text=said)
    assert desktop.wait_for("you.\n") == "Dear anna, thank you.\n"
    run(context, type_speech, text="spell capital z o \u00eb new line stop dictation")
    assert desktop.wait_for("Zo").endswith("Zo\u00eb\n")


def test_letters_that_no_key_has_are_all_typed(desktop: Desktop, mine: Desk) -> None:
    cyrillic = "".join(map(chr, range(0x410, 0x450)))
    for text in ("na\u00efve caf\u00e9s", "\u20ac \u2013 \u00fc", cyrillic, "caf\u00e9 again"):
        mine.typist.type(f"{text}\n")
        assert f"\n{text}\n" in desktop.wait_for(f"\n{text}\n")


def test_undo_takes_all_of_it_out_of_the_window(desktop: Desktop, mine: Desk) -> None:
    context = FakeContext(desk=mine)
    run(context, start_dictation)
    run(context, type_speech, text="never to be seen stop dictation")
    clock.run(context.undo_with, undo_dictation)
    mine.typist.type("end\n")
    lines = desktop.wait_for("end\n").splitlines()
    assert lines[-1] == "end"


def test_the_screen_is_seen(mine: Desk) -> None:
    shown = Image.open(io.BytesIO(mine.screen.picture()))
    assert shown.format == "PNG"
    assert shown.size in ((640, 480), (1280, 720))
    assert len(shown.convert("RGB").getcolors(1 << 20) or []) > 1  # the terminal is on it


def test_xsel_reads_and_writes_the_same_clipboard(desktop: Desktop, mine: Desk) -> None:
    if "WAYLAND_DISPLAY" in desktop.environ:
        pytest.skip("xsel is a program of X11")
    from voiced.engines import desk_clipboard

    class OnlyXsel(Programs):
        def has(self, name: str) -> bool:
            return name == "xsel"

    clipboard = desk_clipboard.ProgramClipboard(OnlyXsel(desktop.environ))
    clipboard.put(Clip.of("by xsel"))  # it takes the clipboard a moment after it has ended
    assert desktops.until(lambda: mine.clipboard.clip() == Clip.of("by xsel"))
    assert clipboard.clip() == Clip.of("by xsel")
    clipboard.put(Clip())
    assert desktops.until(lambda: clipboard.clip() == Clip())
