"""The units are right and closed; installing them says what it does, and what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path

import pytest

from voiced.service.units import (
    FAILED_UNIT,
    UNIT,
    Ran,
    Service,
    ServiceError,
    code_in_tmp,
    run_program,
    why_given_up,
)

NEEDS_SYSTEMD = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd is not installed"
)
MOST_EXPOSURE = 20  # tenths


class Systemd:
    """Answers as a user manager would; ``refused`` are verbs that fail."""

    def __init__(self, state: str = "running", refused: Sequence[str] = ()) -> None:
        self.state = state
        self.refused = set(refused)
        self.asked: list[str] = []

    def run(self, command: Sequence[str]) -> Ran:
        words = [word for word in command if word not in ("--user", "--no-pager")]
        self.asked.append(" ".join(words[:3]))
        verb = words[0] if words[0] == "systemd-run" else words[1]
        if verb == "is-system-running":
            return Ran(self.state != "running", self.state, "no bus")
        if verb in self.refused:
            return Ran(1, "", "refused")
        return Ran(0, "ActiveState=active\nStatusText=listening = hearing\n\n")


def service(folder: Path, run: Callable[[Sequence[str]], Ran], *words: str) -> Service:
    return Service(folder / "user", words or ("/opt/voiced",), run)


def units(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """The units with a command that is there."""
    service(tmp_path, Systemd().run, "/bin/true").install()
    return tmp_path / "user"


def analyze(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "--user", "--no-pager", *words],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "LC_ALL": "C"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@NEEDS_SYSTEMD
def test_the_units_are_verified(written: Path, tmp_path: Path) -> None:
    """What systemd does not know is only warned of, so nothing may be printed."""
    for name in (UNIT, FAILED_UNIT):
        done = analyze(tmp_path, "verify", str(written / name))
        assert (done.returncode, done.stderr) == (0, "")


@NEEDS_SYSTEMD
def test_the_service_is_hardly_exposed(written: Path, tmp_path: Path) -> None:
    words = ["security", "--offline=true", f"--threshold={MOST_EXPOSURE}"]
    done = analyze(tmp_path, *words, str(written / UNIT))
    assert done.returncode == 0, done.stdout


def test_it_is_installed_enabled_and_started(tmp_path: Path) -> None:
    systemd = Systemd()
    told = service(tmp_path, systemd.run).install()
    assert units(tmp_path / "user") == [FAILED_UNIT, UNIT]
    assert 'ExecStart="/opt/voiced" run\n' in (tmp_path / "user" / UNIT).read_text()
    assert systemd.asked[-3:] == [
        "systemctl daemon-reload",
        f"systemctl enable {UNIT}",
        f"systemctl restart {UNIT}",
    ]
    assert told[-1] == "voiced listens, now and after every login."


def test_a_path_with_signs_of_systemd_stays_one_path(tmp_path: Path) -> None:
    path = '/home/me/100% "mine" $HOME\\bin/voiced'
    service(tmp_path, Systemd().run, path, "--config", "/my own.toml").install()
    text = (tmp_path / "user" / UNIT).read_text()
    escaped = r'"/home/me/100%% \"mine\" $$HOME\\bin/voiced"'
    assert f'ExecStart={escaped} "--config" "/my own.toml" run\n' in text


def test_where_nobody_may_have_a_view_of_his_own_that_is_left_out_and_said(tmp_path: Path) -> None:
    bare = service(tmp_path, Systemd(refused=["systemd-run"]).run)
    assert any("a part of the protection is left out" in told for told in bare.install())
    drop_in = "voiced.service.d/no-sandbox.conf"
    assert drop_in in units(tmp_path / "user")
    service(tmp_path, Systemd().run).install()
    assert drop_in not in units(tmp_path / "user"), "it is there again, so it is used"


@NEEDS_SYSTEMD
def test_without_that_view_the_unit_is_right_too(tmp_path: Path) -> None:
    service(tmp_path, Systemd(refused=["systemd-run"]).run, "/bin/true").install()
    done = analyze(tmp_path, "verify", str(tmp_path / "user" / UNIT))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("act", ["install", "status", "remove"])
@pytest.mark.parametrize("state", ["", "offline"])
def test_without_a_user_manager_it_is_said_what_to_do(tmp_path: Path, act: str, state: str) -> None:
    with pytest.raises(ServiceError, match="no user manager") as caught:
        getattr(service(tmp_path, Systemd(state).run), act)()
    assert "loginctl enable-linger" in caught.value.mend
    assert caught.value.exit_code == 69
    assert units(tmp_path) == []


def test_without_systemd_it_is_said_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="no systemd") as caught:
        service(tmp_path, lambda command: Ran(127, "", "not there")).install()
    assert "voiced run" in caught.value.mend


def test_a_manager_with_troubles_of_its_own_is_a_manager(tmp_path: Path) -> None:
    service(tmp_path, Systemd("degraded").run).install()
    assert units(tmp_path / "user")


def test_what_systemd_refuses_is_told(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match=r"restart voiced\.service: refused"):
        service(tmp_path, Systemd(refused=["restart"]).run).install()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "user").write_text("in the way")
    with pytest.raises(ServiceError, match="cannot be written"):
        service(tmp_path, Systemd().run).install()


def test_the_status_is_what_systemd_knows(tmp_path: Path) -> None:
    known = service(tmp_path, Systemd().run).status()
    assert known == {"ActiveState": "active", "StatusText": "listening = hearing"}


def test_removing_takes_its_own_files_only(tmp_path: Path) -> None:
    ours = service(tmp_path, Systemd(refused=["systemd-run"]).run)
    assert ours.remove() == ["It was not installed."]
    ours.install()
    mine = tmp_path / "user" / "voiced.service.d" / "mine.conf"
    mine.write_text("[Service]\n")
    (tmp_path / "user" / "other.service").write_text("")
    ours.remove()
    assert units(tmp_path / "user") == ["other.service", "voiced.service.d/mine.conf"]


def test_its_log_is_that_of_both_units(tmp_path: Path) -> None:
    command = service(tmp_path, Systemd().run).logs_command(follow=True)
    assert command[:2] == ["journalctl", "--user"]
    assert {UNIT, FAILED_UNIT} < set(command)


@pytest.mark.parametrize(
    ("status", "why"),
    [("78", "configuration"), ("69", "not there"), ("75", "running already"), ("9", "again")],
)
def test_why_it_was_given_up_is_a_sentence(status: str, why: str) -> None:
    assert why in why_given_up(status)
    assert "voiced doctor" in why_given_up(status)


def test_a_program_that_is_not_there_is_told() -> None:
    assert run_program(["no-such-program"]).code == 127
    assert run_program(["sh", "-c", "echo out; echo err >&2; exit 3"]) == Ran(3, "out\n", "err")


def test_the_units_need_no_file_of_the_source(tmp_path: Path) -> None:
    names = {each.name for each in resources.files("voiced_systemd").iterdir()}
    assert {UNIT, FAILED_UNIT} <= names


def test_code_that_lies_where_a_service_has_its_own_folder_is_shown_to_it(tmp_path: Path) -> None:
    code = [Path("/tmp/a clone"), Path("/var/tmp/100%$")]
    made = Service(tmp_path / "user", ["/bin/true"], Systemd().run, code)
    made.install()
    lines = (tmp_path / "user" / UNIT).read_text().splitlines()
    at = lines.index('BindReadOnlyPaths="/tmp/a clone"')
    assert lines[at - 1 : at + 2 : 2] == [
        "BindReadOnlyPaths=-/tmp/.X11-unix",
        'BindReadOnlyPaths="/var/tmp/100%%$"',
    ]


def test_only_code_that_lies_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    before = code_in_tmp()
    monkeypatch.setattr("sys.prefix", "/tmp/clone/.venv")
    assert set(code_in_tmp()) - set(before) == {Path("/tmp/clone/.venv")}
    monkeypatch.setattr("sys.prefix", "/tmpfoo/.venv")
    assert Path("/tmpfoo/.venv") not in code_in_tmp()
