"""How a request to a plugin's process ends when it does not end well. Values only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from voiced.errors import (
    ConfigError,
    IntentDenied,
    IntentFailed,
    InvalidSlots,
    PluginError,
    VoicedError,
)
from voiced.plugin_host.wire import is_table
from voiced.spoken import one_line

__all__ = ["Failure", "SwitchedOff", "outcome"]

_LONGEST_MESSAGE = 200
_LONGEST_SPOKEN = 300
_KINDS: Mapping[str, Callable[..., VoicedError]] = {
    "intent_denied": IntentDenied,
    "invalid_slots": InvalidSlots,
}


class Failure(Exception):
    """The plugin did not do as it must; ``what`` says how: "did not answer in time".

    ``is_fatal``: its process cannot be used any more.
    """

    def __init__(self, what: str, *, is_fatal: bool = True) -> None:
        super().__init__(what)
        self.what = what
        self.is_fatal = is_fatal


class SwitchedOff(Exception):
    """The plugin failed too often, and is not asked any more."""


def outcome(message: Mapping[str, Any], name: str) -> Any:
    """The value of a last message.

    Args:
        message: What the plugin's process sent.
        name: Of the intent or the plugin that was asked.

    Raises:
        VoicedError: The plugin refused, or says why it did not work.
        Failure: It raised something else.
    """
    if "value" in message:
        return message["value"]
    raised = message.get("raised")
    if isinstance(raised, str):
        what = f"raised {one_line(raised)[:60]}"
        raise Failure(what, is_fatal=raised == "MemoryError")
    if isinstance(returned := message.get("returned"), str):
        raise Failure(f"returned {one_line(returned)[:60]}, not a Reply", is_fatal=False)
    row = message.get("error")
    if not is_table(row):
        raise Failure("sent what is no answer")
    raise _error(row, name)


def _error(row: Mapping[str, Any], name: str) -> VoicedError:
    code = str(row.get("code", ""))
    words = {key: one_line(str(row.get(key) or "")) for key in ("message", "spoken", "mend")}
    message, mend = words["message"][:_LONGEST_MESSAGE], words["mend"][:_LONGEST_MESSAGE]
    if code == "config_error":
        where = {key: str(row.get(key) or "") for key in ("file", "key", "reason")}
        return ConfigError(**where, mend=mend)
    if code == "plugin_error":
        return PluginError(message, plugin=name, mend=mend)
    kind = _KINDS.get(code, IntentFailed)
    return kind(message, intent=name, spoken=words["spoken"][:_LONGEST_SPOKEN], mend=mend)
