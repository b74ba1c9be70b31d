"""The sections of voiced.toml: one pydantic model for each. No reading of files is here.

Every key has a default, a unit in its name and a one-line description, and can be set by the
environment variable VOICED_SECTION__KEY. Secrets are never in the file.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from voiced.config.activation import ActivationSettings
from voiced.config.servers import McpServerSettings, McpSettings
from voiced.config.speech import (
    AudioSettings,
    ResponderSettings,
    SynthesizerSettings,
    TranscriberSettings,
    TurnSettings,
)
from voiced.config.values import Folder, ListenAddress, SecretSource, Section, ServerUrl

__all__ = [
    "ActivationSettings",
    "AudioSettings",
    "Config",
    "ControlSettings",
    "Folder",
    "IntentSettings",
    "JournalSettings",
    "McpServerSettings",
    "McpSettings",
    "ModelSettings",
    "PolicySettings",
    "ResponderSettings",
    "SatelliteSettings",
    "SecretSource",
    "Section",
    "SynthesizerSettings",
    "TraceSettings",
    "TranscriberSettings",
    "TurnSettings",
    "WebSettings",
]


class IntentSettings(Section):
    """Which plugins are used."""

    disabled: tuple[str, ...] = Field(default=(), description="Plugins that are not loaded.")
    enabled: tuple[str, ...] = Field(
        default=(),
        description="Plugins of others to remind of until `voiced intents enable` has pinned them.",
    )
    folder: Folder | None = Field(default=None, description="Folder of your own plugins (*.py).")
    plugin_memory_mb: int = Field(
        default=1024,
        ge=256,
        le=1 << 20,
        description="Address space that a plugin which is not built in may take, in MiB.",
    )


class PolicySettings(Section):
    """How careful the assistant is."""

    confirm_s: float = Field(
        default=8.0, gt=0, description="An unanswered question is a no after this."
    )
    outbox_s: float = Field(
        default=10.0, ge=0, description="What is sent can be stopped for so long."
    )


class JournalSettings(Section):
    """What is kept of what was done and said."""

    folder: Folder | None = Field(
        default=None, description="Where the journal lies; empty: state folder."
    )
    transcripts: bool = Field(default=False, description="Keep what was said, too.")
    keep_days: int = Field(
        default=30, ge=1, description="Transcripts are erased after so many days."
    )


class TraceSettings(Section):
    """What is kept of how each turn went: times and reasons, and no words without transcripts."""

    keep_turns: int = Field(
        default=200, ge=0, le=10_000, description="So many of the last turns; 0 keeps no new ones."
    )
    sound: bool = Field(default=False, description="Keep the sound of turns, to replay them.")
    sound_turns: int = Field(
        default=20, ge=1, le=1000, description="The sound of so many of the last turns."
    )


class ControlSettings(Section):
    """How the running assistant can be asked from outside: docs/control.md."""

    socket: bool = Field(
        default=True, description="A socket, for `voiced status`, `ptt`, `mute` and the like."
    )
    scope: Literal["status", "act", "admin"] = Field(
        default="admin", description="What a program of yours may there, at most."
    )
    dbus: bool = Field(default=True, description="The same on the session's D-Bus, but admin.")


class ModelSettings(Section):
    """Where models come from."""

    mirrors: tuple[ServerUrl, ...] = Field(
        default=(),
        description="Servers asked in turn where a model's own one fails, as https://HOST.",
    )


class SatelliteSettings(Section):
    """Microphones and loudspeakers in other rooms."""

    listen: ListenAddress = Field(
        default="",
        description="Address and port where satellites come in, as 192.168.1.5:10700; empty: none.",
    )


class WebSettings(Section):
    """The page on this machine: docs/web.md."""

    enabled: bool = Field(
        default=False, description="Keep the page up beside the assistant; `voiced web` opens it."
    )
    port: int = Field(
        default=8417, ge=1024, le=65_535, description="Where it is, on 127.0.0.1 alone."
    )
    listen: ListenAddress = Field(
        default="",
        description="Address and port for other devices of yours, over TLS, as 192.168.1.5:8418;"
        " empty: none.",
    )
    names: tuple[str, ...] = Field(
        default=(), description="Names of this machine for `listen`, as house.local."
    )
    metrics: bool = Field(
        default=False,
        description="Figures for Prometheus at /metrics of the page: docs/metrics.md.",
    )
    otlp_url: ServerUrl = Field(
        default="",
        description="Where the page sends how long each turn took, as"
        " http://127.0.0.1:4318/v1/traces; empty: nowhere.",
    )


class Config(BaseModel):
    """All of voiced.toml. ``plugins`` holds the sections of plugins, validated by them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    audio: AudioSettings = AudioSettings()
    activation: ActivationSettings = ActivationSettings()
    turns: TurnSettings = TurnSettings()
    transcriber: TranscriberSettings = TranscriberSettings()
    responder: ResponderSettings = ResponderSettings()
    synthesizer: SynthesizerSettings = SynthesizerSettings()
    intents: IntentSettings = IntentSettings()
    policy: PolicySettings = PolicySettings()
    journal: JournalSettings = JournalSettings()
    mcp: McpSettings = McpSettings()
    trace: TraceSettings = TraceSettings()
    control: ControlSettings = ControlSettings()
    models: ModelSettings = ModelSettings()
    satellites: SatelliteSettings = SatelliteSettings()
    web: WebSettings = WebSettings()
    plugins: dict[str, dict[str, Any]] = Field(default_factory=dict)
