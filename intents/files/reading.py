"""The intents that only read: open, find, list recent."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from typing import Annotated

from voiced.plugin import (
    DATE_SPAN,
    Context,
    DateSpan,
    Effect,
    FileEntity,
    IntentError,
    Reply,
    apart,
    intent,
)

from .described import ASKED, NEARLY, meant
from .finding import limit_note, recent
from .kinds import kinds_of_word
from .listing import entry_at
from .refusals import denied, failed, said
from .roots import Area
from .settings import Settings
from .slot import FILE, KIND, WANTED

__all__ = ["counted", "data_of", "find_files", "list_recent", "open_file", "show_file"]

_SHOWN = 3
_SHOW_WAIT_S = 3.0
# A comma would end a string of the list; in a URI it is always written in percent code.
_SHOW_ITEMS = (
    "dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.FileManager1",
    "/org/freedesktop/FileManager1", "org.freedesktop.FileManager1.ShowItems",
)  # fmt: skip
_MOST = 50
_STARTS_PROGRAMS = (
    ".appimage", ".bat", ".bin", ".com", ".deb", ".desktop", ".exe", ".flatpakref", ".jar", ".msi",
    ".ps1", ".rpm", ".run", ".scr", ".sh", ".snap",
)  # fmt: skip
_COUNTS = "no one two three four five six seven eight nine ten eleven twelve".split()

# Openers that still ran when we stopped waiting; the next call collects those that have ended.
_opened: list[subprocess.Popen[bytes]] = []


@intent(
    "files.open",
    sentences=[
        "(open|launch|bring up) [up] [the|my|that] [file [called|named]] {file}",
        "(view|display) [the|my|that] [file [called|named]] {file}",
        "let me see [the|my|that] [file [called|named]] {file}",
        "(open|view|display|launch|bring up) [up] [the|my|that] {described}",
    ],
    effect=Effect.W1,
    critical=["file", "described"],
    examples=["open the PDF from yesterday", "open budget twenty twenty six"],
)
async def open_file(
    context: Context,
    file: Annotated[FileEntity | None, FILE] = None,
    described: Annotated[FileEntity | None, NEARLY] = None,
) -> Reply:
    """Open a file or folder in its own program."""
    settings = context.settings(Settings)
    entity = await context.in_worker(_open, meant(file, described), settings)
    return Reply(f"Opening {said(entity.path.name)}.", (entity,), data_of([entity]))


def _open(file: FileEntity, settings: Settings) -> FileEntity:
    entry = entry_at(Area.of(settings).spot(file.path))
    if entry.name.lower().endswith(_STARTS_PROGRAMS):
        raise denied(
            "the file could start a program",
            f"{said(entry.name)} is a program. I open documents, not programs.",
        )
    _run([*settings.opener, str(entry.spot.path)], settings.open_wait_s)
    return entry.entity()


def _run(command: list[str], wait_s: float) -> None:
    """Start the opener by itself; the path is absolute, so it is never taken for an option."""
    _opened[:] = [process for process in _opened if process.poll() is None]
    program = command[0]
    if shutil.which(program) is None:
        raise failed(
            f"{program}: not installed",
            f"I can't open files here, because the program {program} is missing.",
            "install xdg-utils, or set opener in the section [files] of voiced.toml",
        )
    try:
        process = subprocess.Popen(
            apart(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        reason = f"{program}: {error.strerror}"
        raise failed(reason, f"The program {program} could not be started.") from error
    try:
        code = process.wait(wait_s)
    except subprocess.TimeoutExpired:
        _opened.append(process)
        return
    if code:
        raise failed(
            f"{program} ended with exit code {code}",
            "That could not be opened. There may be no program for it.",
            "see what `xdg-open FILE` says in a terminal",
        )


@intent(
    "files.show",
    sentences=[
        "(show|reveal|open) [me] [the|my] {file} in (its|the) (folder|directory|file manager)",
        "(show|open) [me] the folder (of|with|that holds) [the|my] file {file}",
        "where exactly is [the|my] {file}",
        "(show|reveal) [me] [the|my] {described} in (its|the) (folder|directory|file manager)",
    ],
    effect=Effect.W1,
    critical=["file", "described"],
    examples=["show the invoice from yesterday in its folder"],
)
async def show_file(
    context: Context,
    file: Annotated[FileEntity | None, FILE] = None,
    described: Annotated[FileEntity | None, NEARLY] = None,
) -> Reply:
    """Show a file in the file manager, marked in its folder."""
    settings = context.settings(Settings)
    entity = await context.in_worker(_show, meant(file, described), settings)
    place = said(entity.path.parent.name)
    return Reply(f"Showing {said(entity.path.name)} in {place}.", (entity,), data_of([entity]))


def _show(file: FileEntity, settings: Settings) -> FileEntity:
    """Ask the file manager on the session bus; without one, open the folder."""
    entry = entry_at(Area.of(settings).spot(file.path))
    try:
        _run([*_SHOW_ITEMS, f"array:string:{entry.spot.path.as_uri()}", "string:"], _SHOW_WAIT_S)
    except IntentError:
        folder = entry.spot.path if not entry.spot.parts else entry.spot.parent.path
        _run([*settings.opener, str(folder)], settings.open_wait_s)
    return entry.entity()


@intent(
    "files.find",
    sentences=[
        "(find|locate|search for|look for|(i'm|i am) looking for) [me] [all] "
        "[the|my|any|a|an] {wanted}",
        "(show|give) me [all] [the|my|any] {wanted}",
        "where (is|are|did i (put|save)) [the|my] {wanted}",
        "(do i have|is there|are there) [a|an|any|the] {wanted}",
        "(find|locate|search for|look for|(i'm|i am) looking for) [me] [all] "
        "[the|my|any|a|an] {asked}",
        "(show|give) me [all] [the|my|any] {asked}",
    ],
    effect=Effect.R1,
    examples=[
        "find the PDF from yesterday",
        "find my budget",
        "show me pictures from last week in downloads",
    ],
)
async def find_files(
    context: Context,
    wanted: Annotated[tuple[FileEntity, ...] | None, WANTED] = None,
    asked: Annotated[tuple[FileEntity, ...] | None, ASKED] = None,
) -> Reply:
    """Find files and folders by name, kind, date, folder, and what is in them."""
    wanted = wanted or asked
    limit = await context.in_worker(limit_note, context.settings(Settings))
    if not wanted:
        return Reply(f"I found nothing like that.{limit}", data=data_of([]))
    names = _placed(wanted[0]) if len(wanted) == 1 else counted(wanted)
    return Reply(f"I found {names}.{limit}", wanted[:_MOST], data_of(wanted))


@intent(
    "files.recent",
    sentences=[
        "(list|show|show me|tell me|what are|read me) [the|my] (recent|latest|newest) {kind}",
        "(what|which) {kind} (did|have) i (work on|worked on|change|changed|save|saved) "
        "[(lately|recently|{when})]",
        "what did i work on (lately|recently|{when})",
        "what is new in my (files|folders)",
    ],
    effect=Effect.R1,
    examples=["what are my recent files?", "which documents did I change yesterday?"],
)
async def list_recent(
    context: Context,
    kind: Annotated[tuple[str, ...] | None, KIND] = None,
    when: Annotated[DateSpan | None, DATE_SPAN] = None,
) -> Reply:
    """List the files that were changed last."""
    found = await context.in_worker(_recent, context, kind, when)
    if not found:
        return Reply("There are no such files.", data=data_of([]))
    return Reply(f"The newest first: {_named(found)}.", tuple(found), data_of(found))


def _recent(
    context: Context, kind: tuple[str, ...] | None, when: DateSpan | None
) -> list[FileEntity]:
    kinds = kind or kinds_of_word("file")
    entries = recent(context, kinds, when, _MOST if when else _SHOWN + 5)
    return [entry.entity() for entry in entries]


def _count(number: int) -> str:
    return _COUNTS[number] if number < len(_COUNTS) else str(number)


def counted(files: Sequence[FileEntity]) -> str:
    """How many, and three of them by name."""
    return f"{_count(len(files))}: {_named(files)}"


def _named(files: Sequence[FileEntity]) -> str:
    """At most three names, then "and five more"."""
    names = [said(file.path.name) for file in files[:_SHOWN]]
    rest = len(files) - len(names)
    if rest:
        return f"{', '.join(names)}, and {_count(rest)} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _placed(file: FileEntity) -> str:
    return f"{said(file.path.name)} in {said(file.path.parent.name)}"


def data_of(files: Sequence[FileEntity]) -> dict[str, list[str]]:
    """For ``--json``: their paths."""
    return {"files": [said(str(file.path)) for file in files[:_MOST]]}
