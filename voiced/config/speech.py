"""The sections on sound, turns and the engines: what is heard, thought and said."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from voiced.config.values import SecretSource, Section, ServerUrl, WyomingUrl

__all__ = [
    "AudioSettings",
    "ResponderSettings",
    "SynthesizerSettings",
    "TranscriberSettings",
    "TurnSettings",
]


class AudioSettings(Section):
    """Microphone, loudspeaker, echo cancelling and voice detector."""

    microphone: str = Field(default="default", description="Input device: a name, or 'default'.")
    speaker: str = Field(default="default", description="Output device: a name, or 'default'.")
    server: Literal["auto", "pulse", "portaudio"] = Field(
        default="auto",
        description="How sound is reached: pulse (PulseAudio or PipeWire), portaudio (anything"
        " else), auto (pulse where such a server runs).",
    )
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


class TranscriberSettings(Section):
    """Speech to text."""

    engine: Literal["pocketsphinx", "faster-whisper", "openai", "wyoming"] = Field(
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
    wyoming: WyomingUrl = Field(
        default="", description="Wyoming server, as tcp://HOST:PORT; what goes there is not hidden."
    )
    timeout_s: float = Field(default=20.0, gt=0, description="Give up a request after this time.")
    beam_size: int = Field(default=1, ge=1, le=10, description="faster-whisper: hypotheses kept.")
    compute_type: str = Field(
        default="int8", description="faster-whisper: arithmetic, as CTranslate2's."
    )
    threads: int = Field(
        default=0, ge=0, le=64, description="faster-whisper: threads; 0: one a core, at most 4."
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
    context_tokens: int = Field(
        default=0,
        ge=0,
        le=1 << 24,
        description="How many tokens the model holds, prompt and reply; 0: what its server says.",
    )
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
    wyoming: WyomingUrl = Field(
        default="", description="Wyoming server, as tcp://HOST:PORT; what goes there is not hidden."
    )
    timeout_s: float = Field(default=20.0, gt=0, description="Give up a request after this time.")
