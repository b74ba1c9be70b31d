"""Two hundred mails as nobody should send them, and what is to be read of each. Made, not kept."""

from __future__ import annotations

import base64
import quopri
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True)
class Awkward:
    """``reads``: words that its text, invitation or notes hold; ``lacks``: words they do not."""

    name: str
    raw: bytes
    reads: str
    lacks: str = ""
    subject: str = ""

    def __str__(self) -> str:
        return self.name


WORDS = {
    "utf-8": "Grüße aus München 船",
    "iso-8859-1": "Grüße aus München",
    "iso-8859-15": "Kostet 5 € für Müller",
    "windows-1252": "Grüße „München“ €",
    "windows-1251": "Привет из Москвы",
    "koi8-r": "Привет из Москвы",
    "iso-8859-2": "Zażółć gęślą jaźń",
    "iso-2022-jp": "こんにちは船",
    "shift_jis": "こんにちは船",
    "euc-jp": "こんにちは船",
    "gb2312": "你好船",
    "big5": "你好船",
    "euc-kr": "안녕하세요",
    "utf-16": "Grüße aus München",
    "windows-1255": "שלום",
    "iso-8859-7": "Καλημέρα",
}
HEAD = b"From: Anna <anna@example.org>\nTo: me@example.org\nSubject: A boat\nMessage-ID: <a@b>\n"


def _encoded(data: bytes, way: str) -> bytes:
    if way == "base64":
        return base64.encodebytes(data)
    return quopri.encodestring(data) if way == "quoted-printable" else data


def _plain(text: bytes, kind: str = "text/plain", way: str = "8bit", more: bytes = b"") -> bytes:
    lines = f"MIME-Version: 1.0\nContent-Type: {kind}\nContent-Transfer-Encoding: {way}\n"
    return HEAD + more + lines.encode() + b"\n" + text


def _several(kind: str, *parts: bytes, boundary: str = "xx", end: bool = True) -> bytes:
    body = b"".join(b"--" + boundary.encode() + b"\n" + part + b"\n" for part in parts)
    closing = b"--" + boundary.encode() + b"--\n" if end else b""
    head = f'MIME-Version: 1.0\nContent-Type: {kind}; boundary="{boundary}"\n\n'.encode()
    return head + body + closing


def _part(kind: str, text: bytes, *more: str) -> bytes:
    return "\n".join((f"Content-Type: {kind}", *more)).encode() + b"\n\n" + text


def charsets() -> Iterator[Awkward]:
    """Every charset in every transfer encoding: 48."""
    for (charset, words), way in product(WORDS.items(), ("base64", "quoted-printable", "8bit")):
        if (charset, way) == ("utf-16", "8bit"):
            continue  # its lines are none
        data = _encoded((words + "\n").encode(charset), way)
        kind = f"text/plain; charset={charset}"
        yield Awkward(f"{charset} as {way}", _plain(data, kind, way), words)


def wrong_charsets() -> Iterator[Awkward]:
    """None, unknown, or another one than it is: 24."""
    utf8 = "Grüße aus München".encode()
    latin = "Grüße aus München".encode("latin-1")
    names = (
        "", "; charset=", "; charset=unknown-8bit", "; charset=x-nonsense", '; charset="utf-8',
        "; charset=us-ascii", "; charset=iso-8859-99", "; charset=zlib", "; charset=rot13",
        "; charset=unicode_escape", f"; charset={'x' * 5000}", "; charset*=utf-8''utf-8",
    )  # fmt: skip
    for name, (label, data) in product(names, (("utf-8", utf8), ("latin-1", latin))):
        raw = _plain(data, f"text/plain{name}")
        yield Awkward(f"{label} called {name[:30]!r}", raw, "Grüße aus München")


def headers() -> Iterator[Awkward]:
    """Subjects, dates and addresses as they come."""
    subjects = {
        b"=?utf-8?Q?Gr=C3=BC=C3=9Fe?=": "Grüße",
        b"=?utf-8?B?R3LDvMOfZQ==?=": "Grüße",
        b"=?utf-8?B?R3LDvMOfZQ?=": "",
        b"=?utf-8?Q?Gr=C3=BC?= =?utf-8?Q?=C3=9Fe?=": "Grüße",
        b"=?x-nonsense?Q?Gr=FC=DFe?=": "Grüße",
        b"=?iso-8859-1?q?Gr=FC=DFe?=": "Grüße",
        b"=?utf-8?X?abc?=": "",
        "Grüße".encode(): "Grüße",
        "Grüße".encode("latin-1"): "Grüße",
        "Grüße 船".encode("gb18030"): "",
        b"A\rB\x00C": "",
        b"": "",
        b"x" * 50_000: "",
        b"=?utf-8?Q?" + b"=C3=BC" * 5000 + b"?=": "",
        b"folded\n over\n\tthree": "folded over three",
        b"\xe2\x80\xaegnp.exe": "gnp.exe",
        b"=?utf-8?Q?evil=0D=0ABcc:_x@y.z?=": "evil Bcc: x@y.z",
    }
    for number, (subject, meant) in enumerate(subjects.items()):
        raw = b"From: a@b.org\nSubject: " + subject + b"\n\nthe boat"
        yield Awkward(f"subject {number}", raw, "the boat", subject=meant)
    dates = (
        b"", b"yesterday", b"Mon, 99 Nov 2026 10:00:00 +0000", b"Mon, 23 Nov 2026 10:00:00 +9999",
        b"Mon, 23 Nov 99999 10:00:00 +0000", b"23 Nov 26 10:00", b"0", b"-1", b"\xff\xfe",
        b"Mon, 23 Nov 2026 24:61:61 GMT", b"Mon, 23 Nov 0001 00:00:00 +2359",
    )  # fmt: skip
    for number, date in enumerate(dates):
        yield Awkward(f"date {number}", b"Date: " + date + b"\nSubject: s\n\nthe boat", "the boat")
    people = (
        b"", b"<>", b"@", b'"Schmidt, Anna" <a@b.org>', b"Schmidt, Anna <a@b.org>", b"a@b@c.org",
        b"undisclosed-recipients:;", b'"unclosed <a@b.org>', b"=?utf-8?Q?A=2C_B?= <a@b.org>",
        b"(comment (nested) <x@y.z>", b"a@b.org, " * 10_000, "Müller <m@b.org>".encode("latin-1"),
        b"<a@[127.0.0.1]>", b"Group: a@b.org, c@d.org;", b"\x00\x01\x02", b"a" * 100_000,
    )  # fmt: skip
    for number, who in enumerate(people):
        raw = b"From: " + who + b"\nTo: " + who + b"\n\nthe boat"
        yield Awkward(f"people {number}", raw, "the boat")


def pages() -> Iterator[Awkward]:
    """HTML: hidden, huge, deep, broken."""
    bodies = {
        "plain": "<p>the boat",
        "hidden": "<p>the boat<p style='DISPLAY : none'>HIDDEN",
        "white": "<body bgcolor=#fff><p>the boat<font color='#FFFFFF'>HIDDEN</font>",
        "white by style": "<p>the boat<span style='color:rgb(255, 255, 255)'>HIDDEN</span>",
        "tiny": "<p>the boat<span style='font-size:0.1px'>HIDDEN</span>",
        "sheet": "<style>.a,#b{top:1px;display:none}</style><p>the boat<i class=a>HIDDEN",
        "far left": "<p>the boat<div style='position:absolute;left:-9999px'>HIDDEN</div>",
        "no height": "<p>the boat<div style='max-height:0;overflow:hidden'>HIDDEN</div>",
        "comment": "<p>the boat<!-- HIDDEN --><!--[if mso]>HIDDEN<![endif]-->",
        "script": "<p>the boat<script>document.write('HIDDEN')</script><noscript>HIDDEN</noscript>",
        "fetched": "<p>the boat<img src='http://127.0.0.1:9/HIDDEN'><iframe src=HIDDEN></iframe>",
        "unclosed": "<table><tr><td>the <b>boat<i><div><p",
        "deep": "<div>" * 5000 + "the boat",
        "huge": "<p>the boat</p>" + "<p>words and more words</p>" * 40_000,
        "one line": "<b>the boat</b>" + "x" * 1_000_000,
        "entities": "the&nbsp;boat &amp; &lt;b&gt; &#x202e;&zwnj;&#847;&bogus;",
        "attributes": "<p " + " ".join(f"a{n}=1" for n in range(5000)) + ">the boat",
        "nulls": "the\0 boat",
        "opacity": "<p>the boat<p style='opacity:0'>HIDDEN",
        "hidden attribute": "<p>the boat<p hidden>HIDDEN",
    }
    for name, body in bodies.items():
        raw = _plain(body.encode(), "text/html; charset=utf-8")
        yield Awkward(f"page, {name}", raw, "the boat", "HIDDEN")
    for charset, words in WORDS.items():
        if charset != "utf-16":
            page = f"<html><p>{words}</p>".encode(charset)
            yield Awkward(
                f"page in {charset}", _plain(page, f"text/html; charset={charset}"), words
            )
    meta = "<meta charset=koi8-r><p>Привет".encode("koi8-r")
    yield Awkward("page, charset in it", _plain(meta, "text/html"), "Привет")


def several() -> Iterator[Awkward]:
    """Parts in parts."""
    text, page = _part("text/plain", b"the boat"), _part("text/html", b"<p>the <b>boat</b>")
    stub = _part("text/plain", b"View in browser")
    long_page = _part("text/html", b"<p>the boat</p>" + b"<p>and a lot more of it</p>" * 30)
    empty = _part("text/plain", b"")
    deep = text
    for number in range(100):
        deep = _several("multipart/mixed", deep, boundary=f"b{number}")
    nested = text
    for number in range(8):
        nested = _several("multipart/mixed", nested, boundary=f"b{number}")
    made = {
        "alternative": _several("multipart/alternative", text, page),
        "page first": _several("multipart/alternative", page, text),
        "a stub": _several("multipart/alternative", stub, long_page),
        "an empty one": _several("multipart/alternative", empty, page),
        "related": _several("multipart/related", page, _part("image/png", b"\x89PNG")),
        "no end": _several("multipart/mixed", text, end=False),
        "many": _several("multipart/mixed", text, *[_part("image/png", b"x")] * 2000),
        "unknown kind": _several("multipart/nonsense", text),
        "signed": _several("multipart/signed", text, _part("application/pgp-signature", b"x")),
        "eight deep": nested,
        "same boundary": _several("multipart/mixed", _several("multipart/mixed", text)),
        "report": _several(
            "multipart/report", text, _part("message/delivery-status", b"Status: 5.1.1\n")
        ),
        "a mail in it": _several(
            "multipart/mixed", _part("message/rfc822", b"Subject: x\nFrom: c@d.e\n\nthe boat")
        ),
        "digest": _several("multipart/digest", b"\n" + b"Subject: x\n\nthe boat"),
    }
    for name, raw in made.items():
        yield Awkward(f"parts, {name}", HEAD + raw, "the boat")
    yield Awkward("parts, a hundred deep", HEAD + deep, "packed so many times")
    no_boundary = HEAD + b"Content-Type: multipart/mixed\n\nthe boat"
    yield Awkward("parts, no boundary", no_boundary, "the boat")
    encrypted = _several("multipart/encrypted", _part("application/pgp-encrypted", b"Version: 1"))
    yield Awkward("parts, encrypted", HEAD + encrypted, "encrypted")
    smime = _plain(base64.b64encode(b"x" * 99), "application/pkcs7-mime", "base64")
    yield Awkward("S/MIME", smime, "encrypted")
    pictures = _several("multipart/mixed", _part("image/png", b"\x89PNG", "Content-ID: <a>"))
    yield Awkward("pictures alone", HEAD + pictures, "pictures or files")
    elsewhere = 'message/external-body; access-type=URL; URL="http://127.0.0.1:9/"'
    yield Awkward("elsewhere", _plain(b"Content-Type: text/plain\n\n", elsewhere), "didn't fetch")


def tnef(text: bytes, name: bytes, content: bytes, *, lie: bool = False) -> bytes:
    """A winmail.dat with a text and one file."""

    def attribute(level: int, kind: int, data: bytes) -> bytes:
        checked = sum(data) & 0xFFFF
        length = len(data) + (10_000_000 if lie else 0)
        return struct.pack("<BII", level, kind, length) + data + struct.pack("<H", checked)

    return (
        struct.pack("<IH", 0x223E9F78, 1)
        + attribute(1, 0x0006_9007, struct.pack("<II", 1252, 0))
        + attribute(1, 0x0002_800C, text + b"\0")
        + attribute(2, 0x0006_9002, b"\x01\x00" + b"\xff" * 12)
        + attribute(2, 0x0001_8010, name + b"\0")
        + attribute(2, 0x0006_800F, content)
    )


def documents() -> Iterator[Awkward]:
    """winmail.dat, invitations, RTF, lines that flow."""
    good = tnef(b"the boat", b"invoice.pdf", b"%PDF")
    for name, data, reads in (
        ("whole", good, "the boat"),
        ("cut off", good[:40], ""),
        ("lying", tnef(b"the boat", b"x", b"y", lie=True), ""),
        ("no such thing", b"the boat", "can't read"),
        ("empty", b"", "can't read"),
    ):
        body = base64.encodebytes(data)
        yield Awkward(f"winmail, {name}", _plain(body, "application/ms-tnef", "base64"), reads)
    event = (
        "BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:{method}\nBEGIN:VEVENT\nUID:1\nSUMMARY:the boat\n"
        "DTSTART:{start}\nLOCATION:harbour\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    for method, start, reads in (
        ("REQUEST", "20261127T100000Z", 'It invites you to "the boat" on Friday, 27 November 2026'),
        ("CANCEL", "20261127T100000", "It calls off"),
        ("REQUEST", "20261127", "the boat"),
        ("REQUEST", "nonsense", ""),
    ):
        text = event.format(method=method, start=start).encode()
        yield Awkward(f"calendar, {method} {start}", _plain(text, "text/calendar"), reads)
    yield Awkward("calendar, broken", _plain(b"BEGIN:VCALENDAR\nBEGIN", "text/calendar"), "")
    rtf = rb"{\rtf1\ansi the {\b boat}\par}"
    yield Awkward("RTF", _plain(rtf, "text/rtf"), "the boat")
    yield Awkward("RTF, broken", _plain(b"{\\rtf1 {{{{", "text/rtf"), "")
    flowed = _plain(b"the \nboat\n", "text/plain; format=flowed")
    yield Awkward("flowing lines", flowed, "the boat")
    yield Awkward("enriched", _plain(b"<bold>the boat</bold>", "text/enriched"), "the boat")


def broken() -> Iterator[Awkward]:
    """Mails that are hardly any."""
    for name, raw, reads in (
        ("nothing", b"", "empty"),
        ("a line", b"the boat", "the boat"),
        ("only lines", b"\n\n\n", "empty"),
        ("zeros", b"\0" * 1000, ""),
        ("noise", bytes(range(256)) * 40, ""),
        ("mbox", b"From a@b Mon Nov 23\nSubject: x\n\nthe boat", "the boat"),
        ("carriage returns", b"Subject: x\r\rthe boat", ""),
        ("base64 that is none", _plain(b"!!! the boat", "text/plain", "base64"), ""),
        ("unknown encoding", _plain(b"the boat", "text/plain", "x-uuencode-ish"), "the boat"),
        ("quoted-printable cut", _plain(b"boat =C3=", "text/plain", "quoted-printable"), "boat"),
        ("kind without slash", _plain(b"the boat", "text"), "the boat"),
        ("kind of nonsense", _plain(b"the boat", ";;;=;"), "the boat"),
        ("a long line", _plain(b"the boat " * 200_000), "the boat"),
        ("a thousand headers", b"X-A: b\n" * 10_000 + b"\nthe boat", "the boat"),
        ("a name that climbs", HEAD + _several("multipart/mixed", _part(
            "application/pdf", b"x", 'Content-Disposition: attachment; filename="../../etc/passwd"'
        ), _part("text/plain", b"the boat")), "the boat"),
        ("name in pieces", HEAD + _several("multipart/mixed", _part(
            "application/pdf", b"x",
            "Content-Disposition: attachment; filename*0*=utf-8''a%FF; filename*1=b; filename*9=c",
        ), _part("text/plain", b"the boat")), "the boat"),
    ):  # fmt: skip
        yield Awkward(name, raw, reads)


def awkward_mails() -> list[Awkward]:
    """All of them."""
    makers = (charsets, wrong_charsets, headers, pages, several, documents, broken)
    return [each for make in makers for each in make()]
