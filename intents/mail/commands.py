"""``voiced mail setup`` and ``voiced mail status``: accounts by dialogue, tested before they count.

The password goes into the keyring and nowhere else; the section for voiced.toml is printed.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_config_path

from voiced.plugin import IntentError

from .index.lookup import Index
from .keys import keep_secret
from .oauth import Key
from .providers import Servers, found_servers, guessed_servers, known_servers
from .settings import Account, Settings
from .trying import tried

__all__ = ["app", "section", "status_lines"]

_CONFIG_ERROR = 78

app = typer.Typer(no_args_is_help=True, help="Mail accounts.")


@app.command()
def setup(
    address: Annotated[str, typer.Argument(help="Your mail address.")] = "",
    name: Annotated[str, typer.Option(help="What the account is called.")] = "home",
    command: Annotated[str, typer.Option(help="A command that prints the password.")] = "",
) -> None:
    """Find the servers of an address, test them, and print what belongs into voiced.toml."""
    address = address or typer.prompt("Your mail address")
    servers = known_servers(address)
    if servers is None:
        domain = address.rpartition("@")[2]
        typer.echo(f"Asking {domain} and the DNS where its mail servers are ...")
        servers = found_servers(address) or guessed_servers(address)
    account = _account(address, _asked(servers), command)
    if servers.advice:
        typer.echo(servers.advice)
    if not command:
        _keep(name, account)
    problems = tried(Key(name, account))
    for problem in problems:
        typer.echo(f"- {problem}", err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo("Both servers let you in. Put this into voiced.toml:\n")
    typer.echo(section(name, account))


@app.command()
def status(
    config: Annotated[
        Path | None, typer.Option(envvar="VOICED_CONFIG", help="Use this voiced.toml.")
    ] = None,
) -> None:
    """Say for each account how far its index is, and what is wrong."""
    path = config or user_config_path("voiced") / "voiced.toml"
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        settings = Settings.model_validate(found.get("mail", {}))
    except (OSError, ValueError) as error:
        typer.echo(f"{path}: {error}", err=True)
        raise typer.Exit(_CONFIG_ERROR) from None
    for line in status_lines(settings):
        typer.echo(line)


def _asked(servers: Servers) -> Servers:
    """What was found, as the user leaves it: a name may be of anybody's server."""
    typer.echo(f"Servers ({servers.origin}):")
    imap = typer.prompt("  mail is read from", default=servers.imap[0])
    smtp = typer.prompt("  mail is sent by", default=servers.smtp[0])
    return Servers(
        (imap, *servers.imap[1:]), (smtp, *servers.smtp[1:]), servers.origin, servers.advice,
        servers.saves_sent,
    )  # fmt: skip


def _account(address: str, servers: Servers, command: str) -> Account:
    (imap, imap_port, imap_tls), (smtp, smtp_port, smtp_tls) = servers.imap, servers.smtp
    try:
        return Account(
            address=address, imap_host=imap, imap_port=imap_port, imap_tls=imap_tls,
            smtp_host=smtp, smtp_port=smtp_port, smtp_tls=smtp_tls, saves_sent=servers.saves_sent,
            secret_command=tuple(command.split()),
        )  # fmt: skip
    except ValueError as error:
        typer.echo(f"- {error}", err=True)
        raise typer.Exit(2) from None


def _keep(name: str, account: Account) -> None:
    password = typer.prompt("Password (it goes into the keyring)", hide_input=True)
    try:
        keep_secret(name, account, password, somebody_is_there=True)
    except IntentError as error:
        typer.echo(f"- {error.spoken} {error.mend}".rstrip(), err=True)
        raise typer.Exit(1) from None


def section(name: str, account: Account) -> str:
    """An account as it stands in voiced.toml: what is not as by default."""
    lines = [f"[mail.accounts.{name}]"]
    for key, value in account.model_dump(mode="json", exclude_defaults=True).items():
        lines.append(f"{key} = {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines)


def status_lines(settings: Settings) -> list[str]:
    """How each account does, a line each."""
    if not settings.accounts:
        return ["There is no mail account. `voiced mail setup` makes one."]
    return [
        f"{each.account}: {each.known} of {each.held} mails known, {each.waiting} texts to be read"
        f"{'' if each.is_kept else '; kept in step only while voiced run listens'}"
        f"{f'. {each.trouble}' if each.trouble else ''}"
        for each in Index(settings).progress()
    ]
