"""Two browsers as their user's hands and eyes: pages opened, keys pressed, pictures taken."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, Protocol

from browser_programs import Chromium, Firefox, wait_for

KEYS = {"Tab": "\ue004", "Enter": "\ue007", " ": " ", "Escape": "\ue00c"}
_CODES = {"Tab": 9, "Enter": 13, " ": 32, "Escape": 27}


class Reader(Protocol):
    """A browser with one page in it."""

    name: str

    def open(self, url: str) -> None: ...

    def script(self, expression: str) -> Any: ...

    def press(self, key: str, *, shift: bool = False) -> None: ...

    def type(self, text: str) -> None: ...

    def look(self, width: int, height: int, *, dark: bool) -> None: ...

    def picture(self) -> bytes: ...

    def asked(self) -> list[str]: ...


class _Common:
    name: str

    def script(self, expression: str) -> Any:
        raise NotImplementedError

    def wait(self, expression: str, what: str = "") -> None:
        """Until the page is whole and an expression is true in it."""
        whole = f"document.readyState === 'complete' && !!({expression})"
        wait_for(lambda: self.script(whole), f"{what or expression} in {self.name}", 30)

    def text(self) -> str:
        """All that the page says."""
        return str(self.script("document.body.innerText"))

    def place(self) -> str:
        """Where the page is."""
        return str(self.script("location.pathname + location.search"))


class ChromiumReader(_Common):
    """Chromium over its debugging pipe."""

    name = "Chromium"

    def __init__(self, home: Path, env: dict[str, str], before: tuple[str, ...] = ()) -> None:
        self.program = Chromium(home, env, extends=False, before=before)
        [page] = wait_for(lambda: self.program.targets("page"), "a page")
        self.session = self._attached(page["targetId"])

    def _attached(self, target: str) -> str:
        do = self.program.command
        session = str(do("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        self.program.events = []
        do("Network.enable", session)
        do("Page.enable", session)
        return session

    def another(self) -> str:
        """Open a second page; the session of the first."""
        before = self.session
        target = self.program.command("Target.createTarget", url="about:blank")["targetId"]
        self.session = self._attached(target)
        return before

    def open(self, url: str) -> None:
        self.program.command("Page.navigate", self.session, url=url)
        self.wait("location.href !== 'about:blank'", url)

    def script(self, expression: str) -> Any:
        try:
            done = self.program.command(
                "Runtime.evaluate",
                self.session,
                expression=expression,
                awaitPromise=True,
                returnByValue=True,
                userGesture=True,
            )
        except AssertionError as error:  # the page is just being left
            if "context" in str(error) or "navigated" in str(error):
                return None
            raise
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def press(self, key: str, *, shift: bool = False) -> None:
        about = {"key": key, "code": "Space" if key == " " else key}
        about |= {"windowsVirtualKeyCode": _CODES[key], "modifiers": 8 if shift else 0}
        text = {"Enter": "\r", " ": " "}.get(key)
        down = {**about, "text": text} if text else about
        kind = "keyDown" if text else "rawKeyDown"
        self.program.command("Input.dispatchKeyEvent", self.session, type=kind, **down)
        self.program.command("Input.dispatchKeyEvent", self.session, type="keyUp", **about)

    def type(self, text: str) -> None:
        self.program.command("Input.insertText", self.session, text=text)

    def look(self, width: int, height: int, *, dark: bool) -> None:
        scheme = [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self.program.command("Emulation.setEmulatedMedia", self.session, features=scheme)
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.program.command("Emulation.setDeviceMetricsOverride", self.session, **size)
        self.program.command("Emulation.setScrollbarsHidden", self.session, hidden=True)

    def picture(self, height: int = 0) -> bytes:
        """The whole page, or so much of it from its top."""
        more: dict[str, Any] = {"captureBeyondViewport": True}
        if height:
            size = {"width": self.script("innerWidth"), "height": height, "scale": 1}
            more = {"clip": {"x": 0, "y": 0, **size}}
        done = self.program.command("Page.captureScreenshot", self.session, format="png", **more)
        return base64.b64decode(done["data"])

    def asked(self) -> list[str]:
        """Every address that was asked for since."""
        found = [
            each["params"]["request"]["url"]
            for each in self.program.events or ()
            if each["method"] == "Network.requestWillBeSent"
        ]
        self.program.events = []
        return found

    def end(self) -> None:
        self.program.end()


_WATCH = """
    const done = arguments[0];
    globalThis.voicedAsked = [];
    Services.obs.addObserver({
      observe(channel) {
        const { URI, loadInfo } = channel.QueryInterface(Ci.nsIHttpChannel);
        const ofPage = loadInfo.loadingPrincipal?.isContentPrincipal;
        const isPage = loadInfo.externalContentPolicyType === Ci.nsIContentPolicy.TYPE_DOCUMENT;
        if (ofPage || isPage) globalThis.voicedAsked.push(URI.spec);  // the rest is its own
      },
    }, "http-on-modify-request");
    done(1);
"""


class FirefoxReader(_Common):
    """Firefox over Marionette."""

    name = "Firefox"

    def __init__(self, home: Path, env: dict[str, str]) -> None:
        self.program = Firefox(home, env, extends=False, **{"ui.prefersReducedMotion": 1})
        self._in_chrome(_WATCH)

    def _in_chrome(self, script: str) -> Any:
        """What a script gives in the browser itself; its globals stay for the next one."""
        do = self.program.command
        do("Marionette:SetContext", value="chrome")
        try:
            kept = {"sandbox": "asked", "newSandbox": False}
            return do("WebDriver:ExecuteAsyncScript", script=script, args=[], **kept)["value"]
        finally:
            do("Marionette:SetContext", value="content")

    def open(self, url: str) -> None:
        self.program.command("WebDriver:Navigate", url=url)

    def script(self, expression: str) -> Any:
        """The value of an expression, awaited if it is a promise."""
        text = (
            f"const done = arguments[arguments.length - 1];Promise.resolve({expression}).then(done)"
        )
        done = self.program.command("WebDriver:ExecuteAsyncScript", script=text, args=[])
        return done["value"]

    def press(self, key: str, *, shift: bool = False) -> None:
        down = [{"type": "keyDown", "value": "\ue008"}] if shift else []
        up = [{"type": "keyUp", "value": "\ue008"}] if shift else []
        stroke = [{"type": kind, "value": KEYS[key]} for kind in ("keyDown", "keyUp")]
        keys = {"type": "key", "id": "keys", "actions": [*down, *stroke, *up]}
        self.program.command("WebDriver:PerformActions", actions=[keys])

    def type(self, text: str) -> None:
        strokes = [
            {"type": kind, "value": letter} for letter in text for kind in ("keyDown", "keyUp")
        ]
        keys = {"type": "key", "id": "keys", "actions": strokes}
        self.program.command("WebDriver:PerformActions", actions=[keys])

    def look(self, width: int, height: int, *, dark: bool) -> None:
        self.program.in_chrome(
            "Services.prefs.setIntPref('layout.css.prefers-color-scheme.content-override',"
            " arguments[0]); arguments[1]();",
            0 if dark else 1,
        )
        self.program.command("WebDriver:SetWindowRect", width=width, height=height + 86)

    def picture(self) -> bytes:
        done = self.program.command("WebDriver:TakeScreenshot", full=True)
        return base64.b64decode(done["value"])

    def asked(self) -> list[str]:
        """Every address that was asked for since."""
        found = self._in_chrome("arguments[0](JSON.stringify(globalThis.voicedAsked.splice(0)));")
        return list(json.loads(found))

    def end(self) -> None:
        self.program.end()
