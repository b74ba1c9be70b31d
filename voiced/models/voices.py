"""Voice profiles: one TOML each, of the package ``voiced_voices`` and of the user's folder.

A profile says which engine and model speak, and how. Nothing is downloaded or played here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files as package_files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from pydantic import Field

from voiced.config import Section
from voiced.config.checking import check_tree
from voiced.errors import ConfigError, ModelMissing
from voiced.models.catalogue import Model, RemoteFile
from voiced.stages import Voice

__all__ = [
    "Profile",
    "downloadable",
    "load_voice",
    "model_of",
    "profile",
    "profiles",
    "with_lexicon",
]

_PACKAGE = "voiced_voices"
_BYTES_PER_MB = 1_000_000


class _ProfileFile(Section):
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    description: str = ""
    engine: Literal["espeak", "piper", "openai", "wyoming"]
    model: str = ""
    speaker: str = ""
    url: str = ""
    config_url: str = ""
    sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    config_sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    size_bytes: int = Field(default=0, ge=0)
    licence: str = ""
    speed: float = Field(default=1.0, ge=0.25, le=4.0)
    pitch: float = Field(default=0.5, ge=0.0, le=1.0)
    volume_db: float = Field(default=0.0, ge=-60.0, le=12.0)
    lexicon: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profile:
    """A voice profile as its file has it. ``model`` is None where nothing is downloaded."""

    voice: Voice
    description: str
    licence: str
    model: Model | None
    file: str


def profiles(user_folder: Path | None = None) -> tuple[Profile, ...]:
    """All profiles by name; one of the user's goes before one of ours of the same name.

    Raises:
        ConfigError: A profile has a mistake; the message names the file and the key.
    """
    found = {item.voice.name: item for item in _all(user_folder)}
    return tuple(found[name] for name in sorted(found))


def profile(name: str, user_folder: Path | None = None) -> Profile:
    """The profile of that name.

    Raises:
        ModelMissing: There is none.
        ConfigError: A profile has a mistake.
    """
    for found in profiles(user_folder):
        if found.voice.name == name:
            return found
    raise ModelMissing(
        f"there is no voice {name[:40]!r}",
        stage="synthesizer",
        spoken="I don't have that voice.",
        mend="voiced voices list",
    )


def load_voice(name: str, models: Path, user_folder: Path | None = None) -> Voice:
    """The voice of that name; its ``model`` is the file's path where it is one of ours.

    Args:
        name: The profile's name.
        models: The folder of downloaded models.
        user_folder: The folder of the user's own profiles.

    Raises:
        ModelMissing: There is no such voice, or its model was not pulled.
        ConfigError: A profile has a mistake.
    """
    found = profile(name, user_folder)
    if found.model is None:
        return found.voice
    path = models / found.model.name / found.model.files[0].name
    if not path.is_file():
        raise ModelMissing(
            f"the voice {name} is not installed",
            stage="synthesizer",
            mend=f"voiced voices pull {name}",
        )
    return replace(found.voice, model=str(path))


def with_lexicon(voice: Voice, lexicon: Mapping[str, str]) -> Voice:
    """The voice with more words respelled; these go before its own, whatever their case."""
    own = {word.casefold() for word in lexicon}
    kept = {word: said for word, said in voice.lexicon.items() if word.casefold() not in own}
    return replace(voice, lexicon={**kept, **lexicon})


def model_of(name: str, user_folder: Path | None = None) -> Model | None:
    """What ``voiced voices pull NAME`` downloads; None if the voice needs nothing."""
    return profile(name, user_folder).model


def downloadable(user_folder: Path | None = None) -> tuple[Model, ...]:
    """The models of all voices, each once."""
    found = {item.model.name: item.model for item in profiles(user_folder) if item.model}
    return tuple(found.values())


def _all(user_folder: Path | None) -> Iterator[Profile]:
    own = sorted(package_files(_PACKAGE).iterdir(), key=lambda source: source.name)
    users: list[Traversable] = []
    if user_folder is not None and user_folder.is_dir():
        users.extend(sorted(user_folder.iterdir()))
    for source in [*own, *users]:
        if source.name.endswith(".toml"):
            yield _read(source)


def _read(source: Traversable) -> Profile:
    file = str(source)
    try:
        tree = tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(file=file, key="", reason=f"cannot be read: {error}") from error
    entry = check_tree(_ProfileFile, tree, (), file)
    try:
        model = _model(entry)
    except ValueError as error:
        raise ConfigError(file=file, key="model", reason=str(error)) from error
    voice = Voice(
        name=entry.name,
        engine=entry.engine,
        model=entry.model,
        speaker=entry.speaker,
        speed=entry.speed,
        pitch=entry.pitch,
        volume_db=entry.volume_db,
        lexicon=entry.lexicon,
    )
    return Profile(voice, entry.description, entry.licence, model, file)


def _model(entry: _ProfileFile) -> Model | None:
    if not entry.url:
        return None
    sound = RemoteFile(f"{entry.model}.onnx", entry.url, entry.sha256, entry.size_bytes)
    files = [sound]
    if entry.config_url:
        files.append(RemoteFile(f"{entry.model}.onnx.json", entry.config_url, entry.config_sha256))
    about_mb = round(entry.size_bytes / _BYTES_PER_MB)
    return Model(entry.model, "voice", tuple(files), entry.licence, about_mb)
