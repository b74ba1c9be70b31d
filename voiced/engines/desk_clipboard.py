"""The clipboard and the selection, through wl-clipboard, xclip or xsel, whichever is there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from voiced.desk import SECRET, TEXT_KIND, Clip
from voiced.engines.desk_programs import Programs, Ran
from voiced.errors import DeskError

__all__ = ["ProgramClipboard"]

Command: TypeAlias = tuple[str, ...]

_TEXTS = ("text/plain;charset=utf-8", "UTF8_STRING", "text/plain", "STRING", "TEXT")
_PREFERRED = ("image/png", "text/uri-list")
_SECRETS = frozenset({"x-kde-passwordManagerHint"})
_UNREACHABLE = re.compile(r"display|compositor|wayland server|connect", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Tool:
    """How a program is asked. ``kinds`` lists the media types, where it can do that.

    ``read`` is given a type that was listed, ``write`` a media type.
    """

    program: str
    selection: Command
    read: Callable[[str], Command]
    write: Callable[[str], Command]
    clear: Command
    kinds: Command = ()


def _xclip(*arguments: str) -> Command:
    return ("xclip", "-selection", "clipboard", *arguments)


_WAYLAND = _Tool(
    "wl-paste",
    ("wl-paste", "--primary", "--no-newline", "--type", "text"),
    lambda kind: ("wl-paste", "--no-newline", "--type", kind),
    lambda kind: ("wl-copy", "--type", kind),
    ("wl-copy", "--clear"),
    ("wl-paste", "--list-types"),
)
_XCLIP = _Tool(
    "xclip",
    ("xclip", "-selection", "primary", "-o", "-t", "UTF8_STRING"),
    lambda kind: _xclip("-o", "-t", kind),
    lambda kind: _xclip("-i", "-t", "UTF8_STRING" if kind == TEXT_KIND else kind),
    _xclip("-i", "/dev/null"),
    _xclip("-o", "-t", "TARGETS"),
)
_XSEL = _Tool(
    "xsel",
    ("xsel", "--primary", "--output"),
    lambda _: ("xsel", "--clipboard", "--output"),
    lambda _: ("xsel", "--clipboard", "--input"),
    ("xsel", "--clipboard", "--clear"),
)


class ProgramClipboard:
    """The clipboard of the session.

    Args:
        programs: Those that are there, and the session's environment.
    """

    def __init__(self, programs: Programs) -> None:
        self._programs = programs

    def clip(self) -> Clip:
        """What was copied; of several forms the text, else a picture, else the first.

        Raises:
            DeskError: No clipboard can be reached.
        """
        tool = self._tool()
        if not tool.kinds:
            return _clip(TEXT_KIND, self._read(tool.read("")))
        kinds = self._read(tool.kinds).output.decode("utf-8", "replace").split("\n")
        if not _SECRETS.isdisjoint(kinds):
            return Clip(SECRET)
        listed = _chosen(kinds)
        if not listed:
            return Clip()
        return _clip(TEXT_KIND if listed in _TEXTS else listed, self._read(tool.read(listed)))

    def selection(self) -> str:
        """The text that is marked, or an empty string.

        Raises:
            DeskError: No clipboard can be reached.
        """
        return _clip(TEXT_KIND, self._read(self._tool().selection)).text

    def put(self, clip: Clip) -> None:
        """Copy this; nothing, or what is not to be read, empties the clipboard.

        Raises:
            DeskError: It was not taken.
        """
        tool = self._tool()
        is_kept = clip.kind not in ("", SECRET)
        if is_kept and not tool.kinds and clip.kind != TEXT_KIND:
            raise DeskError(
                f"{tool.program} copies text only",
                spoken="I can only copy text here.",
                mend="install xclip",
            )
        ran = self._programs.feed(tool.write(clip.kind) if is_kept else tool.clear, clip.data)
        if ran.code:
            raise _unreachable(tool.program)

    def _tool(self) -> _Tool:
        """The first program that is there for this session.

        Raises:
            DeskError: There is none.
        """
        programs = self._programs
        if programs.is_wayland and programs.has(_WAYLAND.program) and programs.has("wl-copy"):
            return _WAYLAND
        for tool in (_XCLIP, _XSEL):
            if programs.is_x11 and programs.has(tool.program):
                return tool
        if not (programs.is_wayland or programs.is_x11):
            raise DeskError(
                "there is no desktop session, so no clipboard",
                spoken="I can't reach your clipboard from here.",
                mend="start voiced in your desktop session",
            )
        package = "wl-clipboard" if programs.is_wayland else "xclip"
        raise DeskError(
            f"no program reads the clipboard: {package} is not installed",
            spoken=f"I can't reach your clipboard, because {package} is not installed.",
            mend=f"install {package}",
        )

    def _read(self, command: Command) -> Ran:
        """What it prints; nothing where it has nothing to give."""
        ran = self._programs.read(command)
        if ran.code == 0:
            return ran
        if _UNREACHABLE.search(ran.complaint):
            raise _unreachable(command[0])
        return Ran(ran.code)


def _chosen(kinds: Sequence[str]) -> str:
    """The form that is read, as it was listed; empty where there is none."""
    wanted = (*_TEXTS, *_PREFERRED)
    found = next((kind for kind in wanted if kind in kinds), "")
    return found or next((kind for kind in kinds if "/" in kind), "")


def _clip(kind: str, ran: Ran) -> Clip:
    return Clip(kind, ran.output) if ran.output else Clip()


def _unreachable(program: str) -> DeskError:
    return DeskError(
        f"{program} cannot reach the clipboard",
        spoken="I can't reach your clipboard.",
        mend=f"see what `{program}` says in a terminal of your desktop session",
    )
