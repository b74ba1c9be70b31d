"""What ``voiced browser`` writes, tells and takes away; what the doctor finds."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from browser_fake import FakeBrowser, browser_home
from typer.testing import CliRunner

from voiced.plugin import Health, IntentFailed
from voiced_intents.browser import commands, installing
from voiced_intents.browser.examining import check_browsers
from voiced_intents.browser.installing import Kit, fault_of, install, manifest_of, remove
from voiced_intents.browser.places import places
from voiced_intents.browser_host.caller import CHROMIUM_ID, CHROMIUM_ORIGIN, FIREFOX_ID, HOST_NAME
from voiced_intents.browser_host.operations import OPERATIONS

__all__ = ["browser_home"]

EXTENSION = Path(installing.__file__).parent / "extension"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser_home: Path) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


@pytest.fixture
def chromium(home: Path) -> Path:
    """Chromium has been used here."""
    folder = home / ".config" / "chromium"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def firefox(home: Path) -> Path:
    """Firefox is installed, and was never used."""
    program = home / "bin" / "firefox-esr"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return home / ".mozilla"


def test_only_the_browsers_that_are_here_are_changed(home, chromium, firefox) -> None:
    kit = Kit.of_user()
    assert [place.name for place in install(kit)] == ["Firefox", "Chromium"]
    for path, caller in [
        (firefox / "native-messaging-hosts", {"allowed_extensions": [FIREFOX_ID]}),
        (chromium / "NativeMessagingHosts", {"allowed_origins": [CHROMIUM_ORIGIN]}),
    ]:
        manifest = json.loads((path / f"{HOST_NAME}.json").read_text())
        program = Path(manifest["path"])
        assert manifest == {
            "name": HOST_NAME,
            "description": manifest["description"],
            "path": str(kit.program),
            "type": "stdio",
            **caller,
        }
        assert program.stat().st_mode & 0o777 == 0o700
    assert sorted(each.name for each in (home / ".config").iterdir()) == ["chromium"]
    assert all(not fault_of(place, kit) for place in places() if place.is_here)


def test_the_program_starts_this_python(home, chromium) -> None:
    kit = Kit.of_user()
    install(kit)
    env = {**os.environ, "PATH": os.defpath, "PYTHONPATH": "/nonsense", "PYTHONSTARTUP": "/x"}
    done = subprocess.run([kit.program], check=False, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (77, "")
    assert sys.executable in kit.program.read_text()


def test_either_family_gets_an_extension_without_what_it_does_not_know(home, chromium) -> None:
    kit = Kit.of_user()
    install(kit)
    unpacked = json.loads((kit.extension / "manifest.json").read_text())
    with zipfile.ZipFile(kit.package) as archive:
        packed = json.loads(archive.read("manifest.json"))
        names = set(archive.namelist())
    assert unpacked["background"] == {"service_worker": "background/main.js", "type": "module"}
    assert packed["background"] == {"scripts": ["background/main.js"], "type": "module"}
    assert "browser_specific_settings" not in unpacked
    assert "key" not in packed
    files = {str(path.relative_to(EXTENSION)) for path in EXTENSION.rglob("*") if path.is_file()}
    assert names == files
    laid = {path.relative_to(kit.extension) for path in kit.extension.rglob("*") if path.is_file()}
    assert {str(path) for path in laid} == files


def test_the_key_makes_the_id_and_the_ids_are_those_of_the_host() -> None:
    manifest = json.loads((EXTENSION / "manifest.json").read_text())
    digest = hashlib.sha256(base64.b64decode(manifest["key"])).hexdigest()[:32]
    assert digest.translate(str.maketrans("0123456789abcdef", "abcdefghijklmnop")) == CHROMIUM_ID
    assert manifest["browser_specific_settings"]["gecko"]["id"] == FIREFOX_ID


def test_what_the_host_lets_through_is_what_the_extension_does() -> None:
    source = "".join(path.read_text() for path in (EXTENSION / "background").glob("*.js"))
    done = {name for name in OPERATIONS if f'"{name}"' in source}
    assert done == OPERATIONS - {"tabs.list"}  # that, the host answers


def test_it_asks_for_no_more_than_it_needs() -> None:
    manifest = json.loads((EXTENSION / "manifest.json").read_text())
    source = "".join(path.read_text() for path in EXTENSION.rglob("*.js"))
    for permission in manifest["permissions"]:
        name = {"nativeMessaging": "runtime.connectNative"}.get(permission, permission)
        assert f"api.{name}" in source, permission
    for word in ("eval(", "innerHTML", "fetch(", "XMLHttpRequest", "WebSocket", "importScripts"):
        assert word not in source


def test_faults_are_named(home, chromium) -> None:
    kit = Kit.of_user()
    [place] = [place for place in places() if place.is_here]
    assert fault_of(place, kit) == "not installed"
    install(kit)
    assert not fault_of(place, kit)
    kit.program.write_text("#!/bin/sh\nexec /old/python\n")
    assert fault_of(place, kit) == "it starts another Python than this one"
    kit.program.unlink()
    assert "is not there" in fault_of(place, kit)
    manifest_of(place).write_text("{}")
    assert "is not the one" in fault_of(place, kit)
    manifest_of(place).write_text("{")
    assert "cannot be read" in fault_of(place, kit)
    install(kit)
    assert not fault_of(place, kit)


def test_remove_takes_away_what_install_wrote(home, chromium, firefox) -> None:
    kit = Kit.of_user()
    install(kit)
    other = chromium / "NativeMessagingHosts" / "other.json"
    other.write_text("{}")
    assert len(remove(kit)) == 3
    assert remove(kit) == []
    assert not kit.folder.exists()
    assert other.exists()


def test_a_folder_that_cannot_be_written(home, chromium) -> None:
    (chromium / "NativeMessagingHosts").touch()
    with pytest.raises(IntentFailed) as raised:
        install(Kit.of_user())
    assert "cannot be written" in raised.value.message
    assert "voiced browser install" in raised.value.mend


def said(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(commands.app, list(arguments))
    return done.exit_code, done.output


def test_the_commands_tell_what_to_do(home, chromium, firefox) -> None:
    (home / "snap" / "chromium").mkdir(parents=True)
    (home / ".var" / "app" / "org.mozilla.firefox").mkdir(parents=True)
    code, told = said("install")
    assert code == 0
    for words in (
        "Ready for: Firefox, Chromium.",
        "Chromium (snap): cannot start programs outside",
        "Firefox (flatpak): cannot start programs outside",
        "chrome://extensions",
        str(Kit.of_user().extension),
        str(Kit.of_user().package),
        "xpinstall.signatures.required",
        "about:debugging",
    ):
        assert words in told
    code, told = said("status")
    assert (code, "joined: none" in told) == (1, True)
    with FakeBrowser("Firefox", private_allowed=True):
        code, told = said("status")
    assert (code, "joined: Firefox 153.0 (sees private windows)" in told) == (0, True)
    code, told = said("remove")
    assert "removed" in told
    assert "There was nothing to remove." in said("remove")[1]


def test_without_a_browser_nothing_is_promised(home) -> None:
    code, told = said("install")
    assert code == 1
    assert "No browser was found" in told


def health(name: str) -> Health:
    return dict(check_browsers(None))[f"browser {name}"]  # type: ignore[arg-type]


def test_the_doctor_goes_the_whole_way(home, chromium) -> None:
    found = health("Chromium")
    assert (found.is_ok, found.found, found.mend) == (
        None,
        "not installed",
        "voiced browser install",
    )
    install(Kit.of_user())
    assert health("Chromium").found.startswith("would find voiced")
    with FakeBrowser("Chromium") as fake:
        fake.add_tab()
        found = health("Chromium")
        assert found.is_ok
        assert "1 tabs; does not see private windows" in found.found
        assert [op for op, _ in fake.calls] == ["status.ping"]
        fake.extension = "0.9.0"
        found = health("Chromium")
        assert found.is_ok is False
        assert "older" in found.found
        fake.refuses["status.ping"] = "timeout"
        found = health("Chromium")
        assert found.is_ok is False
        assert "timeout" in found.found
