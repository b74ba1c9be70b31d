"""What an intent gets from the assistant: for one call, and about the conversation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from voiced.desk import Desk
from voiced.plugin.memory import Forgotten, Remembered
from voiced.plugin.replies import Entity, Undo
from voiced.slots import JsonValue, SlotContext
from voiced.trust.labels import Labelled

if TYPE_CHECKING:
    from voiced.plugin.intents import Intent

__all__ = ["Assistant", "Context"]


T = TypeVar("T")


class Assistant(Protocol):
    """The assistant itself, for intents about the conversation."""

    @property
    def last_reply(self) -> str:
        """The last reply as text, or an empty string."""
        ...

    @property
    def last_heard(self) -> str:
        """What the user heard of it, or an empty string."""
        ...

    @property
    def unfinished_reply(self) -> str:
        """What the user cut off last, from the sentence on that was being spoken; or nothing."""
        ...

    @property
    def entities(self) -> Sequence[Entity]:
        """What was named last, in its order."""
        ...

    def deliver(
        self,
        *,
        louder_db: float = 0.0,
        speed: float = 1.0,
        whisper: bool | None = None,
        reset: bool = False,
    ) -> None:
        """Change how everything is said from now on, until the session ends.

        Args:
            louder_db: Added to what it is; the sum stays between -18 and 12 dB.
            speed: A factor; the product stays between 0.6 and 2.
            whisper: Whether it whispers; None leaves that as it is.
            reset: Forget what was wished before.
        """
        ...

    def intents(self) -> Sequence[Intent]:
        """Every intent that can be used now."""
        ...

    def stop_sending(self) -> int:
        """Keep back all that waits in the outbox; how much that was."""
        ...

    def start_over(self) -> None:
        """Forget this conversation, and with it what came from outside, before the next request.

        Raises:
            IntentDenied: The plugin is not a built-in one.
        """
        ...

    def take_speech(self, intent: str) -> None:
        """Let all that is said go to this intent from now on, until it is called with "".

        The intent has one open slot, which gets each utterance whole, as it was transcribed; it
        decides what ends it. What is taken is no part of the conversation.

        Raises:
            PluginError: There is no such intent, or it cannot take a text.
        """
        ...

    def allow_pictures(self) -> str:
        """Let pictures leave the machine for the language model, until voiced ends.

        Returns:
            The host that they go to; empty where the model is on this machine.
        """
        ...

    async def undo(self, count: int) -> Sequence[str]:
        """Take back the last ``count`` changes; a sentence for each one taken back.

        Raises:
            IntentFailed: A change cannot be taken back; what was done before it stays undone.
        """
        ...

    async def changes(self, count: int) -> Sequence[str]:
        """Sentences on the last changes, newest first."""
        ...

    @property
    def keeps_speech(self) -> bool:
        """Whether the user lets what is said be kept."""
        ...

    async def remembered(
        self,
        words: str = "",
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        count: int = 50,
    ) -> Sequence[Remembered]:
        """Records of the journal that hold all of the words, of a span of time; newest first.

        This request is not among them, and no change that did not come about. What is in them may
        come from outside: names of files, and what was read aloud.

        Raises:
            IntentDenied: The plugin is not a built-in one.
        """
        ...

    async def forget(
        self, words: str = "", *, since: datetime | None = None, until: datetime | None = None
    ) -> Forgotten:
        """Erase what holds all of the words, of a span of time; without any of these, everything.

        The conversation is forgotten, too, as by ``start_over``.

        Raises:
            IntentDenied: The plugin is not a built-in one.
            VoicedError: It could not be erased, or not all of it.
        """
        ...


class Context(SlotContext, Protocol):
    """What an intent gets from the assistant for one call."""

    @property
    def assistant(self) -> Assistant:
        """The assistant itself."""
        ...

    @property
    def uptime_s(self) -> float:
        """A clock that nobody sets: seconds since the machine began, also while it slept."""
        ...

    @property
    def room(self) -> str:
        """The room that this was asked in, by its satellite's name; empty: at the machine itself.

        What it leads to later can be announced there: ``Announcement(room=...)``.
        """
        ...

    @property
    def desk(self) -> Desk:
        """The user's desktop: clipboard, keyboard, screen. Its methods block."""
        ...

    def change(self, undo: Undo, summary: str) -> AbstractAsyncContextManager[None]:
        """Hold a change: the way back is in the journal before the body runs.

        The body must make one change, or none and raise. ``summary`` says what was done, in the
        past tense, as it is spoken: "renamed a to b".

        Raises:
            JournalError: The way back could not be written; the body does not run.
        """
        ...

    async def in_worker(self, function: Callable[..., T], *args: Any) -> T:
        """Run a blocking function off the loop. It is not stopped by a cancellation."""
        ...

    async def ask_about(
        self,
        text: str | Labelled[str],
        question: str,
        schema: Mapping[str, Any],
        *,
        object_id: str = "",
    ) -> Labelled[dict[str, JsonValue]]:
        """Ask the language model about a text from outside: a mail, a page, a file.

        The model gets the text and the question and nothing else, and can call nothing. The answer
        is as untrusted as the text: tell it with ``attributed``, and let it choose nothing.

        Args:
            text: What is read; a long one only to a limit.
            question: What is to be found in it, in your own words.
            schema: The JSON schema of an object; texts and lists are limited where it does not.
            object_id: Names the thing that the text belongs to.

        Raises:
            CannotRead: There is no model, it failed or was too slow: do without.
            PluginError: The schema does not say what the answer is, or the intent is declared to
                return what only the user or the configuration can have shaped.
        """
        ...

    async def ask_about_picture(
        self, picture: bytes, question: str, schema: Mapping[str, Any], *, object_id: str = ""
    ) -> Labelled[dict[str, JsonValue]]:
        """Ask the language model about a picture, as ``ask_about`` does about a text.

        Args:
            picture: A PNG, JPEG, WebP, GIF, BMP or TIFF of at most 50 megapixels; it is sent
                smaller, and without what is written beside the pixels.
            question: What is to be found in it.
            schema: As for ``ask_about``.
            object_id: Names the picture.

        Raises:
            CannotRead: As ``ask_about``; or it is no such picture, or the model takes none, or its
                server is on another machine and the user has not allowed that.
            PluginError: As ``ask_about``.
        """
        ...

    async def rewrite(
        self,
        text: str | Labelled[str],
        how: str,
        *,
        object_id: str = "",
        may_break: bool = False,
    ) -> Labelled[str]:
        """Have the language model write a whole text anew, as ``ask_about`` asks about one.

        The new text has at most three times the length, no links but those that were in the old
        one, and stays on one line where that was on one, unless it ``may_break``.

        Args:
            text: At most 6,000 letters.
            how: What is to be done with it, in your own words.
            object_id: Names the thing that the text belongs to.
            may_break: It may get lines.

        Raises:
            CannotRead: As ``ask_about``; or the text is too long.
            PluginError: As ``ask_about``.
        """
        ...
