"""What can be asked of the running daemon, by whom, and how it is done. No socket is here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from voiced.control.peers import Scope
from voiced.controls import Asked, Controls, Keyboard
from voiced.errors import ControlError, VoicedError

__all__ = ["SCOPES", "Orders", "answer_of", "error_row"]

SCOPES: Mapping[str, Scope] = {
    "status": Scope.STATUS,
    "watch": Scope.ACT,
    "ptt": Scope.ACT,
    "stop": Scope.ACT,
    "mute": Scope.ACT,
    "asked": Scope.ACT,
    "tell_request": Scope.ACT,
    "say": Scope.ADMIN,
    "answer": Scope.ADMIN,
    "unmute": Scope.ADMIN,
    "reload": Scope.ADMIN,
    "undo": Scope.ADMIN,
}
"""Every order, and what one must be allowed to give it."""

_PRESSES = ("down", "up", "toggle")
_MOST_LETTERS = 1000
"""As much as can be said in the longest utterance."""
_BUSY = "somebody is speaking: what is typed would be taken for a part of it"
_NOT_ASKED = "this question does not wait for an answer any more"


def _nothing() -> None:
    """Nobody is to be told."""


async def _no_undo(_: str) -> str:
    raise ControlError("this voiced undoes nothing", reason="bad_order")


@dataclass(frozen=True, slots=True)
class Orders:
    """Carries out orders.

    Attributes:
        controls: The session's handles.
        status: Gives `voiced status` as a JSON object.
        reload: Reads the configuration again; gives what came of it as a JSON object.
        tell_request: Another program asked for what needs the user.
        keyboard: Takes what is typed instead of being said; None: nothing can be.
        undo: Takes back the change of that id; what there is to say of it.
    """

    controls: Controls
    status: Callable[[], Awaitable[Mapping[str, Any]]]
    reload: Callable[[], Awaitable[Mapping[str, Any]]]
    tell_request: Callable[[], None] = _nothing
    keyboard: Keyboard | None = None
    undo: Callable[[str], Awaitable[str]] = _no_undo

    async def carry_out(self, order: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
        """Do it; what there is to answer.

        Raises:
            ControlError: It is no order, or not for this one to give, or makes no sense now.
        """
        verb = order.get("do")
        allowed(verb, scope)
        match verb:
            case "status" | "reload" | "undo" | "asked":
                return await self._told(verb, order)
            case "say":
                self._say(order.get("text"))
            case "answer":
                self._answer(order.get("id"), order.get("answer"))
            case _:
                self._act(verb, order)
        return {"mode": self.controls.mode}

    def _act(self, verb: object, order: Mapping[str, Any]) -> None:
        match verb:
            case "ptt":
                self._press(order.get("action"))
            case "stop":
                self.controls.stop()
            case "mute":
                self.controls.mute()
            case "unmute":
                self.controls.unmute()
            case "tell_request":
                self.tell_request()
            case _:  # watch: who has the connection does that
                pass

    # What is typed and pressed: the user's own words, as if he had said them

    def _say(self, text: object) -> None:
        said = " ".join(text.split()) if isinstance(text, str) else ""
        if not said or len(said) > _MOST_LETTERS or not said.isprintable():
            message = f"say needs a text: one to {_MOST_LETTERS} letters that can be printed"
            raise ControlError(message, reason="bad_order")
        if not self._typing.say(said):
            raise ControlError(_BUSY, reason="busy", mend="wait until it is quiet")

    def _answer(self, question: object, answer: object) -> None:
        asked = self._typing.asked
        if asked is None or asked.id != question:
            raise ControlError(_NOT_ASKED, reason="not_asked", mend="ask for it again")
        if answer not in _answers(asked):
            known = ", ".join(_answers(asked))
            raise ControlError(f"this question is answered by {known}", reason="bad_order")
        if not self._typing.answer(asked.id, str(answer)):
            raise ControlError(_BUSY, reason="busy", mend="wait until it is quiet")

    def _asked_row(self) -> dict[str, Any] | None:
        asked = self._typing.asked
        return None if asked is None else asdict(asked)

    @property
    def _typing(self) -> Keyboard:
        if self.keyboard is None:
            raise ControlError("nothing can be typed to this one", reason="no_keyboard")
        return self.keyboard

    async def _told(self, verb: str, order: Mapping[str, Any]) -> dict[str, Any]:
        match verb:
            case "status":
                return {"status": await self.status()}
            case "reload":
                return {"reload": await self.reload()}
            case "asked":
                return {"asked": self._asked_row()}
            case _:
                return {"undone": await self._take_back(order.get("id"))}

    async def _take_back(self, change: object) -> str:
        if not isinstance(change, str) or not change:
            raise ControlError("undo needs the id of a change", reason="bad_order")
        try:
            return await self.undo(change)
        except VoicedError as error:
            raise ControlError(error.message, reason=error.code, mend=error.mend) from error

    def _press(self, action: object) -> None:
        if action not in _PRESSES:
            raise ControlError("ptt needs an action: down, up or toggle", reason="bad_order")
        if self.controls.mode == "muted" and action != "up":
            message = "push-to-talk hears nothing while voiced is muted"
            raise ControlError(message, reason="muted", mend="open the microphone: voiced unmute")
        if action == "down":
            self.controls.press()
        elif action == "up":
            self.controls.release()
        else:
            self.controls.toggle()


def _answers(asked: Asked) -> tuple[str, ...]:
    """What answers the question; options are numbered from 1."""
    if not asked.options:
        return ("yes", "no")
    return (*(str(number) for number, _ in enumerate(asked.options, start=1)), "no")


def allowed(verb: object, scope: Scope) -> None:
    """Refuse what is no order, and what this scope does not hold.

    Raises:
        ControlError: It is refused.
    """
    needed = SCOPES.get(verb) if isinstance(verb, str) else None
    if needed is None:
        known = ", ".join(SCOPES)
        raise ControlError(f"there is no such order; there are {known}", reason="bad_order")
    if needed > scope:
        raise ControlError(
            f"{verb} needs the scope {needed.title}; this program has {scope.title}",
            reason="forbidden",
            mend="run it in a terminal of your own; see [control] scope in docs/control.md",
        )


def answer_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """A good answer as it is sent."""
    return {"ok": True, **result}


def error_row(error: ControlError) -> dict[str, Any]:
    """A bad answer as it is sent."""
    row = {"code": error.reason, "message": error.message, "mend": error.mend}
    return {"ok": False, "error": row}
