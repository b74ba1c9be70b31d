"""Players: which one is meant, what they are told, what is playing, and the way back."""

from __future__ import annotations

import pytest
from desktop_fakes import FakePlayer

from voiced.errors import IntentFailed
from voiced_intents import desktop

pytestmark = pytest.mark.anyio


@pytest.fixture
def players(desk):
    desk.bus.players = {
        "vlc": FakePlayer("VLC media player", "Paused"),
        "spotify": FakePlayer("Spotify", "Playing"),
    }
    return desk.bus.players


async def test_the_one_that_plays_is_meant(desk, players) -> None:
    assert await desk.say(desktop.pause) == "Paused."
    assert players["spotify"].status == "Paused"
    assert players["vlc"].calls == []
    assert await desk.undo() == "Spotify is as before."
    assert players["spotify"].status == "Playing"


async def test_a_player_is_named(desk, players) -> None:
    assert await desk.say(desktop.play, player="v l c") == "Playing."
    assert players["vlc"].calls == ["Play"]


async def test_what_is_so_already_is_no_change(desk, players) -> None:
    assert await desk.say(desktop.play) == "Playing."
    assert players["spotify"].calls == []
    assert desk.context.made == []


async def test_next_and_back(desk, players) -> None:
    await desk.say(desktop.next_track)
    await desk.undo()
    await desk.say(desktop.previous_track)
    assert players["spotify"].calls == ["Next", "Previous", "Previous"]


async def test_what_the_player_cannot_do_is_said(desk, players) -> None:
    players["spotify"].can_go_next = False
    with pytest.raises(IntentFailed) as no:
        await desk.say(desktop.next_track)
    assert no.value.spoken == "The player can't do that now."
    players["spotify"].can_go_next, players["spotify"].is_broken = True, True
    with pytest.raises(IntentFailed) as broken:
        await desk.say(desktop.next_track)
    assert broken.value.spoken == "The player did not do it."


async def test_without_a_player_the_mend_is_told(desk) -> None:
    with pytest.raises(IntentFailed) as none:
        await desk.say(desktop.pause)
    assert none.value.spoken == "No player is running that I could control."
    assert "mpv-mpris" in none.value.mend
    assert await desk.say(desktop.list_players) == "No player is running."


async def test_without_a_bus_that_is_said(desk) -> None:
    desk.has_bus = False
    with pytest.raises(IntentFailed) as none:
        await desk.say(desktop.pause)
    assert "no D-Bus session" in none.value.spoken


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        (
            {"xesam:title": "Blue\nMoon", "xesam:artist": ["Ella", "Louis"]},
            "Spotify plays Blue Moon by Ella and Louis.",
        ),
        ({"xesam:title": "Blue Moon"}, "Spotify plays Blue Moon."),
        ({"xesam:artist": "Ella"}, "Spotify plays something without a title by Ella."),
        ({"xesam:title": "x" * 500}, f"Spotify plays {'x' * 100}."),
        ({"xesam:title": None, "xesam:artist": None}, "Spotify plays something without a title."),
        (["odd"], "Spotify plays something without a title."),
    ],
)
async def test_what_is_playing(desk, players, metadata, said) -> None:
    players["spotify"].metadata = metadata
    assert await desk.say(desktop.what_is_playing) == said


async def test_titles_come_from_outside() -> None:
    from voiced.plugin import Integrity

    assert desktop.what_is_playing.returns is Integrity.EXTERNAL
    assert desktop.list_players.returns is Integrity.EXTERNAL


async def test_nothing_is_playing(desk, players) -> None:
    players["spotify"].status = players["vlc"].status = "Stopped"
    assert await desk.say(desktop.what_is_playing) == "Spotify plays nothing."
    assert await desk.say(desktop.list_players) == "Spotify, stopped; VLC media player, stopped."


async def test_a_player_that_went_is_not_taken_back(desk, players) -> None:
    await desk.say(desktop.pause)
    del players["spotify"]
    with pytest.raises(IntentFailed) as gone:
        await desk.undo()
    assert gone.value.spoken == "That player is gone."
