"""The intents that find mail: by who wrote it, when, what it is about, and what is with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from voiced.plugin import TEXT, Candidate, Context, Effect, Reply, SlotContext, intent

from .index.lookup import Found
from .matching import fitting, with_account
from .naming import entity_of, title_of
from .numbers import counted, some_fields
from .settings import Settings
from .wanted import Wanted, is_mail, wanted

__all__ = ["ASKED", "Asked", "find_mail", "list_of"]

MOST = 20
"""How many are looked for: more than that nobody hears to the end."""

_TOLD = 3
_MAILS = "(mail|mails|email|emails)"


@dataclass(frozen=True, slots=True)
class Asked:
    """Mails as they were asked for: any number of them."""

    wanted: Wanted


@dataclass(frozen=True, slots=True)
class _Asked:
    """Any number of mails, by who wrote them, when, and what they are about."""

    name: ClassVar[str] = "mails"
    is_open: ClassVar[bool] = True
    is_certain: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "which mails: 'mails from Anna about the boat since monday'",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:  # noqa: ARG002
        """None: what is said of mails may be any words, as long as they fit."""
        return ()

    def fits(self, said: str) -> bool:
        """Whether it speaks of mails, and of some: "mail" alone is all there is."""
        return is_mail(said) and len(said.split()) > 1

    def resolve(self, said: str, context: SlotContext) -> Sequence[Candidate[Asked]]:
        """What is asked for, taken apart."""
        return (Candidate(Asked(wanted(said, context)), said),)


ASKED = _Asked()


@intent(
    "mail.find",
    sentences=[
        "(find|look for|search for|show|list|get) [me] {mails}",
        "(do I have|have I got|is there|are there|did I get) {mails}",
        "(where is|where's|where are) {mails}",
        "search [in] my (mail|mails|email|emails|inbox) for {about}",
        f"[any|all|my|the] [new|unread] {_MAILS} from {{who}}",
        f"[any|all|my|the] [new|unread] {_MAILS} about {{about}}",
        f"[any|all|my|the] {_MAILS} with {{enclosed}}",
        f"[any|all|my|the] [new|unread] {_MAILS} before {{before}}",
    ],
    effect=Effect.R1,
    deadline_s=30,
    examples=["find the mail from Anna with the invoice", "any mail from the bank this week"],
)
async def find_mail(  # noqa: PLR0913, PLR0917 - a slot for each way to say it
    context: Context,
    mails: Annotated[Asked | None, ASKED] = None,
    who: Annotated[str | None, TEXT] = None,
    about: Annotated[str | None, TEXT] = None,
    enclosed: Annotated[str | None, TEXT] = None,
    before: Annotated[str | None, TEXT] = None,
) -> Reply:
    """Find mails, and tell from whom they are and what they are about."""
    with_account(context.settings(Settings))
    led = (("from ", who), ("about ", about), ("with ", enclosed), ("before ", before))
    text = " ".join(f"{lead}{said}" for lead, said in led if said)
    asked = mails.wanted if mails else wanted(text, context)
    found = await context.in_worker(fitting, context, asked, MOST)
    told = [each for _, each in found][: asked.count if asked.order else MOST]
    if not told:
        return Reply("I found no such mail.")
    begins = f"I found {counted(len(told), is_most=len(told) == MOST)}."
    return list_of(told, begins, len(told))


def list_of(found: Sequence[Found], begins: str, number: int) -> Reply:
    """Three of the mails by name, then how many more; "it" is the first one, "next" goes on."""
    titles = " ".join(f"{title_of(each)}." for each in found[:_TOLD])
    more = number - _TOLD
    rest = f" And {counted(more, of='')} more." if more > 0 else ""
    return Reply(
        f"{begins} {titles}{rest}",
        tuple(map(entity_of, found)),
        fields=some_fields(found[:_TOLD]),
    )
