"""What the tools of each server were when the user enabled it: a file for each. All of it blocks.

Intents are made of these files, so that no server is started before it is needed; a tool that
differs from its pin later is not used.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from voiced.config import McpServerSettings
from voiced.errors import PluginError
from voiced.mcp.wire import MOST_TOOLS, ListedTool

__all__ = ["Pins"]

_LARGEST_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Pins:
    """The folder of the pins."""

    folder: Path

    def save(self, server: str, settings: McpServerSettings, tools: Sequence[ListedTool]) -> None:
        """Keep what the tools are now; what was kept before is replaced.

        Raises:
            OSError: It cannot be written.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        document = {"server": _identity(settings), "tools": [_row(tool) for tool in tools]}
        path = self._path(server)
        fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
        with os.fdopen(os.open(fresh, flags, 0o600), "w", encoding="utf-8") as file:
            json.dump(document, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)

    def load(self, server: str, settings: McpServerSettings) -> tuple[ListedTool, ...] | None:
        """The tools as they were enabled; None where the server never was.

        Raises:
            PluginError: The file is damaged, or was made for another program or URL.
        """
        path = self._path(server)
        try:
            with path.open("rb") as file:
                text = file.read(_LARGEST_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _broken(server, f"{path} cannot be read: {error.strerror}") from error
        try:
            document: Mapping[str, Any] = json.loads(text)
            tools = tuple(_tool(row) for row in document["tools"])
            identity = document["server"]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise _broken(server, f"{path} is damaged") from error
        if identity != _identity(settings):
            raise _broken(server, "its command or url is not the one that was enabled")
        if len(tools) > MOST_TOOLS:
            raise _broken(server, f"{path} is damaged")
        return tools

    def remove(self, server: str) -> bool:
        """Forget a server; whether it was there."""
        try:
            self._path(server).unlink()
        except FileNotFoundError:
            return False
        return True

    def _path(self, server: str) -> Path:
        return self.folder / f"{server}.json"


def _identity(settings: McpServerSettings) -> str:
    """What makes a server the same one: what is started where, or what is called."""
    what = json.dumps([settings.command, str(settings.cwd or ""), settings.url])
    return sha256(what.encode()).hexdigest()


def _row(tool: ListedTool) -> dict[str, Any]:
    return {
        "name": tool.name,
        "description": tool.description,
        "schema": tool.schema,
        "fingerprint": tool.fingerprint,
    }


def _tool(row: Mapping[str, Any]) -> ListedTool:
    tool = ListedTool(str(row["name"]), str(row["description"]), dict(row["schema"]))
    if tool.fingerprint != row["fingerprint"]:
        raise ValueError(tool.fingerprint)
    return tool


def _broken(server: str, why: str) -> PluginError:
    return PluginError(
        f"MCP server {server}: {why}", plugin=f"mcp.{server}", mend=f"voiced mcp enable {server}"
    )
