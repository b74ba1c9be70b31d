"""The section on what makes voiced listen: a wake word, a key, or nothing."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from voiced.config.values import Section

__all__ = ["ActivationSettings"]


class ActivationSettings(Section):
    """What makes it listen, and how it shows that it does."""

    mode: Literal["always", "wake_word", "name", "push_to_talk"] = Field(
        default="always",
        description="always (all that is said is for it), wake_word, name (what begins or ends with"
        " its name), push_to_talk. The key works in every mode.",
    )
    names: tuple[str, ...] = Field(
        default=("computer",),
        min_length=1,
        max_length=8,
        description="name: what it is called, in English. Three syllables or more are heard well.",
    )
    words: tuple[str, ...] = Field(
        default=("okay_nabu",),
        description="Wake words: okay_nabu, hey_jarvis, alexa, hey_mycroft, or the .json file of a"
        " microWakeWord model.",
    )
    stop_words: tuple[str, ...] = Field(
        default=(), description="Models of words that silence it while it speaks: .json files."
    )
    sensitivity: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="How easily a wake word or a name is heard; 0.5 is what words are made for.",
    )
    follow_up_s: float = Field(
        default=6.0,
        ge=0,
        le=60,
        description="wake_word, name: it listens for so long after it fell silent; 0: not at all.",
    )
    key: str = Field(
        default="",
        description="Push-to-talk key, such as F9 or ctrl+alt+space, through the desktop; empty:"
        " none.",
    )
    mute_key: str = Field(
        default="", description="Key that closes the microphone, and opens it again."
    )
    stop_key: str = Field(default="", description="Key that silences it.")
    key_is: Literal["hold", "toggle"] = Field(
        default="hold", description="Hold the push-to-talk key down, or press it twice."
    )
    keys_by: Literal["auto", "portal", "x11"] = Field(
        default="auto",
        description="Who gives the keys: the GlobalShortcuts portal, X11, or whoever is there.",
    )
    button: str = Field(
        default="",
        description="Input device with a push-to-talk button, such as a pedal or a GPIO key: its"
        " name, or its file in /dev/input.",
    )
    button_code: int = Field(
        default=0, ge=0, le=0x2FF, description="Which of its keys, by its evdev code; 0: any."
    )
    sounds: bool = Field(
        default=True, description="Short sounds: it listens, it sleeps, it is muted, it failed."
    )
    notifications: bool = Field(
        default=False, description="Show mode and questions as desktop notifications."
    )
    tray: bool = Field(
        default=True,
        description="Show the state in the desktop's tray, with a menu, where there is a tray.",
    )
