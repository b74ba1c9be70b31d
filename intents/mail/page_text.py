"""HTML of a mail as the text that a reader sees. Nothing is fetched, nothing hidden is kept. Pure.

What is dropped: scripts, styles, comments, forms; and what is there for machines alone: not
displayed, without size, of no size of letters, in the colour of its background. Quoted mail gets
"> " before its lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .decoding import clean

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

__all__ = ["page_text"]

_MOST_LETTERS = 2_000_000
_MOST_NODES = 60_000
_MOST_RULES = 200
_SKIPPED = frozenset(
    "script style head title noscript template object embed iframe svg math select textarea"
    " button input form audio video canvas map".split()
)
_BLOCKS = frozenset(
    "p div table tr ul ol li h1 h2 h3 h4 h5 h6 blockquote pre section article header footer center"
    " hr dl dt dd address figure main aside nav tbody thead".split()
)
_PARAGRAPHS = frozenset("p ul ol table h1 h2 h3 h4 h5 h6 blockquote pre hr".split())
_QUOTES = frozenset(("gmail_quote", "yahoo_quoted", "protonmail_quote", "moz-cite-prefix"))
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all"
    r"|opacity\s*:\s*0*(?:\.0+)?\s*(?:;|!|$)"
    r"|(?:max-height|max-width)\s*:\s*0*(?:\.0+)?(?:px|pt|em|%)?\s*(?:;|!|$)"
    r"|text-indent\s*:\s*-\d{3,}|(?:left|top)\s*:\s*-\d{3,}|clip\s*:\s*rect\(\s*0"
)
_SIZE = re.compile(r"font-size\s*:\s*(\d{0,4}\.?\d{0,4})\s*(px|pt|em|rem|%)?\s*(?:;|!|$)")
_PIXELS = {"px": 1.0, "pt": 1.3, "em": 16.0, "rem": 16.0, "%": 0.16, "": 1.0}
_SMALLEST_PIXELS = 1.0
_COLOUR = re.compile(r"(?:^|[;\s])color\s*:\s*([^;!]{1,40})")
_BEHIND = re.compile(r"(?:^|[;\s])background(?:-color)?\s*:\s*([^;!]{1,60})")
_RULE = re.compile(r"([^{}@]{1,200})\{([^{}]{0,2000})\}")
_AT_RULE = re.compile(r"@[^{}]{0,300}\{(?:[^{}]{0,3000}\{[^{}]{0,3000}\}){0,300}[^{}]{0,300}\}")
_WHITE = "#ffffff"
_NAMED = {"white": _WHITE, "black": "#000000", "snow": "#fffafa", "ivory": "#fffff0"}


@dataclass(frozen=True, slots=True)
class _Look:
    """How text looks at a place: its colour, what is behind it, and how deep it is quoted."""

    colour: str = "#000000"
    behind: str = _WHITE
    quoted: int = 0
    is_pre: bool = False


@dataclass(slots=True)
class _Lines:
    done: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    quoted: int = 0

    def add(self, text: str, look: _Look) -> None:
        if look.quoted != self.quoted:
            self.end()
            self.quoted = look.quoted
        self.open.append(text)

    def end(self, *, paragraph: bool = False) -> None:
        line = "".join(self.open)
        self.open.clear()
        for each in line.split("\n"):
            text = " ".join(each.split())
            if text:
                self.done.append("> " * self.quoted + text)
        if paragraph and self.done and self.done[-1]:
            self.done.append("")


def page_text(html: str) -> str:
    """The text of a page; empty where it has none. At most two million letters are read."""
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - only HTML needs it

    tree = LexborHTMLParser(html[:_MOST_LETTERS].replace("\0", ""))
    hidden = _hidden_by_rules(tree)
    root = tree.body or tree.root
    if root is None:
        return ""
    lines = _Lines()
    _walk(root, hidden, lines)
    lines.end()
    return clean("\n".join(lines.done)).strip()


def _hidden_by_rules(tree: LexborHTMLParser) -> set[int]:
    """The elements that a style sheet in the page hides on every screen."""
    found: set[int] = set()
    sheets = "\n".join(node.text() or "" for node in tree.css("style"))[: _MOST_LETTERS // 4]
    sheets = re.sub(r"/\*.{0,5000}?\*/", "", sheets, flags=re.DOTALL)
    sheets = _AT_RULE.sub("", sheets)
    for selector, style in _RULE.findall(sheets)[:_MOST_RULES]:
        if _hides(style.lower()) and ":" not in selector:
            try:
                found.update(node.mem_id for node in tree.css(selector.strip()))
            except Exception:  # noqa: BLE001, S112 - a selector that is none
                continue
    return found


def _walk(root: LexborNode, hidden: set[int], lines: _Lines) -> None:
    """Depth first, without recursion: a page may be nested as deep as it likes."""
    stack: list[tuple[LexborNode | None, _Look, str]] = [(root, _Look(), "")]
    for _ in range(_MOST_NODES):
        if not stack:
            return
        node, look, ends = stack.pop()
        if node is None:
            lines.end(paragraph=ends in _PARAGRAPHS)
            continue
        if ends != "root" and node is not root and node.next is not None:
            stack.append((node.next, look, ""))
        if node.is_text_node:
            _say(node, look, lines)
        elif node.is_element_node and not _is_hidden(node, hidden):
            _enter(node, look, lines, stack)


def _say(node: LexborNode, look: _Look, lines: _Lines) -> None:
    if look.colour == look.behind:
        return
    text = node.text_content or ""
    lines.add(text if look.is_pre else re.sub(r"\s+", " ", text), look)


def _enter(
    node: LexborNode,
    look: _Look,
    lines: _Lines,
    stack: list[tuple[LexborNode | None, _Look, str]],
) -> None:
    tag = node.tag or ""
    if tag == "br":
        lines.add("\n", look)
        return
    if tag in _BLOCKS:
        lines.end(paragraph=tag in _PARAGRAPHS)
        stack.append((None, look, tag))
    elif tag in {"td", "th"}:
        lines.add(" ", look)
    if node.child is not None:
        stack.append((node.child, _look_inside(node, tag, look), ""))


def _is_hidden(node: LexborNode, hidden: set[int]) -> bool:
    if node.tag in _SKIPPED or (hidden and node.mem_id in hidden):
        return True
    marks = node.attributes
    if "hidden" in marks:
        return True
    style = (marks.get("style") or "").lower()
    return bool(style) and _hides(style)


def _hides(style: str) -> bool:
    size = _SIZE.search(style)
    is_tiny = size is not None and _pixels(size.group(1), size.group(2) or "") <= _SMALLEST_PIXELS
    return is_tiny or _HIDDEN.search(style) is not None


def _pixels(number: str, unit: str) -> float:
    try:
        return float(number) * _PIXELS[unit]
    except ValueError:
        return 16.0


def _look_inside(node: LexborNode, tag: str, look: _Look) -> _Look:
    marks = node.attributes
    style = (marks.get("style") or "").lower()
    colour = _COLOUR.search(style)
    behind = _BEHIND.search(style)
    said = colour.group(1) if colour else (marks.get("color") or "" if tag == "font" else "")
    shade = behind.group(1) if behind else marks.get("bgcolor") or ""
    classes = (marks.get("class") or "").split()
    is_quote = tag == "blockquote" or bool(_QUOTES.intersection(classes))
    if not (said or shade or is_quote or tag == "pre"):
        return look
    return replace(
        look,
        colour=_shade(said) or look.colour,
        behind=_shade(shade) or look.behind,
        quoted=min(look.quoted + is_quote, 3),
        is_pre=look.is_pre or tag == "pre",
    )


def _shade(said: str) -> str:
    """A colour as six digits; empty where it is none that is known."""
    text = said.strip().lower()
    text = _NAMED.get(text, text)
    if re.fullmatch(r"#[0-9a-f]{3}", text):
        return "#" + "".join(digit * 2 for digit in text[1:])
    if re.fullmatch(r"#[0-9a-f]{6}", text):
        return text
    parts = re.fullmatch(r"rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})[^)]*\)", text)
    if parts:
        return "#" + "".join(f"{min(int(part), 255):02x}" for part in parts.groups())
    return "#000001" if text in {"red", "green", "blue", "gray", "grey", "navy"} else ""
