"""A folder of sentences with what they mean, in the way of Home Assistant's intents repository.

``*.yaml`` hold ``tests``: sentences of one intent with its slots, and under ``heard`` the same
order as a recogniser may have got it, one word wrong. ``_outside.yaml`` holds what is no order,
``_skills.yaml`` intents besides the built-in ones, and the files that there are.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar, cast

from voiced.bench.sentences.skills import skills_from
from voiced.config import Config
from voiced.errors import ConfigError
from voiced.plugin import Intent
from voiced.registry import load_plugins

__all__ = ["CLEAN", "OUTSIDE", "House", "Material", "Sentence", "load_material"]

S = TypeVar("S")

CLEAN = "clean"
OUTSIDE = "outside"
_SKILLS, _OUTSIDE = "_skills.yaml", "_outside.yaml"
_KINDS = ("dropped", "inserted", "wrong", "sound")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and what it means; ``intent`` empty: nothing.

    ``kind`` is "clean", "outside", or what went wrong: a word was dropped, inserted, another one
    ("wrong"), or one that sounds alike ("sound"). ``topic`` tells pieces of "outside" apart.
    """

    text: str
    kind: str
    intent: str = ""
    slots: Mapping[str, str] | None = None
    topic: str = ""


@dataclass(frozen=True, slots=True)
class House:
    """What slot types may know: the time, and the settings of plugins. A SlotContext."""

    now: datetime
    known: Mapping[type[Any], Any]

    def settings(self, kind: type[S]) -> S:
        """The settings of a plugin: the house's own, or the defaults."""
        found: S = self.known[kind] if kind in self.known else kind()
        return found


@dataclass(frozen=True, slots=True)
class Material:
    """All sentences of a folder, the intents they are about, and the house they are said in."""

    sentences: tuple[Sentence, ...]
    intents: tuple[Intent, ...]
    house: House


@contextmanager
def load_material(folder: Path) -> Generator[Material]:
    """The sentences of a folder, with its files laid out in a home of their own until the end.

    Raises:
        ConfigError: A file is missing or not of this form.
        PluginError: A template is wrong.
    """
    with TemporaryDirectory(prefix="voiced-sentences-") as name:
        home = Path(name)
        document = _read(folder / _SKILLS)
        try:
            now = document["now"]
            roots = _lay_out(home, document["files"], now)
            applications = _install(home / ".applications", document.get("applications", {}))
            contacts = document["lists"].get("contact", {"things": []})
            people = _address_book(home / ".people.vcf", contacts["things"])
            skills = skills_from(document)
            sentences = tuple(_sentences(folder))
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            reason = f"not of the form that is wanted: {error!r}"
            raise ConfigError(file=str(folder), key=_SKILLS, reason=reason) from error
        plugins = load_plugins(Config().intents).plugins
        chosen: dict[str, dict[str, Any]] = {
            "files": {"roots": roots},
            "desktop": {"application_folders": (applications,), "use_windows": False},
            "browser": {"use_joined": False},
            "notes": {"folder": home / ".notes"},
            "mail": {"contacts": (people,)},
        }
        known = {
            plugin.settings_model: plugin.settings_model(**chosen[plugin.name])
            for plugin in plugins
            if plugin.settings_model is not None and plugin.name in chosen
        }
        built_in = [intent for plugin in plugins for intent in plugin.intents]
        yield Material(sentences, (*built_in, *skills.intents), House(now, known))


def _lay_out(home: Path, files: Mapping[str, float], now: datetime) -> tuple[Path, ...]:
    for name, days in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
        at = (now - timedelta(days=float(days))).timestamp()
        os.utime(path, (at, at))
    return tuple(sorted(home.iterdir()))


def _address_book(file: Path, names: Sequence[str]) -> Path:
    cards = (
        f"BEGIN:VCARD\nVERSION:3.0\nFN:{name}\n"
        f"EMAIL:{name.replace(' ', '.').lower()}@example.org\nEND:VCARD\n"
        for name in names
    )
    file.write_text("".join(cards), encoding="utf-8")
    return file


def _install(folder: Path, applications: Mapping[str, Sequence[str]]) -> Path:
    folder.mkdir()
    for name, (called, kind, keyword) in applications.items():
        text = (
            f"[Desktop Entry]\nType=Application\nName={called}\nGenericName={kind}\n"
            f"Keywords={keyword};\nExec={name} %U\n"
        )
        (folder / f"{name}.desktop").write_text(text, encoding="utf-8")
    return folder


def _sentences(folder: Path) -> Iterator[Sentence]:
    for path in sorted(folder.glob("[!_]*.yaml")):
        for test in _read(path)["tests"]:
            yield from _of_test(test, path.name)
    for topic, texts in _read(folder / _OUTSIDE).items():
        if topic != "language":
            yield from (Sentence(str(text), OUTSIDE, topic=topic) for text in texts)


def _of_test(test: Mapping[str, Any], file: str) -> Iterator[Sentence]:
    meant = test["intent"]
    slots = {slot: str(words) for slot, words in meant.get("slots", {}).items()}
    kinds = {CLEAN: test["sentences"], **test.get("heard", {})}
    for kind, texts in kinds.items():
        if kind not in (CLEAN, *_KINDS):
            raise ValueError(f"{file}: {kind!r} is none of {_KINDS}")
        yield from (Sentence(str(text), kind, meant["name"], slots) for text in texts)


def _read(path: Path) -> dict[str, Any]:
    import yaml  # type: ignore[import-untyped]  # noqa: PLC0415 - only the benchmark reads YAML

    try:
        document: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ConfigError(file=str(path), key="sentences", reason=str(error)) from error
    if not isinstance(document, dict):
        raise ConfigError(file=str(path), key="sentences", reason="not a mapping")
    return cast("dict[str, Any]", document)
