"""``python -m voiced_intents.browser_host ORIGIN``: what the browser starts.

Exit codes: 0 the browser has gone, 77 somebody else started it, 1 anything else, with a line on
stderr (Firefox shows it in its browser console).
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

from .caller import is_ours
from .frames import BadFrame, socket_folder
from .host import Host

__all__ = ["main"]

_NOT_ALLOWED = 77
_STRANGER = "voiced: this program is started by a browser, for voiced's own extension\n"


def main(arguments: Sequence[str]) -> int:
    """Serve the browser that started us until it goes away; the exit code."""
    if not is_ours(arguments):
        sys.stderr.write(_STRANGER)
        return _NOT_ALLOWED
    try:
        asyncio.run(_serve())
    except (BadFrame, OSError) as error:
        sys.stderr.write(f"voiced: the browser's host ends: {error}\n")
        return 1
    return 0


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    writer, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, sys.stdout.buffer)
    await Host(reader, writer).run(socket_folder())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
