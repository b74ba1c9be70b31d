"""The words of a document, or its text: a program of its own, since documents are hostile.

``python -m voiced_intents.files.index.extract FD`` reads one request after the other from a socket:
a descriptor of an open file with its kind, and answers with the words, or with
the text where the kind begins with "text:". Whoever asks ends this
process when it takes too long; it limits its own memory, and can open no other file by itself.
"""

from __future__ import annotations

import array
import io
import json
import os
import resource
import socket
import sys
import zipfile
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import IO
from xml.etree import ElementTree as ET

from .words import text_words

__all__ = ["READABLE", "main", "words_of"]

_MOST_WORDS = 4000
_MOST_BYTES = 4 << 20
_MOST_PAGES = 60
_MOST_LETTERS = 20_000
_MEMORY_BYTES = 320 << 20

Reader = Callable[[IO[bytes]], Iterator[str]]


def _plain(file: IO[bytes]) -> Iterator[str]:
    yield file.read(_MOST_BYTES).decode("utf-8", "replace")


class _Page(HTMLParser):
    _HIDDEN = frozenset(["script", "style", "template", "noscript"])

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._hidden += tag in self._HIDDEN

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in self._HIDDEN and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.texts.append(data)


def _html(file: IO[bytes]) -> Iterator[str]:
    page = _Page()
    page.feed(file.read(_MOST_BYTES).decode("utf-8", "replace"))
    yield from page.texts


_BLOCKS = frozenset(["p", "h", "tab", "si", "title", "creator", "subject", "keywords"])


def _parts(*names: str) -> Reader:
    """A document that is a zip archive with XML in it: the texts of the parts so named."""

    def read(file: IO[bytes]) -> Iterator[str]:
        left = _MOST_BYTES
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                if info.filename.startswith(names) and left > 0:
                    with archive.open(info) as part:
                        content = part.read(left)
                    left -= len(content)
                    yield from _texts(content)

    return read


def _texts(content: bytes) -> Iterator[str]:
    """The texts of XML that may be cut off; what comes before the fault counts."""
    try:
        for _, element in ET.iterparse(io.BytesIO(content), ("end",)):  # noqa: S314 - limited
            yield element.text or ""
            if element.tag.rpartition("}")[2] in _BLOCKS:
                yield "\n"
            element.clear()
    except ET.ParseError:
        return


def _pdf(file: IO[bytes]) -> Iterator[str]:
    from pypdf import PdfReader  # noqa: PLC0415 - only where there is a PDF

    document = PdfReader(file)
    if document.metadata:
        yield f"{document.metadata.title or ''}\n{document.metadata.author or ''}\n"
    for page in document.pages[:_MOST_PAGES]:
        yield f"{page.extract_text()}\n"


_OFFICE = _parts("docProps/core.xml", "word/document", "word/header", "xl/shared", "ppt/slides/s")
_OPEN_DOCUMENT = _parts("meta.xml", "content.xml")
_READERS: dict[str, Reader] = {
    "txt": _plain, "md": _plain, "markdown": _plain, "rst": _plain, "org": _plain, "tex": _plain,
    "csv": _plain, "rtf": _plain, "html": _html, "htm": _html, "xhtml": _html, "pdf": _pdf,
    "docx": _OFFICE, "xlsx": _OFFICE, "pptx": _OFFICE, "odt": _OPEN_DOCUMENT,
    "ods": _OPEN_DOCUMENT, "odp": _OPEN_DOCUMENT, "epub": _parts("OEBPS/", "OPS/", "EPUB/"),
}  # fmt: skip
READABLE = frozenset(_READERS)
"""Extensions of documents whose text can be read."""


def text_of(file: IO[bytes], extension: str) -> Iterator[str]:
    """The texts of an open document, piece by piece; raises whatever its library raises."""
    return _READERS[extension](file)


def words_of(file: IO[bytes], extension: str) -> list[str]:
    """The distinct words of an open document; those before a fault, where it has one."""
    found: dict[str, None] = {}
    try:
        for text in text_of(file, extension):
            found.update(dict.fromkeys(text_words(text, _MOST_WORDS)))
            if len(found) >= _MOST_WORDS:
                break
    except Exception:  # noqa: BLE001 - a hostile document may make its library raise anything
        return list(found)[:_MOST_WORDS]
    return list(found)[:_MOST_WORDS]


def start_of(file: IO[bytes], extension: str) -> str:
    """The beginning of a document's text, to be read to somebody."""
    pieces: list[str] = []
    length = 0
    try:
        for text in text_of(file, extension):
            pieces.append(text)
            length += len(text)
            if length >= _MOST_LETTERS:
                break
    except Exception:  # noqa: BLE001 - as above
        return "".join(pieces)[:_MOST_LETTERS]
    return "".join(pieces)[:_MOST_LETTERS]


def _answer(connection: socket.socket) -> bool:
    request, descriptors, _, _ = socket.recv_fds(connection, 64, 1)
    if not request:
        return False
    mode, _, extension = request.decode("ascii").rpartition(":")
    with os.fdopen(descriptors[0], "rb") as file:
        found = start_of(file, extension) if mode else " ".join(words_of(file, extension))
    answer = found.encode("utf-8", "replace")
    connection.sendall(array.array("Q", [len(answer)]).tobytes() + answer)
    return True


def main(descriptor: int) -> None:
    """Answer until nobody asks any more."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with socket.socket(fileno=descriptor) as connection:
        while _answer(connection):
            pass


if __name__ == "__main__":
    main(int(json.loads(sys.argv[1])))
