"""Make docs/demo.svg, the README's picture: ``voiced demo`` in a terminal, as it really went."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

COLUMNS = 105


def main() -> int:
    """Run the demo in an empty folder and keep what it showed."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "voiced.cli", "demo"],
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "HOME": folder, "COLUMNS": str(COLUMNS)},
            capture_output=True,
            text=True,
            check=True,
        )
    with Path("/dev/null").open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere)
        console.print(Text("$ voiced demo", style="bold green"))
        console.print(Text.from_ansi(done.stdout.rstrip()))
        picture = Path(__file__).parent / "demo.svg"
        console.save_svg(str(picture), title="voiced")
    return 0


if __name__ == "__main__":
    sys.exit(main())
