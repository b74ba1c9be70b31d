"""Real llama.cpp servers as processes: the one in the xllamacpp wheel, or a llama-server binary.

Run as a program it is the former: ``llama_peer.py MODEL PORT KEY`` serves until its standard
input ends.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

KEY = "key-for-the-test"
_READY_S = 60.0


def peers() -> dict[str, list[str]]:
    """The servers on this machine: name, and the command that starts each."""
    found: dict[str, list[str]] = {}
    if importlib.util.find_spec("xllamacpp"):
        found["xllamacpp"] = [sys.executable, __file__]
    binary = os.environ.get("VOICED_LLAMA_SERVER") or shutil.which("llama-server")
    if binary:
        found["llama-server"] = [binary]
    return found


@contextmanager
def serving(peer: str, model: Path) -> Iterator[str]:
    """A server process with this model; yields its base URL, with /v1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = peers()[peer]
    if peer == "xllamacpp":
        command += [str(model), port, KEY]
    else:
        command += ["-m", str(model), "--host", "127.0.0.1", "--port", port, "--api-key", KEY]
        command += ["-t", "1", "-np", "1", "--jinja", "--offline", "--slots"]
    log = model.with_suffix(f".{peer}.log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/health", process, log)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline_s = time.monotonic() + _READY_S
    while time.monotonic() < deadline_s and process.poll() is None:
        try:
            if httpx.get(url, timeout=1.0, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.02)
    raise RuntimeError(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")


def _serve(model: str, port: str, key: str) -> None:
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = model
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = int(port)
    parameters.api_keys = [key]
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = 1
    parameters.cpuparams_batch.n_threads = 1
    parameters.endpoint_slots = True
    server = xllamacpp.Server(parameters)
    sys.stdin.read()
    del server


if __name__ == "__main__":
    _serve(*sys.argv[1:])
