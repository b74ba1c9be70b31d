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
_URL = re.compile(r"https?://\S+")
_CODE_FENCE = re.compile(r"```.*?(```|\Z)", re.DOTALL)
_MARKS = re.compile(r"(?m)^\s{0,3}(#{1,6}\s+|>\s+|[-*+]\s+)|[*_`~]{1,3}(?=\S)|(?<=\S)[*`~]{1,3}")
_PICTURES = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]+")
_SENTENCE_END = re.compile(r"(?<=[a-z]{4})[.!?](?=\s)")  # four letters: no abbreviation
_CLAUSE_END = re.compile(r"[,;:\u2013\u2014](?=\s)")


def speakable(text: str) -> str:
    """The text without what is only for the eye: Markdown, code blocks, addresses, pictures."""
    text = _CODE_FENCE.sub(" (code) ", text)
    text = _LINK.sub(r"\1", text)
    text = _URL.sub("a link", text)
    text = _PICTURES.sub(" ", _MARKS.sub("", text))
    return re.sub(r"\s+", " ", text).strip()


class SentenceCutter:
    """Feed it deltas; it gives back whole sentences, ready to be spoken, in order."""

    def __init__(self) -> None:
        from sentence_stream import SentenceBoundaryDetector  # noqa: PLC0415 - slow to import

        self._boundaries = SentenceBoundaryDetector()
        self._first: str | None = ""

    def feed(self, delta: str) -> list[str]:
        """The sentences that are complete with this delta; often none."""
        sentences: list[str] = []
        if self._first is not None:
            self._first += delta
            delta = self._cut_first(sentences)
        sentences.extend(self._boundaries.add_chunk(delta))
        return _spoken(sentences)

    def finish(self) -> list[str]:
        """What is left, at most one sentence. The cutter is empty afterwards."""
        rest = (self._first or "") + self._boundaries.finish()
        self._first = ""
        return _spoken([rest])

    def _cut_first(self, sentences: list[str]) -> str:
        """Hold the beginning back until it holds a clause that is worth speaking alone."""
        text = self._first or ""
        if len(text) < _FIRST_CLAUSE_CHARS:
            return ""
        ends = [match.end() for match in _CLAUSE_END.finditer(text)]
        cut = next((end for end in ends if end >= _FIRST_CLAUSE_CHARS), None)
        sentence = _SENTENCE_END.search(text)
        if sentence and (cut is None or sentence.end() < cut):
            cut = sentence.end()
        if cut is None:
            if len(text) < _LONGEST_CHARS:
                return ""
            cut = 0
        sentences.append(text[:cut])
        self._first = None
        return text[cut:]


def _spoken(sentences: list[str]) -> list[str]:
    spoken = (speakable(sentence) for sentence in sentences)
    return [sentence for sentence in spoken if any(c.isalnum() for c in sentence)]
