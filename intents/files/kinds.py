"""Kinds of files: which names have one, and the words for it. Data and look-ups."""

from __future__ import annotations

from pathlib import Path

from .names import split_extension

__all__ = ["FOLDER_KIND", "KIND_WORDS", "SCREENSHOTS", "is_screenshot", "kind_of", "kinds_of_word"]

FOLDER_KIND = "folder"
OTHER_KIND = "file"

_EXTENSIONS = {
    "pdf": "pdf",
    "image": "jpg jpeg png gif webp bmp tif tiff heic heif svg raw cr2 nef xcf avif",
    "audio": "mp3 flac ogg oga opus wav m4a aac wma aiff mid midi",
    "video": "mp4 mkv webm avi mov wmv m4v mpg mpeg ogv",
    "document": "doc docx odt rtf pages tex",
    "spreadsheet": "xls xlsx ods csv tsv numbers",
    "presentation": "ppt pptx odp",
    "text": "txt md markdown rst log org",
    "web page": "html htm xhtml mhtml",
    "archive": "zip tar gz tgz bz2 xz 7z rar zst",
    "book": "epub mobi azw3 djvu",
    "program": "sh bash py js ts c cc cpp h rs go java rb pl php desktop appimage exe msi run jar",
}
_KIND_OF = {extension: kind for kind, words in _EXTENSIONS.items() for extension in words.split()}

KIND_WORDS: dict[str, tuple[str, ...]] = {
    "pdf": ("pdf", "pdfs", "pdf file", "pdf files"),
    "image": (
        "picture", "pictures", "photo", "photos", "image", "images", "screenshot", "screenshots",
        "photograph", "photographs",
    ),
    "audio": ("song", "songs", "recording", "recordings", "audio file", "audio files", "music"),
    "video": ("video", "videos", "movie", "movies", "film", "films", "clip", "clips"),
    "document": (
        "document", "documents", "word document", "word documents", "letter", "letters",
    ),
    "spreadsheet": (
        "spreadsheet", "spreadsheets", "excel file", "excel files", "table", "tables",
    ),
    "presentation": ("presentation", "presentations", "slides", "slide deck", "powerpoint"),
    "text": ("text", "texts", "text file", "text files", "note", "notes"),
    "web page": ("web page", "web pages"),
    "archive": ("archive", "archives", "zip file", "zip files"),
    "book": ("book", "books", "ebook", "ebooks"),
    "program": ("script", "scripts", "program", "programs"),
    "folder": ("folder", "folders", "directory", "directories", "album", "albums"),
    "file": ("file", "files"),
}  # fmt: skip
"""The words for each kind. "file" is any file at all."""

SCREENSHOTS = frozenset(["screenshot", "screenshots"])
"""The words for pictures that only their names or their folder tell from others."""
_SHOT = ("screenshot", "bildschirmfoto")

_WIDER = {
    "document": ("document", "pdf", "text", "spreadsheet", "presentation", "book"),
    "file": (*(kind for kind in KIND_WORDS if kind != FOLDER_KIND),),
}
_OF_WORD = {word: kind for kind, words in KIND_WORDS.items() for word in words}


def kind_of(name: str) -> str:
    """The kind of a file by its extension; "file" where that says nothing."""
    return _KIND_OF.get(split_extension(name)[1][1:].lower(), OTHER_KIND)


def kinds_of_word(word: str) -> tuple[str, ...]:
    """The kinds that a word such as "pictures" stands for; none if it is no such word.

    A "document" is a PDF or a text as well; a "word document" is one only.
    """
    kind = _OF_WORD.get(word)
    if kind is None:
        return ()
    return (kind,) if word.startswith("word ") else _WIDER.get(kind, (kind,))


def is_screenshot(path: Path) -> bool:
    """Whether its name, or that of its folder, says so: "Screen Shot 2026-03-02.png"."""
    letters = ("".join(filter(str.isalpha, part)).lower() for part in path.parts[-2:])
    return any(shot in part for part in letters for shot in _SHOT)
