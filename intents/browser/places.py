"""Where the browsers of this user look for native hosts, and which of them are here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

__all__ = ["Boxed", "Family", "Place", "boxed", "places"]

Family: TypeAlias = Literal["firefox", "chromium"]


@dataclass(frozen=True, slots=True)
class Place:
    """A browser, or several that share a folder; ``manifests`` need not exist."""

    name: str
    family: Family
    manifests: Path
    programs: tuple[str, ...]

    @property
    def is_here(self) -> bool:
        """Whether it is installed (not as a snap), or was used."""
        if self.manifests.parent.is_dir():
            return True
        return any(_is_plain(program) for program in self.programs)


@dataclass(frozen=True, slots=True)
class Boxed:
    """A browser in a box of its own; ``told`` says what that means for joining it."""

    name: str
    told: str


_FLATPAKS = {
    "org.mozilla.firefox": "Firefox",
    "org.chromium.Chromium": "Chromium",
    "com.google.Chrome": "Chrome",
    "com.brave.Browser": "Brave",
    "com.microsoft.Edge": "Edge",
    "com.vivaldi.Vivaldi": "Vivaldi",
}
_NO_WAY_OUT = "cannot start programs outside of its box, so it cannot be joined; use its package"


def places() -> Sequence[Place]:
    """The browsers that can be joined, here or not."""
    home = Path.home()
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")

    def chromium(name: str, folder: str, *programs: str) -> Place:
        return Place(name, "chromium", config / folder / "NativeMessagingHosts", programs)

    mozilla = home / ".mozilla" / "native-messaging-hosts"
    return (
        Place("Firefox", "firefox", mozilla, ("firefox", "firefox-esr")),
        chromium("Chromium", "chromium", "chromium", "chromium-browser"),
        chromium("Chrome", "google-chrome", "google-chrome", "google-chrome-stable"),
        chromium("Brave", "BraveSoftware/Brave-Browser", "brave-browser", "brave"),
        chromium("Edge", "microsoft-edge", "microsoft-edge", "microsoft-edge-stable"),
        chromium("Vivaldi", "vivaldi", "vivaldi", "vivaldi-stable"),
    )


def boxed() -> Iterator[Boxed]:
    """The browsers of this user that run in a box: as a snap, or a flatpak."""
    home = Path.home()
    if (home / "snap" / "chromium").is_dir():
        yield Boxed("Chromium (snap)", _NO_WAY_OUT)
    if (home / "snap" / "firefox").is_dir():
        told = "can be joined only where the desktop's portal starts native hosts (it asks first)"
        yield Boxed("Firefox (snap)", told)
    for folder, name in _FLATPAKS.items():
        if (home / ".var" / "app" / folder).is_dir():
            yield Boxed(f"{name} (flatpak)", _NO_WAY_OUT)


def _is_plain(program: str) -> bool:
    """Whether the program is installed, and is no door to a snap."""
    found = shutil.which(program)
    return found is not None and not found.startswith("/snap/")
