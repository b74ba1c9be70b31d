"""The intent that tells where a mail comes from: its writer, address, time and files."""

from __future__ import annotations

from typing import Annotated

from voiced.plugin import Context, Effect, Reply, intent, one_line

from .answered import last_mail
from .naming import MAIL, MailEntity, entity_of, fetched, found_of, who_wrote
from .numbers import some_fields
from .reading import warned_of, with_it
from .settings import Settings

__all__ = ["tell_origin"]

_IT = "(it|that|this|(that|this|the) (mail|email|message|one))"
_OF = "(with|to) (it|that|this|(that|this|the) (mail|email|message))"


@intent(
    "mail.origin",
    sentences=[
        f"who (is|was) {_IT} [really] from",
        f"who (sent|wrote) {_IT}",
        f"(from whom|who from) [(is|was) {_IT}]",
        f"(which|what) address (is|was|did) {_IT} [come|sent] from",
        f"when (did|was) {_IT} (come|arrive|sent|written) [in]",
        f"(what's|what is|is anything|is there anything|is something) attached [{_OF}]",
        f"(does|do|has) {_IT} (have|got) [an|any] (attachment|attachments)",
        "who (wrote|sent) {mail}",
        "when did {mail} (come|arrive) [in]",
    ],
    effect=Effect.R1,
    deadline_s=30,
    follows="mail",
    examples=["who is that mail from", "when did that mail come"],
)
async def tell_origin(context: Context, mail: Annotated[MailEntity | None, MAIL] = None) -> Reply:
    """Tell who wrote a mail, from which address, when, and what is with it."""
    meant = mail or last_mail(
        context, "Of which mail? Say, for example: who wrote the newest mail."
    )
    settings = context.settings(Settings)
    found = await context.in_worker(found_of, settings, meant)
    read = await context.in_worker(fetched, settings, found)
    warnings = await context.in_worker(warned_of, settings, found)
    name, address = who_wrote(found), one_line(found.sender.address)
    whom = name if address in ("", name) else f"{name}, {address}"
    when = f"{found.date.astimezone(context.now.tzinfo):%-d %B at %-H:%M}"
    pieces = (f"From {whom}, on {when}.", *warnings, with_it(read))
    text = " ".join(each for each in pieces if each)
    return Reply(text, (entity_of(found),), fields=some_fields([found]))
