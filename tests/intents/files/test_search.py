"""Which files spoken words mean."""

from __future__ import annotations

import pytest

from voiced.plugin import IntentDenied, IntentFailed
from voiced_intents.files import Settings
from voiced_intents.files.search import Search

from .conftest import Home


def best(home: Home, said: str) -> list[str]:
    """The names that fit best, those within 0.05 of the first."""
    matches = Search(home.context()).files(said)
    return [m.entry.name for m in matches if m.score >= matches[0].score - 0.05]


@pytest.fixture
def full(home: Home) -> Home:
    for name in (
        "Documents/budget 2025.xlsx",
        "Documents/budget 2026.xlsx",
        "Documents/Letter_to_Anna.odt",
        "Documents/taxes/return 2024.pdf",
        "Documents/report 2.docx",
        "Documents/report 3.docx",
        "Pictures/IMG_20240103.jpg",
        "Pictures/old/beach.png",
    ):
        home.add(name)
    home.add("Downloads/invoice march.pdf", days_ago=1)
    home.add("Downloads/manual.pdf", days_ago=5)
    home.add("Downloads/notes.txt", days_ago=1.1)
    home.add("Downloads/cat.jpg", days_ago=6)
    return home


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("budget twenty twenty six dot x l s x", "budget 2026.xlsx"),
        ("budget twenty twenty six", "budget 2026.xlsx"),
        ("the budget twenty twenty five", "budget 2025.xlsx"),
        ("letter to anna", "Letter_to_Anna.odt"),
        ("letter to hannah", "Letter_to_Anna.odt"),
        ("letter to anna dot odt", "Letter_to_Anna.odt"),
        ("the in voice march", "invoice march.pdf"),
        ("the invoice from yesterday", "invoice march.pdf"),
        ("the PDF from yesterday", "invoice march.pdf"),
        ("the p d f from yesterday", "invoice march.pdf"),
        ("yesterday's pdf", "invoice march.pdf"),
        ("my taxes folder", "taxes"),
        ("the folder called taxes", "taxes"),
        ("report three", "report 3.docx"),
        ("the newest picture", "cat.jpg"),
        ("latest pdf", "invoice march.pdf"),
        ("the oldest pdf in downloads", "manual.pdf"),
        ("picture in downloads from last week", "cat.jpg"),
        ("picture from last week in downloads", "cat.jpg"),
        ("the pdf in my taxes folder", "return 2024.pdf"),
        ("Documents/budget 2025.xlsx", "budget 2025.xlsx"),
        ("taxes/return 2024.pdf", "return 2024.pdf"),
        ("budget 2025.xlsx", "budget 2025.xlsx"),
        ("beech", "beach.png"),
    ],
)
def test_one_file_is_meant(full: Home, said: str, name: str) -> None:
    assert best(full, said) == [name]


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("my budget", {"budget 2025.xlsx", "budget 2026.xlsx"}),
        ("the report", {"report 2.docx", "report 3.docx"}),
        ("the pdf", {"invoice march.pdf", "manual.pdf", "return 2024.pdf"}),
        ("files from yesterday", {"invoice march.pdf", "notes.txt"}),
    ],
)
def test_all_that_fit_alike_come_back(full: Home, said: str, names: set[str]) -> None:
    assert set(best(full, said)) == names


@pytest.mark.parametrize("said", ["the quarterly figures", "zebra crossing", "video", "", "  "])
def test_words_that_fit_nothing_find_nothing(full: Home, said: str) -> None:
    assert Search(full.context()).files(said) == []


def test_a_wrong_number_never_wins_over_the_right_one(full: Home) -> None:
    matches = Search(full.context()).files("report three")
    scores = {match.entry.name: match.score for match in matches}
    assert scores["report 3.docx"] - scores.get("report 2.docx", 0) > 0.2


def test_roots_are_folders_that_can_be_named(full: Home) -> None:
    assert [m.entry.spot.path for m in Search(full.context()).folders("downloads")][:1] == [
        full.downloads
    ]
    assert [m.entry.name for m in Search(full.context()).folders("the taxes folder")][:1] == [
        "taxes"
    ]


def test_a_folder_in_a_named_folder(full: Home) -> None:
    (full.documents / "old").mkdir()
    found = Search(full.context()).folders("old in pictures")
    assert found[0].entry.spot.path == full.pictures / "old"


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../secret.txt", "Documents/../../secret.txt", "~/.ssh/id_rsa"]
)
def test_a_path_out_of_the_roots_is_denied(full: Home, path: str) -> None:
    with pytest.raises(IntentDenied):
        Search(full.context()).files(path)


def test_a_typed_path_through_a_link_is_denied(full: Home) -> None:
    outside = full.folder / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    (full.documents / "door").symlink_to(outside)
    with pytest.raises(IntentDenied):
        Search(full.context()).files("Documents/door/secret.txt")


def test_links_hidden_files_and_keys_are_not_seen(home: Home) -> None:
    for name in (".secret.txt", "id_rsa", "wallet.kdbx", ".git/config", "server.pem"):
        home.add(f"Documents/{name}")
    (home.documents / "link.txt").symlink_to("/etc/passwd")
    assert [e.name for e in Search(home.context()).listing.entries] == [
        "Documents",
        "Downloads",
        "Pictures",
    ]


def test_a_root_that_went_away_is_named_with_its_key(home: Home) -> None:
    context = home.context()
    home.pictures.rmdir()
    with pytest.raises(IntentFailed, match=r"\[files\] roots: .*/Pictures") as caught:
        Search(context)
    assert "Pictures is gone" in caught.value.spoken
    assert "voiced.toml" in caught.value.mend


def test_a_new_file_is_seen_at_once_and_a_walk_is_kept(home: Home) -> None:
    context = home.context()
    first = Search(context).listing
    assert Search(context).listing is first
    home.add("Documents/new.txt")
    assert "new.txt" in [entry.name for entry in Search(context).listing.entries]


def test_a_walk_is_bounded(home: Home) -> None:
    for number in range(30):
        home.add(f"Documents/file {number}.txt")
    context = home.context(max_files=10)
    listing = Search(context).listing
    assert len([entry for entry in listing.entries if entry.spot.parts]) == 10
    assert not listing.is_whole


def test_default_settings_look_at_the_user_folders(home: Home) -> None:
    from voiced.testing.context import FakeContext

    home.add("Documents/a.txt")
    listing = Search(FakeContext(settings=Settings())).listing
    assert {entry.spot.root for entry in listing.entries} == set(home.roots)


@pytest.fixture
def shots(home: Home) -> Home:
    for name in ("Screenshot 1.png", "Screen Shot 2.png", "lake.jpg", "Screenshots/3.png"):
        home.add(f"Pictures/{name}")
    return home


def test_screenshots_are_no_other_pictures(shots: Home) -> None:
    found = {match.entry.name for match in Search(shots.context()).files("screenshots")}
    assert found - {"Screenshots"} == {"Screenshot 1.png", "Screen Shot 2.png", "3.png"}
    pictures = {match.entry.name for match in Search(shots.context()).files("pictures")}
    assert pictures >= {"Screenshot 1.png", "3.png", "lake.jpg"}


@pytest.mark.parametrize("said", ["the packing list", "packing", "budget twenty twenty six"])
def test_the_careful_way_takes_what_was_said(home: Home, said: str) -> None:
    home.add("Documents/packing list.txt")
    home.add("Documents/budget 2026.xlsx")
    assert Search(home.context()).files(said, is_careful=True)


def test_the_careful_way_takes_no_other_list(home: Home) -> None:
    home.add("Documents/packing list.txt")
    search = Search(home.context())
    assert search.files("shopping list"), "what is only found may be near"
    with pytest.raises(IntentFailed) as refused:
        search.files("shopping list", is_careful=True)
    assert refused.value.spoken == (
        "Nothing fits all of that. The nearest is packing list.txt: say its name if you mean it."
    )


def test_an_album_is_a_folder(home: Home) -> None:
    home.add("Pictures/old/beach.png")
    (match,) = Search(home.context()).files("album old", is_careful=True)
    assert (match.entry.name, match.entry.kind) == ("old", "folder")
