"""The desktop by small programs: which is chosen, what it is asked, what is said where it fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from voiced.desk import NO_DESK, SECRET, Clip
from voiced.engines.desk import desk
from voiced.engines.desk_clipboard import ProgramClipboard
from voiced.engines.desk_programs import Programs
from voiced.engines.desk_remote import RemoteKeyboard
from voiced.engines.desk_screen import ProgramScreen
from voiced.engines.desk_typist import ProgramTypist
from voiced.errors import DeskError


def typist_on(programs: Programs) -> ProgramTypist:
    return ProgramTypist(programs, RemoteKeyboard(programs.environ, None))


class Fakes:
    """A folder of shell scripts in place of the desktop's programs; each logs how it was called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.log.touch()

    def add(self, name: str, body: str = "") -> None:
        program = self.folder / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> "{self.log}"\n{body}\n')
        program.chmod(0o755)

    def on(self, *displays: str, wait_s: float = 5.0) -> Programs:
        environ = {"PATH": f"{self.folder}"} | dict.fromkeys(displays, ":9")
        return Programs(environ, wait_s=wait_s, most_bytes=1000)

    @property
    def calls(self) -> list[str]:
        return self.log.read_text().splitlines()


@pytest.fixture
def fakes(tmp_path: Path) -> Fakes:
    return Fakes(tmp_path)


XCLIP = """
case "$*" in
  *TARGETS*) printf 'TARGETS\\nUTF8_STRING\\nimage/png\\n' ;;
  *primary*) printf 'marked' ;;
  *-o*) printf 'copied' ;;
  *) /bin/cat > "$(/usr/bin/dirname "$0")/put" ;;
esac
"""
ON = {"x11": ("DISPLAY",), "wayland": ("WAYLAND_DISPLAY", "DISPLAY")}


def test_text_is_chosen_of_several_forms(fakes: Fakes) -> None:
    fakes.add("xclip", XCLIP)
    clipboard = ProgramClipboard(fakes.on(*ON["x11"]))
    assert clipboard.clip() == Clip.of("copied")
    assert clipboard.selection() == "marked"
    clipboard.put(Clip.of("new \u00e9"))
    assert (fakes.folder / "put").read_text() == "new \u00e9"
    assert fakes.calls[-1] == "xclip -selection clipboard -i -t UTF8_STRING"


def test_wayland_has_its_own_program(fakes: Fakes) -> None:
    fakes.add("xclip", XCLIP)
    fakes.add("wl-copy")
    fakes.add("wl-paste", "case $* in *list*) echo image/png;; *) printf PNG;; esac")
    clipboard = ProgramClipboard(fakes.on(*ON["wayland"]))
    assert clipboard.clip() == Clip("image/png", b"PNG")
    clipboard.put(Clip("image/png", b"PNG"))
    clipboard.put(Clip())
    assert fakes.calls[-2:] == ["wl-copy --type image/png", "wl-copy --clear"]


def test_a_password_is_not_even_asked_for(fakes: Fakes) -> None:
    fakes.add("wl-copy")
    fakes.add("wl-paste", "printf 'text/plain\\nx-kde-passwordManagerHint\\n'")
    clipboard = ProgramClipboard(fakes.on("WAYLAND_DISPLAY"))
    assert clipboard.clip() == Clip(SECRET)
    assert fakes.calls == ["wl-paste --list-types"]
    clipboard.put(Clip(SECRET))
    assert fakes.calls[-1] == "wl-copy --clear"


def test_an_empty_clipboard_is_no_mistake(fakes: Fakes) -> None:
    fakes.add("xclip", "echo 'Error: target TARGETS not available' >&2; exit 1")
    clipboard = ProgramClipboard(fakes.on("DISPLAY"))
    assert (clipboard.clip(), clipboard.selection()) == (Clip(), "")


def test_a_display_that_is_gone_is_said(fakes: Fakes) -> None:
    fakes.add("xclip", 'echo "Error: Can\'t open display: :9" >&2; exit 1')
    with pytest.raises(DeskError, match="cannot reach"):
        ProgramClipboard(fakes.on("DISPLAY")).clip()


def test_xsel_copies_text_only_and_says_so(fakes: Fakes) -> None:
    fakes.add("xsel", "printf copied")
    clipboard = ProgramClipboard(fakes.on("DISPLAY"))
    assert clipboard.clip() == Clip.of("copied")
    clipboard.put(Clip.of("x"))
    with pytest.raises(DeskError) as failed:
        clipboard.put(Clip("image/png", b"PNG"))
    assert failed.value.mend == "install xclip"


@pytest.mark.parametrize(
    ("where", "mend"),
    [
        (ON["x11"], "install xclip"),
        (ON["wayland"], "install wl-clipboard"),
        ((), "start voiced in your desktop session"),
    ],
)
def test_a_missing_program_is_named(fakes: Fakes, where: tuple[str, ...], mend: str) -> None:
    with pytest.raises(DeskError) as failed:
        ProgramClipboard(fakes.on(*where)).selection()
    assert failed.value.mend == mend


def test_keys_are_typed_and_taken_back(fakes: Fakes) -> None:
    fakes.add("xdotool", 'case $1 in get*) echo 77;; type) /bin/cat > "$0.typed";; esac')
    typist = typist_on(fakes.on("DISPLAY"))
    assert typist.window() == "77"
    typist.type("-x hello\x1b\x07\n\u200bthere")
    assert (fakes.folder / "xdotool.typed").read_text() == "-x hello\nthere"
    typist.erase(3)
    typist.erase(0)
    typist.type("\x1b")
    assert [call.split()[1] for call in fakes.calls] == ["getactivewindow", "type", "key"]
    assert fakes.calls[-1].endswith("--repeat 3 BackSpace")


KEYMAP = """[ $1 = -pke ] || exit 0
echo 'keycode  38 = a A a A'
echo 'keycode 123 = XF86Up XF86Up XF86Up'
echo 'keycode 200 ='
echo 'keycode 201 = Udf Udf Udf'
echo 'keycode 202 ='
"""


def typing(fakes: Fakes) -> ProgramTypist:
    fakes.add("xdotool", '/bin/cat >> "$0.typed"')
    fakes.add("xmodmap", KEYMAP)
    return typist_on(fakes.on("DISPLAY"))


def test_a_letter_that_no_key_has_gets_a_spare_one_and_keeps_it(fakes: Fakes) -> None:
    typist = typing(fakes)
    typist.type("plain")
    typist.type("\u00e9t\u00e9")
    typist.type("\u00e9 again")
    assert [call for call in fakes.calls if "xmodmap" in call] == [
        "xmodmap -pke",
        "xmodmap -e keycode 200 = U00E9 U00E9 U00E9",
    ]
    assert (fakes.folder / "xdotool.typed").read_text() == "plain\u00e9t\u00e9\u00e9 again"


def test_the_letter_that_was_not_needed_for_longest_gives_its_key(fakes: Fakes) -> None:
    typist = typing(fakes)
    for text in ("\u00e1", "\u00e2", "\u00e3", "\u00e1", "\u00e4", "\u00e1"):
        typist.type(text)
    given = [call.split()[3:6:2] for call in fakes.calls if "-e" in call.split()]
    assert given == [["200", "U00E1"], ["201", "U00E2"], ["202", "U00E3"], ["201", "U00E4"]]


def test_a_text_with_more_such_letters_than_keys_is_typed_in_parts(fakes: Fakes) -> None:
    typing(fakes).type("\u00e1\u00e2\u00e3 \u00e4\u00e5")
    assert (fakes.folder / "xdotool.typed").read_text() == "\u00e1\u00e2\u00e3 \u00e4\u00e5"
    assert sum("xdotool type" in call for call in fakes.calls) == 2


@pytest.mark.parametrize(
    "keymap", [None, "exit 0", "[ $1 = -pke ] && echo 'keycode 9 =' || exit 1"]
)
def test_a_letter_that_cannot_be_typed_is_said_and_not_lost(
    fakes: Fakes, keymap: str | None
) -> None:
    fakes.add("xdotool")
    if keymap is not None:
        fakes.add("xmodmap", keymap)
    with pytest.raises(DeskError) as failed:
        typist_on(fakes.on("DISPLAY")).type("caf\u00e9")
    assert "xmodmap" in failed.value.mend
    assert not any("type" in call for call in fakes.calls)


def test_wayland_does_not_tell_the_window(fakes: Fakes) -> None:
    fakes.add("wtype")
    typist = typist_on(fakes.on(*ON["wayland"]))
    assert typist.window() == ""
    typist.erase(2)
    assert fakes.calls == ["wtype ", "wtype -s 40 -k BackSpace -k BackSpace"]


def test_a_desktop_that_takes_no_keys_is_said(fakes: Fakes) -> None:
    fakes.add("wtype", "echo 'Compositor does not support the virtual keyboard protocol'; exit 1")
    with pytest.raises(DeskError) as failed:
        typist_on(fakes.on("WAYLAND_DISPLAY")).type("x")
    assert failed.value.spoken == "Your desktop does not let me type."
    assert "GNOME" in failed.value.mend


@pytest.mark.parametrize(
    ("where", "mend"),
    [(ON["x11"], "xdotool"), (ON["wayland"], "wtype"), ((), "desktop session")],
)
def test_a_missing_keyboard_is_named(fakes: Fakes, where: tuple[str, ...], mend: str) -> None:
    with pytest.raises(DeskError) as failed:
        typist_on(fakes.on(*where)).window()
    assert mend in failed.value.mend


def test_the_screen_is_taken_by_the_first_program_that_can(fakes: Fakes) -> None:
    fakes.add("grim", "exit 1")
    fakes.add("spectacle", "for last; do :; done; printf PNG > $last")
    assert ProgramScreen(fakes.on("WAYLAND_DISPLAY")).picture() == b"PNG"


def test_a_desktop_that_shows_nothing_is_said(fakes: Fakes) -> None:
    with pytest.raises(DeskError, match="no desktop session"):
        ProgramScreen(fakes.on()).picture()
    with pytest.raises(DeskError, match="there is no session bus"):
        ProgramScreen(fakes.on("WAYLAND_DISPLAY")).picture()
    fakes.add("grim", "exit 1")
    with pytest.raises(DeskError, match="neither grim"):
        ProgramScreen(fakes.on("WAYLAND_DISPLAY")).picture()


def test_a_program_that_hangs_is_ended(fakes: Fakes) -> None:
    fakes.add("xclip", "exec /bin/sleep 30")
    programs = fakes.on("DISPLAY", wait_s=0.1)
    began_s = time.monotonic()
    with pytest.raises(DeskError, match="no answer in time"):
        programs.read((str(fakes.folder / "xclip"),))
    with pytest.raises(DeskError, match="no answer in time"):
        programs.feed((str(fakes.folder / "xclip"),), b"x")
    assert time.monotonic() - began_s < 20


def test_a_program_that_prints_without_end_is_ended(fakes: Fakes) -> None:
    fakes.add("xclip", "while :; do echo 0123456789012345678901234567890123456789; done")
    with pytest.raises(DeskError, match="more than 1000 bytes"):
        fakes.on("DISPLAY").read((str(fakes.folder / "xclip"),))


def test_a_program_that_cannot_run_is_said(fakes: Fakes) -> None:
    (fakes.folder / "xclip").write_text("no program")
    for run in (
        lambda: fakes.on("DISPLAY").read((str(fakes.folder / "xclip"),)),
        lambda: fakes.on("DISPLAY").feed((str(fakes.folder / "gone"),), b""),
    ):
        with pytest.raises(DeskError, match="cannot be started"):
            run()


def test_the_desk_runs_nothing_before_it_is_used(fakes: Fakes) -> None:
    fakes.add("xclip")
    desk(fakes.on("DISPLAY"))
    assert fakes.calls == []


@pytest.mark.parametrize(
    "use",
    [
        NO_DESK.clipboard.clip,
        NO_DESK.clipboard.selection,
        lambda: NO_DESK.clipboard.put(Clip()),
        NO_DESK.typist.window,
        lambda: NO_DESK.typist.type("x"),
        lambda: NO_DESK.typist.erase(1),
        NO_DESK.screen.picture,
    ],
)
def test_no_desk_refuses_everything(use: Callable[[], object]) -> None:
    with pytest.raises(DeskError):
        use()
