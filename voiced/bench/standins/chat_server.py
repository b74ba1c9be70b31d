"""The stand-in model behind a real connection, for the real client of OpenAI-compatible servers."""

from __future__ import annotations

from collections.abc import Mapping

import anyio

from voiced.bench.standins.responder import FIRST_TOKEN_S, TOKEN_S, Answers, Asked, tokens
from voiced.testing.answers import Answer, Piece, chat, whole_json
from voiced.testing.servers import LoopbackServer, Request

__all__ = ["StandInChatServer"]


class StandInChatServer(LoopbackServer):
    """Serves ``/models`` and ``/chat/completions``, streamed; runs between ``async with``.

    ``url`` is the base URL for clients, ``hung_up_s`` says when they closed an answer in its
    middle, by the loop's clock.

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
        super().__init__(self._answer)
        self._answers = Answers(answers, otherwise)
        self._first_token_s = first_token_s
        self._token_s = token_s
        self.asked: list[Asked] = []

    async def _answer(self, request: Request) -> Answer:
        if request.path.endswith("/models"):
            return whole_json({"object": "list", "data": [{"id": "stand-in"}]})
        if not request.path.endswith("/chat/completions"):
            return whole_json({"error": {"message": "no such path"}}, status=404)
        said = [each["content"] for each in request.json()["messages"] if each["role"] == "user"]
        text, answer = self._answers.to(str(said[-1]) if said else "")
        self.asked.append(Asked(text, anyio.current_time()))
        return self._paced(answer)

    def _paced(self, text: str) -> Answer:
        """The stream of ``chat`` with its pauses: the role at once, then the words."""
        answer = chat(text)
        pauses_s = [0.0, self._first_token_s, *[self._token_s] * (len(tokens(text)) - 1)]
        pieces = [
            Piece(piece.data, pauses_s[at] if at < len(pauses_s) else 0.0)
            for at, piece in enumerate(answer.pieces)
        ]
        return Answer(answer.status, answer.headers, pieces, is_chunked=True)
