"""How one lives with it: activation, keys, a language model, the service, and a first talk."""

from __future__ import annotations

from typing import Any

from voiced.activation.shortcut import shortcut
from voiced.errors import ConfigError, VoicedError
from voiced.setting_up.outside import Run

__all__ = ["converse", "set_activation", "set_model", "set_service"]

_ALWAYS = "always: all that is said is for it"
_WAKE_WORD = "wake word: it listens once it is called"
_PUSH = "push to talk: it listens while a key is held"
_MODES = {_ALWAYS: "always", _WAKE_WORD: "wake_word", _PUSH: "push_to_talk"}
_WORDS = ("okay_nabu", "hey_jarvis", "alexa", "hey_mycroft")
_USUAL_KEY = "F9"
_NONE, _OTHER = "none", "another one"
_TALK_S = 45.0


def set_activation(run: Run) -> None:
    """Choose what makes it listen, and the key."""
    before = run.config.activation
    now = next(text for text, mode in _MODES.items() if mode == before.mode)
    chosen = run.dialogue.choose("When does it listen?", list(_MODES), now)
    keys: dict[str, Any] = {}
    if _MODES[chosen] != before.mode:
        keys["mode"] = _MODES[chosen]
    if chosen == _WAKE_WORD:
        if "pymicro_wakeword" not in run.outside.packages():
            run.dialogue.tell(
                "The wake word is not installed yet. Install it, then set it:\n"
                "  pip install 'voiced[wake-word]'\n  voiced setup --only activation"
            )
            return
        usual = before.words[0] if before.words else _WORDS[0]
        word = run.dialogue.choose("Which word?", list(dict.fromkeys([usual, *_WORDS])), usual)
        if word not in before.words:
            keys["words"] = (word,)
    keys |= _key(run, is_needed=chosen == _PUSH)
    run.found["activation"] = {"mode": _MODES[chosen], "key": keys.get("key", before.key)}
    if keys:
        run.write("activation", keys)


def _key(run: Run, *, is_needed: bool) -> dict[str, str]:
    """The push-to-talk key, where the desktop can give one."""
    before = run.config.activation.key
    if run.machine.display == "none":
        run.dialogue.tell("Without a desktop there are no keys; `voiced ptt toggle` does the same.")
        return {}
    default = before or (_USUAL_KEY if is_needed else "")
    while True:
        text = run.dialogue.ask("Push-to-talk key, such as F9 or ctrl+alt+space?", default)
        if text == before:
            return {}
        try:
            if text:
                shortcut(text, "key")
        except ConfigError as error:
            run.dialogue.tell(f"{error.message}")
        else:
            return {"key": text}


def set_model(run: Run) -> None:
    """Set the server of a language model; without one, voiced does its intents."""
    before = str(run.config.responder.url)
    run.dialogue.tell(
        "A language model answers what no intent does. It is not needed."
        + (f" Set now: {before}" if before else "")
    )
    question = "Ask this machine's ports 11434, 8080 and 1234 whether one runs here?"
    servers = run.outside.servers() if run.dialogue.confirm(question, default=True) else ()
    run.found["servers"] = [{"name": each.name, "url": each.url} for each in servers]
    for server in servers:
        run.dialogue.tell(f"{server.name} answers at {server.url}: {', '.join(server.models[:3])}")
    urls = [each.url for each in servers]
    first = [before] if before else []
    options = list(dict.fromkeys([*first, *urls, _NONE, _OTHER]))
    url = run.dialogue.choose("Which one?", options, before or (urls[0] if urls else _NONE))
    if url == _OTHER:
        url = run.dialogue.ask("Its address, ending in /v1?", before)
    url = "" if url == _NONE else url
    if url != before:
        _write_url(run, url)


def _write_url(run: Run, url: str) -> None:
    try:
        run.write("responder", {"url": url})
    except ConfigError as error:
        run.dialogue.tell(f"It was not written: {error.message}\nvoiced setup --only model")


def set_service(run: Run) -> None:
    """Have voiced started at every login, if that is wanted."""
    if not run.machine.has_user_manager:
        run.dialogue.tell("voiced cannot start with your login here: no user manager of systemd.")
        return
    question = "Start voiced now and at every login (voiced service install)?"
    if not run.dialogue.confirm(question, default=False):
        return
    try:
        told = run.outside.install_service()
    except VoicedError as error:
        run.dialogue.tell(f"That failed: {error.message}.\nMend: {error.mend}")
        return
    run.found["service"] = list(told)
    for sentence in told:
        run.dialogue.tell(sentence)


def converse(run: Run) -> None:
    """One real turn: somebody asks, it answers."""
    if not run.dialogue.has_person:
        run.dialogue.tell("Nobody is here to talk to. Try it: voiced run")
        return
    if not run.dialogue.confirm("Talk to it now?", default=True):
        return
    run.dialogue.tell(f"{_how(run)} what time is it")
    try:
        heard = run.outside.converse(_TALK_S)
    except VoicedError as error:
        run.dialogue.tell(f"That failed: {error.message}.\nMend: {error.mend or 'voiced doctor'}")
        return
    if heard is None:
        run.dialogue.tell("Nothing was heard. voiced setup --only microphone tries it out.")
        return
    run.found["conversation"] = {"outcome": heard.outcome}
    run.dialogue.tell(f"You said: {heard.said}\nIt said: {heard.reply or '(nothing)'}")


def _how(run: Run) -> str:
    """What one does before one speaks."""
    settings = run.config.activation
    if settings.mode == "wake_word":
        word = settings.words[0].replace("_", " ") if settings.words else "its word"
        return f"When it says that it listens, say: {word},"
    if settings.mode == "push_to_talk":
        return f"When it says that it listens, hold {settings.key or 'its key'} and say:"
    return "When it says that it listens, say:"
