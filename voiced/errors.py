"""The exception tree. Every error that a person can meet is one of these.

VoicedError
|- ConfigError            file, key, reason; before the loop starts; exit code 78
|- AudioFormatError       a sound file that cannot be read: which file, why
|- EngineError            stage, retryable; exit code 69
|   |- DeviceError
|   |- TranscriptionError
|   |- ReplyError
|   |   '- ReplyTimeout
|   |- SynthesisError
|   |- ToolServerError    an MCP server cannot be used: it died, flooded us, or makes no sense
|   '- ModelMissing       a model, voice or library is not installed: the mend says how
|- IntentError            intent
|   |- UnknownIntent
|   |- InvalidSlots
|   |- IntentDenied
|   |- IntentTimeout
|   '- IntentFailed
|       |- CannotRead     no language model reads a text for an intent
|       '- DeskError      the desktop does not allow it, or a program for it is missing
|- PluginError            a plugin could not be loaded: skip it, say so, go on
|- ControlError           the running daemon refused what it was asked from outside
|   |- NoDaemon           none runs, or it does not answer; exit code 69
|   '- AlreadyRunning     one runs already; exit code 75
|- PageError              the page on this machine cannot be opened; exit code 69
'- JournalError

Adapters translate vendor exceptions into these with ``raise ... from``. Anything else that
reaches the loop is a bug.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import ClassVar, Literal, TypeAlias, cast

__all__ = [
    "AlreadyRunning",
    "AudioFormatError",
    "CannotRead",
    "ConfigError",
    "ControlError",
    "DeskError",
    "DeviceCause",
    "DeviceError",
    "EngineError",
    "IntentDenied",
    "IntentError",
    "IntentFailed",
    "IntentTimeout",
    "InvalidSlots",
    "JournalError",
    "ModelMissing",
    "NoDaemon",
    "PageError",
    "PluginError",
    "ReplyError",
    "ReplyTimeout",
    "SynthesisError",
    "ToolServerError",
    "TranscriptionError",
    "UnknownIntent",
    "VoicedError",
    "ungrouped",
]


DeviceCause: TypeAlias = Literal["unknown", "gone", "silent", "server", "changed", "asleep"]
"""Why a sound device cannot be used: it is not there; it gives no sound; there is no sound server;
another one is used from now on; the machine slept."""


class VoicedError(Exception):
    """An error with a message for the screen, a sentence for the ear, and the mend.

    Args:
        message: What, where and why, in one line. Never what a person said, read or mailed.
        spoken: What the assistant says aloud; a plain sentence.
        mend: The command or the change that mends it, or an empty string.
    """

    exit_code: ClassVar[int] = 1
    default_spoken: ClassVar[str] = "Sorry, something went wrong."

    def __init__(self, message: str, *, spoken: str = "", mend: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.spoken = spoken or self.default_spoken
        self.mend = mend

    @property
    def code(self) -> str:
        """The class name in snake_case: the stable code in JSON output."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()

    def __str__(self) -> str:
        """The message, and the mend where there is one."""
        return f"{self.message} ({self.mend})" if self.mend else self.message


class ConfigError(VoicedError):
    """Wrong configuration. ``file`` and ``key`` say where; ``reason`` says why."""

    exit_code = 78
    default_spoken = "My configuration has a mistake."

    def __init__(self, *, file: str, key: str, reason: str, mend: str = "") -> None:
        super().__init__(": ".join(part for part in (file, key, reason) if part), mend=mend)
        self.file = file
        self.key = key
        self.reason = reason


class AudioFormatError(VoicedError):
    """A sound file that cannot be read. ``file`` says which one."""

    default_spoken = "I can't read that sound file."

    def __init__(self, *, file: str, reason: str, mend: str = "") -> None:
        super().__init__(f"{file}: {reason}", mend=mend)
        self.file = file
        self.reason = reason


class EngineError(VoicedError):
    """A stage failed. ``retryable`` says whether trying again can help."""

    exit_code = 69
    default_stage: ClassVar[str] = "engine"

    def __init__(
        self,
        message: str,
        *,
        stage: str = "",
        retryable: bool = False,
        spoken: str = "",
        mend: str = "",
    ) -> None:
        super().__init__(message, spoken=spoken, mend=mend)
        self.stage = stage or self.default_stage
        self.retryable = retryable


class DeviceError(EngineError):
    """A microphone or loudspeaker could not be opened, or went away. ``cause`` says why."""

    default_stage = "microphone"
    default_spoken = "I have lost my sound device."

    def __init__(  # noqa: PLR0913 - all but one are keywords
        self,
        message: str,
        *,
        stage: str = "",
        retryable: bool = False,
        cause: DeviceCause = "unknown",
        spoken: str = "",
        mend: str = "",
    ) -> None:
        super().__init__(message, stage=stage, retryable=retryable, spoken=spoken, mend=mend)
        self.cause: DeviceCause = cause


class TranscriptionError(EngineError):
    """The transcriber failed."""

    default_stage = "transcriber"
    default_spoken = "Sorry, I could not make out what you said. Say that again, please."


class ReplyError(EngineError):
    """The language model failed, refused, or answered nonsense."""

    default_stage = "responder"
    default_spoken = "My language model did not answer."


class ReplyTimeout(ReplyError):
    """The language model did not answer in time, or stopped in the middle."""

    default_spoken = "My language model took too long to answer."


class SynthesisError(EngineError):
    """The synthesizer failed."""

    default_stage = "synthesizer"
    default_spoken = "I lost my voice."


class ToolServerError(EngineError):
    """An MCP server could not be reached, or did what it must not. Never its own words."""

    default_stage = "mcp"
    default_spoken = "A program that I use for that does not work."


class ModelMissing(EngineError):
    """A model, a voice or a system library is not installed. The mend installs it."""

    default_spoken = "A model that I need is not installed."


class IntentError(VoicedError):
    """An intent could not be carried out. ``intent`` is its name.

    ``is_unsure``: nobody knows whether it was done; ``spoken`` says so.
    """

    is_unsure: ClassVar[bool] = False

    def __init__(self, message: str, *, intent: str = "", spoken: str = "", mend: str = "") -> None:
        super().__init__(message, spoken=spoken, mend=mend)
        self.intent = intent


class UnknownIntent(IntentError):
    """No intent has that name."""

    default_spoken = "I don't know how to do that."


class InvalidSlots(IntentError):
    """A slot has no value, or one that does not fit its type."""

    default_spoken = "I did not get all I need for that."


class IntentDenied(IntentError):
    """The policy or the intent itself refused."""

    default_spoken = "I'm not allowed to do that."


class IntentTimeout(IntentError):
    """The intent did not finish before its deadline."""

    default_spoken = "That took too long, so I stopped."


class IntentFailed(IntentError):
    """The intent tried and failed; nothing is half done."""

    default_spoken = "That did not work."


class CannotRead(IntentFailed):
    """No language model could answer a question about a text; an intent may do without."""

    default_spoken = "I can't read that for you."


class DeskError(IntentFailed):
    """The desktop does not allow it, or a program for it is missing; the mend says which."""

    default_spoken = "Your desktop does not let me do that."


class PluginError(VoicedError):
    """A plugin could not be loaded. ``plugin`` is its name; the others go on."""

    default_spoken = "One of my skills could not be loaded."

    def __init__(self, message: str, *, plugin: str = "", mend: str = "") -> None:
        super().__init__(message, mend=mend)
        self.plugin = plugin


class ControlError(VoicedError):
    """The running daemon refused what it was asked. ``reason`` is its code for it."""

    default_spoken = "That was refused."

    def __init__(self, message: str, *, reason: str = "refused", mend: str = "") -> None:
        super().__init__(message, mend=mend)
        self.reason = reason


class NoDaemon(ControlError):
    """No daemon runs, or it does not answer."""

    exit_code = 69


class AlreadyRunning(ControlError):
    """A daemon runs already, and there is one microphone."""

    exit_code = 75


class PageError(VoicedError):
    """The page on this machine cannot be opened."""

    exit_code = 69


class JournalError(VoicedError):
    """The journal could not be read or written. No change is made without it."""

    default_spoken = "I can't write my journal, so I won't change anything."


@contextmanager
def ungrouped() -> Generator[None]:
    """Raise what a task group holds as what it is: its one exception, or its first VoicedError.

    A group that holds several exceptions, a bug among them, stays whole.
    """
    try:
        yield
    except BaseExceptionGroup as group:
        held = list(_leaves(group))
        if len(held) == 1 or all(isinstance(error, VoicedError) for error in held):
            raise held[0] from held[0].__cause__
        raise


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(cast("BaseExceptionGroup[BaseException]", error))
        else:
            yield error
