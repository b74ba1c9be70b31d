"""The verbs of one engine each: say and transcribe, and how a voice is tried."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from voiced.cli.files import refuse_other_than_wav, told_as_output
from voiced.cli.output import AsJson, print_json
from voiced.cli.setup import load_config, run_async

if TYPE_CHECKING:
    from voiced.config import Loaded
    from voiced.stages import Transcript

__all__ = ["say", "speak", "transcribe"]

_SPOKEN_S = 1200.0
"""It waits until nobody speaks, and is over when it was spoken."""

Engine: TypeAlias = Literal["pocketsphinx", "faster-whisper", "openai", "wyoming"]
"""The transcribers."""


def say(
    context: typer.Context,
    text: Annotated[list[str], typer.Argument(help="What is said.")],
    voice: Annotated[str, typer.Option(help="A name of `voiced voices list`.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write a WAV file, do not play it.")] = None,
) -> None:
    """Speak: through the running voiced when nobody speaks, or at once where none runs.

    With a voice of its own, or into a file, it never goes through the running one.
    """
    if out is not None:
        refuse_other_than_wav(str(out), "--out")
    elif not voice and _said_by_daemon(" ".join(text)):
        return
    loaded = load_config(context)
    if out is None:
        run_async("real", speak, loaded, voice, " ".join(text))
        return
    with told_as_output(str(out), "--out"):  # a file needs no real time
        run_async("virtual", speak, loaded, voice, " ".join(text), str(out))


def _said_by_daemon(text: str) -> bool:
    """Whether a daemon runs, and said it.

    Raises:
        ControlError: It refused.
    """
    from voiced.control.client import ask
    from voiced.errors import NoDaemon

    try:
        ask({"do": "speak", "text": text}, timeout_s=_SPOKEN_S)
    except NoDaemon as error:
        if error.reason != "no_daemon":  # it ran, and may have said it, or still will
            raise
        return False
    return True


async def speak(loaded: Loaded, voice: str, text: str, sink: str = "speaker") -> None:
    """Speak a text with a voice, to the speaker or into a WAV file, to its end."""
    from voiced.composition import engines as composition
    from voiced.loop.speaking import read_aloud

    profile = composition.voice(loaded.config, voice)
    synthesizer = composition.synthesizer(loaded.config, profile)
    speaker = composition.speaker(loaded.config, sink)
    async with composition.prepared(synthesizer, speaker):
        await read_aloud(text, synthesizer, profile, speaker.open())


def transcribe(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="A sound file.")],
    engine: Annotated[Engine | None, typer.Option(help="Not the one of the configuration.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write down what a sound file says."""
    transcript = run_async("real", _transcribe, load_config(context), path, engine or "")
    if as_json:
        alternatives = [
            {"text": other.text, "confidence": other.confidence}
            for other in transcript.alternatives
        ]
        print_json(
            {
                "text": transcript.text,
                "confidence": transcript.confidence,
                "alternatives": alternatives,
            }
        )
    else:
        print(transcript.text)


async def _transcribe(loaded: Loaded, path: Path, engine: str) -> Transcript:
    from voiced.composition import engines as composition
    from voiced.composition.brain import open_brain
    from voiced.engines.sound_file import Pace, SoundFileMicrophone
    from voiced.stages import Transcript

    microphone = SoundFileMicrophone(path, trailing_s=0.5, pace=Pace.NONE)
    transcriber = composition.transcriber(loaded.config, engine)
    final = Transcript("", is_final=True)
    async with (
        open_brain(loaded) as brain,
        composition.prepared(microphone, transcriber),
        aclosing(transcriber.transcribe(microphone.frames(), brain.thinker.hints)) as readings,
    ):
        async for transcript in readings:
            final = transcript
    return final
