"""Marks inside a line of Markdown or HTML, and pictures, taken out of the text."""

from __future__ import annotations

import html
import re

__all__ = ["plain"]

_TAGS = (
    "a abbr b blockquote br center cite code dd del details div dl dt em font h[1-6] hr i img ins "
    "kbd li mark ol p pre q s section small span strong sub summary sup table tbody td tfoot th "
    "thead tr u ul var"
)
_ATTRIBUTE = r"""\s+[\w:-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+)"""
_TAG = re.compile(rf"</?(?:{'|'.join(_TAGS.split())})(?:{_ATTRIBUTE})*\s*/?>", re.IGNORECASE)
_LINE_TAG = re.compile(r"<(?:br|/p|/li|/div|/tr|/h[1-6]|hr)\s*/?>", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z][a-z0-9]+);", re.IGNORECASE | re.ASCII)
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^\s<>]+|[^\s<>@]+@[^\s<>@]+\.[a-z]+)>")
_TASK = re.compile(r"^\s*\[[ xX]\]\s+")
_FOOTNOTE_MARK = re.compile(r"\[\^[^\]\s]+\]|(?<=[\w.,!?\"'\u201d)])\[\d{1,3}\]", re.ASCII)
_IMAGE = re.compile(r"!\[([^\]]*)\](?:\([^()\s]*(?:\([^()]*\)[^()\s]*)*[^()]*\)|\[[^\]]*\])")
_LINK = re.compile(r"\[([^\[\]]+)\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\[\]]*\])")
_TITLE_END = re.compile(r"\s+#+\s*$")
_EMPHASIS = re.compile(
    r"(?<![\w*\\])(?:\*{1,3}|_{1,3}|~~|`{1,3}|==)(?=[^\s*_`~=])"
    r"|(?<=[^\s*_`~=\\])(?:\*{1,3}|_{1,3}|~~|`{1,3}|==)(?![\w*])"
)
_FORMULA = re.compile(r"\$(?=[a-zA-Z\\])([^$\n]{1,60}?)\$(?![0-9])")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|<>~$-])")
_MATHS = re.compile(r"\$\$|\\[()\[\]]")
_PICTURES = re.compile(
    "[\U0001f000-\U0001faff\U000e0020-\U000e007f\u2600-\u27bf\u2b00-\u2bff\u20e3\ufe0e\ufe0f"
    "\u200b-\u200d\u2060\ufeff\u2122\u00ae]+"
)
_ARROW_LIKE = dict.fromkeys(map(ord, "\u2794\u2799\u279c\u279e\u27a1\u2b95"), "\u2192")


def plain(text: str) -> str:
    """The words of a block of text, and no marks."""
    text = _links(_tags(text))
    text = _TITLE_END.sub("", _TASK.sub("", text))
    text = _EMPHASIS.sub("", text)
    text = _ESCAPE.sub(r"\1", _MATHS.sub(" ", _FORMULA.sub(r"\1", text)))
    return _PICTURES.sub(" ", text.translate(_ARROW_LIKE))


def _tags(text: str) -> str:
    if "<" in text:
        text = _AUTOLINK.sub(r"\1", _COMMENT.sub(" ", text))
        text = _TAG.sub("", _LINE_TAG.sub(" ", text))
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def _links(text: str) -> str:
    if "[" not in text:
        return text
    text = _IMAGE.sub(lambda found: found[1] or "a picture", _FOOTNOTE_MARK.sub("", text))
    return _LINK.sub(r"\1", text)
