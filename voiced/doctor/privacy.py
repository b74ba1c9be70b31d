"""What leaves the machine, what is kept, where, and for how long."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from platformdirs import user_cache_path

from voiced.composition.companions import companions_of, kept_by
from voiced.config import (
    Config,
    journal_folder,
    page_folder,
    pin_folder,
    plugin_folder,
    satellite_folder,
    taught_file,
    trace_folder,
)
from voiced.config.history import history_of
from voiced.control.mute_file import MUTE_FILE
from voiced.doctor.checks import Examination
from voiced.errors import VoicedError
from voiced.memory.pause_file import PAUSE_FILE
from voiced.models.catalogue import listed_models
from voiced.models.voices import downloadable, profile
from voiced.registry.record import record_file
from voiced.service.last_good import good_file
from voiced.service.starts import STARTS_FILE

__all__ = ["PrivacyFact", "privacy"]


@dataclass(frozen=True, slots=True)
class PrivacyFact:
    """An endpoint, a place where something is kept, or how long it is kept."""

    kind: Literal["endpoint", "file", "retention"]
    name: str
    fact: str


def privacy(what: Examination) -> tuple[PrivacyFact, ...]:
    """Every endpoint, file and retention; there is no other one, and no telemetry."""
    return (*_endpoints(what), *_files(what), *_retention(what))


def _endpoints(what: Examination) -> Iterator[PrivacyFact]:
    config = what.loaded.config
    hearing, speaking = config.transcriber, config.synthesizer
    heard_by = {"openai": hearing.url, "wyoming": hearing.wyoming}.get(hearing.engine, "")
    if heard_by:
        yield _endpoint("transcriber: the sound of what you say", heard_by)
    yield from _model(config)
    search = str(config.plugins.get("search", {}).get("url", ""))
    if search:
        yield _endpoint("web search: what you search for", search)
    spoken_by = {"openai": speaking.url, "wyoming": speaking.wyoming}.get(_voice_engine(what), "")
    if spoken_by:
        yield _endpoint("voice: the text of what is spoken", spoken_by)
    for name, server in config.mcp.servers.items():
        what_for = f"MCP server {name}: what you have its tools do"
        if server.url:
            yield _endpoint(what_for, server.url)
        else:
            yield PrivacyFact("endpoint", what_for, f"the program {server.command[0]}")
    yield from _of_plugins(what)
    yield from _who_listens(config)
    urls = (*_download_urls(what), *config.models.mirrors)
    for host in sorted({urlsplit(url).hostname or "" for url in urls}):
        yield PrivacyFact("endpoint", "downloads, only by `voiced models pull`", host)


def _who_listens(config: Config) -> Iterator[PrivacyFact]:
    """Who may come to us, and learn what is said or asked."""
    if config.satellites.listen:
        what_for = "satellites that have a key: the sound of their rooms, what is answered there"
        yield _endpoint(what_for, f"tls://{config.satellites.listen}")
    if config.web.listen:
        what_for = "the page, for other devices that have a session"
        yield _endpoint(what_for, f"tls://{config.web.listen}")
    if config.activation.notifications:
        yield PrivacyFact("endpoint", "notifications: what it asks", "your desktop")
    if config.web.otlp_url:
        yield _endpoint("how long turns took, from the page", config.web.otlp_url)
    if config.control.socket and config.control.scope != "status":
        yield PrivacyFact("endpoint", "voiced watch: what is said", "programs of yours")


def _of_plugins(what: Examination) -> Iterator[PrivacyFact]:
    for beside in companions_of(what.loaded, what.plugins.plugins):
        for what_for, where in beside.companion.reaches(beside.context):
            if "://" in where:
                yield _endpoint(what_for, where)
            else:
                yield PrivacyFact("endpoint", what_for, where)


def _model(config: Config) -> Iterator[PrivacyFact]:
    settings = config.responder
    if not settings.url:
        return
    yield _endpoint("language model: the text of what you say", settings.url)
    if settings.pictures != "never":
        is_asked = settings.pictures == "ask" and not _is_local(settings.url)
        when = "once you allow it" if is_asked else "those you ask about"
        yield _endpoint(f"language model: pictures, {when}", settings.url)


def _download_urls(what: Examination) -> Iterator[str]:
    try:
        models = (*listed_models(), *downloadable(what.voices))
    except VoicedError:
        models = listed_models()
    for model in models:
        yield from (file.url for file in model.files)


def _voice_engine(what: Examination) -> str:
    try:
        return profile(what.loaded.config.synthesizer.voice, what.voices).voice.engine
    except VoicedError:
        return ""


def _endpoint(name: str, url: str) -> PrivacyFact:
    where = "this machine" if _is_local(url) else "ANOTHER MACHINE"
    return PrivacyFact("endpoint", name, f"{url} ({where})")


def _is_local(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "unix":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _files(what: Examination) -> Iterator[PrivacyFact]:
    config = what.loaded.config
    yield from _configuration(Path(what.loaded.file))
    journal = journal_folder(config.journal) / "journal.db"
    yield PrivacyFact("file", "journal (yours alone to read)", _described(journal))
    pauses = journal_folder(config.journal) / PAUSE_FILE
    yield PrivacyFact("file", "how long your pauses are", _described(pauses))
    starts = journal_folder(config.journal) / STARTS_FILE
    yield PrivacyFact("file", "when it was started last, until it lives", _described(starts))
    muted = journal_folder(config.journal) / MUTE_FILE
    yield PrivacyFact("file", "whether it is muted", _described(muted))
    keys = satellite_folder()
    yield PrivacyFact("file", "keys of satellites (yours alone to read)", _described(keys))
    yield from _kept_turns(trace_folder(config.journal))
    yield from _of_page(config)
    asked = journal_folder(config.journal) / "mcp-requests"
    yield PrivacyFact("file", "what other programs asked for", _described(asked))
    yield PrivacyFact("file", "tools of MCP servers as enabled", _described(pin_folder()))
    yield PrivacyFact("file", "downloaded models", _described(what.models))
    yield PrivacyFact("file", "your plugins", _described(plugin_folder(config.intents)))
    yield PrivacyFact("file", "which plugins may run, and which failed", _described(record_file()))
    for beside in companions_of(what.loaded, what.plugins.plugins):
        for path in beside.companion.keeps(beside.context):
            yield PrivacyFact("file", beside.companion.name, _described(path))
    for name, path in kept_by(what.loaded, what.plugins.plugins):
        yield PrivacyFact("file", name, _described(path))
    bytecode = user_cache_path("voiced") / "bytecode"
    yield PrivacyFact("file", "compiled code of plugins", _described(bytecode))
    taught = taught_file(config.intents)
    yield PrivacyFact("file", "sentences that you taught", _described(taught))
    yield PrivacyFact("file", "your voices", _described(what.voices))


def _configuration(own: Path) -> Iterator[PrivacyFact]:
    yield PrivacyFact("file", "configuration", _described(own))
    kept = "the configuration before its last changes on the page"
    yield PrivacyFact("file", kept, _described(history_of(own)))
    yield PrivacyFact("file", "the configuration that worked last", _described(good_file()))


def _of_page(config: Config) -> Iterator[PrivacyFact]:
    if config.web.metrics:
        token = journal_folder(config.journal) / "metrics-token"
        yield PrivacyFact("file", "token for Prometheus (yours alone to read)", _described(token))
    if config.web.listen:
        certificate = page_folder()
        yield PrivacyFact("file", "the page's certificate", _described(certificate))


def _kept_turns(folder: Path) -> Iterator[PrivacyFact]:
    how = folder / "turns.jsonl"
    yield PrivacyFact("file", "how turns went (yours alone to read)", _described(how))
    yield PrivacyFact("file", "sound of turns (yours alone to read)", _described(folder / "sound"))
    woken = folder / "wakes.jsonl"
    yield PrivacyFact("file", "when you woke it, and whether in vain", _described(woken))


def _described(path: Path) -> str:
    if not path.exists():
        return f"{path} (not there)"
    return f"{path} ({path.stat().st_size} bytes)" if path.is_file() else str(path)


def _retention(what: Examination) -> Iterator[PrivacyFact]:
    config = what.loaded.config
    journal = config.journal
    yield PrivacyFact("retention", "sound", _sound(config))
    if config.activation.mode != "always":
        asleep = "a second, in memory only; nobody transcribes it"
        yield PrivacyFact("retention", "sound while it is asleep", asleep)
    kept = f"{journal.keep_days} days" if journal.transcripts else "not kept"
    yield PrivacyFact("retention", "what was said", kept)
    missed = kept if journal.transcripts else f"only counted, {journal.keep_days} days"
    yield PrivacyFact("retention", "what was not understood", missed)
    yield PrivacyFact("retention", "how turns went", _turns(config))
    yield PrivacyFact("retention", "what was done, and the way back", "until `voiced forget`")
    yield PrivacyFact("retention", "notes and lists", "yours: until you take them away")
    yield PrivacyFact("retention", "what other programs asked for", "ten minutes, or until told")
    for beside in companions_of(what.loaded, what.plugins.plugins):
        for kept_what, how_long in beside.companion.retains(beside.context):
            yield PrivacyFact("retention", kept_what, how_long)
    yield PrivacyFact("retention", "telemetry", "there is none")


def _sound(config: Config) -> str:
    trace = config.trace
    if not trace.sound or not trace.keep_turns:
        return "the last seconds, in memory only"
    return f"of the last {trace.sound_turns} turns, at most {config.journal.keep_days} days"


def _turns(config: Config) -> str:
    if not config.trace.keep_turns:
        return f"no new ones; those from before at most {config.journal.keep_days} days"
    words = "with" if config.journal.transcripts else "without"
    most = f"the last {config.trace.keep_turns}, at most {config.journal.keep_days} days"
    return f"{most}: times and reasons, {words} what was said"
