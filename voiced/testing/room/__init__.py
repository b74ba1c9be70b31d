"""A virtual acoustic room: speaker and microphone in one place, so that echo is measured.

Driven by the loop's clock, virtual or real; deterministic. No recordings here, and no engines.
"""

from voiced.testing.room.levels import active_level_dbfs, audible_span, fell_at, level_at_dbfs
from voiced.testing.room.people import Said
from voiced.testing.room.room import Room, RoomMicrophone
from voiced.testing.room.settings import RoomKind, RoomSettings
from voiced.testing.room.speaker import RoomSpeaker

__all__ = [
    "Room",
    "RoomKind",
    "RoomMicrophone",
    "RoomSettings",
    "RoomSpeaker",
    "Said",
    "active_level_dbfs",
    "audible_span",
    "fell_at",
    "level_at_dbfs",
]
