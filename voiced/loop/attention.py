"""Whether a session attends to what it hears: its mode, and the handles that change it.

The gate says what is for the assistant; the shutter whether there is a microphone at all. What is
heard while it is asleep is looked through for a wake word and forgotten within a second, or for a
name and forgotten when it is known that there is none: nobody transcribes it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from voiced.activation.gate import Activity, Gate, GateRules
from voiced.audio import RATE_HZ, AudioFrame, silence
from voiced.controls import Mode
from voiced.echo import Cleaned
from voiced.events import Event, ModeChanged, NotAddressed, PushToTalk, WakeWordHeard
from voiced.loop.addressing import Addressing, Called, NotCalled
from voiced.loop.clock import AudioClock
from voiced.loop.listening import Captured, Heard, Listener
from voiced.stages import NameHeard, NameSpotter, WakeWord, WakeWordDetector

__all__ = ["Attention", "Conversing", "Opening"]

_RECALLED = RATE_HZ
"""A wake word is known after its end by less than this."""

_BLUR = 60 * RATE_HZ // 1000
"""The word may have ended so long before; what was said then is kept, but is no sign of speech."""

_EARLY = RATE_HZ // 10
"""Who presses a key may speak a little before."""

_SILENCE_DBFS = -120.0

_ECHOES = RATE_HZ
"""What we played may be heard in the room for so long."""


@dataclass(slots=True)
class _Overheard:
    """A frame of which it is not known yet whether it is for the assistant."""

    captured: Captured
    heard: Heard | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens the gate (None: nothing has to), and who knows the words for it.

    ``stop_word`` is asked while we speak: its words silence us. Where a wake word opens the gate,
    but nobody knows it, the key does; so it is with names.
    """

    rules: GateRules | None = None
    wake_word: WakeWordDetector | None = None
    stop_word: WakeWordDetector | None = None
    names: NameSpotter | None = None


class Conversing(Protocol):
    """What a session does when it is told by a handle, synchronously."""

    def claim(self) -> None:
        """The user speaks, or will at once: the assistant is silent."""
        ...

    def finish(self) -> None:
        """What is being said is complete."""
        ...

    def recall(self, at: int, end: Sequence[AudioFrame]) -> None:
        """What was said before sample ``at`` is no part of the request: it was the wake word.

        ``end`` is the sound from there to where the word seems to end.
        """
        ...

    def drop(self, *, keeps_back: bool) -> None:
        """Nobody speaks, and what was being said is dropped; what waits to be sent may be, too."""
        ...

    def forget(self) -> None:
        """The conversation, and what is to be kept but is not yet, are dropped."""
        ...


class Attention:
    """The handles of a session (``Controls``), and what of its sound they let in.

    Args:
        session: Does what the handles ask for.
        listener: Its microphone.
        clock: The session's.
        emit: Takes what changed.
        opening: What opens the gate.
    """

    def __init__(
        self,
        session: Conversing,
        listener: Listener,
        clock: AudioClock,
        emit: Callable[[Event], None],
        opening: Opening,
    ) -> None:
        self._session = session
        self._listener = listener
        self._shutter = listener.shutter
        self._clock = clock
        self._emit = emit
        rules = opening.rules or GateRules()
        knows = {"wake_word": opening.wake_word, "name": opening.names}
        if rules.way in knows and knows[rules.way] is None:
            rules = replace(rules, way="push_to_talk")
        self._gate = Gate(rules)
        self._wake_word = opening.wake_word
        self._stop_word = opening.stop_word
        names = opening.names if rules.way == "name" else None
        self._addressing = None if names is None else Addressing(names)
        self._unattended: deque[_Overheard] = deque()
        self._sounded_until = -_ECHOES
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
        was_open = self._gate.is_open
        if self._shutter.is_closed or not self._gate.press(at):
            return
        if not was_open:
            self._forget(at - _EARLY)
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
        if self._addressing is not None:
            self._addressing.reset()
        self._forget(self._clock.at())
        self._session.drop(keeps_back=False)
        self._tell_mode()

    def unmute(self) -> None:
        """Open it again."""
        self._shutter.open()
        self._tell_mode()

    def forget(self) -> None:
        """The user had something forgotten elsewhere: hold nothing of before any more."""
        self._session.forget()

    # The sound

    def begin(self) -> None:
        """The session runs from now on; who began it tells the mode that it begins in."""
        self._told = self.mode

    def hear(self, captured: Captured, activity: Activity) -> tuple[Heard, ...]:
        """Take a frame; what it gives back is for the assistant, in order."""
        end = captured.near.end
        was_held, was_open = self._gate.is_held, self._gate.is_open
        if self._gate.hear(end, activity):
            if was_held:
                self._emit(PushToTalk(self._clock.at(), is_down=False))
            self._session.finish()
        if self._gate.is_open and not was_open:  # nobody called: we speak unasked
            self._catch_up()  # whoever looks for speech has to know the room
            self._forget(captured.near.start)
        self._unattended.append(_Overheard(captured))
        if captured.is_sounding:
            self._sounded_until = end
        may_echo = end - self._sounded_until <= _ECHOES
        if self._gate.is_open or may_echo or self._addressing is not None:
            self._catch_up()
        self._look_for_words(captured, activity)
        self._look_for_name()
        attended = self._attended() if self._gate.is_open else ()
        since = None if self._addressing is None else self._addressing.since
        self._forget(end - _RECALLED if since is None else min(since, end - _RECALLED))
        self._tell_mode()
        return attended

    def _catch_up(self) -> None:
        """Analyse what was not, in order; alone it is nothing to anybody, and costs the most."""
        for each in self._unattended:
            if each.heard is None:
                each.heard = self._listener.analyse(each.captured)

    def _attended(self) -> tuple[Heard, ...]:
        self._catch_up()
        overheard = tuple(self._unattended)
        self._unattended.clear()
        for each in overheard:
            self._listener.keep(each.captured, is_attended=True)
        return tuple(each.heard for each in overheard if each.heard is not None)

    def _forget(self, before: int) -> None:
        """Forget what began before this sample."""
        while self._unattended and self._unattended[0].captured.near.start < before:
            self._listener.keep(self._unattended.popleft().captured, is_attended=False)

    def _look_for_words(self, captured: Captured, activity: Activity) -> None:
        latest = self._unattended[-1].heard
        frame = captured.near if latest is None else latest.frame
        if self._wake_word is not None and self._gate.way == "wake_word":
            word = self._wake_word.detect(frame)
            if word is not None:
                self._wake(word)
        if self._stop_word is not None and activity.is_speaking:
            word = self._stop_word.detect(frame)
            if word is not None:
                self._emit(WakeWordHeard(word.at, word.word))
                self.stop()

    def _wake(self, word: WakeWord) -> None:
        self._emit(WakeWordHeard(word.at, word.word))
        self._catch_up()  # the wake word, too: whoever looks for speech has to know the room
        begin = word.at - _BLUR
        self._forget(begin)
        end: list[AudioFrame] = []
        while self._unattended and self._unattended[0].captured.near.start < word.at:
            each = self._unattended.popleft()
            self._listener.keep(each.captured, is_attended=True)
            end += [each.heard.frame] if each.heard is not None else []
        self._session.recall(begin, end)
        self._gate.wake(word.at)

    def _look_for_name(self) -> None:
        latest = self._unattended[-1].heard
        if self._addressing is None or latest is None:
            return
        match self._addressing.hear(latest):
            case NotCalled(at) if not self._gate.is_open:
                self._emit(NotAddressed(at))
            case Called(name, None):
                self._wake(WakeWord(name.name, name.end))
            case Called(name, int(since)) if not self._gate.is_open:
                self._go_back(name, since)
            case _:  # what is open hears it all
                pass

    def _go_back(self, name: NameHeard, since: int) -> None:
        """What was said from ``since`` on was for the assistant, but for the name at its end."""
        self._emit(WakeWordHeard(name.end, name.name))
        self._forget(since - _EARLY)
        self._session.recall(since, ())
        for each in self._unattended:
            is_name = each.captured.near.end > name.start and each.captured.near.start < name.end
            if is_name and each.heard is not None:
                each.heard = _hushed(each.heard)
        self._gate.wake(self._unattended[-1].captured.near.end)

    def _tell_mode(self) -> None:
        if self._told is not None and self._told != self.mode:
            self._told = self.mode
            self._emit(ModeChanged(self._clock.at(), self.mode))


def _hushed(heard: Heard) -> Heard:
    """The frame as if nobody had said anything."""
    old = heard.cleaned
    frame = AudioFrame(silence(len(old.frame.samples)), old.frame.rate_hz, old.frame.start)
    quiet = Cleaned(frame, _SILENCE_DBFS, old.expected_dbfs, old.is_converged, 0.0, frame)
    return Heard(quiet, 0.0)
