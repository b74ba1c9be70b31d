"""The intents that answer a mail: a reply, a reply to all, and replies that a model suggests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from voiced.plugin import (
    EXTERNAL,
    TEXT,
    Candidate,
    Context,
    Effect,
    Entity,
    IntentFailed,
    JsonValue,
    Labelled,
    Reply,
    SlotContext,
    attributed,
    intent,
)

from .answered import ANSWERED, last_mail
from .beginning import SAYING, begun, told
from .drafting import me
from .letters import as_sentence, reply_to
from .mime import read_mail
from .naming import MailEntity, fetched, found_of, raw_of
from .picking import WRITER, Writer, newest_of
from .quotes import own_text
from .refusals import failed
from .settings import Settings

__all__ = ["Suggestion", "reply", "reply_all", "suggest", "use_suggestion"]

_MOST_BYTES = 4 * 2**20
_MOST_ASKED = 8000
_QUESTION = (
    "What are three short, different replies to this mail that its reader could send, each of one"
    " or two sentences, in the language of the mail? Promise nothing that is not asked for."
)
_REPLIES = {
    "type": "object",
    "properties": {
        "replies": {"type": "array", "maxItems": 3, "items": {"type": "string", "maxLength": 300}}
    },
    "required": ["replies"],
}
_ORDINALS = ("First", "Second", "Third")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A reply that the model suggested to a mail: as much anybody's words as that."""

    mail: MailEntity
    text: str

    @property
    def kind(self) -> str:
        """What it is."""
        return "suggestion"

    @property
    def spoken(self) -> str:
        """Its words."""
        return self.text


@dataclass(frozen=True, slots=True)
class _Suggested:
    """One of the replies that were suggested last."""

    name: ClassVar[str] = "suggestion"
    is_open: ClassVar[bool] = False
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "which of the suggested replies: 'the second one', or its handle",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002 - always these
        """The words that point."""
        return ("[the] (first|second|third|last) (one|reply|answer|suggestion)",)

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[Suggestion]]:  # noqa: ARG002
        """None: ``from_entity`` finds what was suggested."""
        return ()

    def from_entity(self, entity: Entity) -> Suggestion | None:
        """What "the second one" is, if the conversation spoke of suggestions."""
        return entity if isinstance(entity, Suggestion) else None


SUGGESTION = _Suggested()


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is answered: any words but "to Ben", which say to whom."""

    name: ClassVar[str] = "answer"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {"type": "string", "minLength": 1}

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002 - any words will do
        """None."""
        return ()

    def fits(self, said: str) -> bool:
        """Whether they can be what is answered."""
        return said.split()[:1] != ["to"]

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[str]]:
        """The words themselves."""
        return TEXT.resolve(said, context)


ANSWER = _Answer()


@intent(
    "mail.reply",
    sentences=[
        f"(reply|answer|respond) [to] {{mail}} [{SAYING}]",
        "(reply|answer|respond) [to] {mail} (that|with) {answer}",
        f"(reply|respond|write back) to {{writer}} [{SAYING}]",
        "(reply|respond|write back) to {writer} (that|with) {answer}",
        f"(answer) {{writer}} [{SAYING}]",
        f"write back {SAYING}",
        "write back (that|with) {answer}",
        "reply [now]",
        "(reply|write back) to (him|her|them)",
        f"write (a|an) (reply|answer) [to {{mail}}] [{SAYING}]",
        f"(reply|answer|respond) {SAYING}",
        "(reply|respond) (that|with) {answer}",
    ],
    effect=Effect.W1,
    critical=["mail", "writer", "text", "answer"],
    deadline_s=50.0,
    examples=["reply to it saying that I come", "answer the mail from Anna"],
)
async def reply(
    context: Context,
    mail: Annotated[MailEntity | None, ANSWERED] = None,
    writer: Annotated[Writer | None, WRITER] = None,
    text: Annotated[str | None, TEXT] = None,
    answer: Annotated[str | None, ANSWER] = None,
) -> Reply:
    """Write a draft that answers a mail; nothing is sent."""
    meant = mail
    if meant is None and writer is not None:
        picked = await context.in_worker(newest_of, context.settings(Settings), writer)
        if picked is None:
            raise failed("nobody wrote under that name", "I found no mail of theirs.")
        meant = picked.mail
    return await _answered(context, meant or last_mail(context), text or answer or "", to_all=False)


@intent(
    "mail.reply_all",
    sentences=[
        f"(reply|answer|respond) [to] (all|everyone|everybody) [(of|on|in) {{mail}}] [{SAYING}]",
        f"(reply|answer|respond) [to] {{mail}} to (all|everyone|everybody) [{SAYING}]",
    ],
    effect=Effect.W1,
    critical=["mail", "text"],
    deadline_s=50.0,
    examples=["reply to everyone saying that I come"],
)
async def reply_all(
    context: Context,
    mail: Annotated[MailEntity | None, ANSWERED] = None,
    text: Annotated[str | None, TEXT] = None,
) -> Reply:
    """Write a draft that answers a mail to all who got it; nothing is sent."""
    return await _answered(context, mail or last_mail(context), text or "", to_all=True)


@intent(
    "mail.suggest",
    sentences=[
        "(suggest|propose) [me] [a|some] (reply|replies|answer|answers) [to {mail}]",
        "(what|how) (could|should|can) i (reply|answer) [to] [{mail}]",
    ],
    effect=Effect.R1,
    deadline_s=60.0,
    examples=["suggest a reply to it", "what could I answer"],
)
async def suggest(context: Context, mail: Annotated[MailEntity | None, ANSWERED] = None) -> Reply:
    """Suggest replies to a mail; this needs a language model."""
    named = mail or last_mail(context)
    settings = context.settings(Settings)
    found = await context.in_worker(found_of, settings, named)
    text = own_text((await context.in_worker(fetched, settings, found)).text)[:_MOST_ASKED]
    if not text.strip():
        raise failed("the mail has no text", "That mail has no text to answer.")
    answer = await context.ask_about(text, _QUESTION, _REPLIES, object_id=found.handle)
    replies = answer.map(_texts).reveal()
    if not replies:
        raise IntentFailed("the model suggested nothing", spoken="I have no suggestion for that.")
    numbered = " ".join(f"{nth}: {each}" for nth, each in zip(_ORDINALS, replies, strict=False))
    entities = tuple(Suggestion(named, each) for each in replies)
    told_so = attributed("a reply", Labelled(numbered, EXTERNAL), "could be")
    return Reply(f"{told_so} Say, for example: use the first one.", entities)


def _texts(answer: Mapping[str, JsonValue]) -> tuple[str, ...]:
    rows = answer["replies"]
    found = rows if isinstance(rows, list | tuple) else ()
    return tuple(text for text in (" ".join(str(row).split()) for row in found) if text)


@intent(
    "mail.use_suggestion",
    sentences=["(use|take) {suggestion}"],
    effect=Effect.W1,
    critical=["suggestion"],
    deadline_s=50.0,
    examples=["use the second suggestion"],
)
async def use_suggestion(context: Context, suggestion: Annotated[Suggestion, SUGGESTION]) -> Reply:
    """Write a draft with a reply that was suggested; nothing is sent."""
    return await _answered(context, suggestion.mail, suggestion.text, to_all=False)


async def _answered(context: Context, mail: MailEntity, text: str, *, to_all: bool) -> Reply:
    """Begin a reply.

    Raises:
        IntentError: The mail or its server is not there; or it would go to too many.
    """
    settings = context.settings(Settings)
    found = await context.in_worker(found_of, settings, mail)
    raw = await context.in_worker(raw_of, settings, found, _MOST_BYTES)
    whole = await context.in_worker(read_mail, raw)
    own = [each.address.lower() for each in settings.accounts.values()]
    sender = me(settings.accounts[found.account])
    letter = reply_to(whole, sender, own, as_sentence(text), to_all=to_all)
    if not letter.to:
        raise failed("the mail has no sender", "That mail does not say who wrote it.")
    entity = await begun(context, found.account, letter)
    return told(context, entity, as_sentence(text), "The reply goes")
