"""Asks the package index whether every default dependency has a wheel for every platform.

So must those of the page.

Python 3.11 to 3.13 on x86-64 and aarch64; nothing is installed. Exit code 1 if one is missing.
What a marker excludes for a target is not asked for there. The wake word may ask for a newer glibc.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

from packaging.requirements import Requirement

PYTHONS = ("3.11", "3.12", "3.13")
MACHINES = ("x86_64", "aarch64")
GLIBC = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014")
NEWER_GLIBC = "manylinux_2_35"


def resolve(target: tuple[str, str]) -> str:
    """What pip says is wrong for this Python and machine; an empty string if nothing is."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    return _resolve(target, [*project["dependencies"], *optional["web"]], GLIBC) or _resolve(
        target, optional["wake-word"], (NEWER_GLIBC, *GLIBC)
    )


def _resolve(target: tuple[str, str], texts: list[str], tags: tuple[str, ...]) -> str:
    python, machine = target
    target_names = {"python_version": python, "platform_machine": machine}
    wanted = [Requirement(text) for text in texts]
    needed = [r for r in wanted if r.marker is None or r.marker.evaluate(target_names)]
    names = [f"{r.name}{r.specifier}" for r in needed]
    platforms = [f"--platform={glibc}_{machine}" for glibc in tags]
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"),
            *("--disable-pip-version-check", "--only-binary=:all:", f"--target={folder}"),
            *(f"--python-version={python}", *platforms, *names),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr.strip().splitlines()[-1]


def main() -> int:
    """Check all targets and print a line for each."""
    targets = list(product(PYTHONS, MACHINES))
    with ThreadPoolExecutor(2) as pool:
        problems = list(pool.map(resolve, targets))
    for (python, machine), problem in zip(targets, problems, strict=True):
        print(f"wheels for Python {python} on {machine}: {problem or 'all there'}")
    return 1 if any(problems) else 0


if __name__ == "__main__":
    sys.exit(main())
