"""Real browsers without a screen: Debian's Chromium and Firefox, with the extension in them.

Each is started with a home of its own, in which ``voiced browser install`` was run. Chromium is
driven over its debugging pipe, Firefox over Marionette; only tests do that, to do what a user does.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from voiced_intents.browser.installing import Kit
from voiced_intents.browser_host.caller import CHROMIUM_ID, FIREFOX_ID

PATIENCE_S = 60.0

_FLAGS = """
    --headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run
    --no-default-browser-check --disable-background-networking --disable-component-update
    --disable-sync --disable-dev-shm-usage --window-size=1000,800 --remote-debugging-pipe
    --disable-features=Translate,MediaRouter,OptimizationHints,DisableLoadExtensionCommandLineSwitch
""".split()

_FIREFOX = "--headless --no-remote --marionette --remote-allow-system-access".split()

_PREFS = {
    "app.update.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.region.network.url": "",
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "browser.warnOnQuit": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.push.connection.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.url": "",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
}


def wait_for(condition: Callable[[], Any], what: str, patience_s: float = PATIENCE_S) -> Any:
    """What ``condition`` gives once it is true; ``what`` is said when that takes too long."""
    until_s = time.monotonic() + patience_s
    while not (found := condition()):
        if time.monotonic() > until_s:
            raise AssertionError(f"waited for {what}")
        time.sleep(0.02)
    return found


class Program:
    """A browser's process, and how it is asked to do what its user does."""

    name: str
    process: subprocess.Popen[bytes]
    has_ended = False
    said = ""
    """What the small page said when its picture was taken."""

    def in_page(self, url: str, script: str) -> Any:
        """What a script gives in the page at an address."""
        raise NotImplementedError

    def start_in_page(self, url: str, script: str) -> None:
        """Start a script there that gives nothing."""
        self.in_page(url, f"({script}, 1)")

    def let_go(self) -> None:
        """Close the line over which it is driven."""

    def end(self, how: int = signal.SIGTERM) -> None:
        """End it with all its processes."""
        if not self.has_ended:
            self.let_go()
        self.has_ended = True
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, how)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


class Chromium(Program):
    """Chromium, driven over its debugging pipe."""

    name = "Chromium"

    def __init__(
        self, home: Path, env: dict[str, str], *, extends: bool = True, before: Sequence[str] = ()
    ) -> None:
        self._numbers = itertools.count(1)
        self.events: list[dict[str, Any]] | None = None
        requests, self._requests = os.pipe()
        self._answers, answers = os.pipe()
        data = Path(env["XDG_CONFIG_HOME"]) / "chromium"
        extension = Kit(Path(env["XDG_DATA_HOME"]) / "voiced" / "browser").extension
        command = ["bash", *before, "chromium", *_FLAGS, f"--user-data-dir={data}"]
        if extends:
            command += [f"--disable-extensions-except={extension}"]
            command += [f"--load-extension={extension}"]
        self.log = home / "chromium.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["bash", "-c", f'exec "$@" 3<&{requests} 4>&{answers}', *command, "about:blank"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=env,
                pass_fds=[requests, answers],
                start_new_session=True,
            )
        os.close(requests)
        os.close(answers)
        self._came = b""

    def let_go(self) -> None:
        for descriptor in (self._requests, self._answers):
            os.close(descriptor)

    def command(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """One command of the debugging protocol, and its result."""
        number = next(self._numbers)
        said = {"id": number, "method": method, "params": params}
        if session:
            said["sessionId"] = session
        os.write(self._requests, json.dumps(said).encode() + b"\0")
        for message in self._messages():
            if message.get("id") == number:
                assert "error" not in message, message
                return dict(message["result"])
            if self.events is not None and "method" in message:
                self.events.append(message)
        raise AssertionError("Chromium has gone")

    def _messages(self) -> Iterator[dict[str, Any]]:
        while True:
            while b"\0" not in self._came:
                data = os.read(self._answers, 1 << 16)
                if not data:
                    return
                self._came += data
            one, self._came = self._came.split(b"\0", 1)
            yield json.loads(one)

    def targets(self, kind: str) -> list[dict[str, Any]]:
        """The targets of a kind: page, service_worker."""
        found = self.command("Target.getTargets")["targetInfos"]
        return [each for each in found if each["type"] == kind]

    def evaluate(self, target: str, expression: str) -> Any:
        """The value of an expression in a target."""
        session = self.command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        try:
            done = self.command(
                "Runtime.evaluate",
                session,
                expression=expression,
                awaitPromise=True,
                returnByValue=True,
                userGesture=True,
            )
        finally:
            self.command("Target.detachFromTarget", sessionId=session)
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def in_worker(self, expression: str) -> Any:
        """The value of an expression in the extension's worker."""
        [worker] = wait_for(lambda: self.targets("service_worker"), "the worker")
        return self.evaluate(worker["targetId"], expression)

    def in_page(self, url: str, script: str) -> Any:
        """What a script gives in the page at an address."""
        page = next(each for each in self.targets("page") if each["url"] == url)
        return self.evaluate(page["targetId"], script)

    def stop_worker(self) -> None:
        """Put the extension's worker to sleep, as the browser does by itself."""
        [worker] = self.targets("service_worker")
        self.command("Target.closeTarget", targetId=worker["targetId"])

    def allow_private(self, *, allowed: bool) -> None:
        """What its user sets on the page of extensions; the extension starts anew."""
        target = self.command("Target.createTarget", url="chrome://extensions/")["targetId"]
        developing = "chrome.developerPrivate.updateProfileConfiguration({inDeveloperMode: true})"
        choice = json.dumps({"extensionId": CHROMIUM_ID, "incognitoAccess": allowed})
        ready = "typeof chrome.developerPrivate"
        wait_for(lambda: self.evaluate(target, ready) == "object", "the page of extensions")
        self.evaluate(target, f"{developing}.then(() => 1)")
        self.evaluate(target, f"chrome.developerPrivate.updateExtensionConfiguration({choice})")
        self.command("Target.closeTarget", targetId=target)

    def popup(self, width: int, height: int, *, dark: bool) -> bytes:
        """A picture of the extension's small page."""
        url = f"chrome-extension://{CHROMIUM_ID}/popup/popup.html"
        target = self.command("Target.createTarget", url=url)["targetId"]
        session = self.command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.command("Emulation.setEmulatedMedia", session, features=scheme)
        size = {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": False}
        self.command("Emulation.setDeviceMetricsOverride", session, **size)
        state = "document.querySelector('#joined')?.className"
        wait_for(lambda: self.evaluate(target, state) not in (None, "state"), "the small page")
        self.said = self.evaluate(target, "document.body.innerText")
        picture = self.command("Page.captureScreenshot", session, format="png")["data"]
        self.command("Target.closeTarget", targetId=target)
        return _decoded(picture)


class Firefox(Program):
    """Firefox, driven over Marionette; the extension is loaded as a temporary add-on."""

    name = "Firefox"

    def __init__(
        self, home: Path, env: dict[str, str], *, extends: bool = True, **prefs: Any
    ) -> None:
        self._numbers = itertools.count(1)
        profile = home / "firefox-profile"
        profile.mkdir(exist_ok=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        wanted = {**_PREFS, **prefs, "marionette.port": port}
        lines = [f'user_pref("{key}", {json.dumps(value)});\n' for key, value in wanted.items()]
        (profile / "user.js").write_text("".join(lines))
        self.log = home / "firefox.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["firefox-esr", *_FIREFOX, "--profile", profile],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**env, "MOZ_DISABLE_CONTENT_SANDBOX": "1"},
                start_new_session=True,
            )
        self._line = wait_for(lambda: _connected(port), "Marionette")
        self._stream = self._line.makefile("rb")
        self._read()
        self.command("WebDriver:NewSession", capabilities={})
        kit = Kit(Path(env["XDG_DATA_HOME"]) / "voiced" / "browser")
        if extends:
            self.command("Addon:Install", path=str(kit.package), temporary=True)

    def let_go(self) -> None:
        self._stream.close()
        self._line.close()

    def _read(self) -> Any:
        length = b""
        while (letter := self._stream.read(1)) != b":":
            assert letter, "Firefox has gone"
            length += letter
        return json.loads(self._stream.read(int(length)))

    def command(self, name: str, **params: Any) -> Any:
        """One command of Marionette, and its result."""
        said = json.dumps([0, next(self._numbers), name, params]).encode()
        self._line.sendall(b"%d:%b" % (len(said), said))
        _, _, fault, result = self._read()
        assert fault is None, fault
        return result

    def in_chrome(self, script: str, *args: Any) -> Any:
        """What a script gives in the browser itself."""
        self.command("Marionette:SetContext", value="chrome")
        try:
            done = self.command("WebDriver:ExecuteAsyncScript", script=script, args=list(args))
        finally:
            self.command("Marionette:SetContext", value="content")
        return done["value"]

    def in_page(self, url: str, script: str) -> Any:
        """What a script gives in the page at an address."""
        for handle in self.command("WebDriver:GetWindowHandles"):
            self.command("WebDriver:SwitchToWindow", handle=handle, focus=False)
            if self.command("WebDriver:GetCurrentURL")["value"] == url:
                return self.command("WebDriver:ExecuteScript", script=f"return {script}", args=[])[
                    "value"
                ]
        raise AssertionError(f"no page at {url}")

    def allow_private(self, *, allowed: bool) -> None:
        """What its user sets on the page of extensions; the extension starts anew."""
        self.in_chrome(
            """
            const [id, allowed, done] = arguments;
            const { ExtensionPermissions } = ChromeUtils.importESModule(
              "resource://gre/modules/ExtensionPermissions.sys.mjs");
            const { AddonManager } = ChromeUtils.importESModule(
              "resource://gre/modules/AddonManager.sys.mjs");
            const what = { permissions: ["internal:privateBrowsingAllowed"], origins: [] };
            (async () => {
              await ExtensionPermissions[allowed ? "add" : "remove"](id, what);
              await (await AddonManager.getAddonByID(id)).reload();
            })().then(done, (error) => done(String(error)));
            """,
            FIREFOX_ID,
            allowed,
        )

    def popup(self, width: int, height: int, *, dark: bool) -> bytes:
        """A picture of the extension's small page."""
        self.in_chrome(
            "Services.prefs.setIntPref('layout.css.prefers-color-scheme.content-override',"
            " arguments[0]); arguments[1]();",
            0 if dark else 1,
        )
        uuid = self.in_chrome(
            "arguments[1](WebExtensionPolicy.getByID(arguments[0]).mozExtensionHostname)",
            FIREFOX_ID,
        )
        handles = self.command("WebDriver:GetWindowHandles")
        self.command("WebDriver:SwitchToWindow", handle=handles[0])
        handle = self.command("WebDriver:NewWindow", type="window", focus=True)["handle"]
        self.command("WebDriver:SwitchToWindow", handle=handle)
        self.command("WebDriver:SetWindowRect", width=width, height=height + 160)
        self.command("WebDriver:Navigate", url=f"moz-extension://{uuid}/popup/popup.html")
        shown = "return document.querySelector('#joined').className"
        wait_for(
            lambda: (
                self.command("WebDriver:ExecuteScript", script=shown, args=[])["value"] != "state"
            ),
            "the small page",
        )
        text = "return document.body.innerText"
        self.said = self.command("WebDriver:ExecuteScript", script=text, args=[])["value"]
        picture = self.command("WebDriver:TakeScreenshot", full=False)["value"]
        self.command("WebDriver:CloseWindow")
        self.command("WebDriver:SwitchToWindow", handle=handles[0])
        return _decoded(picture)


def _connected(port: int) -> socket.socket | None:
    try:
        return socket.create_connection(("127.0.0.1", port), 20)
    except OSError:
        return None


def _decoded(text: str) -> bytes:
    import base64

    return base64.b64decode(text)


def is_here(program: str) -> bool:
    return shutil.which(program) is not None
