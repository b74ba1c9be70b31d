"""A plugin's process as the rest of voiced sees it: started when it is needed, ended when it errs.

Whatever the plugin does (hangs, crashes, leaks, writes nonsense) ends as a ``Failure`` here; the
process is killed, and the next request starts a fresh one with the same version of the code.
All of it blocks.
"""

from __future__ import annotations

import itertools
import logging
import sys
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from typing import Any

from platformdirs import user_cache_path

from voiced.errors import PluginError, VoicedError
from voiced.plugin_host.definitions import Definitions, read_definitions
from voiced.plugin_host.failures import Failure, SwitchedOff, outcome
from voiced.plugin_host.mailbox import Ended
from voiced.plugin_host.process import HostProcess
from voiced.plugin_host.request import Limits, Request
from voiced.plugin_host.settings import SectionReport, section_to_data
from voiced.plugin_host.source import Source
from voiced.plugin_host.wire import WireError, is_table

__all__ = ["Host"]

_log = logging.getLogger(__name__)

_LOADING = 0
_NEARLY_FULL = 0.8


class Host:
    """One plugin in a process of its own.

    Args:
        source: The plugin's code.
        limits: What it may take.
        failed: Told of each failure; True means that the plugin is switched off from now on.
        verify: Called before the code is run each time; raises PluginError where it may not be.
    """

    def __init__(
        self,
        source: Source,
        limits: Limits | None = None,
        failed: Callable[[str], bool] = lambda _: False,
        verify: Callable[[], None] = lambda: None,
    ) -> None:
        self.source = source
        self.limits = limits or Limits()
        self.is_off = False
        self.report = SectionReport()
        self._failed = failed
        self._verify = verify
        self._numbers = itertools.count(_LOADING + 1)
        self._lock = threading.RLock()
        self._process: HostProcess | None = None
        self._closing: weakref.finalize[[], Host] | None = None
        self._is_loaded = False
        self._is_retired = False
        self._counted: HostProcess | None = None
        self._section: tuple[Any, str] | None = None
        self._definitions: Definitions | None = None

    @property
    def name(self) -> str:
        """The plugin's name."""
        return self.source.name

    @property
    def pid(self) -> int | None:
        """The number of the process, where one runs."""
        process = self._process
        return process.pid if process is not None and process.is_alive else None

    def start(self) -> None:
        """Begin to load the plugin, if that has not begun; do not wait for it."""
        with self._lock:
            if self._process is None:
                self._launch()

    def _launch(self) -> None:
        self._verify()
        process = HostProcess()
        self._process, self._is_loaded = process, False
        self._closing = weakref.finalize(self, process.close)
        process.mailbox.open(_LOADING)
        hello = {
            "source": self.source.as_row(),
            "sys_path": list(sys.path),
            "bytecode": str(user_cache_path("voiced") / "bytecode"),
            "address_space_bytes": self.limits.address_space_bytes,
        }
        try:
            process.send(hello)
        except WireError as error:
            self._end()
            raise PluginError(f"plugin {self.name}: is too large", plugin=self.name) from error
        except Ended as error:  # it is told when the process is waited for
            process.mailbox.end(error.reason)

    def definitions(self) -> Definitions:
        """What the plugin defines; waits until it is loaded.

        Raises:
            PluginError: It cannot be loaded.
        """
        with self._lock:
            self._ready()
            if self._definitions is None:
                raise PluginError(f"plugin {self.name}: was not loaded", plugin=self.name)
            return self._definitions

    def configure(self, section: Mapping[str, Any], file: str) -> SectionReport:
        """Give the plugin its section of the configuration, as it was read.

        Raises:
            ConfigError: The section has a mistake; the one before stays.
            PluginError: The plugin cannot be asked.
        """
        before, self._section = self._section, (section_to_data(section), file)
        try:
            self.report = SectionReport.from_row(self.ask("configure", self._configuration()))
        except VoicedError:
            self._section = before
            raise
        except (Failure, SwitchedOff) as failure:
            self._section = before
            message = f"plugin {self.name}: its settings cannot be checked: it {failure}"
            raise PluginError(message, plugin=self.name) from failure
        return self.report

    def _configuration(self) -> dict[str, Any]:
        section, file = self._section or ({}, "")
        return {"section": section, "file": file}

    def ask(self, what: str, arguments: Mapping[str, Any], within_s: float | None = None) -> Any:
        """Ask and wait for the answer, not longer than ``within_s``.

        Raises:
            VoicedError: The plugin refused.
            Failure: It did not answer as it must; that is counted.
            SwitchedOff: It is not asked any more.
        """
        process: HostProcess | None = None
        try:
            request = self.open(what, arguments)
            process = request.process
            try:
                message = request.next(time.monotonic() + (within_s or self.limits.ask_s))
            finally:
                self.finish(request)
            return outcome(message, self.name)
        except Failure as failure:
            self.settle(failure, process)
            raise

    def open(self, what: str, arguments: Mapping[str, Any]) -> Request:
        """Send a request to the plugin's process, which is started if need be; ``finish`` it.

        Raises:
            Failure: It cannot be started, or does not read.
            SwitchedOff: It is not asked any more.
        """
        with self._lock:
            if self.is_off:
                raise SwitchedOff("is switched off")
            try:
                process = self._ready()
            except PluginError as error:
                raise Failure("cannot be started again") from error
            return self._send(process, what, arguments)

    def _send(self, process: HostProcess, what: str, arguments: Mapping[str, Any]) -> Request:
        request = Request(next(self._numbers), process)
        process.mailbox.open(request.number)
        try:
            request.send({"do": what, **arguments})
        except WireError as error:
            process.mailbox.close(request.number)
            raise Failure("was sent too much", is_fatal=False) from error
        except Failure:
            process.mailbox.close(request.number)
            raise
        return request

    def finish(self, request: Request) -> None:
        """Nothing more is expected for the request."""
        mailbox = request.process.mailbox
        mailbox.close(request.number)
        if self._is_retired and not mailbox.open_requests:
            self.close()

    def _ready(self) -> HostProcess:
        """The process, when it has loaded the plugin and has its settings."""
        self._drop_spent()
        self.start()
        process = self._process
        if process is None:
            raise PluginError(f"plugin {self.name}: was not started", plugin=self.name)
        if not self._is_loaded:
            self._wait_until_loaded(process)
            if self._section is not None:
                self._configure_again(process)
        return process

    def _drop_spent(self) -> None:
        process = self._process
        if process is None or not self._is_loaded:
            return
        full_bytes = _NEARLY_FULL * self.limits.address_space_bytes
        if not process.is_alive:
            self.settle(Failure("ended by itself"), process)
        elif process.address_space_bytes > full_bytes and not process.mailbox.open_requests:
            _log.warning("plugin %s is started again: it takes too much memory", self.name)
            self._end()

    def _wait_until_loaded(self, process: HostProcess) -> None:
        request = Request(_LOADING, process)
        try:
            message = request.next(time.monotonic() + self.limits.load_s)
            if "loaded" not in message:
                raise self._load_failure(message)
            self._definitions = read_definitions(self.name, message["loaded"])
        except Failure as failure:
            self._end()
            reason = f"plugin {self.name}: {failure.what} while it was loaded"
            raise PluginError(self._located(reason), plugin=self.name) from failure
        except PluginError:
            self._end()
            raise
        process.mailbox.close(_LOADING)
        self._is_loaded = True

    def _located(self, reason: str) -> str:
        return f"{reason} ({self.source.file})" if self.source.file else reason

    def _load_failure(self, message: Mapping[str, Any]) -> PluginError:
        failed = message.get("failed")
        row = failed if is_table(failed) else {}
        said = str(row.get("message") or f"plugin {self.name}: was not loaded")
        return PluginError(said[:1000], plugin=self.name, mend=str(row.get("mend") or "")[:1000])

    def _configure_again(self, process: HostProcess) -> None:
        """A fresh process gets the settings that the one before had."""
        try:
            request = self._send(process, "configure", self._configuration())
            try:
                outcome(request.next(time.monotonic() + self.limits.ask_s), self.name)
            finally:
                process.mailbox.close(request.number)
        except (Failure, VoicedError) as error:
            self._end()
            raise PluginError(f"plugin {self.name}: refuses its settings") from error

    def settle(self, failure: Failure, process: HostProcess | None) -> bool:
        """Count a failure and end a process that cannot be used any more.

        Returns:
            True where the plugin is switched off by it.
        """
        with self._lock:
            if failure.is_fatal and process is not None:
                if process is self._process:
                    self._end()
                if process is self._counted:
                    return False
                self._counted = process
            _log.error("plugin %s %s", self.name, failure.what)
            was_off, self.is_off = self.is_off, self.is_off or self._failed(failure.what)
            if self.is_off:
                self._end()
            return self.is_off and not was_off

    def discard(self, process: HostProcess) -> None:
        """End a process that is not at fault."""
        with self._lock:
            if process is self._process:
                self._end()

    def operation(self, name: str) -> str:
        """The name of an operation that this plugin can take back.

        Raises:
            PluginError: It is none of its own: nobody may leave a way back through others.
        """
        if self._definitions is None or name not in self._definitions.operations:
            message = f"plugin {self.name}: nothing of it takes back {name[:60]!r}"
            raise PluginError(message, plugin=self.name, mend="write an @undoes function for it")
        return name

    def retire(self) -> None:
        """End the process as soon as nothing is under way in it."""
        with self._lock:
            self._is_retired = True
            if self._process is None or not self._process.mailbox.open_requests:
                self._end()

    def close(self) -> None:
        """End the process now; the next request starts a new one."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._closing is not None:
            self._closing()
        self._process, self._closing, self._is_loaded = None, None, False
