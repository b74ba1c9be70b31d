"""Parts that are documents of their own: winmail.dat, invitations, RTF. Nothing here raises."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .decoding import clean, decoded
from .page_text import page_text

__all__ = ["Enclosed", "invitation", "rtf_text", "winmail"]

_MOST_BYTES = 30 * 2**20
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What is in a winmail.dat: a text, and files with their names."""

    text: str = ""
    files: tuple[tuple[str, bytes], ...] = ()


def winmail(data: bytes) -> Enclosed | None:
    """What Outlook packed into a winmail.dat; None where it cannot be read."""
    import tnefparse  # noqa: PLC0415 - only a winmail.dat needs it

    log = logging.getLogger("tnefparse")
    was_off, log.disabled = log.disabled, True  # it would log what it reads
    try:
        tnef = tnefparse.TNEF(data[:_MOST_BYTES])
        files = tuple(
            (clean(str(each.long_filename() or each.name or "")), bytes(each.data or b""))
            for each in tnef.attachments
        )
        return Enclosed(_winmail_text(tnef), files)
    except Exception:  # noqa: BLE001 - it raises what it likes at what is broken
        return None
    finally:
        log.disabled = was_off


def _winmail_text(tnef: object) -> str:
    page = getattr(tnef, "htmlbody", None)
    if page:
        return page_text(page if isinstance(page, str) else decoded(bytes(page)))
    body = getattr(tnef, "body", None)
    if body:
        return clean(body if isinstance(body, str) else decoded(bytes(body)))
    packed = getattr(tnef, "rtfbody", None)
    return rtf_text(packed) if packed else ""


def rtf_text(data: bytes) -> str:
    """The text of an RTF document, packed as Outlook does or not; empty where it is none."""
    import compressed_rtf  # noqa: PLC0415 - only RTF needs them
    from striprtf.striprtf import rtf_to_text  # noqa: PLC0415

    try:
        if not data.lstrip().startswith(b"{\\rtf"):
            data = compressed_rtf.decompress(data)
        reading: Callable[..., str] = rtf_to_text
        return clean(reading(data.decode("latin-1"), errors="ignore")).strip()
    except Exception:  # noqa: BLE001 - they raise what they like at what is broken
        return ""


def invitation(text: str) -> str:
    """A calendar part as a sentence; empty where it is none."""
    import vobject  # noqa: PLC0415 - only a calendar part needs it

    try:
        calendar = vobject.readOne(text[:_MOST_BYTES], ignoreUnreadable=True)
        event = calendar.vevent
        return _event(event, str(getattr(calendar, "method", "") and calendar.method.value).upper())
    except Exception:  # noqa: BLE001 - it raises what it likes at what is broken
        return ""


def _event(event: object, method: str) -> str:
    begins = {"CANCEL": "It calls off", "REPLY": "It answers the invitation to"}
    begin = begins.get(method, "It invites you to")
    return " ".join((begin, *_facts(event))) + "."


def _facts(event: object) -> Iterator[str]:
    contents = getattr(event, "contents", {})
    name = _value(contents, "summary")
    yield f'"{name}"' if name else "something without a name"
    start = contents["dtstart"][0].value if "dtstart" in contents else None
    if start is not None:
        yield start.strftime(
            "on %A, %d %B %Y at %H:%M" if hasattr(start, "hour") else "on %A, %d %B %Y"
        )
    place = _value(contents, "location")
    if place:
        yield f"at {place}"


def _value(contents: dict[str, list[object]], name: str) -> str:
    found = contents.get(name)
    return " ".join(clean(str(getattr(found[0], "value", ""))).split())[:_LONGEST] if found else ""
