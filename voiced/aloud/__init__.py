"""Text as it is read aloud: Markdown, addresses, numbers, dates and signs as a person says them.

English. Pure; here are no voices, and no cutting into sentences.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from voiced.aloud.addresses import pieces
from voiced.aloud.blocks import BlockReader
from voiced.aloud.markup import plain
from voiced.aloud.moments import say_moments
from voiced.aloud.quantities import say_numbers, say_quantities
from voiced.aloud.signs import say_abbreviations, say_operators, say_signs

__all__ = ["BlockReader", "say_block", "speakable"]

_MOST_PASSES = 8
_LONGEST_RUN, _LONGEST_ADDRESS = 200, 3000
_ENDLESS = re.compile(rf"\S{{{_LONGEST_RUN + 1},}}")
_BLOCK_END = re.compile(r"\n\s*\n\s*")
_HAS_STOP = re.compile(r"[.!?:;,\u2026\u2013\u2014][\"'\u2019\u201d)]*$")
_RULES = (
    say_abbreviations,
    say_moments,
    say_operators,
    say_quantities,
    say_numbers,
    say_signs,
)


def speakable(text: str) -> str:
    """The text as it is said, on one line; saying what comes out again changes nothing.

    What is only for the eye is left out (marks, code blocks, pictures, tags); what is written short
    is said in full ("3.5 GB", "2026-03-03", "e.g."). The parts of a list and the rows of a table
    become sentences. File names stay as they are written.
    """
    return _until_it_stays(_speak_blocks, text)


def say_block(text: str) -> str:
    """A part of the text that a ``BlockReader`` gave, as it is said."""
    return _until_it_stays(_say, text)


def _until_it_stays(say: Callable[[str], str], text: str) -> str:
    """What is taken out may leave a mark behind: "****bold****"."""
    for _ in range(_MOST_PASSES):
        said = say(text)
        if said == text:
            break
        text = said
    return text


def _speak_blocks(text: str) -> str:
    reader = BlockReader()
    blocks = _BLOCK_END.split(reader.feed(text) + reader.finish())
    said = [block for block in map(say_block, blocks) if block]
    stopped = [block if _HAS_STOP.search(block) else f"{block}." for block in said[:-1]]
    return " ".join((*stopped, *said[-1:]))


def _say(text: str) -> str:
    text = _ENDLESS.sub(_parted, text)
    said = "".join(part if is_said else _by_rules(part) for part, is_said in pieces(plain(text)))
    return re.sub(r"\s+([,.;:!?])(?=\s|$)", r"\1", " ".join(said.split()))


def _parted(found: re.Match[str]) -> str:
    """A run of letters that no person can read, in parts: the rules would take very long."""
    run = found[0]
    if "://" in run and len(run) < _LONGEST_ADDRESS:
        return run
    return " ".join(run[at : at + _LONGEST_RUN] for at in range(0, len(run), _LONGEST_RUN))


def _by_rules(text: str) -> str:
    for rule in _RULES:
        text = rule(text)
    return text
