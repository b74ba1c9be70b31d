"""The intent that saves what is with a mail, for the file intents to go on with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from voiced.plugin import (
    ORDINAL,
    TEXT,
    Context,
    Effect,
    FileEntity,
    IntentError,
    JsonValue,
    Reply,
    intent,
    normalise,
    one_line,
    sound_similarity,
    undoes,
)
from voiced_intents.files.carrying import budget, carry_out
from voiced_intents.files.listing import entry_at
from voiced_intents.files.roots import Spot
from voiced_intents.files.several import Several

from .answered import last_mail
from .folder_slot import FOLDER
from .mime import Attached, content_of, read_mail
from .naming import MAIL, MailEntity, found_of, raw_of
from .numbers import counted
from .refusals import denied, failed
from .settings import Settings
from .storing import Content, Storing, area_of, file_settings, free_spots, to_trash

__all__ = ["save_files", "undo_save"]

_MOST_BYTES = 50 * 2**20
_MOST_FILES = 20
_NAMED = 3
_ALIKE, _LEAD = 0.6, 0.1
_DEADLINE_S = 300.0
_FILES = "(attachment|attachments|file|files|document|enclosure|pdf|picture|pictures)"
_WHERE = "[(in|into|to) [the|my] {folder}]"


@intent(
    "mail.save",
    sentences=[
        f"(save|download|store|keep) [all] [the|its] {_FILES} (of|from|in|with) {{mail}} {_WHERE}",
        f"(save|download|store) [all] [the|its] attachment[s] {_WHERE}",
        f"(save|download|store) the {{which}} attachment [(of|from|in) {{mail}}] {_WHERE}",
        f"(save|download|store) the attachment called {{part}} {_WHERE}",
    ],
    effect=Effect.W1,
    critical=["mail", "folder", "which", "part"],
    deadline_s=_DEADLINE_S,
    examples=["save the attachment of the mail from Anna to documents"],
)
async def save_files(
    context: Context,
    mail: Annotated[MailEntity | None, MAIL] = None,
    folder: Annotated[FileEntity | None, FOLDER] = None,
    which: Annotated[int | None, ORDINAL] = None,
    part: Annotated[str | None, TEXT] = None,
) -> Reply:
    """Save the files with a mail into a folder."""
    wanted = mail or _last_named(context)
    raw, files = await context.in_worker(_files_of, context.settings(Settings), wanted)
    chosen = _chosen(files, which, part)
    contents = await context.in_worker(_contents, raw, chosen)
    goal = await context.in_worker(_goal, context, folder)
    spots = await context.in_worker(free_spots, goal, contents)
    allowed = budget(file_settings(context))
    steps = [Storing(content, spot, allowed) for content, spot in zip(contents, spots, strict=True)]
    names = _listed([one_line(spot.name) for spot in spots])
    done = f"saved {names} in {one_line(goal.path.name)}"
    change = Several(steps, "mail.save_several") if len(steps) > 1 else steps[0]
    await carry_out(context, change, done)
    entries = [await context.in_worker(entry_at, spot) for spot in spots]
    return Reply(f"{done[0].upper()}{done[1:]}.", tuple(entry.entity() for entry in entries))


@undoes("mail.save")
async def undo_save(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Put the file into the trash, where it can still be had."""
    return f"{await context.in_worker(to_trash, context, data)} is in the trash."


@undoes("mail.save_several")
async def undo_save_several(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Put each of the files into the trash that is there as it was saved."""
    steps = data.get("steps")
    rows = [each for each in steps if isinstance(each, Mapping)] if isinstance(steps, list) else []
    names, reasons = list[str](), list[str]()
    for row in rows:
        try:
            names.append(await context.in_worker(to_trash, context, row["data"]))
        except IntentError as error:
            reasons.append(error.spoken)
    if not names:
        raise failed("none of it can be taken back", reasons[0] if reasons else "There is nothing.")
    left = f" Of the others I say: {reasons[0]}" if reasons else ""
    verb = "is" if len(names) == 1 else "are"
    return f"{_listed(names)} {verb} in the trash.{left}"


def _last_named(context: Context) -> MailEntity:
    """The mail that was named last, where none was said."""
    return last_mail(context, "Of which mail? Say, for example: of the mail from Anna.")


def _files_of(settings: Settings, mail: MailEntity) -> tuple[bytes, tuple[Attached, ...]]:
    """The mail, and what is with it.

    Raises:
        IntentDenied: It is too large.
        IntentFailed: Nothing is with it, or it cannot be had.
    """
    found = found_of(settings, mail)
    if found.size_bytes > _MOST_BYTES:
        raise denied("the mail is larger than 50 MB", "That mail is too large for me to fetch.")
    raw = raw_of(settings, found, _MOST_BYTES)
    files = read_mail(raw).files
    if not files:
        raise failed("the mail has no files", "There is no file with that mail.")
    return raw, files


def _chosen(files: Sequence[Attached], which: int | None, part: str | None) -> Sequence[Attached]:
    """The ones that were meant: all of them where nothing was said.

    Raises:
        IntentFailed: There is none like that.
    """
    if part:
        return [_called(files, part)]
    if which is not None:
        if not (-len(files) <= which <= len(files)) or which == 0:
            spoken = f"There are only {counted(len(files), of='file')} with that mail."
            raise failed("no such attachment", spoken)
        return [files[which - 1 if which > 0 else which]]
    return files[:_MOST_FILES]


def _called(files: Sequence[Attached], said: str) -> Attached:
    words = " ".join(normalise(said))
    scored = sorted(
        ((_likeness(words, each.name), -at, each) for at, each in enumerate(files)),
        reverse=True,
        key=lambda row: row[:2],
    )
    if scored[0][0] < _ALIKE:
        names = _listed([one_line(each.name) for each in files])
        raise failed("no attachment is called so", f"None is called that. There is {names}.")
    return scored[0][2]


def _likeness(words: str, name: str) -> float:
    spoken = " ".join(normalise(name.replace("_", " ")))
    if all(word in spoken.split() for word in words.split()):
        return 1.0
    return sound_similarity(words, spoken)


def _contents(raw: bytes, files: Sequence[Attached]) -> list[Content]:
    found = [(each, content_of(raw, each)) for each in files]
    contents = [Content(each.name, data) for each, data in found if data is not None]
    if len(contents) < len(files):
        raise failed("an attachment cannot be read", "I can't read all that is with it.")
    return contents


def _goal(context: Context, folder: FileEntity | None) -> Spot:
    """The folder that was said; else the one for downloads, or the first that may be used."""
    area = area_of(context)
    if folder is not None:
        return area.spot(folder.path)
    downloads = [root for root in area.roots if root.name.lower() == "downloads"]
    return area.spot((downloads or list(area.roots))[0])


def _listed(names: Sequence[str]) -> str:
    if len(names) > _NAMED:
        return f"{', '.join(names[:_NAMED])}, and {counted(len(names) - _NAMED, of='')} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
