"""Whether a session attends to what it hears: its mode, and the handles that change it.

The gate says what is for the assistant; the shutter whether there is a microphone at all. What is
heard while it is asleep is looked through for a wake word and forgotten within a second: nobody
transcribes it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from voiced.activation.gate import Activity, Gate, GateRules
from voiced.audio import RATE_HZ
from voiced.clock import AudioClock
from voiced.controls import Mode
from voiced.events import Event, ModeChanged, PushToTalk, WakeWordHeard
from voiced.listening import Heard
from voiced.shutter import Shutter
from voiced.stages import WakeWordDetector

__all__ = ["Attention", "Conversing", "Opening"]

_RECALLED = RATE_HZ
"""A wake word is known after its end by less than this."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens the gate (None: nothing has to), and who knows the words for it.

    ``stop_word`` is asked while we speak: its words silence us. Where a wake word opens the gate,
    but nobody knows it, the key does.
    """

    rules: GateRules | None = None
    wake_word: WakeWordDetector | None = None
    stop_word: WakeWordDetector | None = None


class Conversing(Protocol):
    """What a session does when it is told by a handle, synchronously."""

    def claim(self) -> None:
        """The user speaks, or will at once: the assistant is silent."""
        ...

    def finish(self) -> None:
        """What is being said is complete."""
        ...

    def recall(self, at: int) -> None:
        """What was said before sample ``at`` is no part of the request: it was the wake word."""
        ...

    def drop(self, *, keeps_back: bool) -> None:
        """Nobody speaks, and what was being said is dropped; what waits to be sent may be, too."""
        ...


class Attention:
    """The handles of a session (``Controls``), and what of its sound they let in.

    Args:
        session: Does what the handles ask for.
        shutter: Of its microphone.
        clock: The session's.
        emit: Takes what changed.
        opening: What opens the gate.
    """

    def __init__(
        self,
        session: Conversing,
        shutter: Shutter,
        clock: AudioClock,
        emit: Callable[[Event], None],
        opening: Opening,
    ) -> None:
        self._session = session
        self._shutter = shutter
        self._clock = clock
        self._emit = emit
        rules = opening.rules or GateRules()
        if rules.way == "wake_word" and opening.wake_word is None:
            rules = replace(rules, way="push_to_talk")
        self._gate = Gate(rules)
        self._wake_word = opening.wake_word
        self._stop_word = opening.stop_word
        self._unattended: deque[Heard] = deque()
        self._told: Mode | None = None

    # The handles

    @property
    def mode(self) -> Mode:
        """How it is now."""
        if self._shutter.is_closed:
            return "muted"
        return "listening" if self._gate.is_open else "asleep"

    @property
    def holds(self) -> bool:
        """Whether the push-to-talk key says that what is said goes on."""
        return self._gate.holds

    def press(self) -> None:
        """The push-to-talk key went down; while muted that counts for nothing."""
        at = self._clock.at()
        if self._shutter.is_closed or not self._gate.press(at):
            return
        self._emit(PushToTalk(at, is_down=True))
        self._session.claim()
        self._tell_mode()

    def release(self) -> None:
        """The push-to-talk key went up."""
        at = self._clock.at()
        if self._gate.release(at):
            self._emit(PushToTalk(at, is_down=False))

    def toggle(self) -> None:
        """Press, or release if it is pressed."""
        if self._gate.is_held:
            self.release()
        else:
            self.press()

    def stop(self) -> None:
        """Whoever speaks is silent, what was being said is dropped, and nothing is sent."""
        self._session.drop(keeps_back=True)

    def mute(self) -> None:
        """Close the microphone; what was being said is dropped, but a reply goes on."""
        if self._shutter.is_closed:
            return
        self._shutter.close()
        if self._gate.is_held:
            self._emit(PushToTalk(self._clock.at(), is_down=False))
        self._gate.shut()
        self._unattended.clear()
        self._session.drop(keeps_back=False)
        self._tell_mode()

    def unmute(self) -> None:
        """Open it again."""
        self._shutter.open()
        self._tell_mode()

    # The sound

    def begin(self) -> None:
        """The session runs from now on; who began it tells the mode that it begins in."""
        self._told = self.mode

    def hear(self, heard: Heard, activity: Activity) -> tuple[Heard, ...]:
        """Take a frame; what it gives back is for the assistant, in order."""
        was_held = self._gate.is_held
        if self._gate.hear(heard.frame.end, activity):
            if was_held:
                self._emit(PushToTalk(self._clock.at(), is_down=False))
            self._session.finish()
        self._unattended.append(heard)
        self._look_for_wake_word(heard)
        if self._stop_word is not None and activity.is_speaking:
            self._look_for_stop_word(heard, self._stop_word)
        attended: tuple[Heard, ...] = ()
        if self._gate.is_open:
            attended = tuple(self._unattended)
            self._unattended.clear()
        while self._unattended and heard.frame.end - self._unattended[0].frame.start > _RECALLED:
            self._unattended.popleft()
        self._tell_mode()
        return attended

    def _look_for_wake_word(self, heard: Heard) -> None:
        if self._wake_word is None or self._gate.way != "wake_word":
            return
        word = self._wake_word.detect(heard.frame)
        if word is None:
            return
        self._emit(WakeWordHeard(word.at, word.word))
        self._unattended = deque(each for each in self._unattended if each.frame.start >= word.at)
        self._session.recall(word.at)
        self._gate.wake(word.at)

    def _look_for_stop_word(self, heard: Heard, detector: WakeWordDetector) -> None:
        word = detector.detect(heard.frame)
        if word is not None:
            self._emit(WakeWordHeard(word.at, word.word))
            self.stop()

    def _tell_mode(self) -> None:
        if self._told is not None and self._told != self.mode:
            self._told = self.mode
            self._emit(ModeChanged(self._clock.at(), self.mode))
