"""The verbs that plugins bring, looked for where a word is none of our own, and for the help."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from voiced.cli.output import note
from voiced.errors import PluginError

__all__ = ["Verbs"]


class Verbs(TyperGroup):
    """Our own verbs, and after them those of plugins."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all verbs, for the help; of one that cannot be loaded, a line on stderr."""
        from voiced.registry.commands import command_names

        own = super().list_commands(ctx)
        return [
            *own,
            *(name for name in command_names() if name not in own and self._is_well(name)),
        ]

    def _is_well(self, name: str) -> bool:
        try:
            return _brought(name) is not None
        except PluginError as error:
            note(f"voiced: {error}")
            return False

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The verb of this name; None where there is none.

        Raises:
            PluginError: A plugin brings it, and it cannot be loaded.
        """
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        return _brought(cmd_name)


def _brought(name: str) -> Any:
    from voiced.registry.commands import load_command

    brought = load_command(name)
    if brought is None:
        return None
    if not isinstance(brought, typer.Typer):
        raise PluginError(f"the command {name} is no Typer app", plugin=name)
    command: Any = typer.main.get_command(brought)
    command.name = name
    return command
