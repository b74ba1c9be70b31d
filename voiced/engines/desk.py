"""The desktop of this session, by the programs and portals that are there.

Nothing is run or asked before it is used.
"""

from __future__ import annotations

from pathlib import Path

from voiced.desk import Desk
from voiced.engines.desk_clipboard import ProgramClipboard
from voiced.engines.desk_programs import Programs
from voiced.engines.desk_remote import RemoteKeyboard
from voiced.engines.desk_screen import ProgramScreen
from voiced.engines.desk_typist import ProgramTypist

__all__ = ["desk"]


def desk(programs: Programs | None = None, leave: Path | None = None) -> Desk:
    """The clipboard, the keyboard and the screen.

    Args:
        programs: The programs and the environment of the session.
        leave: The file that keeps the leave of the desktop to press keys.
    """
    found = programs or Programs()
    keyboard = RemoteKeyboard(found.environ, leave)
    return Desk(ProgramClipboard(found), ProgramTypist(found, keyboard), ProgramScreen(found))
