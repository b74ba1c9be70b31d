"""``voiced web``: the page on this machine. It prints a link that opens it once."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack, suppress
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voiced.cli.output import AsJson, note, print_json
from voiced.cli.setup import load_config, load_file, own_file
from voiced.errors import AlreadyRunning, PageError

if TYPE_CHECKING:
    from socket import socket

    from voiced.web.site import Site

__all__ = ["web"]

_OPEN_FILE = "open.html"


def web(
    context: typer.Context,
    opens: Annotated[
        bool | None,
        typer.Option(
            "--open/--no-open", help="Open a browser; without it, where there is a desktop."
        ),
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1024, max=65535, help="Instead of the port in [web].")
    ] = None,
    is_beside: Annotated[bool, typer.Option("--beside", hidden=True)] = False,
    as_json: AsJson = False,
) -> None:
    """Open the page on this machine, and serve it until Ctrl-C.

    Where it runs already, this opens it again: each link lets one browser in, once.
    """
    config = load_config(context).config
    _need_libraries()
    from voiced.composition.page import PAGE_FOLDER
    from voiced.control.place import folder_of, only_one
    from voiced.web import serving

    load, control = partial(load_file, own_file(context)), folder_of(os.environ)
    folder = control / PAGE_FOLDER
    with ExitStack() as held:
        try:
            held.enter_context(only_one(folder))
        except AlreadyRunning:
            if is_beside:
                raise
            site = serving.site_at(load, folder, control, serving.running_port(folder))
            _hand_out(site, folder, opens=opens, as_json=as_json)
            return
        wanted = port or config.web.port
        listener = held.enter_context(serving.listening(wanted))
        held.enter_context(serving.announced(folder, wanted))
        site = serving.site_at(load, folder, control, wanted)
        if not is_beside:
            _hand_out(site, folder, opens=opens, as_json=as_json)
            note("If your browser does not know that name, put 127.0.0.1 in its place.")
            note("Ctrl-C ends the page.")
        _serve(site, listener, is_beside=is_beside)


def _need_libraries() -> None:
    from voiced.composition.page import missing_libraries

    missing = missing_libraries()
    if missing:
        message = f"the page needs what is not installed: {', '.join(missing)}"
        raise PageError(message, mend="pip install 'voiced[web]'")


def _serve(site: Site, listener: socket, *, is_beside: bool) -> None:
    import anyio

    from voiced.web.serving import serve

    until = sys.stdin.buffer.read if is_beside else None  # who started it has ended
    anyio.run(serve, site, listener, until)


def _hand_out(site: Site, folder: Path, *, opens: bool | None, as_json: bool) -> None:
    from voiced.web.serving import new_link

    link = new_link(site)
    if as_json:
        print_json({"url": link})
    else:
        print(link, flush=True)
    if opens or (opens is None and _has_desktop()):
        _open(new_link(site), folder)


def _has_desktop() -> bool:
    has_screen = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    return bool(has_screen) and sys.stdout.isatty()


def _open(link: str, folder: Path) -> None:
    """Open a browser. Other users see the arguments of a program, so that the link is in a file."""
    path = folder / _OPEN_FILE
    refresh = f'<meta http-equiv="refresh" content="0;url={escape(link)}">'
    with suppress(FileNotFoundError):
        path.unlink()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"<!doctype html><title>voiced</title>{refresh}")
    try:
        subprocess.Popen(
            ("xdg-open", str(path)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        note(f"voiced: no browser can be opened (xdg-open: {error.strerror}): use the link.")
