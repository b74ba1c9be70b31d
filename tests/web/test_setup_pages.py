"""Set-up: what works, the sound tried out, voices heard, models brought."""

from __future__ import annotations

import io
import time
import wave
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

import anyio
import numpy as np
import pytest
from setting_up_fakes import ECHO, speech
from starlette.testclient import TestClient

from voiced.audio import RATE_HZ, Samples
from voiced.config import AudioSettings, config_file
from voiced.doctor import Check
from voiced.doctor.echo import EchoReport
from voiced.engines.echo_choice import EchoChoice
from voiced.errors import DeviceError, ModelMissing
from voiced.stages import SpokenAudio
from voiced.web import fetching, setting_up
from voiced.web.changing import InForce
from voiced.web.samples import wav_of
from voiced.web.setting_up import areas_of
from voiced.web.workshop import Trials, Workshop

from .conftest import OURS, Page


class FakeDaemon:
    """One that runs, or not; it keeps what it was asked."""

    def __init__(self, mode: str | None = None) -> None:
        self.mode = mode
        self.asked: list[str] = []

    async def ask(self, **order: Any) -> dict[str, Any]:
        self.asked.append(order["do"])
        return {"reload": {"applied": [], "waiting": ["audio.echo"], "error": None}}

    async def status(self) -> dict[str, Any] | None:
        return None if self.mode is None else {"mode": self.mode, "is_key_down": False}


async def _names(kind: str, config: Any) -> list[str]:
    return ["USB <Mic>"] if kind == "microphone" else []


async def _listen(seconds: float, config: Any, hear: Callable[[Samples], None]) -> Samples:
    sound = speech()
    for at in range(0, RATE_HZ, RATE_HZ // 50):
        hear(sound[at : at + RATE_HZ // 50])
    return sound


async def _speak(text: str, config: Any) -> None:
    raise DeviceError("speaker: no such device", stage="speaker", mend="plug it in")


async def _echo(config: Any) -> EchoReport:
    choice = EchoChoice(cancels=True, reason="it is heard in the room")
    return EchoReport(ECHO, AudioSettings(echo="off"), choice)


async def _wake(seconds: float, config: Any, heard: Callable[[str], None], hear: Any) -> None:
    heard("okay_nabu")


async def _sample(config: Any, name: str) -> bytes:
    if name == "joe":
        raise ModelMissing("the voice joe is not installed", stage="synthesizer", mend="pull it")
    return wav_of([SpokenAudio(np.zeros(2205, dtype=np.int16), 22_050)])


TRIALS = Trials(_names, _listen, _speak, _echo, _wake, _sample)


@pytest.fixture
def visit(page: Page) -> Generator[Page]:
    """A page whose jobs go on between two requests, and whose devices are not real."""
    starlette = page.client.app._app
    starlette.state.workshop = Workshop(trials=TRIALS)
    object.__setattr__(page.site, "daemon", FakeDaemon())
    with TestClient(page.client.app, base_url=page.client.base_url, follow_redirects=False) as one:
        one.cookies = page.client.cookies
        yield replace(page, client=one)


def post(page: Page, place: str, **typed: str) -> Any:
    answer = page.client.post(place, data=typed, headers=OURS)
    assert answer.status_code == 303, answer.text
    return answer


def until(page: Page, path: str, words: str) -> str:
    """The page once it says this."""
    until_s = time.monotonic() + 10
    while words not in (text := page.get(path)):
        assert time.monotonic() < until_s, text
        time.sleep(0.005)
    return text


def test_what_is_found_is_shown_by_area_what_fails_first(
    visit: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = (
        Check("Python", ok=True, found="3.11"),
        Check("microphone", ok=True, found="USB"),
        Check("loudspeaker", ok=False, found="<none>", mend="plug it in"),
        Check("plugin files", ok=True, found="24 intents"),
        Check("index of your mail (yours alone to read)", ok=None, found="none"),
        Check("something new", ok=None, found="-"),
    )
    monkeypatch.setattr(setting_up, "examine", lambda _: checks)
    text = until(visit, "/setup", "1 thing does not work")
    assert "&lt;none&gt;" in text
    assert "plug it in" in text
    assert "none is set" in text  # the key
    by_area = dict(areas_of(checks))
    assert [check.name for check in by_area["Hearing"]] == ["loudspeaker", "microphone"]
    assert [check.name for check in by_area["Mail"]] == [checks[4].name]
    assert [check.name for check in by_area["Files and the rest"]] == ["something new"]


def test_the_microphone_is_tried_and_a_running_daemon_is_muted_meanwhile(visit: Page) -> None:
    daemon = FakeDaemon("listening")
    object.__setattr__(visit.site, "daemon", daemon)
    assert "USB &lt;Mic&gt;" in visit.get("/setup/sound")
    post(visit, "/setup/sound/listen")
    text = until(visit, "/setup/sound", "It hears you well.")
    assert "It hears you well. voiced was muted meanwhile, and hears again." in text
    assert daemon.asked == ["mute", "unmute"]


def test_what_is_wrong_with_a_microphone_does_not_look_well(visit: Page) -> None:
    async def silence(seconds: float, config: Any, hear: Any) -> Samples:
        return np.zeros(RATE_HZ, dtype=np.int16)

    starlette = visit.client.app._app
    starlette.state.workshop = Workshop(trials=replace(TRIALS, listen=silence))
    post(visit, "/setup/sound/listen")
    text = until(visit, "/setup/sound", "Only silence came")
    assert 'class="line warn"' in text
    assert "unplugged?." not in text


def test_what_came_of_another_change_is_not_said_beside_the_devices(visit: Page) -> None:
    starlette = visit.client.app._app
    workshop = starlette.state.workshop
    workshop.in_force = InForce(applied=("policy.confirm_s",))
    assert "In force now" not in visit.get("/setup/sound") + visit.get("/setup/voices")
    workshop.in_force = InForce(applied=("synthesizer.voice",), waiting=("audio.speaker",))
    assert "synthesizer.voice" in visit.get("/setup/voices")
    assert "audio.speaker" in visit.get("/setup/sound")


@pytest.mark.parametrize("mode", ["muted", None])
def test_a_daemon_that_hears_nothing_is_left_alone(visit: Page, mode: str | None) -> None:
    daemon = FakeDaemon(mode)
    object.__setattr__(visit.site, "daemon", daemon)
    post(visit, "/setup/sound/wake")
    until(visit, "/setup/sound", "The wake word was heard once.")
    assert daemon.asked == []


def test_a_daemon_that_would_stay_muted_is_not_muted(visit: Page) -> None:
    config_file().parent.mkdir(parents=True)
    config_file().write_text('[control]\nscope = "act"\n')
    daemon = FakeDaemon("listening")
    object.__setattr__(visit.site, "daemon", daemon)
    post(visit, "/setup/sound/wake")
    until(visit, "/setup/sound", "The wake word was heard once.")
    assert daemon.asked == []


def test_what_fails_says_why_and_what_mends_it_and_the_microphone_is_given_back(
    visit: Page,
) -> None:
    daemon = FakeDaemon("asleep")
    object.__setattr__(visit.site, "daemon", daemon)
    post(visit, "/setup/sound/speak")
    text = until(visit, "/setup/sound", "no such device")
    assert "plug it in" in text
    assert daemon.asked == ["mute", "unmute"]


def test_the_echo_is_measured_and_what_fits_better_is_set(visit: Page) -> None:
    post(visit, "/setup/sound/echo")
    text = until(visit, "/setup/sound", "The echo is cancelled well.")
    assert "delay of the echo" in text
    assert "80 ms" in text
    post(visit, "/setup/sound/fit")
    assert 'echo = "webrtc"' in config_file().read_text()
    assert "Waits for the next start: audio.echo" in visit.get("/setup/sound")


def test_devices_are_chosen(visit: Page) -> None:
    post(visit, "/setup/sound/devices", microphone="USB <Mic>", speaker="default")
    assert 'microphone = "USB <Mic>"' in config_file().read_text()


def test_a_job_is_followed_and_an_unknown_one_is_not_there(visit: Page) -> None:
    post(visit, "/setup/sound/listen")
    text = until(visit, "/setup/sound", "It hears you well.")
    name = text.split('data-job="')[1].split('"')[0]
    row = visit.client.get(f"/setup/jobs/{name}").json()
    assert (row["state"], row["level_dbfs"], row["share"]) == ("done", None, 0.25)
    assert visit.client.get("/setup/jobs/none").status_code == 404
    assert visit.client.post("/setup/sound/fly", headers=OURS).status_code == 404


def test_a_voice_is_heard_and_chosen(visit: Page) -> None:
    assert 'src="/setup/voices/default.wav"' in visit.get("/setup/voices")
    answer = visit.client.get("/setup/voices/default.wav")
    assert answer.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(answer.content)) as file:
        assert (file.getframerate(), file.getnframes()) == (22_050, 2205)
    assert visit.client.get("/setup/voices/joe.wav").status_code == 409
    post(visit, "/setup/voices/british/use")
    assert 'voice = "british"' in config_file().read_text()
    assert visit.client.post("/setup/voices/nobody/use", headers=OURS).status_code == 404
    assert 'voice = "british"' in config_file().read_text()


def test_a_model_is_downloaded_with_progress_and_stopped_and_gone_on_with(
    visit: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    from voiced.models.download import Progress

    begun: list[str] = []

    def pull(model: Any, folder: Any, show: Any, *, mirrors: Any) -> None:
        begun.append(model.name)
        (folder / model.name).mkdir(parents=True, exist_ok=True)
        (folder / model.name / "model.bin.part").write_text("half")
        while len(begun) == 1:
            show(Progress(model.files[0].name, 10_000_000, 40_000_000))
            time.sleep(0.005)

    monkeypatch.setattr(fetching, "pull", pull)
    assert "Download" in visit.get("/setup/models")
    post(visit, "/setup/models/tiny.en/pull")
    text = until(visit, "/setup/models", "10 of about")
    name = text.split('data-job="')[1].split('"')[0]
    post(visit, f"/setup/jobs/{name}/stop", back="/setup/models")
    text = until(visit, "/setup/models", "Go on downloading")
    post(visit, "/setup/models/tiny.en/pull")
    until(visit, "/setup/models", "tiny.en is installed.")
    assert begun == ["tiny.en", "tiny.en"]
    assert visit.client.post("/setup/models/none/pull", headers=OURS).status_code == 404


def test_files_at_hand_that_are_none_are_told(visit: Page) -> None:
    post(visit, "/setup/models/tiny.en/take", path="/nowhere/at/all")
    until(visit, "/setup/models", "/nowhere/at/all")
    post(visit, "/setup/models/tiny.en/verify")
    until(visit, "/setup/models", "is not installed")


def test_a_test_that_is_stopped_gives_the_microphone_back(visit: Page) -> None:
    async def endless(seconds: float, config: Any, heard: Any, hear: Any) -> None:
        await anyio.sleep_forever()

    workshop = visit.client.app._app.state.workshop
    workshop.trials = replace(TRIALS, wake=endless)
    daemon = FakeDaemon("listening")
    object.__setattr__(visit.site, "daemon", daemon)
    post(visit, "/setup/sound/wake")
    text = until(visit, "/setup/sound", "Say okay nabu")
    name = text.split('data-job="')[1].split('"')[0]
    post(visit, f"/setup/jobs/{name}/stop", back="/setup/sound")
    until(visit, "/setup/sound", 'data-state="stopped"')
    assert daemon.asked == ["mute", "unmute"]
