"""All that an intent author imports: @intent, Effect, Context, Reply, Undo, entities, slot types.

An intent is one typed async function with sentence templates (hassil syntax). From that one
definition come the matcher, the recogniser's grammar, the model's tool and the spoken help::

    @intent("timer.start", sentences=["(set|start) a timer for {duration}"], effect=Effect.W1)
    async def start(context: Context, duration: Annotated[timedelta, DURATION]) -> Reply:
        '''Start a timer.'''

A plugin is a module; the registry collects the Intent and Undoer objects it finds in it, and a
pydantic model named ``Settings``, which becomes the section of that name in voiced.toml.
"""

from __future__ import annotations

import enum
import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime
from pathlib import Path
from typing import (
    Annotated,
    Any,
    Literal,
    Protocol,
    TypeAlias,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

from voiced.announcements import Announcement, News, Told
from voiced.errors import (
    CannotRead,
    IntentDenied,
    IntentError,
    IntentFailed,
    InvalidSlots,
    PluginError,
)
from voiced.labels import Integrity, Labelled
from voiced.quoting import attributed
from voiced.sentence_rules import check_sentences
from voiced.slots import (
    ADDRESS,
    COMING_DATE_SPAN,
    COMING_TIME_SPAN,
    DATE_SPAN,
    DURATION,
    NUMBER,
    ORDINAL,
    TEXT,
    TIME_SPAN,
    Candidate,
    Choice,
    DateSpan,
    DateSpanType,
    JsonValue,
    ListType,
    Named,
    SlotContext,
    SlotType,
    choice,
    list_of,
    named,
)
from voiced.spoken import (
    normalise,
    number_words,
    one_line,
    ordinal_words,
    parse_number,
    parse_ordinal,
    sound_similarity,
    spoken_forms,
    written_address,
    written_name,
    year_words,
)

__all__ = [
    "ADDRESS",
    "COMING_DATE_SPAN",
    "COMING_TIME_SPAN",
    "DATE_SPAN",
    "DURATION",
    "NUMBER",
    "ORDINAL",
    "TEXT",
    "TIME_SPAN",
    "Announcement",
    "Announcer",
    "Assistant",
    "Candidate",
    "CannotRead",
    "Choice",
    "Context",
    "DateSpan",
    "DateSpanType",
    "Effect",
    "Entity",
    "Field",
    "FieldKind",
    "FileEntity",
    "Integrity",
    "Intent",
    "IntentDenied",
    "IntentError",
    "IntentFailed",
    "InvalidSlots",
    "JsonValue",
    "Labelled",
    "ListType",
    "Named",
    "News",
    "Reply",
    "Slot",
    "SlotContext",
    "SlotType",
    "Told",
    "Undo",
    "Undoer",
    "announces",
    "attributed",
    "choice",
    "intent",
    "list_of",
    "named",
    "normalise",
    "number_words",
    "one_line",
    "ordinal_words",
    "parse_number",
    "parse_ordinal",
    "sound_similarity",
    "spoken_forms",
    "undoes",
    "written_address",
    "written_name",
    "year_words",
]

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Effect(enum.Enum):
    """What an intent does to the world; the policy decides by it. Undeclared is ADMIN."""

    R0 = "read_public"
    R1 = "read_private"
    W1 = "reversible"
    W2 = "destructive"
    O1 = "outward_known"
    O2 = "outward_new"
    X = "admin"

    @property
    def only_reads(self) -> bool:
        """True where a turn that is cancelled may cancel the intent too."""
        return self in (Effect.R0, Effect.R1)

    @property
    def is_outward(self) -> bool:
        """True where something leaves the machine: it waits in the outbox first."""
        return self in (Effect.O1, Effect.O2)

    def raised_to(self, other: Effect) -> Effect:
        """The more dangerous of the two; what destroys and leaves the machine is as O2."""
        if {self, other} == {Effect.W2, Effect.O1}:
            return Effect.O2
        return max(self, other, key=_BY_DANGER.index)


_BY_DANGER = (Effect.R0, Effect.R1, Effect.W1, Effect.O1, Effect.W2, Effect.O2, Effect.X)


class Entity(Protocol):
    """A thing that a reply named and that the user may mean by "it" or "the second one"."""

    @property
    def kind(self) -> str: ...

    @property
    def spoken(self) -> str: ...


@dataclass(frozen=True, slots=True)
class FileEntity:
    """A file or folder. ``kind`` is "folder" or the kind of file, such as "pdf" or "image"."""

    path: Path
    kind: str
    size_bytes: int
    created: datetime | None
    modified: datetime

    @property
    def spoken(self) -> str:
        """Its name as it is said: printable, on one line."""
        return one_line(self.path.name) or "no name"


FieldKind: TypeAlias = Literal["id", "address", "date", "number", "url", "path"]
"""What a typed value from outside is: it can be checked, and holds no sentence."""


@dataclass(frozen=True, slots=True)
class Field:
    """A typed value that a reply gives: a later call may take it, text around it may not."""

    kind: FieldKind
    value: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the assistant says, the entities it named, and data for ``--json`` and the model.

    ``is_aside``: it is no answer of its own ("okay"): "say that again" means the one before.
    ``fields``: the typed values in it, which a call that was planned may take. ``is_repeat``: it
    says again what was said before, and is trusted no more than that was.
    """

    text: str
    entities: tuple[Entity, ...] = ()
    data: Mapping[str, JsonValue] = dataclass_field(default_factory=dict[str, JsonValue])
    is_aside: bool = False
    fields: tuple[Field, ...] = ()
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class Undo:
    """The inverse of a change: the name of an ``@undoes`` function and its JSON data."""

    operation: str
    data: Mapping[str, JsonValue]


class Assistant(Protocol):
    """The assistant itself, for intents about the conversation."""

    @property
    def last_reply(self) -> str:
        """The last reply as text, or an empty string."""
        ...

    @property
    def last_heard(self) -> str:
        """What the user heard of it, or an empty string."""
        ...

    @property
    def unfinished_reply(self) -> str:
        """What the user cut off last, from the sentence on that was being spoken; or nothing."""
        ...

    @property
    def entities(self) -> Sequence[Entity]:
        """What was named last, in its order."""
        ...

    def deliver(
        self,
        *,
        louder_db: float = 0.0,
        speed: float = 1.0,
        whisper: bool | None = None,
        reset: bool = False,
    ) -> None:
        """Change how everything is said from now on, until the session ends.

        Args:
            louder_db: Added to what it is; the sum stays between -18 and 12 dB.
            speed: A factor; the product stays between 0.6 and 2.
            whisper: Whether it whispers; None leaves that as it is.
            reset: Forget what was wished before.
        """
        ...

    def intents(self) -> Sequence[Intent]:
        """Every intent that can be used now."""
        ...

    def stop_sending(self) -> int:
        """Keep back all that waits in the outbox; how much that was."""
        ...

    async def undo(self, count: int) -> Sequence[str]:
        """Take back the last ``count`` changes; a sentence for each one taken back.

        Raises:
            IntentFailed: A change cannot be taken back; what was done before it stays undone.
        """
        ...

    async def changes(self, count: int) -> Sequence[str]:
        """Sentences on the last changes, newest first."""
        ...


class Context(SlotContext, Protocol):
    """What an intent gets from the assistant for one call."""

    @property
    def assistant(self) -> Assistant:
        """The assistant itself."""
        ...

    def change(self, undo: Undo, summary: str) -> AbstractAsyncContextManager[None]:
        """Hold a change: the way back is in the journal before the body runs.

        The body must make one change, or none and raise. ``summary`` says what was done, in the
        past tense, as it is spoken: "renamed a to b".

        Raises:
            JournalError: The way back could not be written; the body does not run.
        """
        ...

    async def in_worker(self, function: Callable[..., T], *args: Any) -> T:
        """Run a blocking function off the loop. It is not stopped by a cancellation."""
        ...

    async def ask_about(
        self,
        text: str | Labelled[str],
        question: str,
        schema: Mapping[str, Any],
        *,
        object_id: str = "",
    ) -> Labelled[dict[str, JsonValue]]:
        """Ask the language model about a text from outside: a mail, a page, a file.

        The model gets the text and the question and nothing else, and can call nothing. The answer
        is as untrusted as the text: tell it with ``attributed``, and let it choose nothing.

        Args:
            text: What is read; a long one only to a limit.
            question: What is to be found in it, in your own words.
            schema: The JSON schema of an object; texts and lists are limited where it does not.
            object_id: Names the thing that the text belongs to.

        Raises:
            CannotRead: There is no model, it failed or was too slow: do without.
            PluginError: The schema does not say what the answer is, or the intent is declared to
                return what only the user or the configuration can have shaped.
        """
        ...


@dataclass(frozen=True, slots=True)
class Slot:
    """One parameter of an intent."""

    name: str
    type: SlotType[Any]
    required: bool


@dataclass(frozen=True)
class Intent:
    """An intent as the rest of voiced sees it. Calling it calls the function."""

    name: str
    description: str
    sentences: tuple[str, ...]
    slots: Mapping[str, Slot]
    effect: Effect
    critical: tuple[str, ...]
    examples: tuple[str, ...]
    deadline_s: float
    function: Callable[..., Awaitable[Reply]]
    returns: Integrity = Integrity.EXTERNAL
    effect_of: Callable[[Mapping[str, Any]], Effect] | None = None
    taught: tuple[str, ...] = ()
    """Templates that the user added: they are matched, and count for nothing else."""

    def effect_with(self, values: Mapping[str, Any]) -> Effect:
        """The effect class of a call with these resolved values: never below the declared one.

        Where ``effect_of`` breaks, nobody knows what the call would do: it counts as admin.
        """
        if self.effect_of is None:
            return self.effect
        try:
            return self.effect.raised_to(self.effect_of(values))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the plugin boundary
            _log.error("%s: effect_of raised %s", self.name, type(error).__name__)
            return Effect.X

    async def __call__(self, context: Context, **slots: Any) -> Reply:
        """Run the intent with resolved slot values."""
        return await self.function(context, **slots)

    def parameters(self) -> dict[str, Any]:
        """The strict JSON schema of the slots: all required, optional ones nullable."""
        properties: dict[str, Any] = {}
        for slot in self.slots.values():
            schema = dict(slot.type.json_schema)
            properties[slot.name] = (
                schema if slot.required else {"anyOf": [schema, {"type": "null"}]}
            )
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }


@dataclass(frozen=True)
class Undoer:
    """Takes back one operation; found by its name long after the change, also after a restart."""

    operation: str
    function: Callable[[Context, Mapping[str, JsonValue]], Awaitable[str]]


def _slots_of(name: str, function: Callable[..., Awaitable[Reply]]) -> dict[str, Slot]:
    hints = get_type_hints(function, include_extras=True)
    slots: dict[str, Slot] = {}
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        slot_type = _slot_type(hints.get(parameter.name))
        if slot_type is None:
            reason = f"parameter {parameter.name!r} of {name} has no slot type"
            raise PluginError(reason, mend="annotate it: Annotated[str, TEXT]")
        required = parameter.default is inspect.Parameter.empty
        slots[parameter.name] = Slot(parameter.name, slot_type, required)
    return slots


def _slot_type(hint: Any) -> SlotType[Any] | None:
    if get_origin(hint) is Annotated:
        for extra in get_args(hint)[1:]:
            if hasattr(extra, "resolve") and hasattr(extra, "phrases"):
                return extra  # type: ignore[no-any-return]
    for argument in get_args(hint):
        found = _slot_type(argument)
        if found is not None:
            return found
    return None


def intent(  # noqa: PLR0913 - all but the name are keywords
    name: str,
    *,
    sentences: Sequence[str],
    effect: Effect = Effect.X,
    critical: Sequence[str] = (),
    examples: Sequence[str] = (),
    deadline_s: float = 10.0,
    returns: Integrity = Integrity.EXTERNAL,
    effect_of: Callable[[Mapping[str, Any]], Effect] | None = None,
) -> Callable[[Callable[..., Awaitable[Reply]]], Intent]:
    """Make an intent of an async function ``(context, **slots) -> Reply``.

    Args:
        name: ``plugin.verb``, unique.
        sentences: hassil templates; ``{name}`` is the slot ``name``, ``{type:name}`` is allowed.
        effect: The effect class; left out, it is admin and cannot be spoken.
        critical: The slots that the user must have said himself.
        examples: Two or three whole sentences for the help.
        deadline_s: After so many seconds the call has failed.
        returns: Who may have shaped what the reply holds; names of files are EXTERNAL.
        effect_of: Gives the effect class of one call from its resolved values, where that may be
            higher than ``effect``: a new recipient makes a mail O2. Optional slots may be missing.

    Raises:
        PluginError: A template cannot be parsed or would fit whatever is said, or a parameter has
            no slot type.
    """

    def wrap(function: Callable[..., Awaitable[Reply]]) -> Intent:
        description = (inspect.getdoc(function) or name).split("\n\n", 1)[0].replace("\n", " ")
        slots = _slots_of(name, function)
        check_sentences(name, sentences, [s.name for s in slots.values() if s.type.is_open])
        unknown = [slot for slot in critical if slot not in slots]
        if unknown:
            raise PluginError(f"{name}: critical slots {unknown} are not parameters")
        return Intent(
            name,
            description,
            tuple(sentences),
            slots,
            effect,
            tuple(critical),
            tuple(examples),
            deadline_s,
            function,
            returns,
            effect_of,
        )

    return wrap


def undoes(
    operation: str,
) -> Callable[[Callable[[Context, Mapping[str, JsonValue]], Awaitable[str]]], Undoer]:
    """Make the function that takes back ``operation``. It returns what it did, as a sentence.

    It must check the state first and raise IntentFailed, having changed nothing, if the change
    cannot be taken back any more.
    """

    def wrap(function: Callable[[Context, Mapping[str, JsonValue]], Awaitable[str]]) -> Undoer:
        return Undoer(operation, function)

    return wrap


@dataclass(frozen=True)
class Announcer:
    """Knows what there is to say unasked. ``returns`` says who may have shaped it."""

    name: str
    function: Callable[[Context, Told], Awaitable[News]]
    returns: Integrity = Integrity.EXTERNAL
    deadline_s: float = 10.0


def announces(
    name: str, *, returns: Integrity = Integrity.EXTERNAL, deadline_s: float = 10.0
) -> Callable[[Callable[[Context, Told], Awaitable[News]]], Announcer]:
    """Make an announcer of an async function ``(context, told) -> News``.

    It is called when voiced begins to listen, at the time that its news name, after every call of
    an intent, and every few seconds. It tells what is to be said now; ``told`` is what became of
    what it told before. What was not told back may not have been said: keep it, and say it again.
    It may wait for something to happen, up to its deadline.

    Args:
        name: ``plugin.noun``, unique.
        returns: Who may have shaped what it tells.
        deadline_s: After so many seconds the call has failed.
    """

    def wrap(function: Callable[[Context, Told], Awaitable[News]]) -> Announcer:
        return Announcer(name, function, returns, deadline_s)

    return wrap
