"""Rewriting what is selected or copied: what is read, what is copied, what is told, and undo."""

from __future__ import annotations

from typing import Any

import pytest

from voiced.desk import SECRET, Clip
from voiced.errors import CannotRead, DeskError, IntentDenied, IntentFailed
from voiced.testing import clock
from voiced.testing.context import FakeContext
from voiced.testing.desk import FakeClipboard, fake_desk
from voiced_intents.writing import (
    make_list,
    proofread,
    rewrite,
    summarise,
    translate,
    undo_copy,
)

OLD = "I recieve you're mail , thanks"
NEW = "I receive your mail, thanks"


def run(context: FakeContext, intent: Any, **slots: Any) -> str:
    async def call() -> str:
        return str((await intent(context, **slots)).text)

    return clock.run(call)


def setting(
    copied: str | Clip = "", marked: str = "", *answers: dict[str, Any]
) -> tuple[FakeContext, FakeClipboard]:
    clipboard = FakeClipboard(copied, marked)
    return FakeContext(desk=fake_desk(clipboard), answers=answers), clipboard


def test_the_selection_is_rewritten_to_the_clipboard() -> None:
    context, clipboard = setting("old", "Send it now.", {"text": "Would you send it, please?"})
    said = run(context, rewrite, source="", manner="more polite")
    assert clipboard.held.text == "Would you send it, please?"
    assert said == ("The new text is on your clipboard. It says: Would you send it, please?")
    ((read, how),) = context.asked
    assert (read, "more polite" in how) == ("Send it now.", True)


def test_without_a_selection_what_was_copied_is_meant() -> None:
    context, clipboard = setting(OLD, "  ", {"text": NEW})
    said = run(context, proofread)
    assert clipboard.held.text == NEW
    assert said.startswith("I changed 'recieve' to 'receive', and changed 'you're' to 'your'.")


def test_the_clipboard_can_be_meant_although_something_is_selected() -> None:
    context, _ = setting("copied", "marked", {"summary": "A word."})
    assert run(context, summarise, source="clipboard") == "The clipboard says: A word."
    assert context.asked[0][0] == "copied"


def test_a_text_without_mistakes_leaves_the_clipboard_alone() -> None:
    context, clipboard = setting("old", NEW, {"text": NEW})
    assert run(context, proofread) == "I found nothing to correct."
    assert (clipboard.held.text, context.made) == ("old", [])


def test_a_long_text_is_counted_and_not_read_out() -> None:
    context, _ = setting("", "word " * 60, {"text": "other " * 50})
    said = run(context, rewrite, source="")
    assert said == "The new text is on your clipboard. It has fifty words."


def test_points_become_lines() -> None:
    items = ["- milk", "eggs.", " ", "bread", "salt"]
    context, clipboard = setting("", "buy milk and so on", {"items": items})
    said = run(context, make_list, source="")
    assert clipboard.held.text == "- milk\n- eggs.\n- bread\n- salt\n"
    assert said == "The list says: milk; eggs; bread; and one more. It is on your clipboard."


def test_a_translation_is_copied_and_not_read_out_in_the_wrong_voice() -> None:
    context, clipboard = setting("", "Good morning", {"text": "Guten Morgen"})
    assert run(context, translate, source="", language="German") == (
        "The German text is on your clipboard."
    )
    assert clipboard.held.text == "Guten Morgen"


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (Clip.of("old"), "I put back what was on your clipboard before."),
        (Clip("image/png", b"\x89PNG"), "I put back what was on your clipboard before."),
        (Clip(), "I took my text off your clipboard."),
    ],
)
def test_undo_brings_the_old_clipboard_back(before: Clip, said: str) -> None:
    context, clipboard = setting(before, "text", {"text": "other text"})
    run(context, rewrite, source="selection")
    assert clock.run(context.undo_with, undo_copy) == said
    assert clipboard.held == before
    assert "old" not in repr(context.made)


def test_undo_leaves_what_was_copied_since() -> None:
    context, clipboard = setting("old", "text", {"text": "other text"})
    run(context, rewrite, source="")
    clipboard.held = Clip.of("mine")
    with pytest.raises(IntentFailed, match="changed since"):
        clock.run(context.undo_with, undo_copy)
    assert clipboard.held.text == "mine"


def test_what_was_there_is_not_in_the_journal() -> None:
    context, _ = setting("a password", "text", {"text": "other text"})
    run(context, rewrite, source="")
    assert "password" not in repr(context.made[0].undo.data)


def test_a_password_is_not_read() -> None:
    context, clipboard = setting(Clip(SECRET), "", {"text": "x"})
    with pytest.raises(IntentDenied):
        run(context, rewrite, source="")
    assert (context.asked, clipboard.held.kind) == ([], SECRET)


def test_nothing_selected_or_copied_is_said() -> None:
    context, _ = setting()
    with pytest.raises(IntentFailed) as failed:
        run(context, summarise, source="")
    assert failed.value.spoken == "There is no text selected or copied."


def test_without_a_model_it_is_said_with_the_mend() -> None:
    context, clipboard = setting("old", "text")
    with pytest.raises(CannotRead) as failed:
        run(context, rewrite, source="")
    assert "[responder] url" in failed.value.mend
    assert clipboard.held.text == "old"


def test_without_a_clipboard_it_is_said() -> None:
    context, clipboard = setting("old", "text", {"text": "x"})
    clipboard.refusal = DeskError("no xclip", mend="install xclip")
    with pytest.raises(DeskError):
        run(context, rewrite, source="")


@pytest.mark.parametrize("nothing", ["", "  \n "])
def test_an_empty_answer_is_not_copied(nothing: str) -> None:
    context, clipboard = setting("old", "text", {"text": nothing})
    with pytest.raises(CannotRead):
        run(context, rewrite, source="")
    assert (clipboard.held.text, context.made) == ("old", [])
