"""The intents that find by tags: what is tagged so, and which tags there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from voiced.plugin import (
    Candidate,
    Context,
    Effect,
    FileEntity,
    IntentError,
    Reply,
    SlotContext,
    intent,
    normalise,
)

from .finding import finder, known_tags, read_tags
from .reading import counted, data_of
from .refusals import said
from .slot import KIND
from .tags import fitting

__all__ = ["find_tagged", "list_tags"]

_MOST = 50
_MOST_PHRASES = 200
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Tag:
    """A tag that some file has; another word is taken as it is, and fits nothing."""

    name: ClassVar[str] = "tag"
    is_open: ClassVar[bool] = True
    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "string",
        "minLength": 1,
        "description": "a tag that files have",
    }

    def phrases(self, context: SlotContext) -> Sequence[str]:
        """The tags that are there."""
        try:
            known = known_tags(context)[:_MOST_PHRASES]
        except IntentError:
            return ()
        forms = (" ".join(normalise(tag)) for tag in known)
        return [form for form in dict.fromkeys(forms) if form]

    def resolve(self, spoken: str, context: SlotContext) -> Sequence[Candidate[str]]:
        """The tag that was meant, or the words as they are; raises as a file does."""
        words = " ".join(spoken.split())
        meant = fitting(words, known_tags(context))
        return [Candidate(tag, said(tag)) for tag in meant[:1] or [words] if tag]


TAG = _Tag()


@intent(
    "files.find_tagged",
    sentences=[
        "(what|which) {kind} (is|are|did i|have i) tagged [(as|with)] {tag}",
        "what (is|are|was|did i|have i) (tag|tagged) [(as|with)] {tag}",
        "[(find|show|list|give|show me|give me|find me)] [me] [all] [(the|my|those)] {kind} "
        "[(that|which)] [(i|are|is)] tagged [(as|with)] {tag}",
        "[(find|show|list|give|show me|give me|find me)] [me] [all] [(the|my|those)] {kind} "
        "with the tag {tag}",
        "(what|which files) (has|have) the tag {tag}",
    ],
    effect=Effect.R1,
    examples=["files tagged taxes", "what is tagged paid"],
)
async def find_tagged(
    context: Context,
    tag: Annotated[str, TAG],
    kind: Annotated[tuple[str, ...] | None, KIND] = None,
) -> Reply:
    """Find the files and folders that have a tag."""
    found = await context.in_worker(_tagged, context, tag, kind)
    if not found:
        return Reply(f"Nothing like that is tagged as {said(tag)}.", data=data_of([]))
    number, _, names = counted(found).partition(": ")
    text = f"I found {number} tagged as {said(tag)}: {names}."
    return Reply(text, found[:_MOST], data_of(found))


def _tagged(context: SlotContext, tag: str, kind: tuple[str, ...] | None) -> tuple[FileEntity, ...]:
    with finder(context) as finds:
        matches = finds.files(f"everything tagged as {tag}")
    entries = [match.entry for match in matches]
    return tuple(each.entity() for each in entries if not kind or each.kind in kind)


def _last_apart(names: Sequence[str]) -> tuple[str, str]:
    return ", ".join(names[:-1]), names[-1]


@intent(
    "files.list_tags",
    sentences=[
        "(which|what) tags (are there|do i have|have i got|did i use|do my files have)",
        "(list|tell me|show me|read me) [all] (my|the) tags [of my files]",
    ],
    effect=Effect.R1,
    examples=["which tags are there"],
)
async def list_tags(context: Context) -> Reply:
    """Tell which tags files have, the most frequent first."""
    known = await context.in_worker(read_tags, context)
    if not known:
        return Reply("I know of no tags yet. Say for example: tag the invoice as paid.")
    names = [said(tag) for tag in known[:_SHOWN]]
    rest = f", and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    shown = ", ".join(names) if rest else " and ".join(filter(None, _last_apart(names)))
    return Reply(f"The tags of your files are {shown}{rest}.")
