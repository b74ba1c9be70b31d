"""Dictation of a mail: it takes all that is said, until "stop dictation", and keeps it as a draft.

Each utterance is put on the server, so that nothing is lost if voiced ends. What is said is never
taken for an order meanwhile: "send it" ends the dictation, and sends nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Annotated

import anyio

from voiced.plugin import (
    TEXT,
    Context,
    Effect,
    Integrity,
    IntentDenied,
    Reply,
    Undo,
    intent,
    normalise,
    number_words,
)
from voiced_intents.writing.dictation import Dictation, hear

from .draft_slots import DRAFT
from .draft_things import DraftEntity, note
from .drafting import Written, entity_of, own_text, read, replace
from .letters import joined, own_part, text_of, with_text
from .settings import Settings

__all__ = ["dictate", "dictate_into", "take_dictation"]

_TAKER = "mail.take_dictation"
_IDLE_S = 210.0
_FOLDED = 100
_ENDINGS = frozenset(
    "stop|stop it|that's it|that's all|that is all|i'm done|i am done|end of mail|end of the mail"
    "|end mail|stop writing|finished".split("|")
)
_SENDINGS = frozenset(("send it", "send the mail", "send the email", "send it now", "send mail"))
_ENDED = "I had stopped taking dictation, since it was silent for long. Say that again if it was"


@dataclass(slots=True)
class _Session:
    """One dictation. ``base`` was in the draft before, or is too old to be scratched."""

    entity: DraftEntity
    heard: datetime
    base: str = ""
    taken: Dictation = field(default_factory=Dictation)
    is_on: bool = True
    is_first: bool = True
    turns: anyio.Lock = field(default_factory=anyio.Lock)

    @property
    def text(self) -> str:
        """All of it."""
        new = "".join(self.taken.pieces).strip()
        return f"{self.base} {new}".strip() if self.base and new else self.base or new


# The dictation that goes on. There is one microphone.
_sessions: list[_Session] = []


def dictate_into(context: Context, entity: DraftEntity, own: str) -> None:
    """From the next utterance on, all that is said goes into this draft."""
    _sessions[:] = [_Session(entity, context.now, own)]
    context.assistant.take_speech(_TAKER)


@intent(
    "mail.dictate",
    sentences=[
        "dictate {draft}",
        "(take|write) down {draft}",
        "(let me|i want to) dictate {draft}",
        "(go on|continue) (dictating|writing) [{draft}]",
    ],
    effect=Effect.W1,
    critical=["draft"],
    deadline_s=50.0,
    examples=["dictate the draft", "continue writing the reply"],
)
async def dictate(context: Context, draft: Annotated[DraftEntity, DRAFT]) -> Reply:
    """Take dictation into a draft, at its end."""
    written = await context.in_worker(read, context.settings(Settings), draft.account, draft.key)
    own = own_text(written)
    dictate_into(context, draft, own)
    return Reply("Go on. Say stop dictation when you are done.", (draft,))


@intent(
    _TAKER,
    sentences=[],
    effect=Effect.W1,
    critical=["text"],
    returns=Integrity.CONFIG,
    deadline_s=60.0,
)
async def take_dictation(context: Context, text: Annotated[str, TEXT]) -> Reply:
    """Put what was dictated into the draft. Only while the user dictates."""
    session = next((each for each in _sessions if each.is_on), None)
    if session is None:
        context.assistant.take_speech("")
        raise IntentDenied("nothing is dictated now", spoken="You are not dictating.")
    before, session.heard = session.heard, context.now
    if (session.heard - before).total_seconds() > _IDLE_S:
        _end(context, session)
        return Reply(f"{_ENDED} for me.", is_aside=True)
    async with session.turns:
        return await _taken(context, session, text)


async def _taken(context: Context, session: _Session, text: str) -> Reply:
    said = " ".join(normalise(text))
    if said in _ENDINGS or said in _SENDINGS:
        return await _ended(context, session, wants_sending=said in _SENDINGS)
    heard = hear(session.taken, text)
    session.taken = heard.dictation
    if heard.is_over:
        return await _ended(context, session, wants_sending=False)
    await _keep(context, session)
    return Reply("There is nothing left to scratch." if heard.nothing_left else "", is_aside=True)


async def _ended(context: Context, session: _Session, *, wants_sending: bool) -> Reply:
    """The end; where it cannot be kept, dictation goes on, so that nothing is lost.

    Raises:
        IntentError: It could not be kept.
    """
    await _keep(context, session)
    _end(context, session)
    count = len(session.text.split())
    words = "one word" if count == 1 else f"{' '.join(number_words(count))} words"
    ask = "Say send it once more to send it." if wants_sending else "Say read it back, or send it."
    return Reply(f"I stopped. The mail has {words}. {ask}", (session.entity,), is_aside=True)


def _end(context: Context, session: _Session) -> None:
    session.is_on = False
    context.assistant.take_speech("")


async def _keep(context: Context, session: _Session) -> None:
    """Put it on the server; it stays here until it is there.

    Raises:
        IntentError: It is not there.
    """
    settings, entity = context.settings(Settings), session.entity
    old = await context.in_worker(read, settings, entity.account, entity.key)
    below = own_part(text_of(old.message))[1]
    message = with_text(old.message, joined(session.text, below))
    if not session.is_first:
        new = await context.in_worker(_replaced, settings, old, message)
    else:
        data = {"account": entity.account, "key": entity.key, "mark": old.mark}
        async with context.change(Undo("mail.change_draft", data), "wrote down what you dictated"):
            new = await context.in_worker(replace, settings, old, message)
        session.is_first = False
    session.entity = note(await context.in_worker(entity_of, settings, new), session.text)
    if len(session.taken.pieces) > _FOLDED:
        session.base, session.taken = session.text, Dictation()


def _replaced(settings: Settings, old: Written, message: EmailMessage) -> Written:
    return replace(settings, old, message, keeps_old=False)
