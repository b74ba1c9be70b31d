"""The live screen of ``voiced watch``: a conversation that scrolls, and one line that lives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.text import Text

from voiced.cli.output import printable

__all__ = ["Screen", "State", "told"]

_QUIET_DBFS = -60.0
_BAR = 20
_WORDS = 8
_MODES = {"listening": "green", "muted": "red", "asleep": "yellow"}


_TOLD: Mapping[str, tuple[str, str]] = {
    "transcript_final": ("you    {text}", "bold"),
    "intent_matched": ("  does {does}", "cyan"),
    "reply_sentence": ("says   {text}", ""),
    "confirmation_asked": ("asks   {question}", "yellow"),
    "turn_ended": ("  {outcome}  {steps}", "dim"),
    "ducked": ("  quieter: you may be speaking", "dim"),
    "overlap_ignored": ("  no interruption: {reason}", "dim"),
    "playback_resumed": ("  goes on", "dim"),
    "barge_in": ("  interrupted: {reason}", "dim"),
    "push_to_talk": ("  the key is {is_held}", "dim"),
    "mode_changed": ("  {mode}", "yellow"),
    "device_lost": ("  the {device} is gone", "red"),
    "device_found": ("  the {device} is back", "green"),
    "stage_failed": ("  {stage}: {message}", "red"),
    "not_addressed": ("  not for me", "dim"),
    "wake_word_heard": ("  heard its name: {word}", "dim"),
}


class State:
    """What the living line shows; pure."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.partial = ""
        self.heard = ""
        self.is_speech = False
        self.level_dbfs = _QUIET_DBFS

    def hear(self, frame: Mapping[str, Any]) -> None:
        """Take a frame of the daemon."""
        if "level_dbfs" in frame:
            self.level_dbfs = float(frame["level_dbfs"])
        elif "heard" in frame:
            self.heard = str(frame["heard"]["text"])
        elif "event" in frame and "room" not in frame["event"]:
            self._hear(frame["event"])

    def _hear(self, event: Mapping[str, Any]) -> None:
        kind = event["type"]
        if kind == "mode_changed":
            self.mode = event["mode"]
        elif kind in {"speech_started", "speech_stopped"}:
            self.is_speech = kind == "speech_started"
        elif kind == "transcript_partial":
            self.partial = event.get("text", "")
        elif kind == "transcript_final":
            self.partial = ""
        elif kind == "turn_ended":
            self.partial = self.heard = ""

    @property
    def bar(self) -> str:
        """The level, as a bar."""
        share = 1 - min(0.0, max(_QUIET_DBFS, self.level_dbfs)) / _QUIET_DBFS
        filled = round(share * _BAR)
        return "#" * filled + "-" * (_BAR - filled)

    @property
    def _spoken(self) -> str:
        """The last words of the reply that were heard."""
        return " ".join(self.heard.split()[-_WORDS:])

    def line(self) -> Text:
        """The line."""
        return Text.assemble(
            (f"{self.mode:9}", _MODES.get(self.mode, "")),
            f" |{self.bar}| ",
            ("you " if self.is_speech else "    ", "bold"),
            (printable(self.partial or self._spoken), "italic"),
            no_wrap=True,
            overflow="ellipsis",
        )


def told(event: Mapping[str, Any]) -> tuple[str, str] | None:
    """What scrolls by for an event: a line and its style; None where nobody wants to see it."""
    found = _TOLD.get(event["type"])
    if found is None:
        return None
    template, style = found
    is_held = "held" if event.get("is_down") else "let go"
    fields = {**event, "does": _does(event), "steps": _steps(event), "is_held": is_held}
    line = template.format_map(defaultdict(str, fields)).rstrip()
    return (f"[{event['room']}] {line}" if "room" in event else line), style


def _does(event: Mapping[str, Any]) -> str:
    slots: Mapping[str, object] = event.get("slots", {})
    return " ".join([str(event.get("intent")), *(f"{key}={slots[key]!r}" for key in slots)])


def _steps(event: Mapping[str, Any]) -> str:
    timing: Mapping[str, float | None] = event.get("timing_ms", {})
    return "  ".join(f"{step} {ms:.0f} ms" for step, ms in timing.items() if ms is not None)


class Screen:
    """Shows frames on a terminal."""

    def __init__(self, status: Mapping[str, Any]) -> None:
        self._state = State(str(status["mode"]))
        self._live = Live(self._state.line(), console=Console(highlight=False), transient=True)
        self._live.console.print(f"voiced {status['version']} hears {status['hears']}", style="dim")

    def __enter__(self) -> Screen:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def show(self, frame: Mapping[str, Any]) -> None:
        """Show what a frame tells."""
        self._state.hear(frame)
        line = told(frame["event"]) if "event" in frame else None
        if line is not None:
            text, style = line
            self._live.console.print(Text(printable(text), style=style))
        self._live.update(self._state.line())
