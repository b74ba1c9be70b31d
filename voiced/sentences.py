"""Text deltas of a model to sentences that can be spoken. Pure; no voices, no language rules.

The first piece is cut at a clause where that gets a voice out sooner; what follows is cut at the
ends of sentences (sentence-stream finds them).
"""

from __future__ import annotations

import re

__all__ = ["SentenceCutter", "speakable"]

_FIRST_CLAUSE_CHARS = 24
_LONGEST_CHARS = 400

_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_URL = re.compile(r"https?://\S+?(?=[]).,;:!?\"'*_>]*(?:\s|\Z))")
_FENCE = "```"
_CODE = re.compile(rf"{_FENCE}.*?({_FENCE}|\Z)", re.DOTALL)
_CODE_SPOKEN = "(code)"
_LINE_MARKS = re.compile(r"(?m)^\s{0,3}(#{1,6}|>|[-*+])\s+")
_EMPHASIS = re.compile(r"(?<!\w)[*_`~]{1,3}(?=[^\s*_`~])|(?<=[^\s*_`~])[*_`~]{1,3}(?!\w)")
_PICTURES = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]+")
_SENTENCE_END = re.compile(r"(?<=[a-z]{4})[.!?](?=\s)")  # four letters: no abbreviation
_CLAUSE_END = re.compile(r"[,;:\u2013\u2014](?=\s)")


def speakable(text: str) -> str:
    """The text without what is only for the eye: Markdown, code blocks, addresses, pictures."""
    text = _CODE.sub(f" {_CODE_SPOKEN} ", text)
    text = _LINK.sub(r"\1", text)
    text = _URL.sub("a link", text)
    text = _EMPHASIS.sub("", _LINE_MARKS.sub("", text))
    text = _PICTURES.sub(" ", text)
    return re.sub(r"\s+", " ", text).strip()


class SentenceCutter:
    """Feed it deltas; it gives back whole sentences, ready to be spoken, in order."""

    def __init__(self) -> None:
        from sentence_stream import SentenceBoundaryDetector  # noqa: PLC0415 - slow to import

        self._boundaries = SentenceBoundaryDetector()
        self._code = _CodeSkipper()
        self._first: str | None = ""

    def feed(self, delta: str) -> list[str]:
        """The sentences that are complete with this delta; often none."""
        return _spoken(self._cut(self._code.feed(delta)))

    def finish(self) -> list[str]:
        """What is left. The cutter is empty afterwards."""
        sentences = self._cut(self._code.finish())
        sentences.extend(self._boundaries.add_chunk(self._first or ""))
        sentences.append(self._boundaries.finish())
        self._first = ""
        return _spoken(sentences)

    def _cut(self, text: str) -> list[str]:
        sentences: list[str] = []
        if self._first is not None:
            self._first += text
            text = self._cut_first(sentences)
        sentences.extend(self._boundaries.add_chunk(text))
        return sentences

    def _cut_first(self, sentences: list[str]) -> str:
        """Hold the beginning back until it holds a clause that is worth speaking alone."""
        text = self._first or ""
        if len(text) < _FIRST_CLAUSE_CHARS:
            return ""
        beginning = text[:_LONGEST_CHARS]
        ends = [match.end() for match in _CLAUSE_END.finditer(beginning)]
        ends = [end for end in ends if end >= _FIRST_CLAUSE_CHARS]
        sentence = _SENTENCE_END.search(beginning)
        if sentence:
            ends.append(sentence.end())
        if not ends and len(text) < _LONGEST_CHARS:
            return ""
        cut = min(ends, default=0)
        sentences.append(text[:cut])
        self._first = None
        return text[cut:]


class _CodeSkipper:
    """Takes blocks of code out of a stream of text, however it is cut into deltas."""

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
            outside.append(f"\n\n{_CODE_SPOKEN}\n\n" if self._is_code else part)
        return "".join(outside)

    def finish(self) -> str:
        """What was held back. The skipper begins anew."""
        rest = "" if self._is_code else self._held
        self._is_code, self._held = False, ""
        return rest


def _spoken(sentences: list[str]) -> list[str]:
    spoken = (speakable(sentence) for sentence in sentences)
    return [sentence for sentence in spoken if any(c.isalnum() for c in sentence)]
