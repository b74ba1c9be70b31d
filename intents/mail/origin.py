"""The intents that tell where a mail comes from, and what is with it."""

from __future__ import annotations

from typing import Annotated

from voiced.plugin import Context, Effect, Reply, intent, one_line

from .answered import last_mail
from .index.lookup import Found
from .mime import Mail
from .naming import MAIL, MailEntity, entity_of, fetched, found_of, still_told, who_wrote
from .numbers import some_fields
from .reading import warned_of, with_it
from .settings import Settings

__all__ = ["tell_files", "tell_origin"]

_IT = "(it|that|this|(that|this|the) (mail|email|message|one))"
_OF = "(with|to) (it|that|this|(that|this|the) (mail|email|message))"
_WHICH = "Of which mail? Say, for example: who wrote the newest mail."
_FILES = "(attachment|attachments)"


@intent(
    "mail.origin",
    sentences=[
        f"who (is|was) {_IT} [really] from",
        f"who (sent|wrote) {_IT}",
        f"(from whom|who from) [(is|was) {_IT}]",
        f"(which|what) address (is|was|did) {_IT} [come|sent] from",
        f"when (did|was) {_IT} (come|arrive|sent|written) [in]",
        "who (wrote|sent) {mail}",
        "when did {mail} (come|arrive) [in]",
    ],
    effect=Effect.R1,
    deadline_s=30,
    examples=["who is that mail from", "when did that mail come"],
)
async def tell_origin(context: Context, mail: Annotated[MailEntity | None, MAIL] = None) -> Reply:
    """Tell who wrote a mail, from which address, when, and what is with it."""
    found, read = await _read(context, mail)
    warnings = await context.in_worker(warned_of, context.settings(Settings), found)
    name, address = who_wrote(found), one_line(found.sender.address)
    whom = name if address in ("", name) else f"{name}, {address}"
    when = f"{found.date.astimezone(context.now.tzinfo):%-d %B at %-H:%M}"
    pieces = (f"From {whom}, on {when}.", *warnings, with_it(read))
    text = " ".join(each for each in pieces if each)
    named, at = still_told(context.assistant.entities, entity_of(found))
    return Reply(text, named, fields=some_fields([found]), pointed=at)


@intent(
    "mail.attached",
    sentences=[
        f"(what's|what is|is anything|is there anything|is something) attached [{_OF}]",
        f"(does|do|has) {_IT} (have|got) [an|any] (attachment|attachments|file|files)",
        f"(is|are) there [an|any] {_FILES} [(with|in|on) {{mail}}]",
        "(what's|what is) attached to {mail}",
        f"does {{mail}} have [an|any] {_FILES}",
    ],
    effect=Effect.R1,
    deadline_s=30,
    examples=["what is attached to that mail"],
)
async def tell_files(context: Context, mail: Annotated[MailEntity | None, MAIL] = None) -> Reply:
    """Tell which files are with a mail."""
    found, read = await _read(context, mail)
    named, at = still_told(context.assistant.entities, entity_of(found))
    return Reply(with_it(read) or "There is no file with that mail.", named, pointed=at)


async def _read(context: Context, mail: MailEntity | None) -> tuple[Found, Mail]:
    """The mail that was said, or told last.

    Raises:
        IntentError: There is none, or it cannot be had.
    """
    settings = context.settings(Settings)
    found = await context.in_worker(found_of, settings, mail or last_mail(context, _WHICH))
    return found, await context.in_worker(fetched, settings, found)
