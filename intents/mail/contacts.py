"""The user's address book: vCard files and folders, CardDAV, and nicknames from the settings.

``people_called`` finds who is meant by a name as it was heard. What is in an address book is the
user's own; names of people who only wrote are not in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from voiced.plugin import normalise, one_line, sound_similarity

from .refusals import failed
from .settings import Settings

__all__ = ["Contact", "contacts_of", "fetch_address_book", "people_called", "read_cards"]

_MOST_FILES, _MOST_BYTES = 20_000, 64 * 2**20
_ALIKE = 0.75
_CARD = re.compile(r"BEGIN:VCARD.*?END:VCARD", re.IGNORECASE | re.DOTALL)
_NICKNAMES = re.compile(r"^NICKNAME[^:\n]*:([^\r\n]+)", re.IGNORECASE | re.MULTILINE)
_QUERY = (
    '<?xml version="1.0" encoding="utf-8"?><c:addressbook-query xmlns:d="DAV:"'
    ' xmlns:c="urn:ietf:params:xml:ns:carddav"><d:prop><c:address-data/></d:prop>'
    "</c:addressbook-query>"
)
_FOUND = (200, 207)


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody in the address book: all names, and all addresses, the preferred ones first."""

    name: str
    addresses: tuple[str, ...]
    nicknames: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """For a conversation: "it" may be somebody."""
        return "contact"

    @property
    def spoken(self) -> str:
        """The name as it is said."""
        return one_line(self.name) or self.addresses[0]


def contacts_of(settings: Settings) -> list[Contact]:
    """Everybody in the vCard files and folders; what cannot be read is left out."""
    found: dict[str, Contact] = {}
    for path in settings.contacts:
        for file in _files(path.expanduser()):
            try:
                text = file.read_bytes()[:_MOST_BYTES].decode("utf-8", "replace")
            except OSError:
                continue
            for contact in read_cards(text):
                found.setdefault(contact.addresses[0].lower(), contact)
    return list(found.values())


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(path.rglob("*.vcf"))[:_MOST_FILES]
    else:
        yield path


def read_cards(text: str) -> Iterator[Contact]:
    """The people with an address in a text of vCards; a card that is broken is left out."""
    import vobject  # noqa: PLC0415 - only an address book needs it

    for card in _CARD.findall(text):
        try:
            contact = _contact(
                vobject.readOne(card, ignoreUnreadable=True).contents,
                ",".join(_NICKNAMES.findall(card)),  # vobject keeps the first one alone
            )
        except Exception:  # noqa: BLE001, S112 - it raises what it likes at what is broken
            continue
        if contact is not None:
            yield contact


def _contact(card: dict[str, list[object]], nicknames: str) -> Contact | None:
    def values(name: str) -> list[str]:
        found = (str(getattr(each, "value", "")) for each in card.get(name, ()))
        return [one_line(each).strip() for each in found if each.strip()]

    entries = sorted(card.get("email", ()), key=lambda each: not _is_preferred(each))
    addresses = [one_line(str(getattr(each, "value", ""))).strip() for each in entries]
    addresses = [each for each in addresses if re.fullmatch(r"[^\s@]+@[^\s@]+", each)]
    if not addresses:
        return None
    known = [one_line(each.replace("\\", "")).strip() for each in nicknames.split(",")]
    name = next(iter(values("fn")), "") or addresses[0]
    return Contact(name, tuple(dict.fromkeys(addresses)), tuple(filter(None, known)))


def _is_preferred(entry: object) -> bool:
    params = getattr(entry, "params", {})
    return "PREF" in params or "pref" in " ".join(params.get("TYPE", ())).lower()


def people_called(
    said: str, contacts: Sequence[Contact], nicknames: dict[str, str] | None = None
) -> list[tuple[Contact, float]]:
    """Who may be meant, best first, with how sure that is (0 to 1).

    Args:
        said: A name as it was heard: whole, a part of it, or "my sister".
        contacts: The address book.
        nicknames: From the settings: what is said, and a name or an address.
    """
    wanted = _said(re.sub(r"^(?:my|our)\s+", "", said.strip(), flags=re.IGNORECASE))
    for nickname, meant in (nicknames or {}).items():
        if sound_similarity(wanted, _said(re.sub(r"^my\s+", "", nickname))) > _ALIKE:
            return _meant(meant, contacts)
    scored = [(each, max(_likeness(wanted, name) for name in _names(each))) for each in contacts]
    return sorted(
        ((each, score) for each, score in scored if score > _ALIKE), key=lambda pair: -pair[1]
    )


def _meant(meant: str, contacts: Sequence[Contact]) -> list[tuple[Contact, float]]:
    for each in contacts:
        if meant.lower() in {each.name.lower(), *(address.lower() for address in each.addresses)}:
            return [(each, 1.0)]
    return [(Contact(meant, (meant,)), 1.0)] if "@" in meant else people_called(meant, contacts)


def _names(contact: Contact) -> Iterable[str]:
    yield contact.name
    yield from contact.nicknames
    yield from contact.name.split()


def _said(text: str) -> str:
    return " ".join(normalise(text))


def _likeness(wanted: str, name: str) -> float:
    spoken = _said(name)
    if not spoken or not wanted:
        return 0.0
    return 1.0 if spoken == wanted else 0.99 * sound_similarity(wanted, spoken)


def fetch_address_book(url: str, user: str, password: str, timeout_s: float) -> list[Contact]:
    """Everybody in a CardDAV address book, by one query (RFC 6352).

    Raises:
        IntentFailed: The server cannot be reached, refuses, or is none.
    """
    import httpx  # noqa: PLC0415 - only CardDAV needs it
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415

    try:
        response = httpx.request(
            "REPORT",
            url,
            content=_QUERY,
            headers={"Depth": "1", "Content-Type": "application/xml; charset=utf-8"},
            auth=(user, password),
            timeout=timeout_s,
        )
    except httpx.HTTPError as error:
        raise _no_book(type(error).__name__) from None
    if response.status_code not in _FOUND or len(response.content) > _MOST_BYTES:
        raise _no_book(str(response.status_code))
    text = LexborHTMLParser(response.text.replace("<![CDATA[", "").replace("]]>", "")).root
    return list(read_cards(text.text() if text is not None else ""))


def _no_book(why: str) -> Exception:
    return failed(
        f"the address book cannot be fetched: {why}",
        "I can't get at your address book on the server.",
        "check address_books in [mail], and the password of the first account",
    )
