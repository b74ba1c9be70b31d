"""A model that answers what it is told, a word at a time, and notes when it is hung up on."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import anyio

from voiced.stages import Message, ReplyDelta, Tool, ToolCall, Usage

__all__ = ["FIRST_TOKEN_S", "TOKEN_S", "Answers", "Asked", "StandInResponder", "tokens"]

FIRST_TOKEN_S = 0.12
TOKEN_S = 0.015
"""From the request to the first token, and from one token to the next, in seconds."""

_TOKEN = re.compile(r"\s*\S+")


def tokens(text: str) -> list[str]:
    """The words of a text, each with the space before it, so that joined they are the text."""
    return _TOKEN.findall(text)


@dataclass(slots=True)
class Asked:
    """One request; times by the loop's clock.

    ``closed_at_s`` is when it was closed before its end; None while it runs and where it ended.
    """

    text: str
    at_s: float
    closed_at_s: float | None = None
    is_over: bool = False


class Answers:
    """What is answered to the last thing that the user said, or one text for all.

    Args:
        answers: By what was said, or one text for all.
        otherwise: What is answered where ``answers`` has nothing.
    """

    def __init__(self, answers: Mapping[str, str] | str, otherwise: str) -> None:
        self._answers: Mapping[str, str] = {} if isinstance(answers, str) else answers
        self._otherwise = answers if isinstance(answers, str) else otherwise

    def to(self, said: str) -> tuple[str, str]:
        """What the user said, without the date that may stand before it, and its answer."""
        text = said.rpartition("\n")[2]
        return text, self._answers.get(text, self._otherwise)


class StandInResponder:
    """Answers every request with text.

    Args:
        answers: What is answered to the last thing that the user said, or one text for all.
        first_token_s: From the request to the first word.
        token_s: From one word to the next.
        otherwise: What is answered where ``answers`` has nothing.
    """

    def __init__(
        self,
        answers: Mapping[str, str] | str,
        first_token_s: float = FIRST_TOKEN_S,
        token_s: float = TOKEN_S,
        otherwise: str = "I see.",
    ) -> None:
        self._answers = Answers(answers, otherwise)
        self._first_token_s = first_token_s
        self._token_s = token_s
        self.requests: list[Asked] = []
        self.last_usage: Usage | None = None

    @property
    def closed_at_s(self) -> list[float]:
        """When requests were closed before their end, in order."""
        return sorted(each.closed_at_s for each in self.requests if each.closed_at_s is not None)

    async def prepare(self) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """Nothing to free."""

    async def room(self) -> None:
        """Nobody says how much it holds."""

    async def reply(
        self,
        history: Sequence[Message],
        tools: Sequence[Tool],  # noqa: ARG002 - it calls none
        schema: Mapping[str, Any] | None = None,  # noqa: ARG002 - it has its text
    ) -> AsyncGenerator[ReplyDelta | ToolCall]:
        """The answer in words; a consumer that is late finds those ready that are due."""
        said = next((each.content for each in reversed(history) if each.role == "user"), "")
        text, answer = self._answers.to(said)
        asked = Asked(text, anyio.current_time())
        self.requests.append(asked)
        due_s = asked.at_s + self._first_token_s
        try:
            for token in tokens(answer):
                await anyio.sleep_until(due_s)
                yield ReplyDelta(token)
                due_s += self._token_s
            asked.is_over = True
        finally:
            if not asked.is_over:
                asked.closed_at_s = anyio.current_time()
