"""The configuration: one pydantic model for each section of voiced.toml, and its loading.

Every key has a default, a unit in its name and a one-line description, and can be set by the
environment variable VOICED_SECTION__KEY. Secrets are never in the file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "AudioSettings",
    "Config",
    "IntentSettings",
    "JournalSettings",
    "PolicySettings",
    "ResponderSettings",
    "SecretSource",
    "Section",
    "SynthesizerSettings",
    "TranscriberSettings",
    "TurnSettings",
]


class Section(BaseModel):
    """A section of voiced.toml: unknown keys are errors, values cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AudioSettings(Section):
    """Microphone, loudspeaker and voice detector."""

    microphone: str = Field("default", description="Input device: a name, or 'default'.")
    speaker: str = Field("default", description="Output device: a name, or 'default'.")
    detector: Literal["webrtc", "silero"] = Field(
        "webrtc", description="Voice detector: webrtc (cheap) or silero (better in noise)."
    )
    min_level_dbfs: float = Field(
        -50.0, le=0, description="Sound below this level is never speech."
    )


class TurnSettings(Section):
    """When an utterance begins and ends, and when speech interrupts."""

    speech_ms: int = Field(60, ge=20, le=1000, description="Speech that starts an utterance.")
    end_silence_ms: int = Field(600, ge=100, le=5000, description="Silence that ends it.")
    pre_roll_ms: int = Field(1000, ge=0, le=5000, description="Sound kept from before speech.")
    barge_in_ms: int = Field(200, ge=40, le=5000, description="Speech that interrupts a reply.")
    max_utterance_s: float = Field(30.0, ge=1, le=120, description="Longest utterance.")


class SecretSource(Section):
    """Where a secret comes from: an environment variable or a command. Never the secret itself."""

    env: str = Field("", description="Name of the environment variable that holds the secret.")
    command: str = Field("", description="Command whose first output line is the secret.")


class TranscriberSettings(Section):
    """Speech to text."""

    engine: Literal["pocketsphinx", "faster-whisper", "openai"] = Field(
        "pocketsphinx", description="Which engine transcribes."
    )
    model: str = Field("", description="Model name or folder; empty is the engine's default.")
    language: str = Field("en", description="Language spoken, as a two-letter code.")
    url: str = Field("", description="Base URL of an OpenAI-compatible server, with /v1.")
    key: SecretSource = Field(SecretSource(), description="Where the server's key comes from.")
    timeout_s: float = Field(20.0, gt=0, description="Give up a request after this time.")
    beam_size: int = Field(1, ge=1, le=10, description="faster-whisper: hypotheses kept.")
    compute_type: str = Field("int8", description="faster-whisper: arithmetic, as CTranslate2's.")
    pad_s: float = Field(
        30.0, ge=2, le=30, description="faster-whisper: shortest context; less is faster."
    )
    partial_interval_ms: int = Field(
        500, ge=100, le=5000, description="faster-whisper: sound between two partials."
    )
    max_no_speech: float = Field(
        0.6, ge=0, le=1, description="faster-whisper: more likely no speech than this is dropped."
    )


class ResponderSettings(Section):
    """The language model, over any OpenAI-compatible server. Without a URL there is none."""

    url: str = Field("", description="Base URL of the server, with /v1; empty means no model.")
    model: str = Field("", description="Model name; empty takes the server's first.")
    key: SecretSource = Field(SecretSource(), description="Where the server's key comes from.")
    system_prompt: str = Field("", description="Said to the model before our own instructions.")
    connect_timeout_s: float = Field(3.0, gt=0, description="Give up connecting after this.")
    first_token_timeout_s: float = Field(20.0, gt=0, description="Give up waiting after this.")
    stall_timeout_s: float = Field(5.0, gt=0, description="Longest pause inside a reply.")
    max_tokens: int = Field(2000, ge=1, le=32000, description="Longest reply, in tokens.")
    temperature: float | None = Field(None, description="Sampling temperature; empty: server's.")


class SynthesizerSettings(Section):
    """Text to speech."""

    voice: str = Field("default", description="Voice profile: a name of `voiced voices list`.")
    url: str = Field("", description="Base URL of an OpenAI-compatible server, with /v1.")
    key: SecretSource = Field(SecretSource(), description="Where the server's key comes from.")
    timeout_s: float = Field(20.0, gt=0, description="Give up a request after this time.")


class IntentSettings(Section):
    """Which plugins are used."""

    disabled: tuple[str, ...] = Field((), description="Plugins that are not loaded.")
    enabled: tuple[str, ...] = Field((), description="Plugins of others that may be loaded.")
    folder: Path | None = Field(None, description="Folder of your own plugins (*.py).")


class PolicySettings(Section):
    """How careful the assistant is."""

    confirm_s: float = Field(8.0, gt=0, description="An unanswered question is a no after this.")


class JournalSettings(Section):
    """What is kept of what was done and said."""

    folder: Path | None = Field(None, description="Where the journal lies; empty: state folder.")
    transcripts: bool = Field(False, description="Keep what was said, too.")  # noqa: FBT003
    keep_days: int = Field(30, ge=1, description="Transcripts are erased after so many days.")


class Config(BaseModel):
    """All of voiced.toml. ``plugins`` holds the sections of plugins, validated by them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    audio: AudioSettings = AudioSettings()
    turns: TurnSettings = TurnSettings()
    transcriber: TranscriberSettings = TranscriberSettings()
    responder: ResponderSettings = ResponderSettings()
    synthesizer: SynthesizerSettings = SynthesizerSettings()
    intents: IntentSettings = IntentSettings()
    policy: PolicySettings = PolicySettings()
    journal: JournalSettings = JournalSettings()
    plugins: dict[str, dict[str, Any]] = Field(default_factory=dict)
