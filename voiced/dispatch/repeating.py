"""The last call once more, with another thing in its place: "the same for the other one". Pure."""

from __future__ import annotations

import re

from voiced.conversation import Conversation
from voiced.dispatch.calls import Call
from voiced.policy import Trust

__all__ = ["same_again"]

_ARTICLE = re.compile(r"^(?:the|my|a|an) ", re.IGNORECASE)
_SAME = re.compile(
    r"(?:please )?(?:do |now )?(?:the )?same (?:thing )?(?:again )?"
    r"(?:for|with|to) (?P<what>.+?)[.!?]*$",
    re.IGNORECASE,
)


def same_again(
    said: str, last: Call | None, conversation: Conversation, spoken: Trust
) -> Call | None:
    """The last call, if the words ask for the same of another thing.

    ``spoken`` is the trust of what the user says himself; the call's other words may be a model's.
    """
    same = _SAME.match(said.strip())
    if last is None or same is None:
        return None
    slot = next((s for s in last.intent.slots.values() if hasattr(s.type, "from_entity")), None)
    if slot is None:
        return None
    what = same["what"]
    if conversation.referent(what) is None:
        what = _ARTICLE.sub("", what)
    return Call(last.intent, {**last.words, slot.name: what}, trust=max(spoken, last.trust))
