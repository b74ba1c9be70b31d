"""A kept turn's sound through the real session once more, on the virtual clock, with no effects.

The microphone gives back what it heard, the speaker what it had played (for an echo canceller);
every intent does nothing and says so; the journal is one that is gone afterwards.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio

from voiced import daemon
from voiced.audio import FRAME_SAMPLES, RATE_HZ, AudioFrame, Samples, silence
from voiced.composition import opening
from voiced.composition.brain import open_brain
from voiced.config import (
    Config,
    JournalSettings,
    Loaded,
    ResponderSettings,
    TraceSettings,
    journal_folder,
)
from voiced.events import Event
from voiced.memory import pause_file
from voiced.memory.pause_file import PAUSE_FILE
from voiced.plugin import Context, Intent, Reply
from voiced.registry import LoadedPlugins, Plugin, load_plugins
from voiced.stages import Playback, Speaker
from voiced.timeline import Timeline, TimelineBuilder
from voiced.turns import PauseMemory
from voiced.workers import in_worker

__all__ = ["ReplayMicrophone", "ReplaySpeaker", "harmless", "replay"]

_DONE = "Done."


@dataclass(frozen=True, slots=True, eq=False)
class ReplayMicrophone:
    """Plays what a microphone heard, then silence, at the pace of the loop's clock.

    Args:
        near: What it heard: int16, 16 kHz.
        trailing_s: How long the silence is.
    """

    near: Samples
    trailing_s: float

    async def prepare(self) -> None:
        """Nothing to load."""

    async def aclose(self) -> None:
        """Nothing to free."""

    async def frames(self) -> AsyncGenerator[AudioFrame]:
        """Frames of 20 ms, each when its last sample has sounded."""
        opened_s = anyio.current_time()
        length = len(self.near) + round(self.trailing_s * RATE_HZ)
        for start in range(0, length, FRAME_SAMPLES):
            await anyio.sleep_until(opened_s + (start + FRAME_SAMPLES) / RATE_HZ)
            yield AudioFrame(_piece(self.near, start, FRAME_SAMPLES), RATE_HZ, start)


class ReplaySpeaker:
    """A speaker whose far signal is what the speaker of that time had played.

    The microphone holds the echo of that time, not of what is spoken now.
    """

    def __init__(self, inner: Speaker, far: Samples) -> None:
        self._inner = inner
        self._far = far
        self._played = 0

    async def prepare(self) -> None:
        """Prepare the speaker beneath."""
        await self._inner.prepare()

    async def aclose(self) -> None:
        """Close the speaker beneath."""
        await self._inner.aclose()

    def open(self) -> Playback:
        """Lease the speaker beneath."""
        return self._inner.open()

    def played(self, samples: int) -> Samples:
        """The next so many samples of what was played then."""
        start, self._played = self._played, self._played + samples
        return _piece(self._far, start, samples)


def harmless(plugins: LoadedPlugins) -> LoadedPlugins:
    """The same plugins, whose intents and undoers do nothing; what can be said stays the same."""
    return replace(plugins, plugins=tuple(_harmless(plugin) for plugin in plugins.plugins))


def _harmless(plugin: Plugin) -> Plugin:
    intents: tuple[Intent, ...] = tuple(
        replace(intent, function=_do_nothing) for intent in plugin.intents
    )
    return replace(plugin, intents=intents, undoers=())


async def _do_nothing(context: Context, **slots: Any) -> Reply:  # noqa: ARG001 - an intent's
    return Reply(_DONE)


async def replay(
    loaded: Loaded,
    near: Samples,
    far: Samples,
    *,
    with_model: bool = False,
) -> tuple[Timeline, ...]:
    """Run the sound through a session, and return the timelines of the turns that it makes.

    Args:
        loaded: The configuration to try.
        near: What the microphone heard: int16, 16 kHz.
        far: What the speaker had played: int16, 16 kHz, as long.
        with_model: Whether the language model is asked.

    Raises:
        VoicedError: An engine is missing or failed.
    """
    turns = loaded.config.turns
    wait_ms = max(turns.end_silence_ms, turns.patient_end_ms) + turns.reopen_ms
    microphone = ReplayMicrophone(near, wait_ms / 1000 + 1.0)
    builder = TimelineBuilder(words=True)
    ended: list[Timeline] = []

    def keep(event: Event) -> None:
        timeline = builder.hear(event)
        if timeline is not None:
            ended.append(timeline)

    with TemporaryDirectory(prefix="voiced-replay-") as folder:
        apart = replace(loaded, config=_apart(loaded.config, Path(folder), with_model=with_model))
        plugins = harmless(load_plugins(apart.config.intents))
        options = opening.RunOptions(sink="null")
        async with (
            open_brain(apart, plugins=plugins) as brain,
            opening.open_stages(apart.config, options, microphone) as stages,
        ):
            heard = replace(stages, speaker=ReplaySpeaker(stages.speaker, far))
            known = opening.habits(apart.config, await in_worker(_pauses, loaded.config))
            await daemon.serve(apart.config, brain, heard, [keep], known)
    return tuple(ended)


def _pauses(config: Config) -> PauseMemory | None:
    """The user's pauses as they are known now; what the replay learns of them is not kept."""
    if not config.turns.learn_pauses:
        return None
    return pause_file.load(journal_folder(config.journal) / PAUSE_FILE)


def _apart(config: Config, folder: Path, *, with_model: bool) -> Config:
    """The configuration with a journal of its own, and nothing of the replay kept."""
    changes: dict[str, Any] = {
        "journal": JournalSettings(folder=folder),
        "trace": TraceSettings(keep_turns=0),
    }
    if not with_model:
        changes["responder"] = ResponderSettings()
    return config.model_copy(update=changes)


def _piece(sound: Samples, start: int, samples: int) -> Samples:
    """So many samples of the sound from ``start`` on, and silence after its end."""
    piece = sound[start : start + samples]
    if len(piece) == samples:
        return piece
    padded = silence(samples)
    padded[: len(piece)] = piece
    return padded
