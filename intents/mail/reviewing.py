"""The intents that tell of drafts, throw one away, and take back that one was begun."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated

from voiced.plugin import (
    EXTERNAL,
    Context,
    Effect,
    JsonValue,
    Labelled,
    Reply,
    Undo,
    attributed,
    intent,
    number_words,
    undoes,
)

from .draft_slots import DRAFT, WANTED, one_of
from .draft_things import DraftEntity, forget, note
from .drafting import (
    Listed,
    entity_of,
    listed,
    own_text,
    put_back,
    read,
    throw_away,
)
from .letters import own_part, text_of
from .matching import with_account
from .posting import refuse_sent
from .quotes import aloud
from .refusals import Gone
from .settings import Settings

__all__ = ["delete_draft", "list_drafts", "read_draft", "undo_begin", "undo_delete"]

_TOLD = 3
_LONGEST = 3000


@intent(
    "mail.drafts",
    sentences=[
        "(what's|what is|what do i have) in my drafts",
        "(list|read|show|tell me) [me] [all] my drafts",
        "(do i have|are there|what|which) [any] drafts [do i have|are there]",
    ],
    effect=Effect.R1,
    deadline_s=45.0,
    examples=["what's in my drafts"],
)
async def list_drafts(context: Context) -> Reply:
    """Tell which drafts there are."""
    settings = context.settings(Settings)
    with_account(settings)
    found = await context.in_worker(listed, settings)
    if not found:
        return Reply("There are no drafts.")
    entities = [entity_of(settings, each) for each in found]
    told = [f"{each.short[:1].upper()}{each.short[1:]}." for each in entities[:_TOLD]]
    more = len(found) - len(told)
    count = " ".join(number_words(len(found)))
    head = f"{count[:1].upper()}{count[1:]} draft{'s' if len(found) > 1 else ''}."
    rest = [f"And {' '.join(number_words(more))} more."] if more > 0 else []
    return Reply(" ".join((head, *told, *rest)), _pointable(found, entities))


def _pointable(found: list[Listed], entities: list[DraftEntity]) -> tuple[DraftEntity, ...]:
    """Those that were told, in their order, if all of them can be pointed at."""
    told = list(zip(found[:_TOLD], entities[:_TOLD], strict=True))
    return tuple(each for _, each in told) if all(draft.key for draft, _ in told) else ()


@intent(
    "mail.read_draft",
    sentences=[
        "read [me] {draft} [back] [to me|aloud]",
        "read [me] (the|my) (draft|drafts) (to|about) {wanted} [back]",
        "read (it|that) back [to me]",
        "what does {draft} say",
        "what (did i write|have i written) [so far|in {draft}]",
    ],
    effect=Effect.R1,
    deadline_s=45.0,
    examples=["read the draft back to me", "what did I write"],
)
async def read_draft(
    context: Context,
    draft: Annotated[DraftEntity | None, DRAFT] = None,
    wanted: Annotated[DraftEntity | None, WANTED] = None,
) -> Reply:
    """Read a draft back: to whom it goes, the subject, and the text."""
    from .editing import last_draft  # noqa: PLC0415 - both build on the same

    named = draft or wanted or last_draft(context)
    settings = context.settings(Settings)
    written = await context.in_worker(read, settings, named.account, named.key)
    own, below = own_part(text_of(written.message))
    entity = note(await context.in_worker(entity_of, settings, written), own_text(written))
    text = aloud(own)[:_LONGEST] if own else ""
    says = attributed("it", Labelled(text, EXTERNAL)) if text else "It has no text yet."
    rest = "Below it stands the other mail." if below else ""
    head = f"{entity.spoken[:1].upper()}{entity.spoken[1:]}."
    return Reply(" ".join(part for part in (head, says, rest) if part), (entity,))


@intent(
    "mail.delete_draft",
    sentences=[
        "(delete|remove|discard|trash|throw away) {draft}",
        "(delete|remove|discard|trash|throw away) (the|my) draft (to|about) {wanted}",
    ],
    effect=Effect.W1,
    critical=["draft", "wanted"],
    deadline_s=45.0,
    examples=["delete the draft", "throw away the draft to Anna"],
)
async def delete_draft(
    context: Context,
    draft: Annotated[DraftEntity | None, DRAFT] = None,
    wanted: Annotated[DraftEntity | None, WANTED] = None,
) -> Reply:
    """Put a draft into the trash."""
    draft = one_of(draft, wanted)
    settings = context.settings(Settings)
    written = await context.in_worker(read, settings, draft.account, draft.key)
    way_back = Undo("mail.delete_draft", {"account": draft.account, "key": draft.key})
    async with context.change(way_back, "put a draft into the trash"):
        await context.in_worker(throw_away, settings, written.account, written.draft.key)
    forget(draft.key)
    return Reply(f"The draft {draft.short} is in the trash.")


@undoes("mail.delete_draft")
async def undo_delete(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Take a draft out of the trash."""
    settings = context.settings(Settings)
    await context.in_worker(put_back, settings, str(data["account"]), str(data["key"]))
    return "The draft is back."


@undoes("mail.draft")
async def undo_begin(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Put a draft that was begun into the trash."""
    settings = context.settings(Settings)
    account, key = str(data["account"]), str(data["key"])
    try:
        await context.in_worker(read, settings, account, key)
    except Gone:
        forget(key)
        await context.in_worker(partial(refuse_sent, undoes=True), settings, account, key)
        raise
    await context.in_worker(throw_away, settings, account, key)
    forget(key)
    return "The draft is in the trash."
