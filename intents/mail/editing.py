"""The intents that change a draft by voice. The version before goes to the trash, and comes back.

Only what the user wrote himself is changed, not the mail that stands below it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from email.message import EmailMessage
from functools import partial
from typing import Annotated

from voiced.plugin import (
    EXTERNAL,
    ORDINAL,
    TEXT,
    Context,
    Effect,
    JsonValue,
    Labelled,
    Reply,
    Undo,
    attributed,
    intent,
    number_words,
    one_line,
    undoes,
)
from voiced_intents.writing.rewriting import MANNER

from .composing import WITH_UTF8, address_of
from .draft_slots import ADDED, DRAFTED, TEXT_OF
from .draft_things import DraftEntity, known, note
from .drafting import Written, entity_of, own_text, read, recipients_of, replace, take_back
from .letters import as_sentence, exchanged, joined, own_part, text_of, with_text, without_sentence
from .people import PEOPLE, Recipient
from .posting import refuse_sent
from .refusals import Gone, denied, failed
from .settings import Settings

__all__ = [
    "add_recipients",
    "add_text",
    "last_draft",
    "make_it",
    "remove_sentence",
    "replace_words",
    "said_back",
    "set_subject",
    "undo_change",
]

_DEADLINE_S = 50.0
_IT = "(it|the mail|the email|the draft|the reply|my mail|my reply)"
_READ_WORDS = 80
_LONGEST_SUBJECT = 300
_HOW = (
    "It is a mail that the user is writing. Make it {manner}. Keep the language, what it says, who"
    " speaks to whom, and every name, number and date. Add nothing, no greeting and no signature."
)
Edit = Callable[[EmailMessage], EmailMessage]


def last_draft(context: Context) -> DraftEntity:
    """The draft that was spoken of last.

    Raises:
        IntentFailed: There was none.
    """
    named = [each for each in context.assistant.entities if isinstance(each, DraftEntity)]
    if len(named) == 1:
        return named[0]
    if not known():
        spoken = "You are not writing a mail. Say, for example: read the draft to Anna."
        raise failed("no draft was spoken of", spoken)
    return known()[0].entity


@intent(
    "mail.add_text",
    sentences=[
        f"(add|append) [to {_IT}] that {{text}}",
        f"(add|append) [the] (words|sentence|line) {{text}} [to {_IT}]",
        "also (say|write|tell them|tell him|tell her) [that] {text}",
    ],
    effect=Effect.W1,
    critical=["text"],
    deadline_s=_DEADLINE_S,
    follows="draft",
    examples=["add that I bring the cake", "also say that I come by train"],
)
async def add_text(context: Context, text: Annotated[str, ADDED]) -> Reply:
    """Add a sentence to the draft."""
    more = as_sentence(text)

    def add(own: str) -> str:
        return f"{own} {more}" if own and not own.endswith("\n") else f"{own}{more}"

    entity = await _rewritten(context, last_draft(context), add, "added to a draft")
    return Reply(f"I added: {more}", (entity,))


@intent(
    "mail.replace_words",
    sentences=[
        "(change|replace) {drafted} (to|with|by|into) {new}",
        f"(change|replace|exchange) {{old}} (to|with|by|into) {{new}} in {_IT}",
        f"in {_IT} (change|replace|exchange) {{old}} (to|with|by|into) {{new}}",
    ],
    effect=Effect.W1,
    critical=["old", "drafted", "new"],
    deadline_s=_DEADLINE_S,
    examples=["change Tuesday to Thursday in the mail"],
)
async def replace_words(
    context: Context,
    new: Annotated[str, TEXT],
    old: Annotated[str | None, TEXT] = None,
    drafted: Annotated[str | None, DRAFTED] = None,
) -> Reply:
    """Put other words in place of some in the draft."""
    words = old or drafted or ""
    changed: list[int] = []

    def change(own: str) -> str:
        text, count = exchanged(own, words, new)
        if not count:
            raise failed(
                "the words are not in the draft", f"{one_line(words)} is not in that mail."
            )
        changed.append(count)
        return text

    entity = await _rewritten(context, last_draft(context), change, "changed words of a draft")
    twice = {1: "", 2: " twice"}.get(changed[-1], f" {changed[-1]} times")
    return Reply(f"It says {one_line(new)} now{twice}.", (entity,))


@intent(
    "mail.remove_sentence",
    sentences=[
        f"(remove|delete|take out|drop|strike) the {{which}} sentence [(from|of|in) {_IT}]",
    ],
    effect=Effect.W1,
    deadline_s=_DEADLINE_S,
    examples=["remove the last sentence"],
)
async def remove_sentence(context: Context, which: Annotated[int, ORDINAL]) -> Reply:
    """Take a sentence out of the draft."""
    taken: list[str] = []

    def cut(own: str) -> str:
        text, gone = without_sentence(own, which)
        if not gone:
            raise failed("there is no such sentence", "That mail has no such sentence.")
        taken.append(gone)
        return text

    entity = await _rewritten(context, last_draft(context), cut, "took a sentence out of a draft")
    return Reply(f"I took this out: {one_line(taken[-1])}", (entity,))


@intent(
    "mail.set_subject",
    sentences=[
        f"(set|change|make) the subject [of {_IT}] [to] {{subject}}",
        "(new subject|the subject (is|should be)) {subject}",
        f"give {_IT} the subject {{subject}}",
    ],
    effect=Effect.W1,
    deadline_s=_DEADLINE_S,
    examples=["change the subject to a boat", "the subject is our holiday"],
)
async def set_subject(context: Context, subject: Annotated[str, TEXT]) -> Reply:
    """Give the draft another subject."""
    new = one_line(subject).strip().rstrip(".")[:_LONGEST_SUBJECT]
    new = f"{new[:1].upper()}{new[1:]}"

    def put(message: EmailMessage) -> EmailMessage:
        del message["Subject"]
        message["Subject"] = new
        return message

    entity = await _changed(context, last_draft(context), put, "gave a draft a subject")
    return Reply(f"The subject is: {new}.", (entity,))


@intent(
    "mail.add_recipients",
    sentences=[
        f"(send|address) {_IT} to {{people}} (too|as well|also)",
        f"(add|put) {{people}} (to|in|on) (the recipients|the copy|copy|c c|cc) [of {_IT}]",
        f"(send|give) {{people}} a copy [of {_IT}]",
        f"send a copy [of {_IT}] to {{people}}",
        "(cc|c c|copy in) {people}",
        f"add {{people}} to {_IT}",
    ],
    effect=Effect.W1,
    critical=["people"],
    deadline_s=_DEADLINE_S,
    examples=["send Anna a copy of the mail", "send it to Anna as well"],
)
async def add_recipients(
    context: Context, people: Annotated[tuple[Recipient, ...], PEOPLE]
) -> Reply:
    """Address the draft to more people."""
    most = context.settings(Settings).max_recipients

    def put(message: EmailMessage) -> EmailMessage:
        there = recipients_of(message.as_bytes())
        known_ones = {each.address.lower() for each in there}
        new = [each.person for each in people if each.person.address.lower() not in known_ones]
        if len(there) + len(new) > most:
            count = len(there) + len(new)
            raise denied(
                f"the mail has {count} recipients, and {most} are allowed",
                f"That mail would have {count} recipients. I send to {most} at most.",
                "raise max_recipients in [mail], or send it with your mail program",
            )
        return _with_copies(message, [each for each in people if each.person in new])

    entity = await _changed(context, last_draft(context), put, "addressed a draft to more people")
    return Reply(f"It goes {entity.spoken}.", (entity,))


def _with_copies(message: EmailMessage, people: list[Recipient]) -> EmailMessage:
    if people:
        new = [address_of(each.person) for each in people]
        if not all(each.person.address.isascii() for each in people):
            message.policy = WITH_UTF8
        old = message["Cc"]
        there = () if old is None else tuple(old.addresses)
        del message["Cc"]
        message["Cc"] = (*there, *new)
    return message


@intent(
    "mail.rewrite",
    sentences=["make {draft} [sound] [a bit|a little|much] {manner}"],
    effect=Effect.W1,
    critical=["draft", "manner"],
    deadline_s=60.0,
    examples=["make the draft friendlier", "make the reply shorter"],
)
async def make_it(
    context: Context,
    draft: Annotated[DraftEntity, TEXT_OF],
    manner: Annotated[str, MANNER],
) -> Reply:
    """Have the language model write the text of the draft anew."""
    old = await context.in_worker(read, context.settings(Settings), draft.account, draft.key)
    own = own_text(old)
    if not own.strip():
        raise failed("the draft has no text", "That mail has no text yet.")
    new = await context.rewrite(
        own, _HOW.format(manner=manner), object_id=draft.key, may_break=True
    )
    if not new.reveal().strip():
        raise failed("the model wrote nothing", "My language model gave me nothing back.")
    entity = await _put(context, old, _own_edit(lambda _: new.reveal()), "rewrote a draft")
    return Reply(said_back("It", new.reveal()), (entity,))


def said_back(what: str, text: str) -> str:
    """What a text says now; of a long one, how long it is."""
    words = text.split()
    if len(words) <= _READ_WORDS:
        return attributed(what, Labelled(" ".join(words), EXTERNAL))
    return (
        f"{what} has {' '.join(number_words(len(words)))} words now. Say read it back to hear it."
    )


async def _rewritten(
    context: Context, draft: DraftEntity, edit: Callable[[str], str], done: str
) -> DraftEntity:
    return await _changed(context, draft, _own_edit(edit), done)


def _own_edit(edit: Callable[[str], str]) -> Edit:
    def change(message: EmailMessage) -> EmailMessage:
        own, below = own_part(text_of(message))
        return with_text(message, joined(edit(own), below))

    return change


async def _changed(context: Context, draft: DraftEntity, edit: Edit, done: str) -> DraftEntity:
    """Read the draft, change it, and put it back.

    Raises:
        IntentError: It is not there any more, or the change makes no sense; then it is as it was.
    """
    old = await context.in_worker(read, context.settings(Settings), draft.account, draft.key)
    return await _put(context, old, edit, done)


async def _put(context: Context, old: Written, edit: Edit, done: str) -> DraftEntity:
    settings = context.settings(Settings)
    message = edit(old.message)
    data = {"account": old.account, "key": old.draft.key, "mark": old.mark}
    async with context.change(Undo("mail.change_draft", data), done):
        new = await context.in_worker(replace, settings, old, message)
    entity = await context.in_worker(entity_of, settings, new)
    return note(entity, own_text(new))


@undoes("mail.change_draft")
async def undo_change(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Put the version before back."""
    settings = context.settings(Settings)
    account, key, mark = (str(data[name]) for name in ("account", "key", "mark"))
    try:
        await context.in_worker(take_back, settings, account, key, mark)
    except Gone:
        await context.in_worker(partial(refuse_sent, undoes=True), settings, account, key)
        raise
    new = await context.in_worker(read, settings, account, key)
    note(await context.in_worker(entity_of, settings, new), own_text(new))
    return "The draft is as it was before."
