"""pocketsphinx's open dictation, in a process of its own: ``python -m`` this, and a model's folder.

It reads utterances (four bytes with their length, then 16-bit sound at 16 kHz) and writes a line of
JSON for each: what was said, and how sure it is. It ends where nobody has asked for minutes, and
the memory of its large language model is free again. It imports little, so that it is soon there.
"""

from __future__ import annotations

import json
import select
import signal
import sys
from pathlib import Path
from typing import Any, BinaryIO

__all__ = ["LENGTH_BYTES", "main"]

LENGTH_BYTES = 4
_IDLE_S = 300.0
_SHORTEST_BYTES = 2 * 1600
_NOISE = b"\x00\x01\x00\xff" * 2400
"""Run over once, so that the model is in memory."""


def _decoder(folder: Path) -> Any:
    import pocketsphinx

    files = {"hmm": "en-us", "dict": "cmudict-en-us.dict", "lm": "en-us.lm.bin"}
    given = {key: str(folder / name) for key, name in files.items()}
    # the second pass (fwdflat) costs a quarter more and understands no more
    return pocketsphinx.Decoder(loglevel="FATAL", fwdflat=False, **given)


def _decode(decoder: Any, sound: bytes) -> tuple[str, float]:
    if len(sound) < _SHORTEST_BYTES:  # the vendor's decoder fails on it
        return "", 0.0
    decoder.start_utt()
    decoder.process_raw(sound, False, True)  # noqa: FBT003 - the vendor's: the whole utterance
    decoder.end_utt()
    found = decoder.hyp()
    return ("", 0.0) if found is None else (found.hypstr.strip(), float(decoder.get_prob()))


def _read(source: BinaryIO) -> bytes | None:
    """The next utterance; None where there will be none, or none came for long."""
    if not select.select([source], [], [], _IDLE_S)[0]:
        return None
    header = source.read(LENGTH_BYTES)
    return source.read(int.from_bytes(header, "little")) if len(header) == LENGTH_BYTES else None


def main(folder: Path) -> None:
    """Dictate until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it says when it ends
    decoder = _decoder(folder)
    _decode(decoder, _NOISE)
    while (sound := _read(sys.stdin.buffer)) is not None:
        sys.stdout.write(json.dumps(_decode(decoder, sound)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
