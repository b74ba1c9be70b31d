"""Where things lie when the configuration does not say: the user's own folders (platformdirs)."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_config_path, user_data_path, user_state_path

from voiced.config.sections import IntentSettings, JournalSettings

__all__ = [
    "config_file",
    "journal_folder",
    "model_folder",
    "page_folder",
    "pin_folder",
    "plugin_folder",
    "satellite_folder",
    "taught_file",
    "trace_folder",
    "voice_folder",
]

_NAME = "voiced"


def config_file() -> Path:
    """The user's voiced.toml; it need not exist."""
    return user_config_path(_NAME) / "voiced.toml"


def plugin_folder(settings: IntentSettings) -> Path:
    """The folder of the user's own plugins; it need not exist."""
    return settings.folder or user_config_path(_NAME) / "intents"


def taught_file(settings: IntentSettings) -> Path:
    """The user's own templates for intents, beside his plugins; it need not exist."""
    return plugin_folder(settings) / "taught.yaml"


def voice_folder() -> Path:
    """The folder of the user's own voice profiles; it need not exist."""
    return user_config_path(_NAME) / "voices"


def journal_folder(settings: JournalSettings) -> Path:
    """The folder of the journal; it need not exist."""
    return settings.folder or user_state_path(_NAME)


def trace_folder(settings: JournalSettings) -> Path:
    """The folder of the flight recorder, beside the journal; it need not exist."""
    return journal_folder(settings) / "traces"


def model_folder() -> Path:
    """The folder of downloaded models; it need not exist."""
    return user_data_path(_NAME) / "models"


def satellite_folder() -> Path:
    """The folder of the keys of satellites; it need not exist."""
    return user_data_path(_NAME) / "satellites"


def page_folder() -> Path:
    """The folder of the page's certificate for other devices; it need not exist."""
    return user_data_path(_NAME) / "web"


def pin_folder() -> Path:
    """The folder of what the tools of MCP servers were when they were enabled; need not exist."""
    return user_data_path(_NAME) / "mcp"
