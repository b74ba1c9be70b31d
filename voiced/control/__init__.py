"""Asking a running daemon from outside: its socket, what may be asked, and how it is."""

from voiced.control.client import ask, forget, watch
from voiced.control.feed import Feed
from voiced.control.mute_file import MuteFile
from voiced.control.orders import Orders
from voiced.control.peers import Scope
from voiced.control.server import ControlServer
from voiced.control.status import Status, StatusBoard

__all__ = [
    "ControlServer",
    "Feed",
    "MuteFile",
    "Orders",
    "Scope",
    "Status",
    "StatusBoard",
    "ask",
    "forget",
    "watch",
]
