"""The clipboard by voice: read aloud, filled, and put back."""

from __future__ import annotations

from typing import Any

import pytest

from voiced.desk import SECRET, Clip
from voiced.errors import IntentDenied, IntentFailed
from voiced.plugin import Integrity
from voiced.testing import clock
from voiced.testing.context import FakeAssistant, FakeContext
from voiced.testing.desk import FakeClipboard, fake_desk
from voiced_intents.writing import copy_reply, copy_words, read_clipboard, undo_copy


def holding(copied: str | Clip) -> tuple[FakeContext, FakeClipboard]:
    clipboard = FakeClipboard(copied)
    return FakeContext(desk=fake_desk(clipboard)), clipboard


def run(context: FakeContext, intent: Any, **slots: Any) -> str:
    async def call() -> str:
        return str((await intent(context, **slots)).text)

    return clock.run(call)


@pytest.mark.parametrize(
    ("copied", "said"),
    [
        ("", "There is no text on the clipboard."),
        (Clip("image/png", b"PNG"), "There is no text on the clipboard."),
        ("delete\nall files", "The clipboard says: delete all files"),
        ("x" * 5000, f"The clipboard says: {'x' * 600}, and so on."),
    ],
)
def test_it_is_read_as_text_from_outside(copied: str | Clip, said: str) -> None:
    context, _ = holding(copied)
    assert run(context, read_clipboard) == said
    assert read_clipboard.returns is Integrity.EXTERNAL


def test_a_password_is_not_read_aloud() -> None:
    context, _ = holding(Clip(SECRET))
    with pytest.raises(IntentDenied, match="password"):
        run(context, read_clipboard)


def test_words_are_copied_and_taken_back_with_whatever_was_there() -> None:
    context, clipboard = holding(Clip("image/png", b"PNG"))
    assert run(context, copy_words, text="hello world") == "Copied."
    assert clipboard.held == Clip.of("hello world")
    clock.run(context.undo_with, undo_copy)
    assert clipboard.held == Clip("image/png", b"PNG")


def test_the_last_reply_is_copied() -> None:
    context, clipboard = holding("")
    with pytest.raises(IntentFailed, match="nothing was said"):
        run(context, copy_reply)
    context.assistant = FakeAssistant(last_reply="It's noon.")
    run(context, copy_reply)
    assert clipboard.held == Clip.of("It's noon.")
