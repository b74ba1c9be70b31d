"""What was said and heard so far, and what "it" means. Pure; no I/O, no engines.

The history keeps of each reply only what was really heard.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from voiced.plugin import Entity, Field
from voiced.spoken import normalise, parse_ordinal
from voiced.stages import Message

__all__ = [
    "Conversation",
    "ConversationMemo",
    "Delivery",
    "Exchange",
    "Spoken",
    "handle_of",
    "heard_text",
    "is_handle",
]

_KEPT_EXCHANGES = 20
_DROPPED_EXCHANGES = 10
"""So many go at once: a history whose beginning changes with each turn is in no server's cache."""

_KEPT_FIELDS = 500
_KEPT_HANDLES = 500

_NOUNS = tuple(
    "one file folder page result hit picture photo image video mail email message draft".split()
)
_IT = (
    {f"{pointer} {noun}" for pointer in ("that", "this") for noun in _NOUNS}
    | {f"the {noun}" for noun in _NOUNS[1:]}
    | {"it", "that", "this"}
)
_OTHER = {"the other"} | {f"the other {noun}" for noun in _NOUNS}
_TWO = 2
_HANDLE = re.compile(r"<[\w-]{1,40}:\d{1,9}>")
_NOT_IN_KIND = re.compile(r"[^a-z0-9_-]")
_THEM = re.compile(rf"^(?:the |that |this )?(?P<ordinal>.+?)(?: (?:{'|'.join(_NOUNS)}))?$")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One turn as it stays in the history. ``is_external``: its reply held text from outside.

    ``messages`` are what the language model was sent for it, if it was asked; its last answer is
    not among them.
    """

    said: str
    heard: str
    is_external: bool = False
    messages: tuple[Message, ...] = ()


def handle_of(entity: Entity, number: int) -> str:
    """What stands for a thing whose name a model must not see: ``<pdf:17>``."""
    return f"<{_NOT_IN_KIND.sub('', entity.kind.lower())[:24] or 'thing'}:{number}>"


def is_handle(text: str) -> bool:
    """Whether this looks like a handle, be it of a thing or of nothing."""
    return _HANDLE.fullmatch(text.strip()) is not None


@dataclass(frozen=True, slots=True)
class Spoken:
    """A piece of reply that went to the speaker.

    ``samples`` is its length; ``words`` are pairs of the index in ``text`` where a word ends and
    the sample where it has been spoken, counted from the start of the piece; empty if unknown.
    """

    text: str
    samples: int
    words: tuple[tuple[int, int], ...] = ()


def heard_text(pieces: Sequence[Spoken], heard_samples: int) -> str:
    """Cut a reply to what was heard: whole words, by timings or else by proportion.

    The word in which it was cut counts where more than half of it was heard.
    """
    heard: list[str] = []
    left = heard_samples
    for piece in pieces:
        if left >= piece.samples:
            heard.append(piece.text)
            left -= piece.samples
            continue
        heard.append(_cut(piece, left))
        break
    return " ".join(text for text in heard if text)


def _cut(piece: Spoken, heard_samples: int) -> str:
    if heard_samples <= 0 or not piece.samples:
        return ""
    cut, before = 0, 0
    for text_end, at in piece.words or _evenly(piece):
        if (before + at) / 2 > heard_samples:
            break
        cut, before = text_end, at
    return piece.text[:cut].rstrip()


def _evenly(piece: Spoken) -> list[tuple[int, int]]:
    """Where words end, if every letter takes as long as any other."""
    letters = max(1, len(piece.text))
    ends = [found.end() for found in re.finditer(r"\S+", piece.text)]
    return [(end, end * piece.samples // letters) for end in ends]


@dataclass(frozen=True, slots=True)
class Delivery:
    """How everything is said from now on, against the voice's own way."""

    louder_db: float = 0.0
    speed: float = 1.0
    is_whisper: bool = False


@dataclass(frozen=True, slots=True)
class ConversationMemo:
    """What of a conversation can be taken back."""

    exchanges: tuple[Exchange, ...]
    entities: tuple[Entity, ...]
    pointed: int
    last_reply: str
    unfinished: str
    delivery: Delivery
    is_tainted: bool
    tells_external: bool
    fields: tuple[Field, ...]


class Conversation:
    """The history, the last reply, and the entities that may be meant.

    ``is_tainted``: text from outside (names of files, mail, pages) has entered it; that stays so
    until ``clear``, which forgets that text, too. ``unfinished`` is what the user cut off last,
    from the sentence on that was being spoken; else empty. ``passes_over``: the turn that is being
    answered is no part of it, as what is dictated.
    """

    def __init__(self) -> None:
        self._exchanges: deque[Exchange] = deque()
        self._messages: tuple[Message, ...] = ()
        self._entities: tuple[Entity, ...] = ()
        self._pointed = 0
        self.last_reply = ""
        self.unfinished = ""
        self.delivery = Delivery()
        self.is_tainted = False
        self._tells_external = self.passes_over = False
        self._fields: deque[Field] = deque(maxlen=_KEPT_FIELDS)
        self._handles: dict[str, Entity] = {}
        self._numbers = 0

    @property
    def fields(self) -> tuple[Field, ...]:
        """The typed values that came from outside, at most five hundred."""
        return tuple(self._fields)

    def taint(self, fields: Sequence[Field] = ()) -> None:
        """Text from outside enters, and these typed values in it."""
        self.is_tainted = self._tells_external = True
        self._fields.extend(fields)

    def clear(self) -> None:
        """Forget all that was said, and with it what came from outside; its manner stays."""
        numbers, delivery = self._numbers, self.delivery
        self.__init__()  # type: ignore[misc]
        self._numbers, self.delivery = numbers, delivery

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """The turns so far, oldest first, at most twenty."""
        return tuple(self._exchanges)

    @property
    def entities(self) -> tuple[Entity, ...]:
        """What the last reply named, in its order."""
        return self._entities

    def remember(self) -> ConversationMemo:
        """How it is now."""
        return ConversationMemo(
            self.exchanges,
            self._entities,
            self._pointed,
            self.last_reply,
            self.unfinished,
            self.delivery,
            self.is_tainted,
            self._tells_external,
            self.fields,
        )

    def restore(self, memo: ConversationMemo) -> None:
        """Go back to how it was; what came from outside before or since stays known as such."""
        self._exchanges = deque(memo.exchanges)
        self._messages = ()
        self._entities = memo.entities
        self._pointed = memo.pointed
        self.last_reply = memo.last_reply
        self.unfinished = memo.unfinished
        self.delivery = memo.delivery
        self.is_tainted |= memo.is_tainted
        self._tells_external |= memo.tells_external
        fields = dict.fromkeys((*memo.fields, *self._fields))
        self._fields = deque(fields, maxlen=_KEPT_FIELDS)

    def add(self, said: str, heard: str) -> None:
        """Remember a turn."""
        if self.passes_over:
            self.passes_over = False
            return
        self._exchanges.append(Exchange(said, heard, self._tells_external, self._messages))
        self._tells_external = False
        self._messages = ()
        if len(self._exchanges) > _KEPT_EXCHANGES:
            for _ in range(_DROPPED_EXCHANGES):
                self._exchanges.popleft()

    def drop_oldest(self) -> None:
        """Forget the older half of the turns, in the history alone."""
        for _ in range((len(self._exchanges) + 1) // 2):
            self._exchanges.popleft()

    def tell(self, messages: Sequence[Message]) -> None:
        """What the language model was sent in this turn."""
        self._messages = tuple(messages)

    def name(
        self, entities: Sequence[Entity], used: Sequence[object] = (), pointed: int = 0
    ) -> None:
        """Remember what a reply named; an empty sequence leaves what was named before.

        Args:
            entities: In the order in which they were named.
            used: What the call was about. Where that was one of several named before, and the
                reply names one thing, the others stay: "the same for the other".
            pointed: Which of several "it" means from now on.
        """
        before = [at for at, entity in enumerate(self._entities) if entity in used]
        self._pointed = before[0] if before else self._pointed
        if len(entities) == 1 and before and len(self._entities) > 1:
            kept = list(self._entities)
            kept[self._pointed] = entities[0]
            self._entities = tuple(kept)
        elif entities:
            self._entities = tuple(entities)
            self._pointed = pointed if 0 <= pointed < len(entities) else 0

    def referent(self, said: str) -> Entity | None:
        """The entity that "it", "that one" or "the second one" means; None if it is no referent.

        A handle such as ``<pdf:17>``, which a model is given instead of a name, means the thing
        that it was given for, whatever was named since.
        """
        if is_handle(said):
            return self._handles.get(said.strip())
        words = " ".join(normalise(said))
        if not self._entities:
            return None
        if words in _IT:
            return self._entities[self._pointed]
        if words in _OTHER:
            return self._entities[1 - self._pointed] if len(self._entities) == _TWO else None
        found = _THEM.match(words)
        ordinal = parse_ordinal(tuple(found["ordinal"].split())) if found else None
        if ordinal is None or not -len(self._entities) <= ordinal <= len(self._entities):
            return None
        return self._entities[ordinal - 1 if ordinal > 0 else ordinal]

    def handle(self, entity: Entity) -> str:
        """What a model is given instead of this thing's name; it means nothing else, ever."""
        for handle, each in self._handles.items():
            if each is entity:
                return handle
        self._numbers += 1
        handle = handle_of(entity, self._numbers)
        self._handles[handle] = entity
        for old in tuple(self._handles)[:-_KEPT_HANDLES]:
            del self._handles[old]
        return handle
