"""The sections of voiced.toml: one pydantic model for each. No reading of files is here.

Every key has a default, a unit in its name and a one-line description, and can be set by the
environment variable VOICED_SECTION__KEY. Secrets are never in the file.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

__all__ = [
    "AudioSettings",
    "Config",
    "Folder",
    "IntentSettings",
    "JournalSettings",
    "McpServerSettings",
    "McpSettings",
    "PolicySettings",
    "ResponderSettings",
    "SecretSource",
    "Section",
    "SynthesizerSettings",
    "TraceSettings",
    "TranscriberSettings",
    "TurnSettings",
]

_URL_MARKS = frozenset("?#@")


def _is_server_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets or a port that no URL has
        return False
    is_printable = url.isprintable() and not any(letter.isspace() for letter in url)
    is_plain = is_printable and not _URL_MARKS.intersection(url)
    return has_host and is_plain and parts.scheme in {"http", "https"}


def _server_url(url: str) -> str:
    if url and not _is_server_url(url):
        message = "must be a plain http or https URL, like http://127.0.0.1:8080/v1"
        raise ValueError(f"{message}, without password and query")
    return url


ServerUrl: TypeAlias = Annotated[str, AfterValidator(_server_url)]
"""Base URL of a server, or empty for none."""


def _expanded(path: Path) -> Path:
    try:
        expanded = path.expanduser()
    except RuntimeError as error:
        raise ValueError(str(error)) from error
    if not expanded.is_absolute():
        raise ValueError("must be an absolute path, or begin with ~/")
    return expanded


Folder: TypeAlias = Annotated[Path, AfterValidator(_expanded)]
"""A folder: an absolute path; ``~`` is the home of the user."""


class Section(BaseModel):
    """A section of voiced.toml: unknown keys are errors, values cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class AudioSettings(Section):
    """Microphone, loudspeaker, echo cancelling and voice detector."""

    microphone: str = Field(default="default", description="Input device: a name, or 'default'.")
    speaker: str = Field(default="default", description="Output device: a name, or 'default'.")
    echo: Literal["auto", "webrtc", "off"] = Field(
        default="auto",
        description="Echo cancelling: auto (where neither headset nor sound server make it"
        " needless), webrtc (always), off.",
    )
    detector: Literal["webrtc", "silero"] = Field(
        default="webrtc", description="Voice detector: webrtc (cheap) or silero (better in noise)."
    )
    min_level_dbfs: float = Field(
        default=-50.0, le=0, description="Sound below this level is never speech."
    )


class TurnSettings(Section):
    """When an utterance begins and ends, and when speech interrupts."""

    speech_ms: int = Field(
        default=60, ge=20, le=1000, description="Speech that starts an utterance."
    )
    end_silence_ms: int = Field(
        default=1100,
        ge=100,
        le=5000,
        description="Silence that ends it, where nothing more is known.",
    )
    early_end_ms: int = Field(
        default=200,
        ge=100,
        le=5000,
        description="Silence that ends a command which is complete and cannot go on.",
    )
    complete_end_ms: int = Field(
        default=350,
        ge=100,
        le=5000,
        description="Silence that ends a sentence which is whole, but might go on.",
    )
    patient_end_ms: int = Field(
        default=1800,
        ge=100,
        le=10000,
        description="Silence that ends a sentence which cannot end where it stopped.",
    )
    reopen_ms: int = Field(
        default=700,
        ge=0,
        le=5000,
        description="Speech that goes on so soon after the end belongs to the same turn.",
    )
    speculate_ms: int = Field(
        default=120,
        ge=0,
        le=5000,
        description="Silence after which an answer is prepared, still unheard; 0 never does.",
    )
    end_detector: Literal["auto", "smart-turn", "off"] = Field(
        default="auto",
        description="Judges by the sound whether a turn is over: auto uses smart-turn where its"
        " model is there.",
    )
    learn_pauses: bool = Field(
        default=True, description="Learn how long your own pauses are, and wait for them."
    )
    pre_roll_ms: int = Field(
        default=1000, ge=0, le=5000, description="Sound kept from before speech."
    )
    suspicion_ms: int = Field(
        default=40, ge=20, le=1000, description="Speech over a reply that makes it quieter."
    )
    duck_db: float = Field(
        default=24.0, ge=0, le=60, description="How much quieter a reply gets by a suspicion."
    )
    barge_in_ms: int = Field(
        default=600,
        ge=40,
        le=5000,
        description="Voice that interrupts a reply where no words of it are known.",
    )
    max_utterance_s: float = Field(default=30.0, ge=1, le=120, description="Longest utterance.")


class SecretSource(Section):
    """Where a secret comes from: an environment variable or a command. Never the secret itself."""

    env: str = Field(
        default="", description="Name of the environment variable that holds the secret."
    )
    command: str = Field(default="", description="Command whose first output line is the secret.")


class TranscriberSettings(Section):
    """Speech to text."""

    engine: Literal["pocketsphinx", "faster-whisper", "openai"] = Field(
        default="pocketsphinx", description="Which engine transcribes."
    )
    model: str = Field(
        default="", description="Model name or folder; empty is the engine's default."
    )
    language: str = Field(default="en", description="Language spoken, as a two-letter code.")
    url: ServerUrl = Field(
        default="", description="Base URL of an OpenAI-compatible server, with /v1."
    )
    key: SecretSource = Field(
        default=SecretSource(), description="Where the server's key comes from."
    )
    timeout_s: float = Field(default=20.0, gt=0, description="Give up a request after this time.")
    beam_size: int = Field(default=1, ge=1, le=10, description="faster-whisper: hypotheses kept.")
    compute_type: str = Field(
        default="int8", description="faster-whisper: arithmetic, as CTranslate2's."
    )
    pad_s: float = Field(
        default=30.0, ge=2, le=30, description="faster-whisper: shortest context; less is faster."
    )
    partial_interval_ms: int = Field(
        default=500, ge=100, le=5000, description="faster-whisper: sound between two partials."
    )
    max_no_speech: float = Field(
        default=0.6,
        ge=0,
        le=1,
        description="faster-whisper: more likely no speech than this is dropped.",
    )

    @property
    def whisper_model(self) -> str:
        """The model of faster-whisper: the one named, or the one to begin with."""
        return self.model or ("base.en" if self.language == "en" else "base")


class ResponderSettings(Section):
    """The language model, over any OpenAI-compatible server. Without a URL there is none."""

    url: ServerUrl = Field(
        default="", description="Base URL of the server, with /v1; empty means no model."
    )
    model: str = Field(default="", description="Model name; empty takes the server's first.")
    key: SecretSource = Field(
        default=SecretSource(), description="Where the server's key comes from."
    )
    system_prompt: str = Field(
        default="", description="Said to the model before our own instructions."
    )
    connect_timeout_s: float = Field(
        default=3.0, gt=0, description="Give up connecting after this."
    )
    first_token_timeout_s: float = Field(
        default=20.0, gt=0, description="Give up waiting after this."
    )
    stall_timeout_s: float = Field(default=5.0, gt=0, description="Longest pause inside a reply.")
    max_tokens: int = Field(default=2000, ge=1, le=32000, description="Longest reply, in tokens.")
    temperature: float | None = Field(
        default=None, description="Sampling temperature; empty: server's."
    )
    pictures: Literal["ask", "always", "never"] = Field(
        default="ask",
        description="Sending pictures to a server on another machine: ask (once a run), always,"
        " never.",
    )
    picture_model: str = Field(
        default="", description="Model of the server that looks at pictures; empty: model."
    )


class SynthesizerSettings(Section):
    """Text to speech."""

    voice: str = Field(
        default="default", description="Voice profile: a name of `voiced voices list`."
    )
    lexicon: dict[str, str] = Field(
        default_factory=dict,
        description="Words and how they are respelled, before those of the voice.",
    )
    url: ServerUrl = Field(
        default="", description="Base URL of an OpenAI-compatible server, with /v1."
    )
    key: SecretSource = Field(
        default=SecretSource(), description="Where the server's key comes from."
    )
    timeout_s: float = Field(default=20.0, gt=0, description="Give up a request after this time.")


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
    mcp: McpSettings = McpSettings()
    trace: TraceSettings = TraceSettings()
    plugins: dict[str, dict[str, Any]] = Field(default_factory=dict)
