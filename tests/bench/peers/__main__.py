"""voiced beside its peers, in one run on this machine: ``make bench-peers``."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
from environments import PEERS, ROOT, python
from figures import ROWS, figures, ratio, table
from write_scenes import Counts, write

from voiced.cli.output import print_json, print_table

SYSTEMS = ("voiced", *PEERS, "minimal")

_HERE = Path(__file__).parent
_LIMIT_S = 900
_NICE = 5


def main() -> int:
    arguments = _arguments()
    os.nice(_NICE)
    pythons = {system: python(system) for system in arguments.systems}
    with _folder(arguments.folder) as folder:
        anyio.run(write, folder, Counts())
        took = {
            system: _play(system, pythons[system], folder, arguments.lanes)
            for system in arguments.systems
        }
    played = {system: document for system, document in took.items() if document is not None}
    found = {system: figures(document["takes"]) for system, document in played.items()}
    if arguments.json:
        print_json(_document(played, found))
    else:
        print_table(("medians", *found), table(found))
        for system, document in played.items():
            _note(f"{system}: {document['seconds']:.0f} s, load {document['load']:.1f}")
    return 0 if len(played) == len(took) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=SYSTEMS)
    parser.add_argument("--lanes", type=int, default=4, help="conversations at the same time")
    parser.add_argument("--folder", type=Path, help="keep the sound and the takes here")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


@contextmanager
def _folder(path: Path | None) -> Iterator[Path]:
    if path is not None:
        path.mkdir(parents=True, exist_ok=True)
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="voiced-peers-") as name:
        yield Path(name)


def _play(system: str, interpreter: Path, folder: Path, lanes: int) -> dict[str, Any] | None:
    """The takes of one system; None if it failed, which is said."""
    _note(f"{system} ...")
    began_s = time.monotonic()
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [interpreter, _HERE / "play.py", system, folder, str(lanes)]
    log = folder / f"{system}.log"
    with log.open("w") as output:
        try:
            subprocess.run(
                command, env=environment, stdout=output, stderr=output, timeout=_LIMIT_S, check=True
            )
        except subprocess.SubprocessError as error:
            _note(f"{error}\n{log.read_text()[-2000:]}")
            return None
    document: dict[str, Any] = json.loads((folder / f"{system}.json").read_text())
    return document | {"seconds": time.monotonic() - began_s}


def _document(
    played: dict[str, dict[str, Any]], found: dict[str, Sequence[float | None]]
) -> dict[str, Any]:
    ours = found.get("voiced")
    rows = [
        {
            "figure": row.name.strip(),
            "part": row.part,
            "unit": row.unit,
            "values": {system: values[at] for system, values in found.items()},
            "ratios": {
                system: ratio(values[at], ours[at])
                for system, values in found.items()
                if ours is not None and system != "voiced"
            },
        }
        for at, row in enumerate(ROWS)
    ]
    return {"versions": PEERS, "figures": rows, "systems": played}


def _note(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
