"""Plugins of every kind in processes of their own, with little time."""

from __future__ import annotations

from textwrap import dedent

import pytest

from voiced.plugin_host.host import Host
from voiced.plugin_host.remote import hosted_announcers, hosted_intents, hosted_undoers
from voiced.plugin_host.request import Limits
from voiced.plugin_host.source import Source
from voiced.testing.context import FakeContext

QUICK = Limits(load_s=20.0, ask_s=5.0, call_s=5.0, grace_s=0.3)

HEAD = """
import asyncio, os, sys, time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from voiced.plugin import *
"""


class Hosted:
    """A plugin's host and what it defines."""

    def __init__(self, host, failures):
        self.host = host
        self.failures = failures
        found = host.definitions()
        self.intents = {intent.name: intent for intent in hosted_intents(host, found)}
        self.undoers = hosted_undoers(host, found.operations)
        self.announcers = hosted_announcers(host, found)

    async def call(self, name, context=None, **slots):
        return await self.intents[name](context or FakeContext(), **slots)

    def slot(self, name, slot):
        return self.intents[name].slots[slot].type


@pytest.fixture
def host_of(tmp_path, monkeypatch):
    """Makes the host of a plugin's text; its failures are noted."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = []

    def make(text, limits=QUICK, name="odd", off_after=99):
        failures = []

        def failed(what):
            failures.append(what)
            return len(failures) >= off_after

        source = Source(name, file=str(tmp_path / f"{name}.py"), text=HEAD + dedent(text))
        host = Host(source, limits, failed)
        host.failures = failures
        made.append(host)
        return host

    yield make
    for host in made:
        host.close()


@pytest.fixture
def hosted(host_of):
    """Makes a loaded plugin of its text."""

    def make(text, **options):
        host = host_of(text, **options)
        return Hosted(host, host.failures)

    return make
