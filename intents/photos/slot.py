"""The slot types of pictures and of what is said about them: spoken names in, pictures out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from voiced.plugin import (
    Candidate,
    Entity,
    FileEntity,
    IntentError,
    SlotContext,
    named,
    normalise,
)
from voiced_intents.files.listing import Entry
from voiced_intents.files.refusals import denied
from voiced_intents.files.slot import FILE, FOLDER

from .library import file_settings, media

__all__ = ["ALBUM", "CAMERA", "PHOTO", "PICTURE", "PLACE", "PORTRAIT", "SUBJECT", "VIDEO"]

_VOCABULARY = 40
_SURE = 0.6
_DETERMINERS = frozenset("the my a an that this these those".split())
_NOUNS = {
    "image": frozenset("picture photo photograph image screenshot snapshot".split()),
    "video": frozenset("video clip movie film recording".split()),
}
_NO_PICTURES = frozenset(
    (
        "light", "lights", "lamp", "lamps", "screen", "display", "monitor", "brightness", "volume",
        "sound", "music", "song", "voice", "tv", "television", "window", "windows", "tab", "tabs",
        "timer", "alarm", "room", "heating", "list", "text", "paragraph", "email", "mail",
        "message", "selection", "font", "coffee", "mood", "world",
    )
)  # fmt: skip
"""What is made brighter, turned or flipped as well, and is no picture."""


def _last_word(said: str) -> str:
    words = normalise(said)
    return words[-1] if words else ""


@dataclass(frozen=True, slots=True)
class _Photo:
    """A picture or a video that exists, by name, kind, date and folder, as files are found."""

    name: str
    kinds: tuple[str, ...]
    is_open: ClassVar[bool] = True

    @property
    def json_schema(self) -> Mapping[str, Any]:
        """A string: a name or a description."""
        nouns = " or ".join(self.kinds)
        text = f"name or description of an {nouns}: 'the photo from yesterday', 'holiday'"
        return {"type": "string", "minLength": 1, "description": text}

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """The names of the newest ones, and how one is pointed at."""
        nouns = "|".join(sorted(noun for kind in self.kinds for noun in _NOUNS[kind]))
        pointed = ("it", "that", "this", f"(the|that|this|my) ({nouns})", "the (last|other) one")
        try:
            newest = media(context, _VOCABULARY)
        except IntentError:
            return pointed
        known = [each for each in newest if each.kind in self.kinds]
        names = named(self.name, lambda _: known, _name_of).phrases(context)
        return (*pointed, *(f"[the|my] [({nouns})] {form} [({nouns})]" for form in names))

    def fits(self, said: str) -> bool:
        """False for what is turned or made brighter as well, and is no picture."""
        return _last_word(said) not in _NO_PICTURES

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[FileEntity]]:
        """Those that may be meant, best first; raises as a file does."""
        file_settings(context)
        for words in (said, *(f"{said} {kind}" for kind in self.kinds)):
            found = [each for each in FILE.found(words, context) if self._is_one(each.value)]
            if found:
                return found
        return self._by_sound(said, context)

    def _by_sound(self, said: str, context: SlotContext) -> Sequence[Candidate[FileEntity]]:
        """By how the words sound, without those that say what it is."""
        nouns = {noun for kind in self.kinds for noun in _NOUNS[kind]}
        words = [word for word in normalise(said) if word not in nouns | _DETERMINERS]
        known = [each for each in media(context) if each.kind in self.kinds]
        found = named(self.name, lambda _: known, _name_of).resolve(" ".join(words), context)
        return [Candidate(each.value.entity(), each.spoken, each.score) for each in found]

    def from_entity(self, entity: Entity) -> FileEntity | None:
        """What "it" is, if the conversation spoke of a picture or a video."""
        is_one = isinstance(entity, FileEntity) and self._is_one(entity)
        return entity if is_one else None  # type: ignore[return-value]

    def _is_one(self, file: FileEntity) -> bool:
        return file.kind in self.kinds


@dataclass(frozen=True, slots=True)
class _Portrait(_Photo):
    """As a photo, for who is on it: of another file it says how that is tagged."""

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[FileEntity]]:
        """Those that may be meant; raises as a photo does.

        Raises:
            IntentDenied: A file is meant that is no picture.
        """
        found = _Photo.resolve(self, said, context)
        others = [] if found else FILE.found(said, context)
        if others and others[0].score >= _SURE:
            name = others[0].spoken
            text = f"{name} is no picture, so nobody is on it. To tag it, say: tag it as paid."
            raise denied("a person on what is no picture", text)
        return found


def _name_of(found: Entry) -> str:
    return found.name


@dataclass(frozen=True, slots=True)
class _Said:
    """Any words but those that say something else: "last week" is no place."""

    name: str
    description: str
    never: frozenset[str]
    is_open: ClassVar[bool] = True

    @property
    def json_schema(self) -> Mapping[str, Any]:
        """A string, described."""
        return {"type": "string", "minLength": 1, "description": self.description}

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002
        """None: what pictures say is read when it is asked for."""
        return ()

    def fits(self, said: str) -> bool:
        """False where a word says that it is something else."""
        return not self.never.intersection(normalise(said))

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[str]]:  # noqa: ARG002
        """The words themselves."""
        words = said.split()
        while words and words[0].lower() in _DETERMINERS:
            words = words[1:]
        text = " ".join(words)
        return (Candidate(text, text),) if text and self.fits(text) else ()


@dataclass(frozen=True, slots=True)
class _Album:
    """A folder that exists."""

    name: ClassVar[str] = "album"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "name of an album, which is a folder",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """The names of the folders; none where files may not be used."""
        try:
            file_settings(context)
        except IntentError:
            return ()
        return FOLDER.phrases(context)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[FileEntity]]:
        """The folders that may be meant; raises as a folder does."""
        file_settings(context)
        return FOLDER.resolve(said, context)

    def from_entity(self, entity: Entity) -> FileEntity | None:
        """What "it" is, if the conversation spoke of a folder."""
        return FOLDER.from_entity(entity)


_DATES = frozenset(
    (
        "today", "yesterday", "tonight", "week", "weeks", "weekend", "month", "months", "year",
        "years", "day", "days", "morning", "afternoon", "evening", "night", "last", "this", "ago",
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january",
        "february", "march", "april", "june", "july", "august", "september", "october",
        "november", "december", "spring", "summer", "autumn", "winter", "twenty", "recently",
    )
)  # fmt: skip
_FOLDERS = frozenset(
    ("i", "we", "folder", "downloads", "documents", "desktop", "pictures", "videos", "music")
)

ALBUM = _Album()
PHOTO = _Photo("photo", ("image", "video"))
PICTURE = _Photo("picture", ("image",))
VIDEO = _Photo("video", ("video",))
PORTRAIT = _Portrait("photo", ("image", "video"))
PLACE = _Said("place", "a town, region or country: 'Rome'", _DATES | _FOLDERS)
SUBJECT = _Said("subject", "who or what is on it, by the names that the user gave", _FOLDERS)
CAMERA = _Said("camera", "a camera or phone, or its maker: 'Canon'", _DATES | _FOLDERS)
