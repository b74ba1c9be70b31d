"""``voiced browser``: joins voiced to the browsers of this user, looks, takes it away again."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from .installing import Kit, extension_version, fault_of, install, remove
from .link import browsers
from .places import Family, boxed, places

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Join voiced to your browsers, or take it away.")

_FAILED = 1


@app.command("install")
def install_host() -> None:
    """Let the browsers find voiced, and lay the extension ready; what is there is replaced."""
    kit = Kit.of_user()
    chosen = install(kit)
    if chosen:
        names = ", ".join(place.name for place in chosen)
        typer.echo(f"Ready for: {names}.")
    for each in boxed():
        typer.echo(f"{each.name}: {each.told}.")
    if not chosen:
        typer.echo("No browser was found that can be joined.")
        raise typer.Exit(_FAILED)
    for line in _how_to_load(kit, {place.family for place in chosen}):
        typer.echo(line)


@app.command()
def status() -> None:
    """Say for each browser whether it would find voiced, and which have joined."""
    kit = Kit.of_user()
    for place in places():
        if place.is_here:
            typer.echo(f"{place.name}: {fault_of(place, kit) or 'would find voiced'}")
    for each in boxed():
        typer.echo(f"{each.name}: {each.told}")
    joined = browsers()
    for browser in joined:
        private = "sees private windows" if browser.private_allowed else "no private windows"
        typer.echo(f"joined: {browser.name} {browser.version} ({private})")
    if not joined:
        typer.echo("joined: none")
        raise typer.Exit(_FAILED)


@app.command("remove")
def remove_host() -> None:
    """Take away all that `voiced browser install` wrote."""
    gone = remove(Kit.of_user())
    for path in gone:
        typer.echo(f"removed {path}")
    if not gone:
        typer.echo("There was nothing to remove.")
    typer.echo("The extension itself: remove it on the browser's page of extensions.")


def _how_to_load(kit: Kit, families: set[Family]) -> Iterator[str]:
    version = extension_version()
    if "chromium" in families:
        yield ""
        yield f"Chromium, Chrome, Brave, Edge, Vivaldi: load the extension once ({version})."
        yield "  1. Open the page chrome://extensions and switch on Developer mode (leave it on)."
        yield f"  2. Click Load unpacked, and choose the folder {kit.extension}"
        yield "  After an update of voiced: voiced browser install, then the arrow on its card."
    if "firefox" in families:
        yield ""
        yield f"Firefox ESR (Debian's too), Developer Edition, Nightly: load it once ({version})."
        yield "  1. Open about:config and set xpinstall.signatures.required to false."
        yield "  2. Open about:addons, click the wheel, Install Add-on From File, and choose"
        yield f"     {kit.package}"
        yield "Any other Firefox takes unsigned add-ons only until it ends:"
        yield "  on about:debugging#/runtime/this-firefox click Load Temporary Add-on, choose it."
