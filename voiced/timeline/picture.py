"""A turn as a picture: SVG, written by hand, in colours that can be told apart. Pure.

``picture`` is a document of its own. ``drawing`` is a part of a page whose style sheet gives each
class its colour, by day and by night.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from voiced.timeline.lanes import Bar, Kind, Lane, Mark, lanes
from voiced.timeline.reasons import reasons
from voiced.timeline.scale import Scale, duration, scale_of
from voiced.timeline.values import Timeline

__all__ = ["COLOURS", "drawing", "picture"]

COLOURS: dict[Kind, str] = {
    "speech": "#1b9aaa",
    "overlap": "#d1495b",
    "wait": "#e3a018",
    "hearing": "#4a6fd0",
    "thinking": "#8e4cb5",
    "voice": "#3f8fd2",
    "playing": "#3d9a5f",
    "soft": "#c9b21a",
    "failure": "#d1495b",
}
"""One for each kind of bar."""

_WIDTH = 960
_LEFT, _RIGHT = 118, 800
_TOP, _LANE, _BAR = 92, 34, 20
_LINE = 21
_LETTERS_A_LINE = 112
_LETTER_PX = 7.0
_TICKS = 9
_INK, _FAINT, _RULE, _PAPER, _SHADE = "#25303b", "#6b7785", "#d9dee3", "#ffffff", "#f3f5f7"
_STYLE = (
    "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,Ubuntu,'DejaVu Sans',sans-serif;"
    f"font-size:12.5px;fill:{_INK}}}"
    f".faint{{fill:{_FAINT}}}.title{{font-size:17px;font-weight:600}}"
    ".number{font-variant-numeric:tabular-nums}.lane{font-weight:600}.white{fill:#fff}"
    f".rule{{stroke:{_RULE}}}.mark{{stroke:{_FAINT}}}.shade{{fill:{_SHADE}}}"
    + "".join(
        f".{kind}{{fill:{colour}}}line.{kind}{{stroke:{colour}}}"
        for kind, colour in COLOURS.items()
    )
)


def picture(timeline: Timeline, title: str, subtitle: str = "") -> str:
    """The SVG document of one turn, with its lanes and the reasons below them."""
    drawn = _Drawing(timeline, scale_of(timeline))
    notes = list(_notes(timeline))
    height = drawn.floor + 46 + _LINE * len(notes) + 12
    parts = [
        _text(_Place(24, 34), title, "title"),
        _text(_Place(24, 56), subtitle, "faint"),
        *drawn.parts(),
        *_foot(notes, drawn.floor + 54),
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
        f' width="{_WIDTH}" height="{height}" role="img">'
    )
    card = f'<rect x="1" y="1" width="{_WIDTH - 2}" height="{height - 2}" rx="12"'
    card += f' fill="{_PAPER}" stroke="{_RULE}"/>'
    label = f"<title>{_safe(title)}</title><style>{_STYLE}</style>"
    return "\n".join([head, label, card, *parts, "</svg>\n"])


def drawing(timeline: Timeline, title: str) -> str:
    """The lanes alone, as an SVG element of a page; its classes are those of ``COLOURS``."""
    drawn = _Drawing(timeline, scale_of(timeline))
    top, height = _TOP - 30, drawn.floor + 62 - _TOP
    head = f'<svg viewBox="0 {top} {_WIDTH} {height}" role="img" class="timeline">'
    return "\n".join([head, f"<title>{_safe(title)}</title>", *drawn.parts(), "</svg>"])


@dataclass(frozen=True, slots=True)
class _Place:
    """A point of the page; ``anchor`` says which end of a text is there."""

    x: float
    y: float
    anchor: str = "start"


class _Drawing:
    def __init__(self, timeline: Timeline, scale: Scale) -> None:
        self._rows = lanes(timeline)
        self._scale = scale
        self.floor = _TOP + _LANE * len(self._rows)

    def parts(self) -> Iterator[str]:
        """Everything but titles and notes."""
        yield from self._ground(self.floor)
        yield from self._axis()
        for row, lane in enumerate(self._rows):
            yield from self._lane(row, lane)

    def _x(self, at_s: float) -> float:
        return _LEFT + self._scale.share(at_s) * (_RIGHT - _LEFT)

    def _ground(self, floor: int) -> Iterator[str]:
        """The squeezed parts in a shade, the lines between the lanes, and the zero line."""
        left, right = (self._x(at_s) for at_s in self._scale.wide_s)
        for from_x, to_x in ((_LEFT, left), (right, _RIGHT)):
            if to_x > from_x:
                yield _rect((from_x, _TOP, to_x - from_x, floor - _TOP), "shade")
        for y in range(_TOP, floor + 1, _LANE):
            yield _line((24, y, _WIDTH - 24, y), "rule")
        zero = self._x(self._scale.zero_s)
        yield _line((zero, _TOP - 8, zero, floor + 6), "mark", dashes="3 3")
        yield _text(_Place(zero, floor + 20, "middle"), "end of speech", "faint")
        if self._scale.breaks:
            yield _text(_Place(_WIDTH - 24, floor + 20, "end"), "shaded: time is squeezed", "faint")

    def _axis(self) -> Iterator[str]:
        """Labels of the time above the lanes; what does not fit is left out."""
        free_from = 0.0
        for tick in self._scale.ticks(_TICKS):
            x = _LEFT + tick.share * (_RIGHT - _LEFT)
            half = len(tick.label) * _LETTER_PX / 2
            if x - half >= free_from:
                yield _line((x, _TOP - 5, x, _TOP), "mark")
                yield _text(_Place(x, _TOP - 12, "middle"), tick.label, "faint number")
                free_from = x + half + 8
        yield _text(_Place(_RIGHT + 62, _TOP - 12, "end"), "took", "faint")
        yield _text(_Place(_WIDTH - 24, _TOP - 12, "end"), "at ms", "faint")

    def _lane(self, row: int, lane: Lane) -> Iterator[str]:
        """Name, bars, marks and figures of one lane."""
        top = _TOP + row * _LANE
        base = top + _LANE / 2 + 4.5
        yield _text(_Place(24, base), lane.name, "lane" if lane.bars else "faint")
        for bar in lane.bars:
            yield self._bar(bar, top)
        yield from (self._mark(mark, top) for mark in lane.marks)
        yield from self._labels(lane.bars, base)
        if lane.took_ms is not None and lane.at_ms is not None:
            took = duration(lane.took_ms)
            yield _text(_Place(_RIGHT + 62, base, "end"), took, "number")
            yield _text(_Place(_WIDTH - 24, base, "end"), f"{lane.at_ms:.0f}", "number")

    def _bar(self, bar: Bar, top: float) -> str:
        x, end = self._x(bar.start_s), self._x(bar.end_s)
        place = (x, top + (_LANE - _BAR) / 2, max(2.5, end - x), _BAR)
        return _rect(place, bar.kind, opacity=0.3 if bar.is_void else 1.0, radius=3)

    def _mark(self, mark: Mark, top: float) -> str:
        x = self._x(mark.at_s)
        middle = top + _LANE / 2
        return _line((x, middle - 6, x, middle + 6), mark.kind, width=1.6)

    def _labels(self, bars: Sequence[Bar], base: float) -> Iterator[str]:
        """Each label inside of its bar, or else beside it where there is room."""
        taken = [(self._x(bar.start_s), self._x(bar.end_s)) for bar in bars]
        for bar, (x, end) in zip(bars, tuple(taken), strict=True):
            size = len(bar.label) * _LETTER_PX + 8
            if not bar.label:
                continue
            if size < end - x and not bar.is_void:
                yield _text(_Place((x + end) / 2, base, "middle"), bar.label, "white")
            elif end + size < _RIGHT and _is_free(taken, end + 1, end + size):
                taken.append((end + 1, end + size))
                yield _text(_Place(end + 6, base), bar.label, "")
            elif x - size > _LEFT and _is_free(taken, x - size, x - 1):
                taken.append((x - size, x - 1))
                yield _text(_Place(x - 6, base, "end"), bar.label, "")


def _is_free(taken: Sequence[tuple[float, float]], left: float, right: float) -> bool:
    return all(end < left or start > right for start, end in taken)


def _notes(timeline: Timeline) -> Iterator[tuple[str, str]]:
    for reason in reasons(timeline):
        lines = textwrap.wrap(reason.text, _LETTERS_A_LINE)
        yield f"{timeline.ms(reason.at_s):.0f}", lines[0]
        yield from (("", line) for line in lines[1:])


def _foot(notes: Sequence[tuple[str, str]], top: float) -> Iterator[str]:
    for number, (ms, line) in enumerate(notes):
        y = top + number * _LINE
        yield _text(_Place(_LEFT - 20, y, "end"), ms, "faint number")
        yield _text(_Place(_LEFT, y), line, "")


def _text(place: _Place, words: str, style: str) -> str:
    anchor = "" if place.anchor == "start" else f' text-anchor="{place.anchor}"'
    kind = f' class="{style}"' if style else ""
    return f'<text x="{place.x:.1f}" y="{place.y:.1f}"{anchor}{kind}>{_safe(words)}</text>'


def _rect(
    place: tuple[float, float, float, float],
    style: str,
    *,
    opacity: float = 1.0,
    radius: float = 0,
) -> str:
    x, y, width, height = place
    clear = "" if opacity == 1 else f' opacity="{opacity}"'
    size = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{radius}"'
    return f'<rect {size} class="{style}"{clear}/>'


def _line(
    ends: tuple[float, float, float, float], style: str, *, width: float = 1, dashes: str = ""
) -> str:
    x1, y1, x2, y2 = ends
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    place = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {place} class="{style}" stroke-width="{width}"{dashed}/>'


def _safe(words: str) -> str:
    """Letters that XML takes; others are written as their numbers."""
    shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in words)
    return escape(shown.encode("utf-8", "backslashreplace").decode("utf-8"))
