"""The desktop of this session, by the programs that are there. Nothing is run before it is used."""

from __future__ import annotations

from voiced.desk import Desk
from voiced.engines.desk_clipboard import ProgramClipboard
from voiced.engines.desk_programs import Programs
from voiced.engines.desk_screen import ProgramScreen
from voiced.engines.desk_typist import ProgramTypist

__all__ = ["desk"]


def desk(programs: Programs | None = None) -> Desk:
    """The clipboard, the keyboard and the screen."""
    found = programs or Programs()
    return Desk(ProgramClipboard(found), ProgramTypist(found), ProgramScreen(found))
