"""Checks that every engine and every fake of a stage must pass; for authors of engines too.

Each check takes a stage that is not yet prepared, uses it as a session would, and raises
AssertionError with the obligation that is not met. No engine is imported here.
"""

from voiced.testing.conformance.detector import check_voice_detector
from voiced.testing.conformance.echo import check_echo_canceller
from voiced.testing.conformance.microphone import check_microphone
from voiced.testing.conformance.name_spotter import check_name_spotter
from voiced.testing.conformance.responder import check_responder
from voiced.testing.conformance.speaker import check_speaker
from voiced.testing.conformance.synthesizer import check_synthesizer
from voiced.testing.conformance.transcriber import check_transcriber
from voiced.testing.conformance.turn_end import check_turn_end_detector
from voiced.testing.conformance.wake_word import check_wake_word_detector

__all__ = [
    "check_echo_canceller",
    "check_microphone",
    "check_name_spotter",
    "check_responder",
    "check_speaker",
    "check_synthesizer",
    "check_transcriber",
    "check_turn_end_detector",
    "check_voice_detector",
    "check_wake_word_detector",
]
