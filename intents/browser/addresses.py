"""Addresses of pages: which are plain, what their host is called, when two are the same. Pure."""

from __future__ import annotations

from urllib.parse import quote_plus, urlsplit

__all__ = ["as_url", "host_of", "is_web_url", "path_words", "same_page", "search_url", "site_name"]

_LONGEST_HOST = 60
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})
_BEFORE_NAMES = frozenset("de en es fr it m mobile nl pl pt ww2 www".split())


def is_web_url(url: str) -> bool:
    """Whether it is a plain http or https URL: a host, nothing invisible, and no password."""
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    is_plain = url.isprintable() and not any(map(str.isspace, url)) and "@" not in parts.netloc
    return has_host and is_plain and parts.scheme in {"http", "https"}


def as_url(address: str) -> str:
    """An address as it was said, as a URL; what runs on this machine has no certificate."""
    if "://" in address:
        return address
    is_here = address.partition("/")[0].partition(":")[0] == "localhost"
    return f"{'http' if is_here else 'https'}://{address}"


def host_of(url: str) -> str:
    """The host as it is said, without "www"; empty where there is none."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")[-_LONGEST_HOST:] if parts.scheme != "data" else ""


def site_name(url: str) -> str:
    """The host without what is before its name: "en.wikipedia.org" is said as "wikipedia.org"."""
    host = host_of(url)
    if host in _HERE:
        return "this computer"
    first, _, rest = host.partition(".")
    return rest if first in _BEFORE_NAMES and "." in rest else host


def path_words(url: str) -> str:
    """The path, for what it tells of the page: "/wiki/Heat_pump"."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def same_page(url: str, other: str) -> bool:
    """Whether both show the same page, be it by http or https, with "www" or without."""
    return _bare(url) == _bare(other)


def _bare(url: str) -> str:
    without = url.partition("#")[0].removeprefix("https://").removeprefix("http://")
    return without.removeprefix("www.").rstrip("/")


def search_url(page: str, words: str) -> str:
    """The address of a search for these words."""
    return page.replace("{query}", quote_plus(words))
