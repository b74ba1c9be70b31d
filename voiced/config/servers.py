"""The section on MCP: the servers whose tools are used, and what is offered to other programs."""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from voiced.config.values import Folder, SecretSource, Section, ServerUrl

__all__ = ["McpServerSettings", "McpSettings"]


def _server_name(name: str) -> str:
    if re.fullmatch(r"[a-z][a-z0-9_]{0,23}", name) is None:
        message = "the name of a server: small letters, digits and _, at most 24, a letter first"
        raise ValueError(message)
    return name


ServerName: TypeAlias = Annotated[str, AfterValidator(_server_name)]
"""What an MCP server is called: the middle of the names of its intents."""


EffectName: TypeAlias = Literal[
    "read_public",
    "read_private",
    "reversible",
    "destructive",
    "outward_known",
    "outward_new",
    "admin",
]
"""An effect class, as `voiced intents list` shows it."""


class McpServerSettings(Section):
    """One MCP server: a program that voiced starts, or a URL. You say what its tools may do."""

    command: tuple[str, ...] = Field(
        default=(), description="The program and its arguments; it is started when first needed."
    )
    cwd: Folder | None = Field(default=None, description="The folder that the program starts in.")
    env: tuple[str, ...] = Field(
        default=(), description="Names of environment variables that the program gets."
    )
    url: ServerUrl = Field(default="", description="Its URL, where it is no program of yours.")
    key: SecretSource = Field(
        default=SecretSource(), description="Where the bearer token of the URL comes from."
    )
    effects: dict[str, EffectName] = Field(
        default_factory=dict, description="The effect class of each tool that may be used."
    )
    default_effect: Literal[
        "read_public", "read_private", "destructive", "outward_known", "outward_new", "admin"
    ] = Field(default="admin", description="The effect class of every other tool; admin: not used.")
    critical: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="Arguments of a tool that you must have said yourself; else all of them.",
    )
    undo: dict[str, str] = Field(
        default_factory=dict,
        description="The tool that takes a reversible one back, with the same arguments.",
    )
    describe: dict[str, str] = Field(
        default_factory=dict, description="What a tool does, in your words, for the model."
    )
    sentences: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Sentences that call a tool without a model."
    )
    pinned: dict[str, str] = Field(
        default_factory=dict, description="Fingerprints that tools must have to be used."
    )
    start_s: float = Field(default=10.0, gt=0, le=120, description="Give up starting after this.")
    deadline_s: float = Field(
        default=10.0, gt=0, le=600, description="Give up a call after this time."
    )

    @model_validator(mode="after")
    def _is_whole(self) -> McpServerSettings:
        if bool(self.command) == bool(self.url):
            raise ValueError("needs either a command or a url")
        for tool, effect in self.effects.items():
            if effect == "reversible" and tool not in self.undo:
                message = f"{tool[:40]!r} cannot be reversible: no tool in undo takes it back"
                raise ValueError(f"{message}; call it destructive")
        return self


class McpSettings(Section):
    """Tools of other programs as intents, and intents for other programs (MCP)."""

    servers: dict[ServerName, McpServerSettings] = Field(
        default_factory=dict, description="The servers whose tools are used, by name."
    )
    offer: tuple[str, ...] = Field(
        default=(),
        description="Intents that `voiced mcp` offers beyond reading what is public: names, or"
        " the beginning of names and *.",
    )
