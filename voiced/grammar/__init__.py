"""Templates to what matches them, to the recogniser's graph and to key terms. Pure: no devices."""

from __future__ import annotations

from voiced.grammar.completion import Completion
from voiced.grammar.matcher import MIN_SCORE, Grammar, ListPhrases, Match

__all__ = ["MIN_SCORE", "Completion", "Grammar", "ListPhrases", "Match"]
