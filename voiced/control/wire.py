"""The language of the control socket: one JSON object a line, at most 64 KiB with its end. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

__all__ = ["MOST_FRAME_BYTES", "BadFrame", "Frames", "decode", "encode"]

MOST_FRAME_BYTES = 64 * 1024


class BadFrame(ValueError):
    """What came is no frame; the text says why, and repeats nothing of it."""


def encode(document: Mapping[str, Any]) -> bytes:
    """A frame. ASCII, so that every text fits, also one that is no valid Unicode.

    Raises:
        BadFrame: It is too long.
    """
    frame = json.dumps(document, ensure_ascii=True, allow_nan=False).encode() + b"\n"
    if len(frame) > MOST_FRAME_BYTES:
        raise BadFrame("longer than 64 KiB")
    return frame


def decode(frame: bytes) -> dict[str, Any]:
    """What a frame says.

    Raises:
        BadFrame: It is not a JSON object.
    """
    try:
        document = json.loads(frame.decode())
    except (ValueError, RecursionError) as error:
        raise BadFrame("not JSON") from error
    if not isinstance(document, dict):
        raise BadFrame("not a JSON object")
    return cast("dict[str, Any]", document)


class Frames:
    """Cuts what comes from a socket into frames."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The frames that are complete now, without their ends.

        Raises:
            BadFrame: One is too long, or goes on for too long.
        """
        *whole, rest = (self._rest + data).split(b"\n")
        for frame in (*whole, rest):
            if len(frame) >= MOST_FRAME_BYTES:
                raise BadFrame("longer than 64 KiB")
        self._rest = rest
        yield from (frame for frame in whole if frame.strip())
