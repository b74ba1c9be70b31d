"""What the benchmarks of turn-taking say: speech with the times of its words, always the same."""

from voiced.bench.material.backchannels import BACKCHANNEL_KINDS, backchannels
from voiced.bench.material.complete import COMPLETE_KINDS, complete
from voiced.bench.material.interruptions import INTERRUPTION_KINDS, interruptions
from voiced.bench.material.pauses import PAUSE_KINDS, pauses
from voiced.bench.material.recordings import interruptions_from
from voiced.bench.material.replies import replies
from voiced.bench.material.utterances import Pause, Take, Utterance, Word

__all__ = [
    "BACKCHANNEL_KINDS",
    "COMPLETE_KINDS",
    "INTERRUPTION_KINDS",
    "PAUSE_KINDS",
    "Pause",
    "Take",
    "Utterance",
    "Word",
    "backchannels",
    "complete",
    "interruptions",
    "interruptions_from",
    "pauses",
    "replies",
]
