import errno
import json
import os
from collections.abc import Sequence

import pytest
import typer

from voiced.cli.journal import UndoRequest, add_undo
from voiced.config import Loaded
from voiced.errors import IntentFailed, VoicedError
from voiced.journal import Journal


@pytest.fixture
def journal(home):
    journal = Journal.open(home / "state" / "voiced", transcripts=True)
    change = journal.begin("files.rename", 1, "renamed a to b", "files.move", {"from": "a"})
    journal.done(change)
    journal.say(2, "user", "show me the zanzibar file\x1b[31m")
    journal.close()
    return change


def test_show(voiced, journal):
    ended = voiced("journal", "show")
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines.index(next(line for line in lines if "zanzibar" in line)) < lines.index(
        next(line for line in lines if "renamed a to b" in line)
    )
    assert "\x1b" not in ended.out


def test_show_as_json(voiced, journal):
    records = voiced("journal", "show", "-n", "1", "--json").json["records"]
    assert [record["kind"] for record in records] == ["said"]


def test_search(voiced, journal):
    records = voiced("journal", "search", "renam", "b", "--json").json["records"]
    assert [record["id"] for record in records] == [journal]
    assert voiced("journal", "search", "nothing", "--json").json == {"records": []}


def test_export_is_lines_of_json(voiced, journal, home):
    rows = [json.loads(line) for line in voiced("journal", "export").out.splitlines()]
    assert [row["kind"] for row in rows] == ["change", "said"]
    out = home / "out.jsonl"
    assert voiced("journal", "export", "--out", str(out)).out == ""
    assert [json.loads(line) for line in out.read_text().splitlines()] == rows
    assert out.stat().st_mode & 0o777 == 0o600
    assert voiced("journal", "export", "--json").json == {"records": rows}


def test_export_where_nothing_can_be_written(voiced, journal):
    ended = voiced("journal", "export", "--out", "/proc/none/x")
    assert ended.code == 1
    assert "/proc/none/x" in ended.err
    assert "Traceback" not in ended.err


def test_forget_matching(voiced, journal, home):
    ended = voiced("forget", "--matching", "zanzibar", "--json")
    counts = {name: count for name, count in ended.json.items() if count}
    assert counts == {"said": 1, "proved": 1}
    folder = home / "state" / "voiced"
    assert b"zanzibar" not in b"".join(path.read_bytes() for path in folder.iterdir())


def test_forget_last_and_since_and_all(voiced, journal):
    assert voiced("forget", "--since", "2999-01-01", "--json").json["said"] == 0
    assert voiced("forget", "--last", "10m").out == (
        "erased 1 thing said and 1 change\n"
        "looked for 3 erased texts in every byte of the journal's files: none is left\n"
    )
    assert voiced("forget", "--all", "--json").json["said"] == 0


def test_forget_all_tells_of_the_pauses_too(voiced, journal, home):
    pauses = home / "state" / "voiced" / "pauses.json"
    pauses.write_text("[8000]")
    assert "erased how long your pauses are" not in voiced("forget", "--last", "10m").out
    assert pauses.exists()
    assert voiced("forget", "--all").out.endswith("erased how long your pauses are\n")
    assert not pauses.exists()
    assert voiced("forget", "--all", "--json").json["pauses"] is False


def test_forget_erases_what_was_taught_and_names_what_it_cannot_search(voiced, journal, home):
    taught = home / "config" / "voiced" / "intents" / "taught.yaml"
    taught.parent.mkdir(parents=True)
    taught.write_text("files.find:\n  - sail the zanzibar to {wanted}\n")
    (home / "state" / "voiced" / "journal-damaged-1.db").write_text("zanzibar")
    ended = voiced("forget", "--matching", "zanzibar")
    assert "erased 1 sentence that you taught" in ended.out
    assert "kept 1 damaged file of the journal" in ended.err
    assert "zanzibar" not in taught.read_text()
    assert "damaged" not in voiced("forget", "--all").err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--all", "--last", "1m"],
        ["--last", "soon"],
        ["--last", "-1m"],
        ["--last", "999999d"],
        ["--since", "yesterday"],
    ],
)
def test_forget_wants_one_good_choice(voiced, journal, arguments):
    assert voiced("forget", *arguments).code == 2
    assert len(voiced("journal", "show", "--json").json["records"]) == 2


def test_journal_that_cannot_be_opened(voiced, home):
    (home / "state").write_text("")
    ended = voiced("journal", "show")
    assert ended.code == 1
    assert "mend:" in ended.err


class Undone:
    """Takes nothing back, but remembers what it was asked."""

    def __init__(self, *sentences: str) -> None:
        self.asked: list[UndoRequest] = []
        self.sentences = sentences

    async def __call__(self, loaded: Loaded, request: UndoRequest) -> Sequence[str]:
        self.asked.append(request)
        if "fails" in self.sentences:
            raise IntentFailed("it was changed since", spoken="It was changed since.")
        return self.sentences


def undo_app(undo):
    app = typer.Typer()
    app.callback()(lambda: None)
    add_undo(app, undo)
    return lambda *arguments: app(["undo", *arguments], standalone_mode=False)


def test_undo_the_last_or_one_by_its_id(home, journal, capsys):
    undo = Undone("renamed b back to a")
    run = undo_app(undo)
    run()
    run("3")
    run("--id", "7", "--json")
    assert undo.asked == [UndoRequest(), UndoRequest("", 3), UndoRequest("7", 1)]
    out = capsys.readouterr().out
    assert out.startswith("renamed b back to a\n")
    assert '"undone"' in out


def test_nothing_to_undo(home, capsys):
    undo_app(Undone())()
    assert capsys.readouterr().out == "There is nothing to undo.\n"


def test_undo_that_fails_is_an_error(home):
    with pytest.raises(VoicedError):
        undo_app(Undone("fails"))()


def test_undo_list_changes_nothing(home, journal, capsys):
    undo = Undone()
    undo_app(undo)("--list", "--json")
    assert undo.asked == []
    assert json.loads(capsys.readouterr().out)["records"][0]["id"] == journal


@pytest.mark.engine
def test_on_a_read_only_disk_it_answers_and_refuses_to_change(voiced, home, monkeypatch):
    folder = home / "state" / "voiced"
    journal = Journal.open(folder)
    journal.begin("files.rename", 1, "renamed a to b", "files.move", {})
    journal._store.run("UPDATE entries SET process = '1:2:3'")
    journal.close()
    opened = os.open

    def refusing(path, flags, *more, **named):
        if flags & os.O_ACCMODE != os.O_RDONLY and str(path).startswith(str(folder)):
            raise OSError(errno.EROFS, "Read-only file system")
        return opened(path, flags, *more, **named)

    monkeypatch.setattr(os, "open", refusing)
    ended = voiced("ask", "what time is it")
    assert ended.code == 0
    assert "cannot be written (read-only file system)" in ended.err
    ended = voiced("ask", "set a timer for ten minutes")
    assert ended.code == 1
    assert "I can't write to the disk, so I won't change anything." in ended.out + ended.err
    assert voiced("journal", "show", "--json").json["records"]
    ended = voiced("forget", "--all")
    assert ended.code == 1
    assert "it may not be written" in ended.err
