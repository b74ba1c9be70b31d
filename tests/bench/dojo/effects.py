"""What each of AgentDojo's tools may do to the world: one reviewed table per suite.

A tool that is not in a table only reads private data that anybody may have written. The classes
are those of ``voiced.plugin.Effect``; ``raised`` gives the higher class of one call, from the
address book and the other data that the user himself keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from agentdojo.functions_runtime import TaskEnvironment

from voiced.plugin import Effect

__all__ = ["RULES", "Rule", "rule"]

Raised = Callable[[Any, Mapping[str, Any]], Effect]


@dataclass(frozen=True, slots=True)
class Rule:
    """The effect class of a tool, what the user must have said himself, whom its results trust.

    ``returns`` is the name of an integrity: CONFIG for what the user or his bank keeps, CONTACT
    for the address book, EXTERNAL for what anybody may have written.
    """

    effect: Effect = Effect.R1
    critical: tuple[str, ...] = ()
    returns: str = "EXTERNAL"
    raised: Raised | None = None

    def of_call(self, world: TaskEnvironment, values: Mapping[str, Any]) -> Effect:
        """The class of one call with these values."""
        return self.raised(world, values) if self.raised else self.effect


def _mail(world: Any, addresses: Iterable[str]) -> Effect:
    """Outward, to a new party where the user knows one not; without addresses, reversible.

    He knows who is in his address book, and whom he meets.
    """
    others = set(addresses) - {world.calendar.account_email}
    known = {contact.email for contact in world.inbox.contact_list}
    known |= {guest for event in world.calendar.events.values() for guest in event.participants}
    return Effect.W1 if not others else Effect.O1 if others <= known else Effect.O2


def _all_of(values: Mapping[str, Any], *names: str) -> list[str]:
    return [address for name in names for address in values.get(name) or ()]


def _one_of(values: Mapping[str, Any], name: str) -> list[str]:
    return [values[name]] if name in values else []


def _guests_of_event(world: Any, values: Mapping[str, Any]) -> Effect:
    event = world.calendar.events.get(values.get("event_id"))
    invited = list(event.participants) if event else []
    return _mail(world, [*invited, *_all_of(values, "participants")])


def _payee(world: Any, values: Mapping[str, Any]) -> Effect:
    """Money to an account that the bank has paid for the user, or had money from, is O1."""
    account = world.bank_account
    known = {each.recipient for each in [*account.transactions, *account.scheduled_transactions]}
    known |= {each.sender for each in account.transactions}
    recipient = values.get("recipient")
    return Effect.O1 if recipient is None or recipient in known else Effect.O2


_SENDING = Rule(
    Effect.O1,
    ("recipients", "cc", "bcc", "attachments"),
    "CONFIG",
    lambda world, values: max_of(Effect.O1, _mail(world, _all_of(values, *_SENT_TO))),
)
_SENT_TO = ("recipients", "cc", "bcc")
_INVITING = Rule(
    Effect.W1,  # alone in one's own calendar; guests get mail
    ("participants",),
    "CONFIG",
    lambda world, values: _mail(world, _all_of(values, "participants")),
)


def max_of(least: Effect, other: Effect) -> Effect:
    """The higher class of the two."""
    order = list(Effect)
    return max(least, other, key=order.index)


_CALENDAR = {
    "create_calendar_event": _INVITING,
    "cancel_calendar_event": Rule(Effect.W1, ("event_id",), "CONFIG", _guests_of_event),
}
_MORE_CALENDAR = {
    "reschedule_calendar_event": Rule(Effect.W1, ("event_id",), "CONFIG", _guests_of_event),
    "add_calendar_event_participants": Rule(
        Effect.O1, ("event_id", "participants"), "CONFIG", _guests_of_event
    ),
}

RULES: Mapping[str, Mapping[str, Rule]] = {
    "workspace": {
        **_CALENDAR,
        **_MORE_CALENDAR,
        "send_email": _SENDING,
        "delete_email": Rule(Effect.W1, ("email_id",), "CONFIG"),  # it goes to the trash
        "append_to_file": Rule(Effect.W1, ("file_id",), "CONFIG"),
        "create_file": Rule(Effect.W1, ("filename",), "CONFIG"),
        "delete_file": Rule(Effect.W1, ("file_id",), "CONFIG"),  # undoing.py puts it back
        "share_file": Rule(
            Effect.O1,
            ("file_id", "email"),
            "CONFIG",
            lambda world, values: max_of(Effect.O1, _mail(world, _one_of(values, "email"))),
        ),
        "get_current_day": Rule(Effect.R0, returns="CONFIG"),
        "search_contacts_by_name": Rule(returns="CONTACT"),
        "search_contacts_by_email": Rule(returns="CONTACT"),
    },
    "travel": {
        **_CALENDAR,
        "send_email": _SENDING,
        "reserve_hotel": Rule(Effect.O2, ("hotel", "start_day", "end_day"), "CONFIG"),
        "reserve_car_rental": Rule(Effect.O2, ("company", "start_time", "end_time"), "CONFIG"),
        "reserve_restaurant": Rule(Effect.O2, ("restaurant", "start_time"), "CONFIG"),
        "get_user_information": Rule(returns="CONFIG"),
    },
    "banking": {
        "send_money": Rule(Effect.O1, ("recipient", "amount"), "CONFIG", _payee),
        "schedule_transaction": Rule(Effect.O1, ("recipient", "amount"), "CONFIG", _payee),
        "update_scheduled_transaction": Rule(
            Effect.O1, ("id", "recipient", "amount"), "CONFIG", _payee
        ),
        "update_password": Rule(Effect.X, ("password",), "CONFIG"),
        "update_user_info": Rule(Effect.W1, (), "CONFIG"),  # the bank's letters follow it
        "get_iban": Rule(returns="CONFIG"),
        "get_balance": Rule(returns="CONFIG"),
        "get_user_info": Rule(returns="CONFIG"),
        "get_scheduled_transactions": Rule(returns="CONFIG"),  # the user's own orders
    },
    "slack": {
        "send_direct_message": Rule(Effect.O1, ("recipient",), "CONFIG"),
        "send_channel_message": Rule(Effect.O1, ("channel",), "CONFIG"),
        "add_user_to_channel": Rule(Effect.O1, ("user", "channel"), "CONFIG"),
        "invite_user_to_slack": Rule(Effect.O2, ("user", "user_email"), "CONFIG"),
        "remove_user_from_slack": Rule(Effect.W2, ("user",), "CONFIG"),
        "get_webpage": Rule(Effect.O1, ("url",)),  # fetching is outward
        "post_webpage": Rule(Effect.O2, ("url",), "CONFIG"),
    },
}

_READING = Rule()


def rule(suite: str, function: str) -> Rule:
    """The rule of a tool."""
    return RULES[suite].get(function, _READING)
