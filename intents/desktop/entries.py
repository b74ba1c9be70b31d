"""The applications that are installed, from their .desktop files. Blocking, and only reads."""

from __future__ import annotations

import configparser
import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .settings import Settings

__all__ = ["App", "installed", "launch_command"]

_GROUP = "Desktop Entry"
_TOLD = ("XDG_CURRENT_DESKTOP", "LC_ALL", "LC_MESSAGES", "LANG")
_MOST_BYTES = 1 << 18
_MOST_FILES = 5000
_CODES = frozenset("fFuUdDnNickvm")


@dataclass(frozen=True, slots=True)
class App:
    """An application: its id, its name, other names for it, how it is started.

    ``window_class`` is what its windows say that they belong to.
    """

    id: str
    name: str
    other_names: tuple[str, ...]
    command: tuple[str, ...]
    in_terminal: bool = False
    window_class: str = ""
    kind: str = "app"

    @property
    def spoken(self) -> str:
        """Its name."""
        return self.name

    @property
    def classes(self) -> frozenset[str]:
        """What its windows may call themselves, in small letters."""
        program = Path(self.command[0]).name if self.command else ""
        names = (self.window_class, self.id, self.id.rpartition(".")[2], program, self.name)
        return frozenset(name.lower() for name in names if name)


def _folders(settings: Settings, env: Mapping[str, str]) -> Sequence[Path]:
    if settings.application_folders:
        return settings.application_folders
    home = Path(env.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    dirs = env.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    flatpaks = (home / "flatpak/exports/share", Path("/var/lib/flatpak/exports/share"))
    snaps = Path("/var/lib/snapd/desktop")
    places = [home, *(Path(each) for each in dirs.split(":") if each), *flatpaks, snaps]
    return [place / "applications" for place in dict.fromkeys(places)]


def installed(settings: Settings, env: Mapping[str, str]) -> list[App]:
    """The applications that the desktop shows; of two with one id the first counts."""
    folders = tuple((str(each), _changed(each)) for each in _folders(settings, env))
    told = tuple((key, env[key]) for key in _TOLD if env.get(key))
    return list(_read_all(folders, told))


def _changed(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=4)
def _read_all(
    folders: tuple[tuple[str, int], ...], told: tuple[tuple[str, str], ...]
) -> tuple[App, ...]:
    """Those of the folders, read again when one has changed."""
    found: dict[str, App | None] = {}
    for folder, _ in folders:
        for path in _files(Path(folder)):
            name = "-".join(path.relative_to(folder).parts).removesuffix(".desktop")
            if name not in found:
                found[name] = _read(name, path, dict(told))
    return tuple(app for app in found.values() if app is not None)


def _files(folder: Path) -> Iterator[Path]:
    count = 0
    for place, _, files in os.walk(folder):
        for name in sorted(files):
            if name.endswith(".desktop"):
                count += 1
                if count > _MOST_FILES:
                    return
                yield Path(place) / name


def _read(name: str, path: Path, env: Mapping[str, str]) -> App | None:
    """The application of a file; None where it is none, or is not to be shown."""
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            parser.read_string(file.read(_MOST_BYTES))
        entry = dict(parser[_GROUP])
        command = _command(entry.get("Exec", ""))
    except (OSError, configparser.Error, KeyError, ValueError):
        return None
    is_shown = entry.get("Type") == "Application" and not _is_hidden(entry, env)
    if not is_shown or not command or not entry.get("Name"):
        return None
    names = [*_localised(entry, "Name", env), *_localised(entry, "GenericName", env)]
    for keywords in _localised(entry, "Keywords", env):
        names += [word for word in keywords.split(";") if word.strip()]
    shown = names[0]
    return App(
        name,
        shown,
        tuple(dict.fromkeys(each.strip() for each in names[1:] if each != shown)),
        command,
        entry.get("Terminal", "").lower() == "true",
        entry.get("StartupWMClass", ""),
    )


def _is_hidden(entry: Mapping[str, str], env: Mapping[str, str]) -> bool:
    if "true" in (entry.get("NoDisplay", "").lower(), entry.get("Hidden", "").lower()):
        return True
    desktops = {each for each in env.get("XDG_CURRENT_DESKTOP", "").split(":") if each}
    only = {each for each in entry.get("OnlyShowIn", "").split(";") if each}
    never = {each for each in entry.get("NotShowIn", "").split(";") if each}
    return bool(only and not only & desktops) or bool(never & desktops)


def _localised(entry: Mapping[str, str], key: str, env: Mapping[str, str]) -> list[str]:
    """In the user's language, and as it is written first."""
    tag = (env.get("LC_ALL") or env.get("LC_MESSAGES") or env.get("LANG") or "").partition(".")[0]
    keys = [f"{key}[{tag}]", f"{key}[{tag.partition('_')[0]}]", key]
    return list(dict.fromkeys(entry[each] for each in keys if entry.get(each)))


def _command(line: str) -> tuple[str, ...]:
    """The command without the places for files and icons.

    Raises:
        ValueError: Its quotes do not match.
    """
    words: list[str] = []
    for word in shlex.split(line):
        if len(word) == 2 and word[0] == "%" and word[1] in _CODES:  # noqa: PLR2004
            continue
        for code in _CODES:
            word = word.replace(f"%{code}", "")  # noqa: PLW2901
        words.append(word.replace("%%", "%"))
    return tuple(words)


def launch_command(app: App, settings: Settings) -> tuple[str, ...]:
    """What starts it."""
    return (*settings.terminal, *app.command) if app.in_terminal else app.command
