"""``voiced mcp``: intents for other programs; list, enable, disable; requests, confirm, refuse."""

from __future__ import annotations

import json
import sys
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voiced.cli.output import AsJson, note, print_json, print_table, prints_on_stderr
from voiced.cli.setup import load_config, run_async

if TYPE_CHECKING:
    from voiced.config import Loaded, McpServerSettings
    from voiced.mcp import ListedTool, RequestBook, WaitingRequest

__all__ = ["app"]

app = typer.Typer(
    help="Serve intents to another program (MCP); tools of other programs.",
    invoke_without_command=True,
)

_Name = Annotated[str, typer.Argument(help="The name of a server in [mcp.servers].")]
_Id = Annotated[str, typer.Argument(help="The id of a request: voiced mcp requests.")]


@app.callback()
def serve(context: typer.Context) -> None:
    """Without a verb: offer intents to the program at the other end of stdin and stdout."""
    if context.invoked_subcommand is None:
        loaded = load_config(context)
        if sys.stdin.isatty():
            note("voiced mcp talks to a program, by the MCP protocol; see docs/mcp.md")
        run_async("real", _serve, loaded)


async def _serve(loaded: Loaded) -> None:
    from voiced import workers
    from voiced.composition.brain import open_brain
    from voiced.engines.mcp_server import serve as serve_tools
    from voiced.offering import Offer

    async with AsyncExitStack() as stack:
        with prints_on_stderr():  # from then on the server holds the standard output
            opening = open_brain(loaded, hears=False, is_serving=True)
            brain = await stack.enter_async_context(opening)
        offered = loaded.config.mcp.offer
        offer = Offer(brain.dispatcher, offered, _book(loaded), workers.in_worker, _tell_daemon)
        await serve_tools(offer)


def _tell_daemon() -> None:
    """Have the running voiced say that a request waits, if one runs; in its own words."""
    from voiced.control.client import ask
    from voiced.errors import ControlError

    with suppress(ControlError):
        ask({"do": "tell_request"}, timeout_s=2.0)


@app.command("list")
def list_servers(
    context: typer.Context,
    check: Annotated[bool, typer.Option("--check", help="Start each server and look.")] = False,
    as_json: AsJson = False,
) -> None:
    """List servers, their tools, what each may do, and whether it can be used."""
    loaded = load_config(context)
    rows = _rows(loaded)
    states = run_async("real", _states, loaded) if check else {}
    if as_json:
        print_json({"tools": rows, "states": states})
        return
    for name, state in states.items():
        print(f"{name}: {state}")
    titles = ("server", "tool", "intent", "effect", "state")
    print_table(titles, ([row[title] for title in titles] for row in rows))


def _rows(loaded: Loaded) -> list[dict[str, str]]:
    from voiced.composition.engines import tool_servers
    from voiced.mcp.tools import shown_name

    servers = tool_servers(loaded.config)
    rows: list[dict[str, str]] = []
    for each in servers.servers:
        name = each.server.name
        for tool in each.usable:
            words = (name, shown_name(tool.name), tool.intent, tool.effect.value, "usable")
            rows.append(_row(words, tool.fingerprint))
        rows += [_row((name, shown_name(r.tool), "", "", r.why)) for r in each.refused]
    for failure in servers.failures:
        state = f"{failure.message} ({failure.mend})"
        rows.append(_row((failure.plugin.removeprefix("mcp."), "", "", "", state)))
    return rows


def _row(words: tuple[str, str, str, str, str], fingerprint: str = "") -> dict[str, str]:
    titles = ("server", "tool", "intent", "effect", "state")
    return {**dict(zip(titles, words, strict=True)), "fingerprint": fingerprint}


async def _states(loaded: Loaded) -> dict[str, str]:
    """What each server does when it is started now."""
    from voiced.errors import VoicedError

    states: dict[str, str] = {}
    for name, settings in loaded.config.mcp.servers.items():
        try:
            tools = await _ask_tools(name, settings)
        except VoicedError as error:
            states[name] = error.message
        else:
            states[name] = _compared(name, settings, tools)
    return states


def _compared(name: str, settings: McpServerSettings, tools: tuple[ListedTool, ...]) -> str:
    from voiced.config import pin_folder
    from voiced.errors import PluginError
    from voiced.mcp import Pins
    from voiced.mcp.tools import shown_name

    try:
        pinned = Pins(pin_folder()).load(name, settings)
    except PluginError as error:
        return error.message
    if pinned is None:
        return f"works, {len(tools)} tools; not enabled"
    now = {tool.name: tool.fingerprint for tool in tools}
    other = [tool.name for tool in pinned if now.get(tool.name) != tool.fingerprint]
    if not other:
        return f"works, {len(tools)} tools"
    names = ", ".join(shown_name(each) for each in other)
    return f"works, but not as it was enabled: {names}"


async def _ask_tools(name: str, settings: McpServerSettings) -> tuple[ListedTool, ...]:
    """Start a server, ask for its tools, and end it.

    Raises:
        EngineError: It cannot be used.
    """
    import anyio

    from voiced.engines.mcp_client import connect
    from voiced.errors import ToolServerError, ungrouped

    with ungrouped(), anyio.move_on_after(settings.start_s):
        async with connect(name, settings) as connection:
            return tuple(await connection.tools())
    raise ToolServerError(f"it did not tell its tools in {settings.start_s:g} s")


@app.command()
def enable(context: typer.Context, name: _Name, as_json: AsJson = False) -> None:
    """Look at a server's tools and keep what they are now: only such a tool is used."""
    from voiced.config import pin_folder
    from voiced.mcp import Pins, examine
    from voiced.mcp.tools import shown_name

    loaded = load_config(context)
    settings = _settings(loaded, name)
    tools = run_async("real", _ask_tools, name, settings)
    Pins(pin_folder()).save(name, settings, tools)
    usable, refused = examine(name, settings, tools)
    effects = {tool.name: tool.effect.value for tool in usable}
    why = {refusal.tool: refusal.why for refusal in refused}
    if as_json:
        rows = [_tool_row(tool, effects, why) for tool in tools]
        print_json({"server": name, "tools": rows})
        return
    rows_of_table = (
        (
            shown_name(tool.name),
            effects.get(tool.name, "not used"),
            why.get(tool.name, ""),
            ", ".join(map(str, tool.schema.get("properties", {})))[:80],
            tool.description[:80],
        )
        for tool in tools
    )
    print_table(("tool", "effect", "why", "parameters", "what the server says"), rows_of_table)
    if not usable:
        note(f"No tool of it may be used: set effects in [mcp.servers.{name}].")


def _tool_row(tool: ListedTool, effects: dict[str, str], why: dict[str, str]) -> dict[str, Any]:
    return {
        "name": tool.name,
        "effect": effects.get(tool.name),
        "why": why.get(tool.name, ""),
        "description": tool.description,
        "schema": tool.schema,
        "fingerprint": tool.fingerprint,
    }


@app.command()
def disable(context: typer.Context, name: _Name) -> None:
    """Use no tool of a server any more."""
    from voiced.config import pin_folder
    from voiced.mcp import Pins

    _settings(load_config(context), name)
    if not Pins(pin_folder()).remove(name):
        note(f"{name} was not enabled")


def _settings(loaded: Loaded, name: str) -> McpServerSettings:
    found = loaded.config.mcp.servers.get(name)
    if found is None:
        known = ", ".join(loaded.config.mcp.servers) or "none"
        message = f"[mcp.servers] has no {name[:40]!r}; there are: {known}"
        raise typer.BadParameter(message, param_hint="NAME")
    return found


@app.command()
def requests(context: typer.Context, as_json: AsJson = False) -> None:
    """List what other programs asked for and you have not confirmed."""
    waiting = _book(load_config(context)).waiting()
    if as_json:
        rows = [
            {"id": r.id, "caller": r.caller, "intent": r.intent, "arguments": dict(r.arguments)}
            for r in waiting
        ]
        print_json({"requests": rows})
        return
    table = ((r.id, r.caller, r.intent, json.dumps(r.arguments)[:200]) for r in waiting)
    print_table(("id", "calls itself", "intent", "arguments"), table)


@app.command()
def confirm(context: typer.Context, name: _Id) -> None:
    """Look at a request of another program, and do it if you say so."""
    if not sys.stdin.isatty():
        message = "only at a terminal: a program must not confirm what a program asked for"
        raise typer.BadParameter(message, param_hint="confirm")
    loaded = load_config(context)
    with prints_on_stderr():
        run_async("real", _confirm, loaded, name)


async def _confirm(loaded: Loaded, name: str) -> None:
    from voiced.composition.brain import open_brain
    from voiced.offering import adopt, carry_out

    book = _book(loaded)
    request = _taken(book, name)
    async with open_brain(loaded, hears=False, is_serving=True) as brain:
        is_begun = False
        try:
            asked = await adopt(brain.dispatcher, request)
            _show(request, asked[1].text)
            if _is_yes():
                is_begun = True
                result = await carry_out(asked, request, book)
                note(result.spoken)
                if result.error is not None:
                    raise result.error
        finally:
            if not is_begun:
                _refused(book, request)


def _show(request: WaitingRequest, question: str) -> None:
    note(f"A program that calls itself {request.caller!r} asks for {request.intent}:")
    for slot, value in request.arguments.items():
        note(f"  {slot} = {json.dumps(value, ensure_ascii=False)}")
    note(question)


def _is_yes() -> bool:
    """Whether the user at the terminal says yes; anything else is a no."""
    print("[y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


@app.command()
def refuse(context: typer.Context, name: _Id) -> None:
    """Throw a request of another program away."""
    book = _book(load_config(context))
    _refused(book, _taken(book, name))


def _taken(book: RequestBook, name: str) -> WaitingRequest:
    request = book.take(name)
    if request is None:
        message = f"there is no request {name[:20]!r}; after ten minutes they are void"
        raise typer.BadParameter(message, param_hint="ID")
    return request


def _refused(book: RequestBook, request: WaitingRequest) -> None:
    from voiced.mcp.requests import Outcome

    book.tell(request, Outcome("The user refused.", is_done=False))
    note("Nothing was done.")


def _book(loaded: Loaded) -> RequestBook:
    from voiced.config import journal_folder
    from voiced.mcp import RequestBook

    return RequestBook(journal_folder(loaded.config.journal) / "mcp-requests")
