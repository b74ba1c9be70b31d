"""Text deltas of a model to sentences that can be spoken. Pure; no voices.

The beginning is cut at clauses, to get a voice out soon (clauses.py finds them); what follows is
cut at the ends of sentences (sentence-stream finds them). aloud makes them speakable.
"""

from __future__ import annotations

from voiced.speech.clauses import LEAVE_IT, first_clause, word_count

__all__ = ["SentenceCutter"]

_OPENING_WORDS = 5
"""So many words are spoken before whole sentences follow: their time is enough for the next."""


class SentenceCutter:
    """Feed it deltas; it gives back sentences, ready to be spoken, in order.

    The first one is a clause, or less, that comes as soon as it can be spoken. The first cutter of
    a process takes some 50 ms to make; make one before they matter.
    """

    def __init__(self) -> None:
        from sentence_stream import SentenceBoundaryDetector  # noqa: PLC0415 - slow to import

        from voiced.aloud import BlockReader, say_block  # noqa: PLC0415 - slow to import

        self._say = say_block
        self._blocks = BlockReader()
        self._boundaries = SentenceBoundaryDetector()
        self._opening: str | None = ""
        self._spoken_words = 0

    def feed(self, delta: str) -> list[str]:
        """The sentences that are complete with this delta; often none."""
        return self._spoken(self._cut(self._blocks.feed(delta)))

    def finish(self) -> list[str]:
        """What is left. The cutter is empty afterwards."""
        sentences = self._cut(self._blocks.finish())
        sentences.extend(self._boundaries.add_chunk(self._opening or ""))
        sentences.append(self._boundaries.finish())
        self._opening, self._spoken_words = "", 0
        return self._spoken(sentences)

    def _cut(self, text: str) -> list[str]:
        sentences: list[str] = []
        if self._opening is not None:
            self._opening += text
            text = self._cut_opening(sentences)
        sentences.extend(self._boundaries.add_chunk(text))
        return sentences

    def _cut_opening(self, sentences: list[str]) -> str:
        """Cut clauses until enough is spoken; what is no part of the opening any more is left."""
        text = self._opening or ""
        while self._spoken_words < _OPENING_WORDS:
            cut = first_clause(text)
            if cut is None:
                self._opening = text
                return ""
            if cut == LEAVE_IT:
                break
            sentences.append(text[:cut])
            self._spoken_words += word_count(text[: cut + 1])
            text = text[cut:]
        self._opening = None
        return text

    def _spoken(self, sentences: list[str]) -> list[str]:
        spoken = map(self._say, sentences)
        return [sentence for sentence in spoken if any(map(str.isalnum, sentence))]
