"""The verbs that plugins bring, looked for where a word is none of our own.

The help names them without loading them, so that it is quick and runs nobody's code.
"""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from voiced.cli.plugin_commands import command_names, load_command
from voiced.errors import PluginError

__all__ = ["Verbs"]


class Verbs(TyperGroup):
    """Our own verbs, and after them those of plugins."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Our own verbs with what they do, then the names of the others."""
        super().format_commands(ctx, formatter)
        own = self.list_commands(ctx)
        rows = [(name, f"See: voiced {name} --help") for name in command_names() if name not in own]
        if rows:
            with formatter.section("Commands of plugins"):
                formatter.write_dl(rows)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The verb of this name; None where there is none.

        Raises:
            PluginError: A plugin brings it, and it cannot be loaded.
        """
        return super().get_command(ctx, cmd_name) or _brought(cmd_name)


def _brought(name: str) -> Any:
    brought = load_command(name)
    if brought is None:
        return None
    if not isinstance(brought, typer.Typer):
        raise PluginError(f"the command {name} is no Typer app", plugin=name)
    command: Any = typer.main.get_command(brought)
    command.name = name
    return command
