"""D-Bus, as far as the desktop's intents need it: calls, properties, names. Blocking.

Each use opens a connection and closes it; nobody holds one while nothing happens.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from .refusals import failed

__all__ = ["Address", "Bus", "BusError", "Kind", "NoBus", "open_bus", "plain"]

Kind: TypeAlias = Literal["SESSION", "SYSTEM"]
_ANSWER_S = 3.0
_PROPERTIES = "org.freedesktop.DBus.Properties"


class NoBus(Exception):
    """There is no bus, or it refused us."""


class BusError(Exception):
    """Whoever was called answered with an error; ``name`` is its D-Bus name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Address:
    """Whom to call: a name on the bus, an object, an interface."""

    name: str
    path: str
    interface: str


class Bus(Protocol):
    """A connection to a bus."""

    def call(
        self,
        to: Address,
        member: str,
        signature: str = "",
        body: Sequence[Any] = (),
        timeout_s: float = _ANSWER_S,
    ) -> tuple[Any, ...]:
        """Call a method; what it gives back.

        Raises:
            BusError: It answered with an error, or not in time.
        """
        ...

    def get(self, to: Address, name: str) -> Any:
        """A property, without its D-Bus wrapping.

        Raises:
            BusError: There is none.
        """
        ...

    def hear_call(
        self, member: str, begin: Callable[[str], None], timeout_s: float
    ) -> tuple[Any, ...]:
        """Have somebody call us, and what he says then.

        Args:
            member: The method that he calls.
            begin: Makes him do it; is given the name that we have on the bus.
            timeout_s: For so long.

        Raises:
            BusError: Nobody called.
        """
        ...

    def names(self) -> Sequence[str]:
        """The names on the bus that are no numbers."""
        ...


def plain(value: Any) -> Any:
    """A value without the types that D-Bus wraps variants in."""
    match value:
        case (str(kind), held) if isinstance(value, tuple) and _is_signature(kind):
            return plain(held)
        case tuple():
            return tuple(plain(each) for each in value)
        case Mapping():
            return {key: plain(each) for key, each in value.items()}
        case list():
            return [plain(each) for each in value]
        case _:
            return value


def _is_signature(text: str) -> bool:
    return 0 < len(text) <= 20 and not set(text) - set("ybnqiuxtdsogavh(){}")  # noqa: PLR2004


@contextmanager
def open_bus(kind: Kind) -> Generator[Bus]:
    """A connection to the session's bus, or the system's, until the end of the body.

    Raises:
        IntentFailed: There is none.
    """
    from .wire import RealBus  # noqa: PLC0415 - imports the D-Bus library

    try:
        bus = RealBus.open(kind)
    except NoBus as error:
        spoken = "I can't reach the desktop: there is no D-Bus session here."
        mend = "start voiced from within the desktop, or set DBUS_SESSION_BUS_ADDRESS"
        if kind == "SYSTEM":
            spoken, mend = "I can't reach the system's message bus.", "is D-Bus running?"
        raise failed(f"no {kind.lower()} bus: {error}", spoken, mend) from error
    try:
        yield bus
    finally:
        bus.close()
