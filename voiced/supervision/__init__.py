"""Engines that are watched over: one that fails too often gives way to a simpler one for a while.

Three failures in sixty seconds are one level down; the better engine is tried again by itself.
A stage is wrapped around its engines, the best one first; who uses it notices nothing.
"""

from voiced.supervision.engine import Spare
from voiced.supervision.ladder import Ladder
from voiced.supervision.responder import SupervisedResponder
from voiced.supervision.supervisor import Change, Supervisor
from voiced.supervision.synthesizer import SpokenBy, SupervisedSynthesizer
from voiced.supervision.transcriber import SupervisedTranscriber

__all__ = [
    "Change",
    "Ladder",
    "Spare",
    "SpokenBy",
    "SupervisedResponder",
    "SupervisedSynthesizer",
    "SupervisedTranscriber",
    "Supervisor",
]
