"""A stream of Markdown to a stream of plain blocks, however it is cut into deltas.

Code is left out, and what begins a line (titles, lists, quotes, tables) becomes blocks with blank
lines between them. Marks inside a line stay; see markup.py.
"""

from __future__ import annotations

import re

from voiced.aloud.tables import Table

__all__ = ["CODE_SPOKEN", "BlockReader"]

CODE_SPOKEN = "(code)"
_FENCE = "```"
_BREAK = "\n\n"
_FIRST_WORD = re.compile(r"[^\S\n]*(\S*)(\s)?")
_QUOTE = re.compile(r">+")
_TITLE = re.compile(r"#{1,6}")
_ITEM = re.compile(r"[-*+\u2022\u2023\u25aa\u25e6\u00b7]")
_NUMBERED = re.compile(r"(\d{1,2})[.)]", re.ASCII)
_RULE = re.compile(r"([-*_=])\1{2,}|=+|--")
_FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]:")
_REFERENCE = re.compile(r"\[[^\]\s]+\]:")


class BlockReader:
    """Feed it deltas; it gives back text, holding back what may still become a mark."""

    def __init__(self) -> None:
        self._code = _CodeSkipper()
        self._lines = _LineReader()

    def feed(self, delta: str) -> str:
        """The text that is sure with this delta."""
        return self._lines.feed(self._code.feed(delta))

    def finish(self) -> str:
        """What was held back. The reader begins anew."""
        text = self._lines.feed(self._code.finish()) + self._lines.finish()
        self._lines = _LineReader()
        return text


class _CodeSkipper:
    """Takes blocks of code out of a stream of text."""

    def __init__(self) -> None:
        self._is_code = False
        self._held = ""

    def feed(self, delta: str) -> str:
        """The text outside of code; what may be the beginning of a fence is held back."""
        *parts, last = (self._held + delta).split(_FENCE)
        self._held = last[len(last.rstrip("`")) :]
        parts.append(last.removesuffix(self._held))
        outside = [] if self._is_code else parts[:1]
        for part in parts[1:]:
            self._is_code = not self._is_code
            outside.append(f"{_BREAK}{CODE_SPOKEN}{_BREAK}" if self._is_code else part)
        return "".join(outside)

    def finish(self) -> str:
        """What was held back. The skipper begins anew."""
        rest = "" if self._is_code else self._held
        self._is_code, self._held = False, ""
        return rest


class _LineReader:
    """Reads the marks at the beginnings of lines; the rest of a line passes through at once."""

    def __init__(self) -> None:
        self._held = ""
        self._is_inside = False
        self._is_title = False
        self._table = Table()

    def feed(self, text: str) -> str:
        self._held += text
        out: list[str] = []
        while self._held:
            part = self._rest_of_line() if self._is_inside else self._line_start()
            if part is None:
                break
            out.append(part)
        return "".join(out)

    def finish(self) -> str:
        return self.feed("\n") + self._table.close()

    def _rest_of_line(self) -> str:
        line, end, self._held = self._held.partition("\n")
        if not end:
            return line
        is_title, self._is_inside, self._is_title = self._is_title, False, False
        return line + (_BREAK if is_title else end)

    def _line_start(self) -> str | None:
        """Take one mark, or find that the line has none; None if that is not known yet."""
        found = _FIRST_WORD.match(self._held)
        if found is None or found[2] is None:
            return None
        word = found[1]
        if word.startswith("|") or _REFERENCE.fullmatch(word) or _RULE.fullmatch(word):
            return self._whole_line(word)
        closed = self._table.close()
        return closed + self._mark(word, found)

    def _whole_line(self, word: str) -> str | None:
        line, end, rest = self._held.partition("\n")
        if not end:
            return None
        self._held = rest
        if word.startswith("|"):
            return self._table.row(line)
        if _FOOTNOTE.match(word):
            return f"{self._table.close()}{_BREAK}{line.strip().removeprefix(word)}{_BREAK}"
        return f"{self._table.close()}{_BREAK}"

    def _mark(self, word: str, found: re.Match[str]) -> str:
        quote = _QUOTE.match(word)
        if quote:
            self._held = self._held[found.start(1) + quote.end() :]
            return ""
        numbered = _NUMBERED.fullmatch(word)
        if not word or found[2] == "\n" or not (_is_mark(word) or numbered):
            self._is_inside = True
            self._held = self._held[found.start(1) :]
            return ""
        self._held = self._held[found.end() :]
        self._is_title = self._is_title or _TITLE.fullmatch(word) is not None
        return f"{_BREAK}{numbered[1]}, " if numbered else _BREAK


def _is_mark(word: str) -> bool:
    return bool(_TITLE.fullmatch(word) or _ITEM.fullmatch(word))
