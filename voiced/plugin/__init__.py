"""All that an intent author imports: @intent, Effect, Context, Reply, Undo, entities, slot types.

An intent is one typed async function with sentence templates (hassil syntax). From that one
definition come the matcher, the recogniser's grammar, the model's tool and the spoken help::

    @intent("timer.start", sentences=["(set|start) a timer for {duration}"], effect=Effect.W1)
    async def start(context: Context, duration: Annotated[timedelta, DURATION]) -> Reply:
        '''Start a timer.'''

A plugin is a module; the registry collects the Intent and Undoer objects it finds in it, and a
pydantic model named ``Settings``, which becomes the section of that name in voiced.toml.
"""

from voiced.announcements import Announcement, News, Told
from voiced.apart import apart
from voiced.desk import SECRET, Clip, Desk
from voiced.errors import (
    CannotRead,
    DeskError,
    IntentDenied,
    IntentError,
    IntentFailed,
    InvalidSlots,
    PluginError,
)
from voiced.plugin.announcers import Announcer, announces
from voiced.plugin.companions import Checkup, Companion, Health
from voiced.plugin.context import Assistant, Context
from voiced.plugin.defining import intent, undoes
from voiced.plugin.effects import Effect
from voiced.plugin.intents import Intent, Slot, Undoer
from voiced.plugin.memory import Forgetter, Forgotten, Keeps, Remembered
from voiced.plugin.replies import Entity, Field, FieldKind, FileEntity, Reply, Undo
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
    first_sentences,
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
from voiced.trust.labels import EXTERNAL, Integrity, Labelled
from voiced.trust.quoting import attributed
from voiced.workers import Patience

__all__ = [
    "ADDRESS",
    "COMING_DATE_SPAN",
    "COMING_TIME_SPAN",
    "DATE_SPAN",
    "DURATION",
    "EXTERNAL",
    "NUMBER",
    "ORDINAL",
    "SECRET",
    "TEXT",
    "TIME_SPAN",
    "Announcement",
    "Announcer",
    "Assistant",
    "Candidate",
    "CannotRead",
    "Checkup",
    "Choice",
    "Clip",
    "Companion",
    "Context",
    "DateSpan",
    "DateSpanType",
    "Desk",
    "DeskError",
    "Effect",
    "Entity",
    "Field",
    "FieldKind",
    "FileEntity",
    "Forgetter",
    "Forgotten",
    "Health",
    "Integrity",
    "Intent",
    "IntentDenied",
    "IntentError",
    "IntentFailed",
    "InvalidSlots",
    "JsonValue",
    "Keeps",
    "Labelled",
    "ListType",
    "Named",
    "News",
    "Patience",
    "PluginError",
    "Remembered",
    "Reply",
    "Slot",
    "SlotContext",
    "SlotType",
    "Told",
    "Undo",
    "Undoer",
    "announces",
    "apart",
    "attributed",
    "choice",
    "first_sentences",
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
