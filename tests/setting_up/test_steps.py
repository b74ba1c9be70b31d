"""The dialogue of setup: what is asked, done, written and left alone."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from setting_up_fakes import DESKTOP, FakeOutside, Person, run_of, speech

from voiced.audio import RATE_HZ, silence
from voiced.doctor.checks import Check
from voiced.errors import ConfigError, DeviceError, ModelMissing, VoicedError
from voiced.setting_up.dialogue import Answered, Terminal
from voiced.setting_up.keeping import backup_of, undo
from voiced.setting_up.levels import level_of
from voiced.setting_up.outside import Heard, LocalServer
from voiced.setting_up.steps import STEPS

OWN = "# mine\n[audio]\nspeaker = 'HDMI'   # the good one\n"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "voiced.toml"


def done(path: Path, step: str, outside: FakeOutside, person: Any) -> dict[str, Any]:
    """Take a step; what is in the file then."""
    STEPS[step](run_of(path, outside, person))
    return tomllib.loads(path.read_text()) if path.exists() else {}


def test_a_recogniser_is_pulled_and_set(path: Path) -> None:
    path.write_text(OWN)
    outside, person = FakeOutside(), Person()
    found = done(path, "recogniser", outside, person)
    assert found["transcriber"] == {"engine": "faster-whisper", "model": "small.en"}
    assert outside.done == ["measure", ("pulled", "small.en"), ("timed", "small.en", 0)]
    assert path.read_text().startswith(OWN)
    assert backup_of(path).read_text() == OWN
    assert '+engine = "faster-whisper"' in person.screen


def test_the_host_is_named_before_anything_is_fetched(path: Path) -> None:
    outside, person = FakeOutside(), Person(download=False)
    assert done(path, "recogniser", outside, person) == {}
    assert outside.done == ["measure"]
    [question] = [each for each in person.asked if each.startswith("Download")]
    assert "488 MB" in question
    assert "huggingface.co" in question
    assert "voiced models import small.en" in person.screen


def test_offline_it_says_how_to_import(path: Path) -> None:
    offline = FakeOutside(pull_fails=ModelMissing("no route to host", stage="models"))
    person = Person()
    assert done(path, "voice", offline, person) == {}
    assert "no route to host" in person.screen
    assert "voiced models import en_US-joe-medium" in person.screen


@pytest.mark.parametrize("takes", [True, False])
def test_a_model_that_is_slow_after_all_is_asked_about(path: Path, takes: bool) -> None:
    outside, person = FakeOutside(taken_s=2.0), Person(slow=takes)
    found = done(path, "recogniser", outside, person)
    assert ("transcriber" in found) == takes
    assert "Measured: 2.0 s for an order." in person.screen


def test_a_pi_is_measured_with_the_threads_that_it_gets(path: Path) -> None:
    pi = replace(DESKTOP, cores=4, board="Raspberry Pi 5 Model B Rev 1.0")
    outside = FakeOutside(machine=pi)
    found = done(path, "recogniser", outside, Person())
    assert found["transcriber"] == {"engine": "faster-whisper", "model": "base.en", "threads": 3}
    assert outside.done[-1] == ("timed", "base.en", 3)


def test_ctrl_c_while_it_downloads(path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        done(path, "voice", FakeOutside(pull_fails=KeyboardInterrupt()), Person())
    assert not path.exists()


def test_another_choice_is_taken(path: Path) -> None:
    outside, person = FakeOutside(), Person(recogniser="pocketsphinx")
    found = done(path, "recogniser", outside, person)
    assert found["transcriber"] == {"engine": "pocketsphinx", "model": ""}
    assert outside.done == ["measure"]


@pytest.mark.parametrize(
    ("step", "package"), [("recogniser", "voiced[whisper]"), ("voice", "voiced[piper]")]
)
def test_what_pip_has_to_install_is_said(path: Path, step: str, package: str) -> None:
    outside, person = FakeOutside(installed=frozenset()), Person()
    assert done(path, step, outside, person) == {}
    assert f"pip install '{package}'" in person.screen
    assert f"voiced setup --only {step}" in person.screen
    assert outside.done == ["measure"]


def test_nothing_is_written_that_is_not_agreed_to(path: Path) -> None:
    path.write_text(OWN)
    done(path, "recogniser", FakeOutside(), Person(write=False))
    assert path.read_text() == OWN
    assert not backup_of(path).exists()


@pytest.mark.parametrize("word", ["recogniser", "download", "write"])
def test_ctrl_c_loses_nothing(path: Path, word: str) -> None:
    path.write_text(OWN)
    with pytest.raises(KeyboardInterrupt):
        done(path, "recogniser", FakeOutside(), Person(**{word: KeyboardInterrupt}))
    assert path.read_text() == OWN


def test_undo_puts_the_file_back_and_once_more(path: Path) -> None:
    path.write_text(OWN)
    run = run_of(path, FakeOutside(), Person())
    STEPS["recogniser"](run)
    STEPS["voice"](run)
    after = path.read_text()
    undo(path)
    assert path.read_text() == OWN
    undo(path)
    assert path.read_text() == after


def test_there_is_no_undo_without_a_setup(path: Path) -> None:
    with pytest.raises(ConfigError, match="no setup to take back"):
        undo(path)


def test_a_microphone_that_hears_well(path: Path) -> None:
    outside, person = FakeOutside(), Person()
    done(path, "microphone", outside, person)
    assert "it hears you well" in person.screen
    assert outside.done == ["listen"]


def test_a_microphone_is_tried_until_it_hears(path: Path) -> None:
    outside = FakeOutside(heard=[silence(4 * RATE_HZ), speech()])
    person = Person()
    done(path, "microphone", outside, person)
    assert "only silence came" in person.told[-3]
    assert "it hears you well" in person.told[-1]
    assert outside.done == ["listen", "listen"]


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (Check("m", ok=False, found="USB, 48000 Hz: muted", mend="pactl set-mute 0"), "pactl"),
        (Check("m", ok=False, found="'x' is the monitor of a loudspeaker", mend="set"), "monitor"),
    ],
)
def test_a_muted_microphone_or_a_monitor_is_not_listened_to(
    path: Path, check: Check, words: str
) -> None:
    outside, person = FakeOutside(check=check), Person()
    done(path, "microphone", outside, person)
    assert outside.done == []
    assert words in person.screen


def test_one_of_several_microphones_is_set(path: Path) -> None:
    outside = FakeOutside(microphones=("builtin", "usb"))
    assert done(path, "microphone", outside, Person(which="usb"))["audio"] == {"microphone": "usb"}


def test_a_microphone_that_fails_is_told(path: Path) -> None:
    gone = DeviceError("microphone: gone", stage="microphone", mend="plug it in")
    person = Person()
    done(path, "microphone", FakeOutside(fails=gone), person)
    assert "plug it in" in person.screen


@pytest.mark.parametrize(
    ("sound", "problem"),
    [
        (silence(RATE_HZ), "only silence"),
        (speech() // 60, "very soft"),
        (speech() * 0 + 32_700, "clips"),
        (speech()[RATE_HZ : 2 * RATE_HZ] * 0 + 2000, "no speech stands out"),
        (silence(0), "only silence"),
    ],
)
def test_what_a_level_tells(sound: Any, problem: str) -> None:
    assert problem in level_of(sound).problem


def test_the_loudspeaker_is_played_until_it_is_heard(path: Path) -> None:
    outside, person = FakeOutside(), Person(did=[False, True])
    run = run_of(path, outside, person)
    STEPS["speaker"](run)
    assert outside.done == ["speak", "speak"]
    assert run.found["speaker"]["heard"] is True


def test_a_voiced_that_hears_it_too_is_told_once(path: Path) -> None:
    person = Person()
    run = run_of(path, FakeOutside(is_running=True), person)
    for name in ("microphone", "speaker", "echo"):
        STEPS[name](run)
    assert person.screen.count("voiced mute") == 1


def test_the_echo_sets_what_fits(path: Path) -> None:
    found = done(path, "echo", FakeOutside(), Person())
    assert found["audio"] == {"min_level_dbfs": -50.0}


def test_no_echo_is_measured_unasked(path: Path) -> None:
    outside = FakeOutside()
    done(path, "echo", outside, Person(measure=False))
    assert outside.done == []


def test_a_wake_word_and_a_key(path: Path) -> None:
    person = Person(
        when="wake word: it listens once it is called", which="alexa", push=["no + key", "F8"]
    )
    found = done(path, "activation", FakeOutside(), person)
    assert found["activation"] == {"mode": "wake_word", "words": ["alexa"], "key": "F8"}


def test_push_to_talk_has_a_key(path: Path) -> None:
    person = Person(when="push to talk: it listens while a key is held")
    assert done(path, "activation", FakeOutside(), person)["activation"] == {
        "mode": "push_to_talk",
        "key": "F9",
    }


def test_without_a_desktop_no_key_is_asked_for(path: Path) -> None:
    outside = FakeOutside(machine=replace(DESKTOP, display="none"))
    person = Person(when="push to talk: it listens while a key is held")
    assert done(path, "activation", outside, person)["activation"] == {"mode": "push_to_talk"}
    assert "voiced ptt toggle" in person.screen


def test_always_changes_nothing(path: Path) -> None:
    assert done(path, "activation", FakeOutside(), Person()) == {}


OLLAMA = LocalServer("Ollama", "http://127.0.0.1:11434/v1", ("qwen3",))


def test_a_model_that_runs_here_is_set(path: Path) -> None:
    outside, person = FakeOutside(running=[OLLAMA]), Person()
    assert done(path, "model", outside, person)["responder"] == {"url": OLLAMA.url}
    assert "qwen3" in person.screen


def test_no_port_is_asked_without_a_yes(path: Path) -> None:
    outside = FakeOutside(running=[OLLAMA])
    assert done(path, "model", outside, Person(ask=False)) == {}
    assert outside.done == []


def test_another_server_is_typed_and_a_wrong_one_not_written(path: Path) -> None:
    good = Person(which="another one", its="https://model.example/v1")
    assert done(path, "model", FakeOutside(), good)["responder"]["url"].startswith("https://model")
    before = path.read_text()
    bad = Person(which="another one", its="not an address")
    done(path, "model", FakeOutside(), bad)
    assert path.read_text() == before
    assert "It was not written" in bad.screen


def test_the_service_only_where_it_is_wanted(path: Path) -> None:
    outside = FakeOutside()
    done(path, "service", outside, Person())
    assert outside.done == []
    done(path, "service", outside, Person(start=True))
    assert outside.done == ["service"]
    person = Person(start=True)
    done(path, "service", FakeOutside(machine=replace(DESKTOP, has_user_manager=False)), person)
    assert person.asked == []


def test_it_ends_with_a_conversation(path: Path) -> None:
    outside = FakeOutside(turn=Heard("what time is it", "It's noon.", "completed"))
    person = Person()
    done(path, "conversation", outside, person)
    assert person.told[-1] == "You said: what time is it\nIt said: It's noon."


@pytest.mark.parametrize(
    ("outside", "words"),
    [
        (FakeOutside(), "Nothing was heard"),
        (FakeOutside(fails=VoicedError("no microphone", mend="connect one")), "connect one"),
    ],
)
def test_a_conversation_that_fails_says_what_to_do(
    path: Path, outside: FakeOutside, words: str
) -> None:
    person = Person()
    done(path, "conversation", outside, person)
    assert words in person.screen


def test_with_yes_everything_is_recommended_and_nothing_unasked(path: Path) -> None:
    shown: list[str] = []
    outside = FakeOutside(running=[OLLAMA])
    run = run_of(path, outside, Answered(shown.append, agrees=True))
    for step in STEPS.values():
        step(run)
    found = tomllib.loads(path.read_text())
    assert found["transcriber"]["model"] == "small.en"
    assert found["synthesizer"] == {"voice": "joe"}
    assert found["responder"] == {"url": OLLAMA.url}
    assert "service" not in outside.done
    assert "converse" not in outside.done
    assert any("huggingface.co" in line for line in shown)


def test_a_look_changes_nothing_and_is_not_heard(path: Path) -> None:
    outside = FakeOutside(running=[OLLAMA])
    run = run_of(path, outside, Answered(lambda _: None, agrees=False))
    for step in STEPS.values():
        step(run)
    assert outside.done == ["measure", "listen"]
    assert not path.exists()
    assert run.found["recogniser"]["recommended"] == "faster-whisper small.en"
    assert run.found["microphone"]["problem"] == ""


def typed(*lines: str) -> Terminal:
    waiting = iter(lines)

    def read(prompt: str) -> str:
        for line in waiting:
            return line
        raise EOFError

    return Terminal(lambda _: None, read)


def test_answers_at_a_terminal() -> None:
    assert typed("perhaps", "YES").confirm("Well?", default=False)
    assert typed("").confirm("Well?", default=True)
    assert not typed().confirm("Well?", default=True)
    options = ["one", "two", "three"]
    assert typed("4", "t", "th").choose("Which?", options, "one") == "three"
    assert typed("2").choose("Which?", options, "one") == "two"
    assert typed().choose("Which?", options, "one") == "one"
    assert typed("-").ask("Key?", "F9") == ""
    assert typed("").ask("Key?", "F9") == "F9"
