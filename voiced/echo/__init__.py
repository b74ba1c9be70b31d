"""The way from the loudspeaker to the microphone: what of a frame may be our own sound.

Pure arithmetic on samples; the canceller itself is an engine. The rules are in ``path.py``.
"""

from voiced.echo.path import Cleaned, EchoPath

__all__ = ["Cleaned", "EchoPath"]
