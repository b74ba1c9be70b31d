"""Applications: which are shown, by which names, and how they are started."""

from __future__ import annotations

import pytest

from voiced.dispatch import AMBIGUITY
from voiced.errors import IntentFailed
from voiced_intents import desktop
from voiced_intents.desktop.entries import installed, launch_command
from voiced_intents.desktop.running import start
from voiced_intents.desktop.slots import APP
from voiced_intents.desktop.windows import Window


def names(desk, env=None) -> list[str]:
    settings = desk.context.settings(desktop.Settings)
    return [app.name for app in installed(settings, desk.env if env is None else env)]


def test_what_is_not_to_be_shown_is_left_out(desk) -> None:
    desk.has_app("firefox")
    desk.has_app("hidden", Hidden="true")
    desk.has_app("helper", NoDisplay="true")
    desk.has_app("link", Type="Link")
    desk.has_app("nothing", Exec="")
    desk.has_app("quotes", Exec='"open')
    desk.has_app("gnome", OnlyShowIn="GNOME;")
    desk.has_app("notkde", NotShowIn="KDE;")
    (desk.folder / "broken.desktop").write_bytes(b"\xff\xfe[[[\0")
    (desk.folder / "empty.desktop").write_text("", encoding="utf-8")
    assert names(desk) == ["Firefox", "Notkde"]
    assert names(desk, {"XDG_CURRENT_DESKTOP": "KDE"}) == ["Firefox"]
    assert names(desk, {"XDG_CURRENT_DESKTOP": "ubuntu:GNOME"}) == ["Firefox", "Gnome", "Notkde"]


def test_names_in_the_language_of_the_user(desk) -> None:
    desk.has_app("files")
    with (desk.folder / "files.desktop").open("a", encoding="utf-8") as file:
        file.write("\nName[de]=Dateien\n")
    assert names(desk, {"LANG": "de_AT.UTF-8"}) == ["Dateien"]
    assert names(desk, {"LANG": "C"}) == ["Files"]


def test_the_first_folder_counts(desk, tmp_path) -> None:
    other = tmp_path / "data" / "applications"
    other.mkdir(parents=True)
    mine = tmp_path / "home" / "applications" / "sub"
    mine.mkdir(parents=True)
    text = "[Desktop Entry]\nType=Application\nName={}\nExec=x\n"
    (other / "sub-app.desktop").write_text(text.format("Theirs"), encoding="utf-8")
    (mine / "app.desktop").write_text(text.format("Mine"), encoding="utf-8")
    env = {"XDG_DATA_HOME": str(tmp_path / "home"), "XDG_DATA_DIRS": str(tmp_path / "data")}
    assert [app.name for app in installed(desktop.Settings(), env)] == ["Mine"]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("firefox", "Firefox"),
        ("fire fox", "Firefox"),
        ("web browser", "Firefox"),
        ("internet", "Firefox"),
        ("calculate or", "Calculator"),
    ],
)
def test_they_are_found_by_sound_and_by_kind(desk, said, found) -> None:
    desk.has_app("firefox", GenericName="Web Browser", Keywords="Internet;WWW;")
    desk.has_app("org.gnome.Calculator", Name="Calculator")
    assert APP.resolve(said, desk.context)[0].value.name == found


def test_whoever_is_called_so_is_meant_and_not_his_kind(desk) -> None:
    desk.has_app("foot", GenericName="Terminal")
    desk.has_app("term", Name="Terminal")
    first, second = APP.resolve("terminal", desk.context)[:2]
    assert first.value.name == "Terminal"
    assert first.score - second.score >= AMBIGUITY


def test_two_of_a_kind_are_asked_about(desk) -> None:
    desk.has_app("firefox", GenericName="Web Browser")
    desk.has_app("epiphany", Name="Web", GenericName="Web Browser")
    first, second = APP.resolve("web browser", desk.context)[:2]
    assert {first.value.name, second.value.name} == {"Firefox", "Web"}
    assert first.score == pytest.approx(second.score, abs=0.02)


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("firefox %u", ("firefox",)),
        ("env A=b app --name=%c --icon %i", ("env", "A=b", "app", "--name=", "--icon")),
        ('"/opt/My App/run" "50%%"', ("/opt/My App/run", "50%")),
    ],
)
def test_commands(desk, line, command) -> None:
    desk.has_app("app", Exec=line)
    (app,) = installed(desk.context.settings(desktop.Settings), {})
    assert app.command == command


@pytest.mark.anyio
async def test_it_is_started(desk) -> None:
    desk.has_app("firefox")
    desk.has_app("htop", Terminal="true")
    assert await desk.say(desktop.open_app, app="firefox") == "Opening Firefox."
    await desk.say(desktop.open_app, app="htop")
    assert desk.started == [("firefox",), ("x-terminal-emulator", "-e", "htop")]


@pytest.mark.anyio
async def test_switching_starts_what_has_no_window(desk) -> None:
    desk.has_app("org.kde.Konsole", Name="Konsole", Exec="/usr/bin/konsole")
    said = await desk.say(desktop.switch_app, app="konsole")
    assert said == "It wasn't open. Opening Konsole."
    desk.windows.windows = [Window(1, "~ : bash", "konsole"), Window(2, "notes", "kate")]
    assert await desk.say(desktop.switch_app, app="konsole") == "Konsole."
    assert desk.windows.active() == 1
    assert await desk.undo() == "The window is as before."
    assert desk.windows.active() == 2
    assert len(desk.started) == 1


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(IntentFailed) as gone:
        start(["no-such-program-anywhere"], {"PATH": "/usr/bin"})
    assert gone.value.spoken == "That program is not installed, although the desktop lists it."


def test_a_terminal_of_ones_own(desk) -> None:
    desk.has_app("htop", Terminal="true")
    settings = desktop.Settings(terminal=("foot", "--"), application_folders=(desk.folder,))
    (app,) = installed(settings, {})
    assert launch_command(app, settings) == ("foot", "--", "htop")
