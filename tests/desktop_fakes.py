"""A desktop for tests: a bus with players and services, windows, loudspeakers, programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from voiced_intents.desktop.bus import Address, BusError
from voiced_intents.desktop.edges import Edges
from voiced_intents.desktop.refusals import failed
from voiced_intents.desktop.sound import Level
from voiced_intents.desktop.windows import Window, is_wayland

MPRIS = "org.mpris.MediaPlayer2."


@dataclass
class FakePlayer:
    """A player as it is on the bus."""

    identity: str
    status: str = "Playing"
    metadata: dict[str, Any] = field(default_factory=dict)
    can_go_next: bool = True
    is_broken: bool = False
    calls: list[str] = field(default_factory=list)

    def call(self, member: str) -> None:
        if self.is_broken:
            raise BusError("org.freedesktop.DBus.Error.Failed")
        self.calls.append(member)
        self.status = {"Play": "Playing", "Pause": "Paused"}.get(member, self.status)

    def get(self, name: str) -> Any:
        found = {
            "Identity": self.identity,
            "PlaybackStatus": self.status,
            "Metadata": self.metadata,
            "CanGoNext": self.can_go_next,
            "CanGoPrevious": True,
            "CanPause": True,
        }
        return found[name]


@dataclass
class FakeBus:
    """A bus: players by the end of their names, and what other methods give back."""

    players: dict[str, FakePlayer] = field(default_factory=dict)
    methods: dict[str, Callable[..., tuple[Any, ...]]] = field(default_factory=dict)
    calls: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    call_of_ours: Callable[[], tuple[Any, ...]] | None = None

    def names(self) -> Sequence[str]:
        return ["org.freedesktop.DBus", *(MPRIS + name for name in self.players)]

    def _player(self, to: Address) -> FakePlayer:
        player = self.players.get(to.name.removeprefix(MPRIS))
        if player is None:
            raise BusError("org.freedesktop.DBus.Error.ServiceUnknown")
        return player

    def call(
        self,
        to: Address,
        member: str,
        signature: str = "",
        body: Sequence[Any] = (),
        timeout_s: float = 3.0,
    ) -> tuple[Any, ...]:
        self.calls.append((member, tuple(body)))
        if to.name.startswith(MPRIS):
            self._player(to).call(member)
            return ()
        method = self.methods.get(f"{to.interface}.{member}")
        if method is None:
            raise BusError("org.freedesktop.DBus.Error.ServiceUnknown")
        return method(*body)

    def get(self, to: Address, name: str) -> Any:
        return self._player(to).get(name)

    def hear_call(
        self, member: str, begin: Callable[[str], None], timeout_s: float
    ) -> tuple[Any, ...]:
        begin(":1.5")
        if self.call_of_ours is None:
            raise BusError("org.freedesktop.DBus.Error.NoReply")
        return self.call_of_ours()


@dataclass
class FakeWindows:
    """Windows, the one in front last."""

    windows: list[Window] = field(default_factory=list)
    maximised: set[int] = field(default_factory=set)

    def disconnect(self) -> None:
        pass

    def list(self) -> Sequence[Window]:
        return list(self.windows)

    def _at(self, number: int) -> Window:
        return next(window for window in self.windows if window.id == number)

    def active(self) -> int | None:
        shown = [window for window in self.windows if not window.is_minimised]
        return shown[-1].id if shown else None

    def activate(self, window: int) -> None:
        found = self._at(window)
        self.windows.remove(found)
        self.windows.append(replace(found, is_minimised=False))

    def close(self, window: int) -> None:
        self.windows.remove(self._at(window))

    def minimise(self, window: int) -> None:
        place = self.windows.index(self._at(window))
        self.windows[place] = replace(self.windows[place], is_minimised=True)

    def maximise(self, window: int, *, on: bool) -> None:
        (self.maximised.add if on else self.maximised.discard)(window)

    def is_maximised(self, window: int) -> bool:
        return window in self.maximised


@dataclass
class FakeSound:
    """Loudspeakers."""

    now: Level = field(default_factory=lambda: Level(50, is_muted=False))

    def level(self) -> Level:
        return self.now

    def set(self, level: Level) -> None:
        self.now = level


class FakeDesktop:
    """All of it; ``edges`` is what the intents are given."""

    def __init__(self, tmp_path, env: dict[str, str] | None = None) -> None:
        self.bus = FakeBus()
        self.windows = FakeWindows()
        self.sound = FakeSound()
        self.started: list[Sequence[str]] = []
        self.env = {"DISPLAY": ":7", "PATH": str(tmp_path / "bin")} if env is None else env
        self.backlights = tmp_path / "backlight"
        self.has_bus = True

    @contextmanager
    def _open_bus(self, kind):
        if not self.has_bus:
            raise failed("no bus", "I can't reach the desktop: there is no D-Bus session here.")
        yield self.bus

    @contextmanager
    def _open_windows(self, env):
        if not env.get("DISPLAY"):
            word = "Wayland" if is_wayland(env) else "screen"
            raise failed("no display", f"no {word}")
        yield self.windows

    @contextmanager
    def _open_sound(self):
        yield self.sound

    @property
    def edges(self) -> Edges:
        return Edges(
            self._open_bus,
            self._open_windows,
            self._open_sound,
            lambda command, env: self.started.append(command),
            self.env,
            self.backlights,
        )

    def has_backlight(self, level: int, highest: int) -> None:
        """Give the screen a backlight."""
        place = self.backlights / "panel"
        place.mkdir(parents=True)
        (place / "max_brightness").write_text(str(highest), encoding="ascii")
        file = place / "brightness"
        file.write_text(str(level), encoding="ascii")

        def set_brightness(subsystem: str, name: str, value: int) -> tuple[Any, ...]:
            assert (subsystem, name) == ("backlight", "panel")
            file.write_text(str(value), encoding="ascii")
            return ()

        self.bus.methods["org.freedesktop.login1.Session.SetBrightness"] = set_brightness
