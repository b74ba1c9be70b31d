"""What can be asked of the running daemon, by whom, and how it is done. No socket is here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

from voiced.control import keyboard
from voiced.control.peers import Scope
from voiced.controls import Controls, Keyboard
from voiced.errors import ControlError, VoicedError

__all__ = ["MOST_SPOKEN", "SCOPES", "Orders", "answer_of", "error_row"]

SCOPES: Mapping[str, Scope] = {
    "status": Scope.STATUS,
    "watch": Scope.ACT,
    "ptt": Scope.ACT,
    "stop": Scope.ACT,
    "mute": Scope.ACT,
    "forget": Scope.ACT,
    "speak": Scope.ACT,
    "asked": Scope.ACT,
    "tell_request": Scope.ACT,
    "say": Scope.ADMIN,
    "answer": Scope.ADMIN,
    "unmute": Scope.ADMIN,
    "reload": Scope.ADMIN,
    "undo": Scope.ADMIN,
}
"""Every order, and what one must be allowed to give it."""

MOST_SPOKEN = 8000
"""Letters that another program may have said at once."""

_PRESSES = ("down", "up", "toggle")


def _nothing() -> None:
    """Nobody is to be told."""


async def _no_voice(_: str) -> str:
    raise ControlError("this voiced has no voice", reason="no_voice")


async def _no_undo(_: str) -> str:
    raise ControlError("this voiced undoes nothing", reason="bad_order")


def _no_room(_: str) -> Sequence[Controls]:
    return ()


@dataclass(frozen=True, slots=True)
class Orders:
    """Carries out orders.

    Attributes:
        controls: The session's handles.
        status: Gives `voiced status` as a JSON object.
        reload: Reads the configuration again; gives what came of it as a JSON object.
        tell_request: Another program asked for what needs the user.
        rooms: The handles of the satellite of this name, or of all where it is empty.
        speak: Says a text as soon as nobody speaks; gives what became of it, when that is over.
        keyboard: Takes what is typed instead of being said; None: nothing can be.
        undo: Takes back the change of that id; what there is to say of it.
    """

    controls: Controls
    status: Callable[[], Awaitable[Mapping[str, Any]]]
    reload: Callable[[], Awaitable[Mapping[str, Any]]]
    tell_request: Callable[[], None] = _nothing
    _: KW_ONLY
    rooms: Callable[[str], Sequence[Controls]] = _no_room
    speak: Callable[[str], Awaitable[str]] = _no_voice
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
            case "status" | "reload" | "undo" | "asked" | "speak":
                return await self._told(verb, order)
            case "say":
                keyboard.say(self.keyboard, order.get("text"))
            case "answer":
                keyboard.answer(self.keyboard, order.get("id"), order.get("answer"))
            case _:
                self._act(verb, order)
        return {"mode": self.controls.mode}

    def _act(self, verb: object, order: Mapping[str, Any]) -> None:
        match verb:
            case "ptt":
                self._press(order.get("action"))
            case "stop":
                self._stop(order.get("room"))
            case "mute":
                self.controls.mute()
            case "unmute":
                self.controls.unmute()
            case "forget":
                for each in (self.controls, *self.rooms("")):
                    each.forget()
            case "tell_request":
                self.tell_request()
            case _:  # watch: who has the connection does that
                pass

    def _stop(self, room: object) -> None:
        """Stop whoever speaks in this room, or everywhere."""
        found = self.rooms("") if room is None else self.rooms(str(room)) if room else ()
        if room is None:
            self.controls.stop()
        elif not found:
            message = f"there is no satellite {room} here now"
            raise ControlError(message, reason="no_room", mend="see which are: voiced status")
        for each in found:
            each.stop()

    async def _told(self, verb: str, order: Mapping[str, Any]) -> dict[str, Any]:
        match verb:
            case "status":
                return {"status": await self.status()}
            case "reload":
                return {"reload": await self.reload()}
            case "asked":
                return {"asked": keyboard.asked_row(self.keyboard)}
            case "speak":
                return {"hearing": await self.speak(_spoken_text(order.get("text")))}
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


def _spoken_text(text: object) -> str:
    said = " ".join(text.split()) if isinstance(text, str) else ""
    if not said or len(said) > MOST_SPOKEN:
        message = f"speak needs a text of at most {MOST_SPOKEN} letters"
        raise ControlError(message, reason="bad_order")
    return said


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
