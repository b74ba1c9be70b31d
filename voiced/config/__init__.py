"""The configuration: the sections of voiced.toml, their loading, and their reference.

The only reader of the configuration file and of the environment.
"""

from voiced.config.folders import (
    config_file,
    journal_folder,
    model_folder,
    pin_folder,
    plugin_folder,
    satellite_folder,
    taught_file,
    trace_folder,
    voice_folder,
)
from voiced.config.loading import Loaded, PluginNames, Source, load, plugin_settings
from voiced.config.reference import Row, describe, markdown
from voiced.config.sections import (
    AudioSettings,
    Config,
    ControlSettings,
    Folder,
    IntentSettings,
    JournalSettings,
    McpServerSettings,
    McpSettings,
    PolicySettings,
    ResponderSettings,
    SatelliteSettings,
    SecretSource,
    Section,
    SynthesizerSettings,
    TraceSettings,
    TranscriberSettings,
    TurnSettings,
    WebSettings,
)
from voiced.config.values import host_and_port

__all__ = [
    "AudioSettings",
    "Config",
    "ControlSettings",
    "Folder",
    "IntentSettings",
    "JournalSettings",
    "Loaded",
    "McpServerSettings",
    "McpSettings",
    "PluginNames",
    "PolicySettings",
    "ResponderSettings",
    "Row",
    "SatelliteSettings",
    "SecretSource",
    "Section",
    "Source",
    "SynthesizerSettings",
    "TraceSettings",
    "TranscriberSettings",
    "TurnSettings",
    "WebSettings",
    "config_file",
    "describe",
    "host_and_port",
    "journal_folder",
    "load",
    "markdown",
    "model_folder",
    "pin_folder",
    "plugin_folder",
    "plugin_settings",
    "satellite_folder",
    "taught_file",
    "trace_folder",
    "voice_folder",
]
