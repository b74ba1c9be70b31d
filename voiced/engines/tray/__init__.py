"""An icon in the desktop's tray that shows the state, with a menu."""

from voiced.engines.tray.item import Tray
from voiced.engines.tray.menu import TrayAct

__all__ = ["Tray", "TrayAct"]
