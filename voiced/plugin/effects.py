"""What an intent does to the world, from the harmless to the dangerous."""

from __future__ import annotations

import enum

__all__ = ["Effect"]


class Effect(enum.Enum):
    """What an intent does to the world; the policy decides by it. Undeclared is ADMIN."""

    R0 = "read_public"
    R1 = "read_private"
    W1 = "reversible"
    W2 = "destructive"
    O1 = "outward_known"
    O2 = "outward_new"
    X = "admin"

    @property
    def only_reads(self) -> bool:
        """True where a turn that is cancelled may cancel the intent too."""
        return self in (Effect.R0, Effect.R1)

    @property
    def is_outward(self) -> bool:
        """True where something leaves the machine: it waits in the outbox first."""
        return self in (Effect.O1, Effect.O2)

    def raised_to(self, other: Effect) -> Effect:
        """The more dangerous of the two; what destroys and leaves the machine is as O2."""
        if {self, other} == {Effect.W2, Effect.O1}:
            return Effect.O2
        return max(self, other, key=_BY_DANGER.index)


_BY_DANGER = (Effect.R0, Effect.R1, Effect.W1, Effect.O1, Effect.W2, Effect.O2, Effect.X)
