"""The steps of setup in their order; each asks, tries and writes for itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from voiced.setting_up.outside import Run
from voiced.setting_up.steps.engines import set_recogniser, set_voice
from voiced.setting_up.steps.living import converse, set_activation, set_model, set_service
from voiced.setting_up.steps.machine import tell_machine
from voiced.setting_up.steps.sound import test_echo, test_microphone, test_speaker

__all__ = ["STEPS", "Step"]

Step: TypeAlias = Callable[[Run], None]

STEPS: Mapping[str, Step] = {
    "machine": tell_machine,
    "recogniser": set_recogniser,
    "voice": set_voice,
    "microphone": test_microphone,
    "speaker": test_speaker,
    "echo": test_echo,
    "activation": set_activation,
    "model": set_model,
    "service": set_service,
    "conversation": converse,
}
