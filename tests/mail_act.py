"""Sends or moves a mail, or replaces a draft, and kills itself at a step, for ``mail_trials``."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from voiced_intents.mail.composing import Letter, Person, enveloped, message_of, new_message_id
from voiced_intents.mail.drafts import Draft, Drafts
from voiced_intents.mail.imap import Session
from voiced_intents.mail.moves import Moving, move_all
from voiced_intents.mail.oauth import Key
from voiced_intents.mail.outgoing import Outgoing
from voiced_intents.mail.sending import Sender
from voiced_intents.mail.settings import Account

T = TypeVar("T")

_NOW = datetime(2026, 3, 3, 19, 30, tzinfo=UTC)


def killer(step: str) -> Callable[[str], None]:
    """Kills this process when that step comes; "look 2" is the second look."""
    name, _, nth = step.partition(" ")
    seen = 0

    def at(now: str) -> None:
        nonlocal seen
        seen += now == name
        if now == name and seen == int(nth or 1):
            os.kill(os.getpid(), signal.SIGKILL)

    return at


class Mortal(Session):
    """Kills this process before its so-manieth exchange."""

    def __init__(self, key: Key, left: int) -> None:
        super().__init__(key, timeout_s=5.0)
        self._left = left

    def once(self, action: Callable[[Any], T], folder: str = "", *, writes: bool = True) -> T:
        self._left -= 1
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().once(action, folder, writes=writes)


def main() -> int:
    order = json.loads(sys.stdin.read())
    account = Account.model_validate_json(order["account"])
    key = Key("home", account)
    me = Person(account.address)
    at = killer(order["step"])
    if order["act"] == "send":
        letter = Letter(me, (me,), subject="A boat", text="the boat is green")
        identity = new_message_id(account.address)
        sender = Sender(key, Outgoing(Path(order["folder"]) / "outgoing.db"), 5.0, at)
        sender.send(identity, enveloped(letter, message_of(letter, identity, _NOW), 5))
        with Session(key, timeout_s=5.0) as session:
            sender.copy_all(session)
        return 0
    if order["act"] == "move":
        with Mortal(key, int(order["step"])) as session:
            session.lacks("MOVE")
            move_all(session, Moving.of(json.loads(order["old"])))
        return 0
    letter = Letter(me, (me,), subject="A boat", text="the second text")
    with Session(key, timeout_s=5.0) as session:
        old = Draft(*json.loads(order["old"]))
        message = message_of(letter, new_message_id("a@b"), _NOW)
        Drafts(session, at).replace(old, message)
    return 0


if __name__ == "__main__":
    sys.exit(main())
