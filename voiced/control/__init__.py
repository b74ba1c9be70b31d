"""Asking a running daemon from outside: its socket, what may be asked, and how it is."""
