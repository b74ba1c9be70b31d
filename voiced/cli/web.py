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

    from voiced.config import WebSettings
    from voiced.web.away import Away
    from voiced.web.serving import Outside
    from voiced.web.site import Site

__all__ = ["web"]

_OPEN_FILE = "open.html"


def web(  # noqa: PLR0913, PLR0917 - each is an option
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
    is_phone: Annotated[
        bool, typer.Option("--phone", help="A link for another device, at listen in [web].")
    ] = False,
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
    away = _away(config.web, folder)
    if is_phone:
        _hand_out_away(away, as_json=as_json)
        return
    with ExitStack() as held:
        try:
            held.enter_context(only_one(folder))
        except AlreadyRunning:
            if is_beside:
                raise
            site = serving.site_at(load, folder, control, serving.running_port(folder))
            _hand_out(site, folder, opens=opens, as_json=as_json)
            return
        site = serving.site_at(load, folder, control, port or config.web.port)
        listener = held.enter_context(serving.listening(site.port))
        held.enter_context(serving.announced(folder, site.port))
        outside = _outside(away, held)
        if not is_beside:
            _hand_out(site, folder, opens=opens, as_json=as_json)
            note("If your browser does not know that name, put 127.0.0.1 in its place.")
            note("Ctrl-C ends the page.")
        _serve(site, listener, outside, is_beside=is_beside)


def _serve(site: Site, listener: socket, outside: Outside | None, *, is_beside: bool) -> None:
    import anyio

    from voiced.web.serving import serve

    until = sys.stdin.buffer.read if is_beside else None  # who started it has ended
    anyio.run(serve, site, listener, until, outside)


def _away(settings: WebSettings, folder: Path) -> Away | None:
    from voiced.config import page_folder
    from voiced.web.away import away_of

    return away_of(settings, folder, page_folder())


def _hand_out_away(away: Away | None, *, as_json: bool) -> None:
    from voiced.web.serving import new_link

    if away is None:
        mend = "set listen in [web] of voiced.toml, as 192.168.1.5:8418, and start the page again"
        raise PageError("no other device can reach the page", mend=mend)
    known_by, link = away.fingerprint(), new_link(away)
    if as_json:
        print_json({"url": link, "fingerprint": known_by})
        return
    print(link, flush=True)
    note("The device warns, as it does not know this certificate. Its SHA-256 fingerprint is")
    note(f"  {known_by}")


def _outside(away: Away | None, held: ExitStack) -> Outside | None:
    """The socket for other devices; the page is there without it, too."""
    from voiced.web import serving

    if away is None:
        return None
    try:
        away.tls()
        listener = held.enter_context(serving.listening(away.port, away.host))
    except PageError as error:
        note(f"voiced: {error}: other devices cannot reach the page")
        return None
    return serving.Outside(away, listener)


def _need_libraries() -> None:
    from voiced.composition.page import missing_libraries

    missing = missing_libraries()
    if missing:
        message = f"the page needs what is not installed: {', '.join(missing)}"
        raise PageError(message, mend="pip install 'voiced[web]'")


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
