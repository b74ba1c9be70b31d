"""A turn in the terminal: a waterfall of lanes, and the reasons below it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from voiced.timeline.lanes import Bar, Lane, lanes
from voiced.timeline.reasons import reasons
from voiced.timeline.scale import Scale, duration, scale_of

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from voiced.timeline import Timeline
    from voiced.timeline.lanes import Kind

__all__ = ["draw", "the_console"]

_NAME_CELLS = 11
_FIGURES_CELLS = 20
_LEAST_CELLS = 24
_MOST_CELLS = 120
_CELLS_A_TICK = 9

_COLOURS: dict[Kind, str] = {
    "speech": "cyan",
    "overlap": "bright_red",
    "wait": "yellow",
    "hearing": "blue",
    "thinking": "magenta",
    "voice": "bright_blue",
    "playing": "green",
    "soft": "bright_yellow",
    "failure": "bright_red",
}


def the_console() -> Console:
    """The console of the answer: as wide as the terminal, 80 columns where there is none."""
    from rich.console import Console

    console = Console(highlight=False)
    if not sys.stdout.isatty():
        console.width = 80
    return console


def draw(console: Console, timeline: Timeline, title: str) -> None:
    """Print the waterfall of a turn and why it went so."""
    from rich.text import Text

    cells = min(_MOST_CELLS, max(_LEAST_CELLS, console.width - _NAME_CELLS - _FIGURES_CELLS))
    chart = _Chart(scale_of(timeline), cells, is_ascii=not console.encoding.startswith("utf"))
    console.print(Text(title, style="bold"))
    console.print()
    console.print(chart.axis(), soft_wrap=True)
    for lane in lanes(timeline):
        console.print(chart.row(lane), soft_wrap=True)
    console.print()
    for reason in reasons(timeline):
        line = Text(f"{timeline.ms(reason.at_s):>8.0f}  ", style="dim")
        line.append(_printable(reason.text), style="not dim")
        _print_hanging(console, line, 10)
    for name, words in _words(timeline):
        _print_hanging(console, Text.assemble((f"{name:>8}  ", "dim"), words), 10)


def _print_hanging(console: Console, line: Text, indent: int) -> None:
    """A paragraph whose second and further lines begin where its text does."""
    from rich.padding import Padding

    head, rest = line[:indent], line[indent:]
    wrapped = rest.wrap(console, max(20, console.width - indent))
    for number, part in enumerate(wrapped):
        if number:
            console.print(Padding(part, (0, 0, 0, indent)))
        else:
            console.print(head + part, soft_wrap=True)


def _words(timeline: Timeline) -> Iterator[tuple[str, str]]:
    """What was said, where it was kept."""
    for kind, name, fact in (
        ("transcript_final", "user", "text"),
        ("reply_sentence", "reply", "text"),
        ("turn_ended", "heard", "heard"),
    ):
        for step in timeline.of(kind):
            if step.facts.get(fact):
                yield name, _printable(str(step.facts[fact]))


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


class _Chart:
    """Draws lanes as rows of cells, each of which is parted in two halves."""

    def __init__(self, scale: Scale, cells: int, *, is_ascii: bool) -> None:
        self._scale = scale
        self._cells = cells
        self._halves = "## #" if is_ascii else "█▌ ▐"
        self._rule, self._mark, self._break = "|:/" if is_ascii else "│╵┊"

    def axis(self) -> Text:
        """The line of labels above the lanes."""
        from rich.text import Text

        places = [" "] * self._cells
        for tick in self._scale.ticks(self._cells // _CELLS_A_TICK):
            at = round(tick.share * (self._cells - 1))
            start = max(0, min(at - len(tick.label) // 2, self._cells - len(tick.label)))
            wanted = range(max(0, start - 1), min(self._cells, start + len(tick.label) + 1))
            if all(places[cell] == " " for cell in wanted):
                places[start : start + len(tick.label)] = tick.label
        line = Text(" " * _NAME_CELLS + "".join(places), style="dim")
        return line.append(f"{'took':>9}{'at ms':>10}")

    def row(self, lane: Lane) -> Text:
        """One lane: its name, its bars, how long the last one took and when it ended."""
        from rich.text import Text

        places, styles = self._grid()
        for mark in lane.marks:
            self._put(places, styles, self._cell(mark.at_s), (self._mark, _COLOURS[mark.kind]))
        for bar in lane.bars:
            self._bar(places, styles, bar)
        for bar in lane.bars:
            self._label(places, styles, replace(bar, label=_printable(bar.label)))
        line = Text(f"{lane.name:<{_NAME_CELLS}}", style="bold" if lane.bars else "dim")
        for place, style in zip(places, styles, strict=True):
            line.append(place, style=f"not bold {style}")
        if lane.took_ms is not None and lane.at_ms is not None:
            line.append(f"{duration(lane.took_ms):>9}{lane.at_ms:>10.0f}", style="not bold")
        return line

    def _grid(self) -> tuple[list[str], list[str]]:
        places, styles = [" "] * self._cells, ["dim"] * self._cells
        for share in self._scale.breaks:
            places[round(share * (self._cells - 1))] = self._break
        places[self._cell(self._scale.zero_s)] = self._rule
        return places, styles

    def _cell(self, at_s: float) -> int:
        return min(self._cells - 1, int(self._scale.share(at_s) * self._cells))

    def _bar(self, places: list[str], styles: list[str], bar: Bar) -> None:
        first = round(self._scale.share(bar.start_s) * self._cells * 2)
        end = max(first + 1, round(self._scale.share(bar.end_s) * self._cells * 2))
        style = _COLOURS[bar.kind] + (" dim" if bar.is_void else " not dim")
        for cell in range(first // 2, min(self._cells, (end + 1) // 2)):
            has_left, has_right = first <= 2 * cell < end, first <= 2 * cell + 1 < end
            half = 0 if has_left and has_right else 1 if has_left else 3 if has_right else 2
            self._put(places, styles, cell, (self._halves[half], style))

    def _label(self, places: list[str], styles: list[str], bar: Bar) -> None:
        """The bar's label inside of it, to its right or to its left, where there is room."""
        size = len(bar.label)
        left, right = self._cell(bar.start_s), self._cell(bar.end_s)
        if not size:
            return
        if right - left >= size + 4 and not bar.is_void:
            start = left + (right - left - size) // 2
            colour = f"bright_white on {_COLOURS[bar.kind]}"
            self._write(places, styles, start, (f" {bar.label} ", colour))
            return
        for start in (right + 2, left - size - 1):
            around = range(start - 1, min(self._cells, start + size + 1))
            if start >= 1 and start + size <= self._cells and self._is_free(places, around):
                self._write(places, styles, start, (bar.label, "italic"))
                return

    def _write(
        self, places: list[str], styles: list[str], start: int, drawn: tuple[str, str]
    ) -> None:
        words, style = drawn
        for offset, letter in enumerate(words):
            self._put(places, styles, start + offset, (letter, style))

    def _is_free(self, places: Sequence[str], cells: Sequence[int]) -> bool:
        return all(places[cell] in {" ", self._rule, self._break} for cell in cells)

    @staticmethod
    def _put(places: list[str], styles: list[str], cell: int, drawn: tuple[str, str]) -> None:
        if 0 <= cell < len(places):
            places[cell], styles[cell] = drawn
