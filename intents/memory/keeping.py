"""Whether what is said is kept, and how the user lets it be kept. By voice it is only told."""

from __future__ import annotations

from voiced.plugin import Context, Effect, Integrity, Reply, intent

__all__ = ["HOW_TO_KEEP", "transcripts"]

HOW_TO_KEEP = (
    "I don't keep what is said. To let me keep it, set transcripts to true in the section journal"
    " of voiced.toml, and start me again."
)
_KEPT = (
    "I keep what is said, in the journal on this machine alone. You can say: forget the last ten"
    " minutes."
)


@intent(
    "memory.transcripts",
    sentences=[
        "(do|will|can) you (keep|record|store|remember) (what|everything|anything) [that] i say",
        "(do|will|can) you (keep|record|store|remember|save) (our|my) (conversations|words)",
        "(are you|do you keep) (recording|records of|transcripts of) (me|us|what i say)",
        "(turn on|turn off|enable|disable|switch on|switch off) [the] transcripts",
        "(start|stop) (keeping|recording) (what i say|transcripts|our conversations)",
    ],
    effect=Effect.R0,
    returns=Integrity.CONFIG,
    examples=["do you keep what I say"],
)
async def transcripts(context: Context) -> Reply:
    """Tell whether what is said is kept, and how that is changed."""
    return Reply(_KEPT if context.assistant.keeps_speech else HOW_TO_KEEP)
