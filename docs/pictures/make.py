"""Make docs/pictures/page.png, the README's picture of the page: a conversation as it really went.

A voice speaks to the whole assistant (talk.py), ``voiced web`` shows it, and Chromium takes the
picture while the last reply is spoken.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TESTS = HERE.parents[1] / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "web")]

from browser_programs import wait_for  # noqa: E402
from house import House  # noqa: E402
from readers import ChromiumReader  # noqa: E402

from voiced.demo import furnish  # noqa: E402

TOML = """\
[journal]
transcripts = true

[files]
roots = ["{folder}"]
index = false
"""

WIDTH, HEIGHT, TURNS, LETTERS = 1180, 860, 5, 25
MOST_BYTES = 200_000
PATIENCE_S = 180.0


def _picture(house: House) -> bytes:
    """Look on while the conversation goes; the picture of its last turn."""
    reader = ChromiumReader(house.home, house.env)
    try:
        reader.look(WIDTH, HEIGHT, dark=False)
        reader.open(house.link())
        reader.wait("document.querySelector('h1')?.textContent === 'Now'")
        with subprocess.Popen([sys.executable, HERE / "talk.py"], env=house.env) as talking:
            try:
                newest = (
                    "[...(document.querySelector('.turn')?.querySelectorAll('.heard') ?? [])]"
                    ".map((each) => each.textContent).join('').length"
                )
                is_last = f"document.querySelectorAll('.turn').length >= {TURNS}"
                spoken = f"{is_last} && {newest} > {LETTERS}"
                wait_for(lambda: reader.script(spoken), "the last reply", PATIENCE_S)
                return reader.picture(HEIGHT)
            finally:
                talking.terminate()
    finally:
        reader.end()


def main() -> int:
    """Take the picture and keep it, if it is small enough."""
    house = House()
    try:
        documents = furnish(house.home)
        house.file.parent.mkdir(parents=True)
        house.file.write_text(TOML.format(folder=documents))
        house.start()
        picture = _picture(house)
    finally:
        house.close()
    if len(picture) > MOST_BYTES:
        sys.stderr.write(f"the picture has {len(picture)} bytes: too many\n")
        return 1
    (HERE / "page.png").write_bytes(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
