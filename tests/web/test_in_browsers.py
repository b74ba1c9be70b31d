"""Every view of the page in real browsers: seen, used by the keyboard alone, judged by axe."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from browser_programs import is_here, wait_for

from voiced.controls import Asked
from voiced.events import (
    ConfirmationAsked,
    IntentMatched,
    PushToTalk,
    ReplySentence,
    SpeechStarted,
    TranscriptFinal,
    TranscriptPartial,
    TurnId,
    TurnStarted,
)

from .house import ARABIC, EVIL, House, namespace
from .readers import ChromiumReader, FirefoxReader

pytestmark = pytest.mark.browser

VIEWS = (
    "/",
    "/turns",
    "/turns/1",
    "/figures",
    "/journal",
    "/journal?q=did",
    "/journal/1",
    "/journal/forget",
    "/intents",
    "/intents?q=timer",
    "/intents/show/files.move",
    "/intents/try?text=what+time+is+it",
    "/intents/misses",
    "/intents/teach?sentence=pop+it+away&intent=files.trash",
    "/intents/plugins",
    "/intents/waiting",
    "/setup",
    "/setup/sound",
    "/setup/voices",
    "/setup/models",
    "/setup/settings",
    "/setup/settings/policy",
)
LOOKS = tuple((width, dark) for width in (360, 800, 1280) for dark in (False, True))
AXE = Path(__file__).parents[2] / "build" / "axe" / "axe_playwright_python" / "axe.min.js"
PROGRAMS = {"Chromium": ("chromium", ChromiumReader), "Firefox": ("firefox-esr", FirefoxReader)}


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    found = House()
    try:
        found.furnish()
        found.daemon.begin()
        found.start()
        yield found
    finally:
        found.close()


@pytest.fixture(scope="module", params=list(PROGRAMS))
def reader(request: pytest.FixtureRequest, house: House) -> Iterator[Any]:
    command, kind = PROGRAMS[request.param]
    if not is_here(command):
        pytest.skip(f"{command} is not installed")
    found = kind(house.home, house.env)
    try:
        found.open(house.link())
        found.wait("document.querySelector('h1')?.textContent === 'Now'")
        yield found
    finally:
        found.end()


@dataclass
class Seen:
    """What was seen of a view: by how much it is too wide, what axe finds, whether scripts ran."""

    title: str
    is_hacked: bool
    too_wide: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)


def _seen(reader: Any, house: House) -> dict[str, Seen]:
    """Every view, looked at in every width, in light and dark; each is opened once."""
    found: dict[str, Seen] = {}
    folder = os.environ.get("VOICED_PICTURES")
    for view in VIEWS:
        reader.open(house.root + view)
        if view == "/setup":
            reader.wait("document.querySelector('.checks')")
        about = found[view] = Seen(
            reader.script("document.title"), reader.script("window.hacked !== undefined")
        )
        for width, dark in LOOKS if folder or reader.name == "Chromium" else LOOKS[1:2]:
            reader.look(width, 900, dark=dark)
            wide = reader.script("document.documentElement.scrollWidth - innerWidth")
            if wide > 0:
                about.too_wide.append(f"{width}: by {wide}")
            if folder:
                _keep(reader, Path(folder), view, f"{width}-{'dark' if dark else 'light'}")
        if AXE.exists() and reader.name == "Chromium":
            about.violations = [*_judged(reader, "color-contrast")]  # in the dark
            reader.look(1280, 900, dark=False)
            about.violations += _judged(reader)
    return found


def _keep(reader: Any, folder: Path, view: str, how: str) -> None:
    name = "".join(c if c.isalnum() else "-" for c in view).strip("-") or "now"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}-{how}-{reader.name}.png").write_bytes(reader.picture())


def _judged(reader: Any, rule: str = "") -> list[str]:
    """What axe has against the page as it is."""
    if reader.script("typeof axe") == "undefined":
        reader.script(
            "[...document.querySelectorAll('details')].slice(0, 4).map((e) => e.open = 1)"
        )
        reader.script(f"{AXE.read_text(encoding='utf-8')}; 1")
    only = f", runOnly: ['{rule}']" if rule else ""
    found: list[str] = reader.script(
        f"axe.run(document, {{resultTypes: ['violations']{only}}}).then((r) => r.violations.map("
        "(v) => v.id + ': ' + v.nodes.map((n) => n.html.slice(0, 120)).join(' | ')))"
    )
    return found


def test_every_view(reader: Any, house: House) -> None:
    """It fits every width, runs nothing that is stored, asks others for nothing, suits axe."""
    reader.asked()
    seen = _seen(reader, house)
    for view, about in seen.items():
        assert about.too_wide == [], view
        assert not about.is_hacked, view
        assert about.title.endswith(" - voiced"), view
        assert "did not work" not in about.title, view
    asked = reader.asked()
    assert sum(each.startswith(house.root) for each in asked) > len(seen)
    assert [each for each in asked if not each.startswith((house.root, "data:"))] == []
    if reader.name != "Chromium":
        return  # one browser is enough for axe
    if not AXE.exists():
        pytest.skip("axe is not there: make build/axe")
    assert {view: about.violations for view, about in seen.items() if about.violations} == {}
    reader.script("document.querySelector('main').append(new Image())")
    assert [each.partition(":")[0] for each in _judged(reader)] == ["image-alt"]


def test_the_keyboard_alone_is_enough(reader: Any, house: House) -> None:
    """From the skip link to a setting that is changed and taken back."""
    reader.look(1280, 900, dark=False)
    reader.open(house.root + "/setup/settings/policy")
    reader.press("Tab")
    assert reader.script("document.activeElement.textContent") == "Skip to the content"
    assert reader.script("document.activeElement.getBoundingClientRect().left >= 0")
    reader.press("Enter")
    reader.wait("document.activeElement.id === 'main'")
    reader.press("Tab")
    _tab_to(reader, "f-confirm_s")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert reader.script(outline) == "solid"
    reader.script("document.activeElement.select()")
    reader.type("7.5")
    reader.press("Enter")
    reader.wait("location.search === '?saved=yes'", "the answer")
    assert "confirm_s = 7.5" in house.file.read_text()
    assert "# only at home" in house.file.read_text()
    assert "policy.confirm_s: 9 to 7.5" in reader.text()
    _tab_to(reader, "", "Undo this change")
    reader.press("Enter")
    reader.wait("location.search === '?undone=yes'", "the answer")
    assert "confirm_s = 9.0" in house.file.read_text()


def _tab_to(reader: Any, name: str, text: str = "") -> None:
    """Press Tab until an element has the focus."""
    for _ in range(60):
        has = f"id === '{name}'" if name else f"textContent.trim() === '{text}'"
        if reader.script(f"document.activeElement.{has}"):
            return
        reader.press("Tab")
    raise AssertionError(f"{name or text} is never reached")


def test_a_miss_is_taught_by_keyboard(reader: Any, house: House) -> None:
    said = f"tick tock {reader.name}"
    reader.open(f"{house.root}/intents/teach?sentence={said.replace(' ', '+')}&intent=clock.time")
    _tab_to(reader, "", "Teach it")
    reader.press(" ")
    reader.wait("location.pathname === '/intents/show/clock.time'", "the intent")
    assert said.lower() in reader.text()
    _tab_to(reader, "", "Forget")
    reader.press("Enter")
    reader.wait("!document.body.innerText.includes('tick tock')", "it to be forgotten")


def test_what_is_stored_is_shown_as_text(reader: Any, house: House) -> None:
    reader.open(house.root + "/intents/misses")
    text = reader.text()
    assert EVIL in text
    assert ARABIC.split()[0] in text
    arabic = (
        "[...document.querySelectorAll('li [dir]')].find((e) => e.textContent.startsWith('\u0623'))"
    )
    right_to_left = f"getComputedStyle({arabic}).direction"
    assert reader.script(right_to_left) == "rtl"


def test_a_token_opens_once_and_without_one_nothing_is_shown(reader: Any, house: House) -> None:
    link = house.link()
    reader.open(link)
    reader.wait("location.pathname === '/'")
    for name, url in (
        ("localhost", f"http://localhost:{house.port}"),  # no cookie of ours goes there
        ("used", link.replace("voiced.localhost", "127.0.0.1")),
        ("old", house.link(age_s=3600.0).replace("voiced.localhost", "127.0.0.1")),
        ("unknown", f"http://127.0.0.1:{house.port}/enter?token=nothing"),
    ):
        reader.open(url if name != "localhost" else f"{url}/journal")
        assert "voiced web" in reader.text(), name
        assert EVIL not in reader.text()
        assert "pop it away" not in reader.text()
    reader.open(house.root)


def test_two_pages_do_not_undo_each_other(reader: Any, house: House) -> None:
    if reader.name != "Chromium":
        pytest.skip("one browser is enough")
    place = house.root + "/setup/settings/policy"
    reader.open(place)
    first = reader.another()
    reader.open(place)
    save = (
        "document.getElementById('f-{0}').value = '{1}',"
        " document.querySelector('form.card .main').click(), 1"
    )
    reader.script(save.format("outbox_s", "12"))
    reader.wait("location.search === '?saved=yes'", "the second page")
    second, reader.session = reader.session, first
    reader.script(save.format("confirm_s", "3"))
    reader.wait("document.querySelector('[role=alert]')", "the first page")
    assert "has changed since you looked at it" in reader.text()
    assert reader.script("document.getElementById('f-confirm_s').value") == "3"
    assert "confirm_s = 9.0" in house.file.read_text()
    reader.session = second


def test_what_is_kept_is_shown_as_text(reader: Any, house: House) -> None:
    reader.open(house.root + "/journal")
    text = reader.text()
    assert f"Renamed {EVIL}" in text
    assert "Show all 1,050,000 letters" in text
    assert len(text) < 20_000
    reader.open(f"{house.root}/journal?q={quote(ARABIC.split()[1])}")
    assert ARABIC in reader.text()
    said = "[...document.querySelectorAll('.said')].find((e) => e.textContent.startsWith('\u0623'))"
    assert reader.script(f"getComputedStyle({said}).direction") == "rtl"
    assert reader.script("document.querySelectorAll('main img, main script').length") == 0


def test_a_change_is_undone_by_keyboard(reader: Any, house: House) -> None:
    lab = house.daemon.lab
    assert lab is not None
    number = house.change(f"moved it for {reader.name}")
    reader.open(house.root + "/journal")
    _tab_to(reader, "", f"Undo change {number}")
    reader.press("Enter")
    reader.wait(f"location.pathname === '/journal/{number}'", "the change")
    assert lab.told[-1] == f"undo {number}"
    assert "It was taken back." in reader.text()


def test_forgetting_shows_first_what_it_erases(reader: Any, house: House) -> None:
    house.change(f"bought a {reader.name}phant")
    reader.open(house.root + "/journal/forget")
    reader.script("document.querySelector('[value=words]').click(), 1")
    reader.script("document.querySelector('[name=words]').focus(), 1")
    reader.type(f"{reader.name}phant")
    reader.press("Enter")
    reader.wait("location.pathname === '/journal/forget/preview'", "what would go")
    assert "1 change, which cannot be undone any more" in reader.text()
    assert f"bought a {reader.name}phant" in reader.text()
    _tab_to(reader, "", "Erase it")
    reader.press("Enter")
    reader.wait("document.querySelector('h1').textContent === 'Forgotten'", "what went")
    reader.open(f"{house.root}/journal?q={reader.name}phant")
    assert "Nothing was found" in reader.text()


def test_a_voice_is_played(reader: Any, house: House) -> None:
    reader.open(house.root + "/setup/voices")
    loaded = (
        "new Promise((done) => { const a = document.querySelector('audio');"
        " a.oncanplay = () => done(a.duration); a.onerror = () => done(-1); a.preload = 'auto';"
        " a.load(); })"
    )
    assert reader.script(loaded) > 1


def test_what_happens_is_shown_as_it_happens_and_as_text(reader: Any, house: House) -> None:
    reader.open(house.root + "/")
    reader.wait("document.getElementById('mode').textContent === 'listening'")
    turn = TurnId(900 + len(reader.name))
    house.daemon.tell([SpeechStarted(0), TurnStarted(100, turn)])
    house.daemon.tell([TranscriptPartial(200, turn, f"find {EVIL}")])
    said = "document.querySelector('#turns').textContent.includes({0!r})"
    reader.wait(said.format(EVIL))
    house.daemon.tell(
        [
            TranscriptFinal(300, turn, f"find {EVIL} {ARABIC}", 0.9),
            IntentMatched(310, turn, "files.find", (("wanted", EVIL),), "spoken", "read_private"),
            ReplySentence(320, turn, f"I found {EVIL}."),
        ]
    )
    reader.wait(said.format(ARABIC[:4]))
    reader.wait(said.format("I found"))
    assert reader.script("window.hacked === undefined")
    assert reader.script("document.querySelectorAll('main img, main script').length") == 0


def test_what_is_heard_is_seen_at_once_in_set_up(reader: Any, house: House) -> None:
    reader.open(house.root + "/setup/sound")
    reader.wait("!document.querySelector('[data-hears]').hidden")
    house.daemon.tell([PushToTalk(0, is_down=True)])
    signs = "document.querySelector('[data-signs]').textContent"
    reader.wait(f"{signs}.includes('the push-to-talk key')")
    house.daemon.hear(0.25)
    reader.wait("document.getElementById('now-level').ariaValueNow > -30")
    house.daemon.tell([PushToTalk(1, is_down=False)])
    reader.wait(f"!{signs}.includes('the push-to-talk key')")


def test_a_microphone_that_is_not_there_is_told_and_voiced_hears_again(
    reader: Any, house: House
) -> None:
    lab = house.daemon.lab
    assert lab is not None
    lab.controls.asked.clear()
    reader.open(house.root + "/setup/sound")
    _tab_to(reader, "", "Listen")
    reader.press("Enter")
    wait_for(lambda: lab.controls.asked == ["mute", "unmute"], "the microphone to be given back")
    line = "document.querySelector('#listen [data-state=failed] [data-line]')"
    reader.wait(line, "what came of it, without a hand moved")
    assert "no sound server" in reader.script(f"{line}.textContent")


def test_one_types_and_stops_by_keyboard(reader: Any, house: House) -> None:
    reader.open(house.root + "/")
    reader.wait("document.getElementById('mode').textContent === 'listening'")
    lab = house.daemon.lab
    assert lab is not None
    lab.controls.asked.clear()
    lab.keyboard.typed.clear()
    _tab_to(reader, "stop")
    reader.press("Enter")
    wait_for(lambda: lab.controls.asked == ["stop"], "the order to stop")
    _tab_to(reader, "text")
    reader.type("what time is it")
    reader.press("Enter")
    wait_for(lambda: lab.keyboard.typed == ["what time is it"], "what was typed")


def test_the_page_says_that_the_daemon_went_and_came_back(reader: Any, house: House) -> None:
    reader.open(house.root + "/")
    mode = "document.getElementById('mode').textContent"
    reader.wait(f"{mode} === 'listening'")
    house.daemon.end()
    try:
        reader.wait(f"{mode} === 'no voiced is running'", "it to say that voiced went")
    finally:
        house.daemon.begin()
    reader.wait(f"{mode} === 'listening'", "it to say that voiced is back")


def test_the_key_is_held_for_as_long_as_it_is_pressed_and_let_go_with_the_page(
    reader: Any, house: House
) -> None:
    reader.open(house.root + "/")
    reader.wait("!document.getElementById('talk').disabled")
    lab = house.daemon.lab
    assert lab is not None
    lab.controls.asked.clear()
    stroke = (
        "document.getElementById('talk')"
        ".dispatchEvent(new KeyboardEvent('{0}', {{key: ' ', repeat: {1}}}))"
    )
    for kind, is_again in (("keydown", "false"), ("keydown", "true"), ("keyup", "false")):
        reader.script(stroke.format(kind, is_again))
        reader.wait("!document.getElementById('refused').textContent")
    wait_for(lambda: lab.controls.asked == ["press", "release"], "the key")
    reader.script(stroke.format("keydown", "false"))
    wait_for(lambda: lab.controls.asked[2:] == ["press"], "the key again")
    reader.open(house.root + "/turns")
    # by the page, and by its line, whichever comes first
    wait_for(lambda: lab.controls.asked[3:4] == ["release"], "the key to be let go")


def test_a_question_is_answered_by_the_button_beside_it(reader: Any, house: House) -> None:
    reader.open(house.root + "/")
    reader.wait("document.body.dataset.line === 'here'")
    lab = house.daemon.lab
    assert lab is not None
    lab.keyboard.typed.clear()
    lab.keyboard.asked = Asked("q7", f"Which one: {EVIL}, or {ARABIC}?", (EVIL, ARABIC))
    house.daemon.tell([ConfirmationAsked(0, TurnId(800), "q7", "Which one?")])
    reader.wait("document.querySelectorAll('#answers button').length === 3")
    assert EVIL in reader.text()
    assert reader.script("window.hacked === undefined")
    reader.script("document.querySelectorAll('#answers button')[1].click()")
    wait_for(lambda: lab.keyboard.typed == ["q7: 2"], "the answer")
    lab.keyboard.asked = None
    reader.wait("document.getElementById('question').hidden", "the question to be over")


def test_the_page_comes_back_when_its_own_server_was_started_again(
    reader: Any, house: House
) -> None:
    if reader.name != "Chromium":
        pytest.skip("one browser is enough")
    reader.open(house.root + "/")
    mode = "document.getElementById('mode').textContent"
    reader.wait(f"{mode} === 'listening'")
    house.stop()
    try:
        reader.wait(f"{mode} === 'the page has lost its server'")
    finally:
        house.start(house.port)
    reader.wait(f"{mode} === 'listening'", "it to be back, with nobody having to come in again")


def test_in_a_network_of_its_own_the_page_lacks_nothing(tmp_path: Path) -> None:
    """The page and a browser where there is nothing but the loopback: all of it is there."""
    before = namespace()
    if before is None:
        pytest.skip("no network namespace may be made here")
    with ExitStack() as stack:
        enter, end = before
        stack.callback(end)
        alone = House(enter)
        stack.callback(alone.close)
        alone.furnish()
        alone.start()
        reader = ChromiumReader(alone.home, alone.env, tuple(enter))
        stack.callback(reader.end)
        reader.open(alone.link())
        reader.wait("document.querySelector('h1')?.textContent === 'Now'")
        for view in ("/", "/turns/1", "/figures", "/journal", "/intents", "/setup/voices"):
            reader.open(alone.root + view)
            missing = (
                "performance.getEntriesByType('resource')"
                ".filter((e) => e.responseStatus >= 400 || e.responseStatus === 0)"
                ".map((e) => e.name).filter((n) => !n.includes('/live'))"
            )
            assert reader.script(missing) == [], view
            assert reader.script("document.styleSheets.length > 0"), view
        own = (alone.root, "data:")
        assert [each for each in reader.asked() if not each.startswith(own)] == []
