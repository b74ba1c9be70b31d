"""Engines that take exactly as long as told, the same for every system that is measured.

Recognition 80 ms, the first token after 120 ms and then one every 15 ms, speech 80 ms to its first
chunk, and a loudspeaker that gives out what it is given, to the sample.
"""

from voiced.bench.standins.chat_server import StandInChatServer
from voiced.bench.standins.heard import HeardWord, heard_text, heard_words
from voiced.bench.standins.imagining import ImaginingTranscriber
from voiced.bench.standins.loudspeaker import Command, IdealPlayback, IdealSpeaker, Stretch
from voiced.bench.standins.responder import Asked, StandInResponder, tokens
from voiced.bench.standins.synthesizer import SpokenSentence, StandInSynthesizer
from voiced.bench.standins.transcriber import Schedule, StandInTranscriber

__all__ = [
    "Asked",
    "Command",
    "HeardWord",
    "IdealPlayback",
    "IdealSpeaker",
    "ImaginingTranscriber",
    "Schedule",
    "SpokenSentence",
    "StandInChatServer",
    "StandInResponder",
    "StandInSynthesizer",
    "StandInTranscriber",
    "Stretch",
    "heard_text",
    "heard_words",
    "tokens",
]
