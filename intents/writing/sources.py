"""The text that is meant: what is selected, or else what was copied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from voiced.plugin import (
    SECRET,
    Candidate,
    Context,
    Entity,
    IntentDenied,
    IntentFailed,
    SlotContext,
    choice,
)

__all__ = ["SOURCE", "Source", "is_password", "source_text"]

_LONGEST = 200_000

_WORDS = choice(
    "source",
    {
        "it": "",
        "this": "",
        "that": "",
        "this text": "",
        "the text": "",
        "my text": "",
        "this paragraph": "",
        "what i selected": "selection",
        "what i marked": "selection",
        "the selection": "selection",
        "the selected text": "selection",
        "what i copied": "clipboard",
        "the clipboard": "clipboard",
        "my clipboard": "clipboard",
    },
)


@dataclass(frozen=True, slots=True)
class _Source:
    """Words for the text; its value is empty for the selection, or else the clipboard.

    It holds no thing that was named before: "summarize it" is that thing, where another intent
    can do that.
    """

    name: ClassVar[str] = "source"
    is_open: ClassVar[bool] = False
    json_schema: ClassVar[Mapping[str, Any]] = _WORDS.json_schema

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """The words."""
        return _WORDS.phrases(context)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[str]]:
        """What they mean."""
        return _WORDS.resolve(said, context)

    def from_entity(self, entity: Entity) -> None:
        """Nothing."""


SOURCE = _Source()


@dataclass(frozen=True, slots=True)
class Source:
    """A text from outside, and what it is called."""

    text: str
    name: str


async def source_text(context: Context, wanted: str | None) -> Source:
    """The text that is meant.

    Raises:
        DeskError: The desktop does not give it.
        IntentFailed: There is none.
        IntentDenied: It is a password.
    """
    clipboard = context.desk.clipboard
    if wanted != "clipboard":
        marked = await context.in_worker(clipboard.selection)
        if marked.strip():
            return Source(_checked(marked), "the selection")
    clip = await context.in_worker(clipboard.clip)
    if wanted != "selection" and clip.kind == SECRET:
        raise is_password()
    if wanted == "selection" or not clip.text.strip():
        raise IntentFailed(
            "no text is selected or copied",
            spoken="There is no text selected or copied.",
            mend="select some text, or copy it",
        )
    return Source(_checked(clip.text), "the clipboard")


def is_password() -> IntentDenied:
    """Why the clipboard is not read."""
    return IntentDenied(
        "a password manager marked the clipboard as secret",
        spoken="What you copied is marked as a password, so I don't read it.",
    )


def _checked(text: str) -> str:
    if len(text) > _LONGEST:
        raise IntentFailed(f"longer than {_LONGEST} letters", spoken="That text is too long.")
    return text.replace("\r\n", "\n")
