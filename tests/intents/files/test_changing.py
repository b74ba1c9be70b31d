"""Each change on real folders, and taking it back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from voiced.plugin import FileEntity, Intent, IntentDenied, IntentError, IntentFailed, Undoer
from voiced.testing.context import FakeContext
from voiced_intents import files
from voiced_intents.files.slot import FILE, FOLDER

from .conftest import NOW, Home, names

pytestmark = pytest.mark.anyio

UNDOERS = [value for value in vars(files).values() if isinstance(value, Undoer)]
AWKWARD = [
    "two\nlines.txt",
    "\"quoted\" 'twice'.txt",
    "-rf.txt",
    "--help",
    "$(reboot); `id`.txt",
    "  spaces  .txt",
    "ü 文 🎉.txt",
    "a" * 251 + ".txt",
    "%2e%2e%2f.txt",
    os.fsdecode(b"bad\xff\xfename.txt"),
    "[x](y){z}<a|b>.txt",
]


def entity(path: Path) -> FileEntity:
    """What an earlier reply would have named."""
    return FileEntity(path, "folder" if path.is_dir() else "text", 7, None, NOW)


async def undo(context: FakeContext) -> str:
    return await context.undo_with(*UNDOERS)


async def test_rename_keeps_the_extension_and_comes_back(home: Home) -> None:
    home.add("Documents/budget draft.xlsx")
    before = home.state()
    context = home.context()
    file = FILE.resolve("budget draft", context)[0].value
    reply = await files.rename_file(context, file=file, new_name="budget twenty twenty six")
    assert reply.text == "Renamed budget draft.xlsx to budget 2026.xlsx."
    assert reply.entities[0].path == home.documents / "budget 2026.xlsx"
    assert context.made[0].summary == "renamed budget draft.xlsx to budget 2026.xlsx"
    assert await undo(context) == "budget 2026.xlsx is called budget draft.xlsx again."
    assert home.state() == before


async def test_rename_takes_an_extension_that_was_said(home: Home) -> None:
    path = home.add("Documents/notes.txt")
    new_name = "notes dot m d"
    await files.rename_file(home.context(), file=entity(path), new_name=new_name)
    assert (home.documents / "notes.md").read_text() == "content"


async def test_move_comes_back(home: Home) -> None:
    home.add("Downloads/invoice.pdf")
    (home.documents / "taxes").mkdir()
    before = home.state()
    context = home.context()
    file = FILE.resolve("the invoice", context)[0].value
    folder = FOLDER.resolve("taxes folder", context)[0].value
    reply = await files.move_file(context, file=file, folder=folder)
    assert reply.text == "Moved invoice.pdf to taxes."
    assert (home.documents / "taxes" / "invoice.pdf").read_text() == "content"
    assert await undo(context) == "invoice.pdf is back in Downloads."
    assert home.state() == before


async def test_move_of_a_folder_with_hidden_things_and_links_takes_them_along(home: Home) -> None:
    home.add("Documents/project/.git/config")
    (home.documents / "project" / "link").symlink_to("elsewhere")
    before = home.state()
    context = home.context()
    project = entity(home.documents / "project")
    await files.move_file(context, file=project, folder=entity(home.downloads))
    assert (home.downloads / "project" / ".git" / "config").read_text() == "content"
    await undo(context)
    assert home.state() == before


async def test_copy_keeps_times_and_its_undo_keeps_the_copy_in_the_trash(home: Home) -> None:
    source = home.add("Documents/budget.xlsx")
    context = home.context()
    await files.copy_file(context, file=entity(source), folder=entity(home.downloads))
    copy = home.downloads / "budget.xlsx"
    assert copy.read_text() == "content"
    assert copy.stat().st_mtime_ns == source.stat().st_mtime_ns
    assert copy.stat().st_ino != source.stat().st_ino
    assert await undo(context) == "The copy budget.xlsx is in the trash."
    assert not copy.exists()
    assert source.read_text() == "content"


async def test_copies_beside_the_original_get_free_names(home: Home) -> None:
    source = home.add("Documents/budget.xlsx")
    for _ in range(2):
        await files.copy_file(home.context(), file=entity(source))
    assert names(home.documents) == [
        "budget copy 2.xlsx",
        "budget copy.xlsx",
        "budget.xlsx",
    ]


async def test_copy_of_a_folder_leaves_hidden_things_and_links_out_and_says_so(home: Home) -> None:
    home.add("Documents/project/a/b/deep.txt")
    home.add("Documents/project/.git/config")
    (home.documents / "project" / "link").symlink_to("/etc/passwd")
    context = home.context()
    folder = entity(home.documents / "project")
    reply = await files.copy_file(context, file=folder, folder=entity(home.downloads))
    assert reply.text.endswith("I left out hidden files and links: 2.")
    assert [p.name for p in (home.downloads / "project").rglob("*")] == ["a", "b", "deep.txt"]


async def test_too_large_a_copy_is_denied_and_leaves_nothing(home: Home) -> None:
    for number in range(5):
        home.add(f"Documents/many/{number}.txt")
    before = home.state()
    context = home.context(max_copy_files=4)
    many = entity(home.documents / "many")
    with pytest.raises(IntentDenied, match="max_copy_files"):
        await files.copy_file(context, file=many, folder=entity(home.downloads))
    assert home.state() == before
    assert not context.made


async def test_create_folder_comes_back(home: Home) -> None:
    context = home.context()
    reply = await files.create_folder(context, new_name="taxes twenty twenty five")
    assert reply.text == "Created the folder taxes 2025 in Documents."
    assert (home.documents / "taxes 2025").is_dir()
    assert await undo(context) == "The new folder taxes 2025 is gone."
    assert not (home.documents / "taxes 2025").exists()


async def test_a_new_folder_that_is_used_is_not_taken_back(home: Home) -> None:
    context = home.context()
    folder = entity(home.pictures)
    await files.create_folder(context, new_name="holiday", folder=folder)
    home.add("Pictures/holiday/beach.jpg")
    with pytest.raises(IntentFailed) as caught:
        await undo(context)
    assert caught.value.spoken == "holiday is not empty, so I left it."
    assert (home.pictures / "holiday" / "beach.jpg").exists()


async def test_trash_comes_back(home: Home) -> None:
    home.add("Documents/old/draft.txt")
    before = home.state()
    context = home.context()
    old = entity(home.documents / "old")
    reply = await files.trash_file(context, file=old)
    assert reply.text == "Moved old to the trash."
    assert not (home.documents / "old").exists()
    trash = home.folder / ".local" / "share" / "Trash"
    assert (trash / "files" / "old" / "draft.txt").read_text() == "content"
    assert (trash / "info" / "old.trashinfo").read_text() == (
        f"[Trash Info]\nPath={home.documents}/old\nDeletionDate=2026-03-04T12:00:00\n"
    )
    assert await undo(context) == "old is back in Documents."
    assert {k: v for k, v in home.state().items() if not k.startswith(".local")} == before
    assert names(trash / "info") == names(trash / "files") == []


async def test_the_same_name_can_be_trashed_twice_and_both_come_back(home: Home) -> None:
    context = home.context()
    for text in ("first", "second"):
        home.add("Documents/a.txt", text=text)
        await files.trash_file(context, file=entity(home.documents / "a.txt"))
    await undo(context)
    assert (home.documents / "a.txt").read_text() == "second"
    (home.documents / "a.txt").unlink()
    await undo(context)
    assert (home.documents / "a.txt").read_text() == "first"


@pytest.mark.parametrize("name", AWKWARD)
async def test_awkward_names_survive_every_change_and_its_undo(home: Home, name: str) -> None:
    path = home.add("Documents/plain.txt").rename(home.documents / name)
    context = home.context()
    before = home.state()
    await files.trash_file(context, file=entity(path))
    await undo(context)
    await files.move_file(context, file=entity(path), folder=entity(home.downloads))
    await undo(context)
    await files.copy_file(context, file=entity(path))
    await undo(context)
    await files.rename_file(context, file=entity(path), new_name="something else")
    await undo(context)
    assert {k: v for k, v in home.state().items() if not k.startswith(".local")} == before
    summaries = "".join(change.summary for change in context.made)
    assert summaries.isprintable()


@pytest.mark.parametrize(
    "name", ["", "   ", "a/b", "/etc", "..", ".", ".hidden", "a\0b", "a\nb", "x" * 256, "a.pem"]
)
async def test_invalid_new_names_are_denied(home: Home, name: str) -> None:
    path = home.add("Documents/a.txt")
    before = home.state()
    for context, call in (
        (home.context(), {"file": entity(path)}),
        (home.context(), {}),
    ):
        intent = files.rename_file if call else files.create_folder
        with pytest.raises(IntentDenied) as caught:
            await intent(context, **call, new_name=name)
        assert caught.value.spoken.startswith("I can't use that name")
        assert not context.made
    assert home.state() == before


async def test_nothing_is_ever_overwritten(home: Home) -> None:
    path = home.add("Documents/a.txt", text="mine")
    home.add("Documents/b.txt", text="other")
    home.add("Downloads/a.txt", text="third")
    before = home.state()
    calls: list[tuple[Intent, dict[str, object]]] = [
        (files.rename_file, {"file": entity(path), "new_name": "b.txt"}),
        (files.move_file, {"file": entity(path), "folder": entity(home.downloads)}),
        (files.copy_file, {"file": entity(path), "folder": entity(home.downloads)}),
        (files.create_folder, {"new_name": "a.txt"}),
    ]
    for intent, slots in calls:
        context = home.context()
        with pytest.raises(IntentFailed) as caught:
            await intent(context, **slots)
        assert caught.value.spoken.startswith("There is already something called")
        assert not context.made
    assert home.state() == before


async def test_a_folder_is_not_put_into_itself(home: Home) -> None:
    home.add("Documents/a/b/c.txt")
    outer, inner = entity(home.documents / "a"), entity(home.documents / "a" / "b")
    before = home.state()
    for intent in (files.move_file, files.copy_file):
        with pytest.raises(IntentDenied, match="into itself"):
            await intent(home.context(), file=outer, folder=inner)
    assert home.state() == before


async def test_a_root_itself_is_not_changed(home: Home) -> None:
    before = home.state()
    root = entity(home.documents)
    for intent, slots in (
        (files.trash_file, {}),
        (files.rename_file, {"new_name": "x"}),
        (files.move_file, {"folder": entity(home.downloads)}),
    ):
        with pytest.raises(IntentDenied, match="root"):
            await intent(home.context(), file=root, **slots)
    assert home.state() == before


@pytest.mark.parametrize("outside", ["/etc/hostname", "Documents/../../other.txt", ".ssh/id_rsa"])
async def test_a_file_outside_the_roots_is_not_touched(home: Home, outside: str) -> None:
    path = home.folder / outside
    for intent, slots in (
        (files.trash_file, {}),
        (files.open_file, {}),
        (files.rename_file, {"new_name": "x"}),
        (files.copy_file, {"folder": entity(home.downloads)}),
    ):
        context = home.context()
        with pytest.raises(IntentDenied):
            await intent(context, file=FileEntity(path, "text", 0, None, NOW), **slots)
        assert not context.made


async def test_a_folder_that_became_a_link_is_not_followed(home: Home) -> None:
    outside = home.folder / "outside"
    outside.mkdir()
    (outside / "a.txt").write_text("secret")
    path = home.add("Documents/door/a.txt")
    context = home.context()
    file = FILE.resolve("Documents/door/a.txt", context)[0].value
    folder = FOLDER.resolve("door", context)[0].value
    path.unlink()
    (home.documents / "door").rmdir()
    (home.documents / "door").symlink_to(outside)
    other = home.add("Documents/other.txt")
    before = home.state()
    for intent, slots in (
        (files.trash_file, {"file": file}),
        (files.rename_file, {"file": file, "new_name": "x"}),
        (files.copy_file, {"file": file, "folder": entity(home.downloads)}),
        (files.move_file, {"file": entity(other), "folder": folder}),
        (files.copy_file, {"file": entity(other), "folder": folder}),
        (files.open_file, {"file": file}),
    ):
        with pytest.raises(IntentDenied, match="link"):
            await intent(home.context(), **slots)
    assert home.state() == before


async def test_a_file_that_vanished_is_reported_and_nothing_is_made(home: Home) -> None:
    path = home.add("Documents/a.txt")
    file = entity(path)
    path.unlink()
    for intent, slots in (
        (files.trash_file, {}),
        (files.rename_file, {"new_name": "x"}),
        (files.copy_file, {"folder": entity(home.downloads)}),
        (files.move_file, {"folder": entity(home.downloads)}),
        (files.open_file, {}),
    ):
        context = home.context()
        with pytest.raises(IntentFailed) as caught:
            await intent(context, file=file, **slots)
        assert caught.value.spoken == "a.txt is not there any more."
        assert not context.made
    assert names(home.downloads) == []


async def changed(home: Home, context: FakeContext, what: str) -> Path:
    """Make one change to Documents/a.txt; returns where it lies afterwards."""
    path = home.add("Documents/a.txt")
    if what == "rename":
        await files.rename_file(context, file=entity(path), new_name="b")
        return home.documents / "b.txt"
    if what == "move":
        await files.move_file(context, file=entity(path), folder=entity(home.downloads))
        return home.downloads / "a.txt"
    if what == "copy":
        await files.copy_file(context, file=entity(path), folder=entity(home.downloads))
        return home.downloads / "a.txt"
    await files.trash_file(context, file=entity(path))
    return home.folder / ".local" / "share" / "Trash" / "files" / "a.txt"


CHANGES = ["rename", "move", "copy", "trash"]


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("how", ["edited", "replaced", "moved", "removed"])
async def test_undo_of_what_somebody_else_touched_is_refused(
    home: Home, what: str, how: str
) -> None:
    context = home.context()
    path = await changed(home, context, what)
    if how == "edited":
        path.write_text("edited since")
    elif how == "replaced":
        path.rename(home.folder / "kept")
        path.write_text("content")
        os.utime(path, ns=((home.folder / "kept").stat().st_mtime_ns,) * 2)
    elif how == "moved":
        path.rename(path.with_name("elsewhere.txt"))
    else:
        path.unlink()
    before = home.state()
    with pytest.raises(IntentFailed):
        await undo(context)
    assert home.state() == before


@pytest.mark.parametrize("what", ["rename", "move", "trash"])
async def test_undo_never_overwrites_what_took_the_old_place(home: Home, what: str) -> None:
    context = home.context()
    await changed(home, context, what)
    home.add("Documents/a.txt", text="new one")
    before = home.state()
    with pytest.raises(IntentFailed) as caught:
        await undo(context)
    assert "already something called a.txt" in caught.value.spoken
    assert home.state() == before


@pytest.mark.parametrize("what", [*CHANGES, "folder"])
async def test_undo_twice_is_refused_the_second_time(home: Home, what: str) -> None:
    context = home.context()
    if what == "folder":
        await files.create_folder(context, new_name="new")
    else:
        await changed(home, context, what)
    record = context.made[-1].undo
    await undo(context)
    before = home.state()
    undoer = next(u for u in UNDOERS if u.operation == record.operation)
    with pytest.raises(IntentFailed):
        await undoer.function(context, record.data)
    assert home.state() == before


async def test_undo_needs_the_folder_to_be_allowed_still(home: Home) -> None:
    context = home.context()
    await changed(home, context, "rename")
    record = context.made[-1].undo
    narrow = FakeContext(now=NOW, settings=files.Settings(roots=(home.downloads,)))
    with pytest.raises(IntentDenied):
        await files.undo_rename.function(narrow, record.data)


@pytest.mark.parametrize("stamp", [None, {}, {"inode": "x"}])
async def test_a_damaged_undo_record_is_refused(home: Home, stamp: object) -> None:
    context = home.context()
    await changed(home, context, "rename")
    data = {**context.made[-1].undo.data, "stamp": stamp}
    with pytest.raises(IntentError):
        await files.undo_rename.function(context, data)
