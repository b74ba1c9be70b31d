"""Mail summed up: one mail, a thread, what came into the inbox; and questions about it.

A language model reads each mail by itself, so that no mail can say what is in another. Without a
model, the sender, the subject and the first sentence are told. All of it is anybody's words.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Annotated

from voiced.plugin import (
    DATE_SPAN,
    EXTERNAL,
    TEXT,
    CannotRead,
    Context,
    DateSpan,
    Effect,
    InvalidSlots,
    Labelled,
    Reply,
    attributed,
    choice,
    first_sentences,
    intent,
    number_words,
    one_line,
)

from .answered import last_mail
from .carrying import gone, signed_in
from .index.lookup import Found, Index, Query
from .matching import fitting, found_by
from .mime import Mail
from .naming import MAIL, MailEntity, entity_of, found_of, still_told, who_wrote
from .picking import WRITER, Writer, newest_of
from .refusals import failed
from .settings import Settings
from .speaking import counted
from .texts import text_of, texts_of
from .wanted import wanted

__all__ = ["ask_mail", "summarise_inbox", "summarise_mail", "summarise_thread"]

_DEADLINE_S, _MODEL_S = 60.0, 25.0
_ASKED_LETTERS, _EACH_LETTERS = 20_000, 4_000
_BEGIN_LETTERS, _FIRST_LETTERS = 600, 200
_TOLD, _MOST, _MOST_OF_THREAD = 5, 100, 20
_SUM_UP = "(summarise|summarize|sum up)"
_SUMMARY_OF = "(give me|make) a summary of"
_BRIEF = "(brief me|catch me up|fill me in|bring me up to date) (on|with|about)"
_INBOX = "(inbox|mail|mails|email|emails)"
_WORDS = {"type": "string", "maxLength": 600}
_SUMMARY = {"type": "object", "properties": {"summary": _WORDS}, "required": ["summary"]}
_SHORT = {
    "type": "object",
    "properties": {"about": {"type": "string", "maxLength": 160}},
    "required": ["about"],
}
_ANSWER = {
    "type": "object",
    "properties": {"answer": {"type": "string", "maxLength": 400}},
    "required": ["answer"],
}
_NO_MODEL = "I have no language model to sum it up."

OF_DAY = choice(
    "of_day",
    {f"{each}'s": each for each in ("this morning", "today", "yesterday", "this week")},
)


@intent(
    "mail.summarise",
    sentences=[
        f"{_SUM_UP} [the|my] {{mail}}",
        f"{_SUMMARY_OF} [the|my] {{mail}}",
        "(what is|what's) [the|my] {mail} about",
    ],
    effect=Effect.R1,
    examples=["summarise the mail from Anna"],
    deadline_s=_DEADLINE_S,
)
async def summarise_mail(context: Context, mail: Annotated[MailEntity, MAIL]) -> Reply:
    """Sum a mail up; without a language model, tell how it begins."""
    found, read = await _read_one(context, mail)
    named, at = still_told(context.assistant.entities, entity_of(found))
    text = text_of(read)[:_ASKED_LETTERS]
    source = f"the mail from {who_wrote(found)}"
    notes = " ".join(read.notes)
    if not text:
        return Reply(f"{_title(found)}. {notes}".strip(), named, pointed=at)
    question = "What does this mail say? Sum it up in at most three short sentences."
    try:
        told = await context.ask_about(text, question, _SUMMARY, object_id=_id(found))
    except CannotRead:
        begins = attributed("it", Labelled(first_sentences(text, _BEGIN_LETTERS, 3), EXTERNAL))
        return Reply(f"{_NO_MODEL} {_title(found)}. {begins}", named, pointed=at)
    summary = attributed(source, told.map(lambda answer: str(answer["summary"])))
    return Reply(f"{summary} {notes}".strip(), named, pointed=at)


@intent(
    "mail.summarise_thread",
    sentences=[
        f"({_SUM_UP}|{_SUMMARY_OF}) (the|this|that|my) [mail|email] (thread|conversation)",
        f"({_SUM_UP}|{_SUMMARY_OF}) (the|this) [mail|email] (thread|conversation) "
        "(of|around|with) [the|my] {mail}",
        f"({_SUM_UP}|{_SUMMARY_OF}) (the|my) [mail|email] (thread|conversation|mails|emails) "
        "(with|from) {writer}",
        f"({_SUM_UP}|{_SUMMARY_OF}) (the|my) [mail|email] (thread|conversation) about {{about}}",
    ],
    effect=Effect.R1,
    examples=["summarise this thread"],
    deadline_s=_DEADLINE_S,
)
async def summarise_thread(
    context: Context,
    mail: Annotated[MailEntity | None, MAIL] = None,
    writer: Annotated[Writer | None, WRITER] = None,
    about: Annotated[str | None, TEXT] = None,
) -> Reply:
    """Sum up a mail and all that belongs to it; without a model, tell who wrote."""
    if mail is None and (writer or about):
        mail = await context.in_worker(_newest, context, writer, about or "")
    meant = mail or last_mail(context, "Of which mail? Name one of the thread.")
    async with signed_in(context) as accounts:
        mails = await context.in_worker(_thread_of, accounts.settings, meant)
        texts = await context.in_worker(texts_of, accounts, mails)
    both = [(each, text_of(texts[each.handle])) for each in mails if each.handle in texts]
    if not both:
        raise gone()
    names = list(dict.fromkeys(who_wrote(each) for each, _ in both))
    head = f"{counted(len(both)).capitalize()}, by {_listed(names)}."
    pieces = [f"{who_wrote(each)} wrote:\n{text[:_EACH_LETTERS]}" for each, text in both]
    question = "What do these mails, oldest first, come to? At most three short sentences."
    entity = (entity_of(both[-1][0]),)
    try:
        told = await context.ask_about(
            "\n\n".join(pieces)[-_ASKED_LETTERS:], question, _SUMMARY, object_id="thread"
        )
    except CannotRead:
        return Reply(f"{_NO_MODEL} {head} {_first(*both[-1])}", entity)
    said = attributed("the thread", told.map(lambda answer: str(answer["summary"])))
    return Reply(f"{head} {said}", entity)


@intent(
    "mail.summarise_inbox",
    sentences=[
        f"({_SUM_UP}|{_SUMMARY_OF}) (my|the) [new|unread] (inbox|mail|mails|email|emails) "
        "[(from|of|since) {when}]",
        f"({_SUM_UP}|{_SUMMARY_OF}) {{of_day}} (inbox|mail|mails|email|emails)",
        "what (came in|is|came) in my (inbox|mail) {when}",
        f"{_BRIEF} (my|the) [new|unread] {_INBOX} [(from|of|since) {{when}}]",
        f"{_BRIEF} {{of_day}} {_INBOX}",
        "give me (an overview|a rundown|a briefing|an update) (of|on) (my|the) [new|unread] "
        f"{_INBOX}",
        "what (did I miss|have I missed) in my (inbox|mail|email|emails)",
        "tell me briefly (what's|what is) in my (inbox|mail)",
    ],
    effect=Effect.R1,
    examples=["summarise my inbox", "sum up this morning's mail"],
    deadline_s=_DEADLINE_S,
)
async def summarise_inbox(
    context: Context,
    when: Annotated[DateSpan | None, DATE_SPAN] = None,
    of_day: Annotated[str | None, OF_DAY] = None,
) -> Reply:
    """Sum up what is new in the inbox, or what came then; people first."""
    if of_day:
        when = next((each.value for each in DATE_SPAN.resolve(of_day, context)), None)
    async with signed_in(context) as accounts:
        mails = await context.in_worker(_came, accounts.settings, when)
        told = sorted(mails, key=lambda each: each.is_bulk)[:_TOLD]
        texts = await context.in_worker(texts_of, accounts, told)
    if not mails:
        return Reply("There was no mail." if when else "There is no new mail.")
    pieces = [(each, text_of(texts.get(each.handle, Mail()))) for each in told]
    said = await _each_told(context, pieces)
    number = "A hundred mails or more" if len(mails) >= _MOST else counted(len(mails)).capitalize()
    head = f"{number}{'' if when else ' are new' if len(mails) > 1 else ' is new'}."
    text = " ".join([head, *said, _rest([each for each in mails if each not in told])]).strip()
    return Reply(text, tuple(map(entity_of, told)))


@intent(
    "mail.ask",
    sentences=[
        "what does [the|my] {mail} say (about|on) {question}",
        "(according to|in) (that|this|the) (mail|email) {question}",
        "{question} (according to|in) (that|this) (mail|email)",
    ],
    effect=Effect.R1,
    examples=["what does that mail say about the price"],
    deadline_s=_DEADLINE_S,
)
async def ask_mail(
    context: Context,
    question: Annotated[str, TEXT],
    mail: Annotated[MailEntity | None, MAIL] = None,
) -> Reply:
    """Answer a question from what a mail says."""
    words = one_line(question).strip()
    if not words:
        raise InvalidSlots("no question was said", spoken="What do you want to know of that mail?")
    meant = mail or last_mail(context, "Of which mail do you want to know that?")
    found, read = await _read_one(context, meant)
    asked = (
        f'Somebody reads this mail and asks: "{words}". What does the mail say to that, in one or '
        "two short sentences? An empty answer if it says nothing."
    )
    text = "\n".join(filter(None, (read.invitation, read.text)))[:_ASKED_LETTERS]
    try:
        told = await context.ask_about(text, asked, _ANSWER, object_id=_id(found))
    except CannotRead as error:
        raise failed(
            "no language model",
            "I need a language model to answer that. I can read the mail to you.",
            "set url in the section [responder] of voiced.toml",
        ) from error
    source = f"the mail from {who_wrote(found)}"
    answer = attributed(source, told.map(lambda each: str(each["answer"])))
    named, at = still_told(context.assistant.entities, entity_of(found))
    return Reply(answer, named, pointed=at)


async def _read_one(context: Context, mail: MailEntity) -> tuple[Found, Mail]:
    async with signed_in(context) as accounts:
        found = await context.in_worker(found_of, accounts.settings, mail)
        texts = await context.in_worker(texts_of, accounts, [found])
    if found.handle not in texts:
        raise gone()
    return found, texts[found.handle]


async def _each_told(context: Context, mails: Sequence[tuple[Found, str]]) -> list[str]:
    """A sentence on each mail; the model is asked as long as it answers, and not for too long."""
    said: list[str] = []
    has_model, end_s = True, time.monotonic() + _MODEL_S
    for found, text in mails:
        has_model = has_model and time.monotonic() < end_s
        if has_model and text:
            question = "What does its writer want to say, in one short sentence?"
            try:
                about = await context.ask_about(
                    text[:_EACH_LETTERS], question, _SHORT, object_id=_id(found)
                )
            except CannotRead:
                has_model = False
            else:
                words = about.map(lambda answer: str(answer["about"]))
                said.append(_ended(attributed(who_wrote(found), words, "writes")))
                continue
        said.append(_first(found, text))
    return said


def _first(found: Found, text: str) -> str:
    """Who wrote, about what, and the first sentence."""
    first = Labelled(first_sentences(text, _FIRST_LETTERS, 1), EXTERNAL)
    return _ended(f"{_title(found)}. {attributed('it', first) if text else ''}".strip())


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _rest(mails: Sequence[Found]) -> str:
    if not mails:
        return ""
    bulk = sum(each.is_bulk for each in mails)
    of_them = f", {_in_words(bulk)} of them from lists" if 0 < bulk < len(mails) else ""
    of_them = ", all from lists" if bulk == len(mails) else of_them
    return f"And {_in_words(len(mails))} more{of_them}."


def _in_words(number: int) -> str:
    return " ".join(number_words(number))


def _came(settings: Settings, when: DateSpan | None) -> list[Found]:
    query = Query(role="inbox", is_unseen=when is None, limit=_MOST)
    if when is not None:
        query = Query(role="inbox", since=when.start, until=when.end, limit=_MOST)
    return found_by(settings, query)


def _newest(context: Context, writer: Writer | None, about: str) -> MailEntity:
    """The newest mail by somebody, or about something.

    Raises:
        IntentFailed: There is none.
    """
    if writer is not None:
        picked = newest_of(context.settings(Settings), writer)
        found = [picked.mail] if picked else []
    else:
        asked = wanted(f"mails about {about}", context)
        found = [entity_of(each) for _, each in fitting(context, asked, 1)]
    if not found:
        raise failed("no mail fits the words", "I found no such mail.")
    return found[0]


def _thread_of(settings: Settings, mail: MailEntity) -> list[Found]:
    """The mails of a thread, the oldest first; of a long one, the newest of them."""
    found = found_of(settings, mail)
    return (Index(settings).thread(found) or [found])[-_MOST_OF_THREAD:]


def _title(found: Found) -> str:
    return f"From {who_wrote(found)}: {one_line(found.subject) or 'without a subject'}".rstrip(".")


def _id(found: Found) -> str:
    return found.handle


def _listed(names: Sequence[str]) -> str:
    kept = list(names[:3])
    more = len(names) - len(kept)
    if more:
        return f"{', '.join(kept)} and {more} more"
    return " and ".join([", ".join(kept[:-1]), kept[-1]]) if len(kept) > 1 else kept[0]
