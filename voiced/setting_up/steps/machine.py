"""What the machine is and how fast."""

from __future__ import annotations

from voiced.setting_up.outside import Run

__all__ = ["tell_machine"]


def tell_machine(run: Run) -> None:
    """Look, measure, and tell."""
    for line in (*run.machine.as_lines(), *run.speed.as_lines()):
        run.dialogue.tell(line)
