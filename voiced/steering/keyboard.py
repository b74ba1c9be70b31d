"""Typing to a session and pressing the buttons of its questions, as other programs may."""

from __future__ import annotations

from voiced.controls import Asked
from voiced.dispatch import Dispatcher
from voiced.dispatch.calls import Question
from voiced.loop.session import Session
from voiced.policy import Verdict
from voiced.spoken import ordinal_words

__all__ = ["SessionKeyboard"]


class SessionKeyboard:
    """The keyboard of a session (``Keyboard``).

    Args:
        session: Takes what is typed as a turn.
        dispatcher: Has the question that waits.
    """

    def __init__(self, session: Session, dispatcher: Dispatcher) -> None:
        self._session = session
        self._dispatcher = dispatcher

    def say(self, text: str) -> bool:
        """Take this for what the user said; False while somebody speaks."""
        return self._session.type(text)

    @property
    def asked(self) -> Asked | None:
        """The question that waits."""
        question = self._dispatcher.asked
        return None if question is None else _shown(question)

    def answer(self, question: str, answer: str) -> bool:
        """Answer the question of this id; False while somebody speaks."""
        self._dispatcher.see(question)
        return self._session.type(_said(answer), question)


def _shown(question: Question) -> Asked:
    options = [each.spoken for each in question.choice.candidates] if question.choice else []
    is_one_of = len(options) > 1
    needs_screen = question.verdict is Verdict.SCREEN
    return Asked(question.id, question.text, tuple(options) if is_one_of else (), needs_screen)


def _said(answer: str) -> str:
    """The words that mean it."""
    return f"the {' '.join(ordinal_words(int(answer)))}" if answer.isdigit() else answer
