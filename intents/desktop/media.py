"""Players of music and video, by MPRIS: play, pause, next, previous, what is playing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from voiced.plugin import (
    Context,
    Effect,
    Integrity,
    IntentFailed,
    JsonValue,
    Named,
    Reply,
    SlotContext,
    Undo,
    intent,
    named,
    one_line,
    undoes,
)

from .bus import Address, Bus, BusError
from .edges import edges
from .refusals import failed

__all__ = [
    "list_players",
    "next_track",
    "pause",
    "play",
    "previous_track",
    "undo_media",
    "what_is_playing",
]

_PREFIX = "org.mpris.MediaPlayer2."
_PATH = "/org/mpris/MediaPlayer2"
_PLAYER = "org.mpris.MediaPlayer2.Player"
_ORDER = {"Playing": 0, "Paused": 1}
_BACK = {"Play": "Pause", "Pause": "Play", "Next": "Previous", "Previous": "Next"}
_STATE = {"Play": "Playing", "Pause": "Paused"}
_LONGEST = 100
_WHAT = "[the|this] (music|video|song|movie|film|track|podcast|player|playback|album)"


@dataclass(frozen=True, slots=True)
class Player:
    """A player: its name on the bus, its own name, what it is doing."""

    address: str
    name: str
    status: str

    def to(self, interface: str = _PLAYER) -> Address:
        """Whom to call."""
        return Address(self.address, _PATH, interface)


def players(bus: Bus) -> list[Player]:
    """All players, those that play first; one that does not answer is left out."""
    found: list[Player] = []
    for address in bus.names():
        if not address.startswith(_PREFIX):
            continue
        try:
            name = bus.get(Address(address, _PATH, "org.mpris.MediaPlayer2"), "Identity")
            status = bus.get(Address(address, _PATH, _PLAYER), "PlaybackStatus")
        except BusError:
            continue
        found.append(Player(address, one_line(str(name))[:_LONGEST], str(status)))
    return sorted(found, key=lambda player: (_ORDER.get(player.status, 2), player.address))


def _known(_: SlotContext) -> list[str]:
    try:
        with edges().bus("SESSION") as bus:
            return [player.name for player in players(bus)]
    except (IntentFailed, BusError):
        return []


PLAYER: Named[str] = named("player", _known)
"""One of the players that run now, by its name."""


def _chosen(bus: Bus, wanted: str | None) -> Player:
    found = players(bus)
    if wanted is not None:
        found = [player for player in found if player.name == wanted]
    if not found:
        mend = "start a player that speaks MPRIS: VLC, mpv with mpv-mpris, Spotify, a browser"
        raise failed("no player is on the bus", "No player is running that I could control.", mend)
    return found[0]


def _do(wanted: str | None, member: str) -> Player:
    with edges().bus("SESSION") as bus:
        player = _chosen(bus, wanted)
        may = {"Next": "CanGoNext", "Previous": "CanGoPrevious", "Pause": "CanPause"}.get(member)
        try:
            if may is not None and bus.get(player.to(), may) is False:
                spoken = "The player can't do that now."
                raise failed(f"the player says no to {member}", spoken)
            bus.call(player.to(), member)
        except BusError as error:
            spoken = "The player did not do it."
            raise failed(f"the player answered {error.name}", spoken) from error
        return player


def _find(wanted: str | None) -> Player:
    with edges().bus("SESSION") as bus:
        return _chosen(bus, wanted)


async def _command(context: Context, member: str, wanted: str | None, done: str) -> Player:
    player = await context.in_worker(_find, wanted)
    if player.status == _STATE.get(member):
        return player
    way_back = Undo("desktop.media", {"player": player.address, "member": _BACK[member]})
    async with context.change(way_back, f"{done} {player.name}"):
        return await context.in_worker(_do, player.name, member)


@undoes("desktop.media")
async def undo_media(context: Context, data: Mapping[str, JsonValue]) -> str:
    """Do the opposite, with the same player."""
    address, member = str(data["player"]), str(data["member"])
    player = await context.in_worker(_again, address, member)
    return f"{player.name} is as before."


def _again(address: str, member: str) -> Player:
    with edges().bus("SESSION") as bus:
        found = [player for player in players(bus) if player.address == address]
        if not found or member not in _BACK:
            raise failed("the player is gone", "That player is gone.")
        try:
            bus.call(found[0].to(), member)
        except BusError as error:
            raise failed(
                f"the player answered {error.name}", "The player did not do it."
            ) from error
        return found[0]


@intent(
    "media.play",
    sentences=[
        f"(play|resume|continue|unpause|go on with|start) {_WHAT} [(on|in|with) {{player}}]",
        "(resume|continue) playing",
        "press play [(on|in) {player}]",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["play the music", "resume the video"],
)
async def play(context: Context, player: Annotated[str | None, PLAYER] = None) -> Reply:
    """Let a player play."""
    await _command(context, "Play", player, "started")
    return Reply("Playing.")


@intent(
    "media.pause",
    sentences=[
        f"(pause|stop|halt) {_WHAT} [(on|in) {{player}}]",
        "(pause|stop) playing",
        "press pause [(on|in) {player}]",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["pause the music", "stop the video"],
)
async def pause(context: Context, player: Annotated[str | None, PLAYER] = None) -> Reply:
    """Let a player pause."""
    await _command(context, "Pause", player, "paused")
    return Reply("Paused.")


@intent(
    "media.next",
    sentences=[
        "[(play|skip to|go to)] [the] next (song|track|title|episode)",
        "skip [this|the] (song|track|title)",
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["next song", "skip this track"],
)
async def next_track(context: Context) -> Reply:
    """Go to the next track."""
    await _command(context, "Next", None, "went to the next track of")
    return Reply("Next.")


@intent(
    "media.previous",
    sentences=[
        "[(play|skip to|go back to|go to)] [the] (previous|last) (song|track|title|episode)"
    ],
    effect=Effect.W1,
    returns=Integrity.CONFIG,
    examples=["previous song"],
)
async def previous_track(context: Context) -> Reply:
    """Go to the track before."""
    await _command(context, "Previous", None, "went to the previous track of")
    return Reply("Back.")


@intent(
    "media.playing",
    sentences=[
        "(what's|what is) playing [now] [(on|in) {player}]",
        "(what|which) (song|music|track|title|album) is (this|that|playing|on) [now]",
        "(what's|what is) (this|that) (song|track|music)",
        "who (sings|is singing|plays) (this|that)",
    ],
    effect=Effect.R1,
    examples=["what's playing", "what song is this"],
)
async def what_is_playing(context: Context, player: Annotated[str | None, PLAYER] = None) -> Reply:
    """Tell what is playing, and where."""
    found, title, artists = await context.in_worker(_playing, player)
    if found.status != "Playing" and not title:
        return Reply(f"{found.name} plays nothing.")
    by = f" by {artists}" if artists else ""
    verb = "plays" if found.status == "Playing" else "is paused at"
    return Reply(f"{found.name} {verb} {title or 'something without a title'}{by}.")


def _playing(wanted: str | None) -> tuple[Player, str, str]:
    with edges().bus("SESSION") as bus:
        player = _chosen(bus, wanted)
        try:
            about: Any = bus.get(player.to(), "Metadata")
        except BusError:
            about = {}
        table: Mapping[str, Any] = about if isinstance(about, Mapping) else {}
        title = one_line(str(table.get("xesam:title") or ""))[:_LONGEST]
        artists = table.get("xesam:artist") or ()
        return player, title, _names(artists)


def _names(artists: Any) -> str:
    found: Sequence[Any] = artists if isinstance(artists, list | tuple) else [artists]
    return one_line(" and ".join(str(each) for each in found if each))[:_LONGEST]


@intent(
    "media.players",
    sentences=[
        "(what|which) players are (there|running|open)",
        "(list|show me) the [media] players",
    ],
    effect=Effect.R1,
    examples=["which players are running"],
)
async def list_players(context: Context) -> Reply:
    """Tell which players run."""
    found = await context.in_worker(_all)
    if not found:
        return Reply("No player is running.")
    said = [f"{each.name}, {each.status.lower()}" for each in found[:3]]
    return Reply(f"{'; '.join(said)}.")


def _all() -> list[Player]:
    with edges().bus("SESSION") as bus:
        return players(bus)
