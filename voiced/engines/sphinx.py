"""pocketsphinx's decoders, in the words of this project: what they search for and how they end.

Blocking, and entered by one thread at a time. What the results mean for a transcript does not
belong here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voiced.audio import Samples
from voiced.config import TranscriberSettings
from voiced.engines.dictation import Dictation
from voiced.engines.dictionary import Dictionary
from voiced.engines.pronunciation import pronunciations
from voiced.engines.second_opinion import LOOSE, Segment
from voiced.errors import ModelMissing, TranscriptionError
from voiced.stages import Arc, WordGraph

__all__ = ["Decoder", "Decoders"]

_GRAMMAR_TUNING = {
    "bestpath": False,
    "beam": 1e-80,
    "pbeam": 1e-80,
    "wbeam": 1e-53,
    "silprob": 0.1,
    "maxhmmpf": 1000,
}
_MOST_UNUSED = 3000
"""Learned words that are in no graph any more, such as names of files that are gone."""

_MOST_WAYS = 6
"""More ways to say one word the dictionary does not have."""

_SEARCH = "voiced"
_WORST_SCORE = -60_000.0
_MEND = "pip install --force-reinstall pocketsphinx"


class Decoder:
    """One decoder and its utterance. ``raw`` is the vendor's object."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self._is_open = False

    def begin(self) -> None:
        """Start an utterance; one that was cut off is dropped."""
        self.end()
        with _translated("starting an utterance"):
            self.raw.start_utt()
        self._is_open = True

    def feed(self, samples: Samples) -> None:
        """Decode sound."""
        with _translated("decoding"):
            self.raw.process_raw(samples.tobytes(), False, False)  # noqa: FBT003 - the vendor's

    def end(self) -> None:
        """End the utterance, if there is one."""
        if self._is_open:
            self._is_open = False
            with _translated("ending an utterance"):
                self.raw.end_utt()

    def text(self) -> str:
        """The words so far."""
        hypothesis = self.raw.hyp()
        return hypothesis.hypstr.replace(LOOSE, "").strip() if hypothesis is not None else ""

    def channel(self) -> NDArray[np.float64]:
        """What it takes for the colour of voice, room and microphone (the cepstral mean).

        It learns with every utterance, at its end.
        """
        return np.array([float(number) for number in self.raw.get_cmn(False).split(",")])  # noqa: FBT003

    def segments(self) -> list[Segment]:
        """What was found where, once the utterance has ended."""
        log = self.raw.logmath.log
        return [
            Segment(each.word, each.start_frame, each.end_frame + 1, _score(log, each.ascore))
            for each in self.raw.seg() or ()
        ]


def _named(arc: Arc) -> str:
    return f"{LOOSE}{arc.word}" if arc.is_loose else str(arc.word)


def _score(log: Callable[[float], int], likelihood: float) -> float:
    return float(log(likelihood)) if likelihood > 0 else _WORST_SCORE


class Decoders:
    """The decoders of one transcriber: grammar, free phones, and dictation.

    That of the grammar knows the words of its grammars and no others.

    ``current`` is whatever uses them at the moment; ``understood`` counts the sentences of a
    grammar that were found so far.
    """

    def __init__(self, settings: TranscriberSettings) -> None:
        self._make, self._model = _vendor(settings)
        self._file("en-us.lm.bin")
        self._dictionary = Dictionary(Path(self._file("cmudict-en-us.dict")))
        self._graph: WordGraph | None = None
        self._graphs: dict[str, WordGraph] = {}
        self._learned: set[str] = set()
        self.current: object = None
        self.understood = 0
        self.grammar = self._decoder(**_GRAMMAR_TUNING)
        self.dictation = Dictation(self._model)
        self.phones = self._decoder(allphone_ci=True)
        with _translated("the search for phones"):
            self.phones.raw.add_allphone_file(_SEARCH, None)
            self.phones.raw.activate_search(_SEARCH)

    def close(self) -> None:
        """End what runs beside this process."""
        self.dictation.close()

    def listen_for(self, graph: WordGraph) -> None:
        """Search for the sentences of ``graph`` from now on.

        The searches of the two latest graphs are kept: one for requests, and one for what is said
        into a reply.
        """
        if graph is self._graph:
            return
        self.grammar.end()
        name = next((name for name, each in self._graphs.items() if each is graph), "")
        with _translated("building the grammar"):
            if not name:
                name = self._build(graph)
            self.grammar.raw.activate_search(name)
        self._graph = graph

    def _build(self, graph: WordGraph) -> str:
        words = {arc.word for arc in graph.arcs if arc.word is not None}
        loose = {arc.word for arc in graph.arcs if arc.word is not None and arc.is_loose}
        if len(self._learned - words) > _MOST_UNUSED:
            self._forget()
        names = (f"{_SEARCH}0", f"{_SEARCH}1")
        oldest = next((name for name in self._graphs if self._graphs[name] is not self._graph), "")
        name = next((each for each in names if each not in self._graphs), oldest)
        if name in self._graphs:  # first, since each takes some 200 MB
            self.grammar.raw.remove_search(name)
            del self._graphs[name]
        self._learn(words)
        self._learn_loose(loose)
        transitions = [
            (arc.source, arc.target, arc.weight, *((_named(arc),) if arc.word else ()))
            for arc in graph.arcs
        ]
        raw = self.grammar.raw
        raw.add_fsg(name, raw.create_fsg(name, graph.start, graph.final, transitions))
        self._graphs[name] = graph
        return name

    def _learn(self, words: set[str]) -> None:
        raw = self.grammar.raw
        for word in sorted(words):
            if raw.lookup_word(word) is not None:
                continue
            self._learned.add(word)
            ways = self._dictionary.ways(word) or pronunciations(word, self._dictionary)
            for index, phones in enumerate(ways, start=1):
                name = word if index == 1 else f"{word}({index})"
                raw.add_word(name, phones, False)  # noqa: FBT003 - the vendor's signature

    def _learn_loose(self, words: set[str]) -> None:
        """Words that stand for any: they sound the same, and are known again in what is found."""
        raw = self.grammar.raw
        for word in sorted(words):
            ways = (word, *(f"{word}({number})" for number in range(2, _MOST_WAYS)))
            for way in ways:
                phones = raw.lookup_word(way)
                if phones is not None and raw.lookup_word(f"{LOOSE}{way}") is None:
                    raw.add_word(f"{LOOSE}{way}", phones, False)  # noqa: FBT003 - the vendor's

    def _forget(self) -> None:
        """Take a new decoder for the grammar: what one has learned cannot be taken back.

        The channel stays known. It is set for the phones, too: both have to weigh it alike.
        """
        known = self.grammar.raw.get_cmn(False)  # noqa: FBT003 - the vendor's signature
        self.grammar = self._decoder(**_GRAMMAR_TUNING)
        for decoder in (self.grammar, self.phones):
            decoder.end()
            decoder.raw.set_cmn(known)
        self._graphs.clear()
        self._learned.clear()

    def _decoder(self, **options: Any) -> Decoder:
        given: dict[str, Any] = {"hmm": self._file("en-us"), "dict": None, "lm": None, **options}
        with _translated("loading the model"):
            return Decoder(self._make(loglevel="FATAL", **given))

    def _file(self, name: str) -> str:
        path = self._model / name
        if not path.exists():
            raise ModelMissing(f"pocketsphinx: {path} is missing", stage="transcriber", mend=_MEND)
        return str(path)


def _vendor(settings: TranscriberSettings) -> tuple[Callable[..., Any], Path]:
    if settings.language.split("-")[0] != "en":
        raise ModelMissing(
            f"pocketsphinx has no model for the language {settings.language!r}",
            stage="transcriber",
            mend="set transcriber.engine to faster-whisper, or transcriber.language to en",
        )
    try:
        import pocketsphinx
    except ImportError as error:
        raise ModelMissing(
            f"pocketsphinx cannot be imported: {error}", stage="transcriber", mend=_MEND
        ) from error
    folder = settings.model or pocketsphinx.get_model_path("en-us")
    return pocketsphinx.Decoder, Path(folder)


@contextmanager
def _translated(what: str) -> Iterator[None]:
    try:
        yield
    except (RuntimeError, ValueError) as error:
        raise TranscriptionError(f"pocketsphinx: {what} failed: {error}") from error
