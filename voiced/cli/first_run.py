"""``voiced setup``: the guided first run."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voiced.cli.output import AsJson, note, print_json, printable, prints_on_stderr
from voiced.cli.setup import load_config, load_file
from voiced.errors import VoicedError

if TYPE_CHECKING:
    from voiced.models.catalogue import Model
    from voiced.setting_up.dialogue import Dialogue
    from voiced.setting_up.outside import Outside, Run

__all__ = ["setup"]

_QUESTIONS = {
    "machine": "Look at this machine?",
    "recogniser": "Choose what understands your speech?",
    "voice": "Choose a voice?",
    "microphone": "Try the microphone?",
    "speaker": "Try the loudspeaker?",
    "echo": "Look at the echo?",
    "activation": "Choose when it listens, and a key?",
    "model": "Look for a language model?",
    "service": "Look at starting it with your login?",
    "conversation": "Try it out?",
}
_NAMES = tuple(_QUESTIONS)
_INTERRUPTED = 130


def setup(
    context: typer.Context,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help=f"This step alone; may be repeated: {', '.join(_NAMES)}."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing: take what is recommended.")
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Put voiced.toml back as it was before.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Set everything up, step by step: engines, sound, keys, a first conversation.

    Each step can be skipped, and run again alone. With --json and without --yes it looks and
    listens only: nothing is played, downloaded or written.
    """
    path = Path(load_config(context).file)
    if undo:
        _take_back(path, as_json=as_json)
        return
    names = _wanted(only or [])
    is_asking = not yes and not as_json
    if is_asking and not sys.stdin.isatty():
        message = "setup asks questions: run it in a terminal, or with --yes or --json"
        raise typer.BadParameter(message, param_hint="voiced setup")
    with prints_on_stderr():
        run = _run(context, path, _dialogue(is_asking=is_asking, agrees=yes))
        ended = _go(run, names)
    if as_json:
        print_json({"file": str(path), "steps": ended, **run.found})
    if len(ended) < len(names):
        raise typer.Exit(_INTERRUPTED)
    if "failures" in run.found:
        raise typer.Exit(1)


def _wanted(only: list[str]) -> list[str]:
    for name in only:
        if name not in _NAMES:
            message = f"there is no step {name[:40]!r}; there are: {', '.join(_NAMES)}"
            raise typer.BadParameter(message, param_hint="--only")
    return [name for name in _NAMES if not only or name in only]


def _go(run: Run, names: list[str]) -> list[str]:
    """Take the steps; the names of those that came to their end."""
    from voiced.setting_up.steps import STEPS

    ended: list[str] = []
    for name in names:
        try:
            _go_one(run, name, STEPS[name], is_alone=len(names) == 1)
        except KeyboardInterrupt:
            note(f"\nStopped. What was written stays. It goes on with: voiced setup --only {name}")
            return ended
        ended.append(name)
    if "written" in run.found:
        note(
            "\nDone. A voiced that runs already takes it with `voiced reload`; "
            "`voiced setup --undo` takes it back."
        )
    return ended


def _go_one(run: Run, name: str, step: Callable[[Run], None], *, is_alone: bool) -> None:
    run.dialogue.tell(f"\n== {name} ==")
    is_skipped = (
        run.dialogue.has_person
        and not is_alone
        and not run.dialogue.confirm(_QUESTIONS[name], default=True)
    )
    if is_skipped:
        return
    try:
        step(run)
    except VoicedError as error:  # the other steps need not suffer
        run.dialogue.tell(f"That failed: {error.message}")
        if error.mend:
            run.dialogue.tell(f"Mend: {error.mend}")
        run.found.setdefault("failures", []).append(error.message)


def _dialogue(*, is_asking: bool, agrees: bool) -> Dialogue:
    from voiced.setting_up.dialogue import Answered, Terminal

    if not is_asking:
        return Answered(note, agrees)
    return Terminal(note, _read)


def _read(prompt: str) -> str:
    print(printable(prompt), end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line


def _run(context: typer.Context, path: Path, dialogue: Dialogue) -> Run:
    from voiced.setting_up.keeping import Keeper
    from voiced.setting_up.outside import Run

    config = load_config(context).config
    return Run(_outside(context, path, dialogue), dialogue, Keeper(path, load_file), config)


def _outside(context: typer.Context, path: Path, dialogue: Dialogue) -> Outside:
    from voiced.cli.models import pull_with_bar
    from voiced.cli.service import service_of
    from voiced.setting_up.real import RealOutside

    def load() -> Any:
        return load_file(path if path.exists() else None)

    def bring(model: Model) -> None:
        pull_with_bar(model, load().config.models.mirrors, as_json=False)

    return RealOutside(os.environ, dialogue.tell, bring, load, lambda: service_of(context))


def _take_back(path: Path, *, as_json: bool) -> None:
    from voiced.setting_up.keeping import undo

    undo(path)
    if as_json:
        print_json({"file": str(path), "undone": True})
    else:
        print(f"{path} is as it was before setup; --undo again takes that back")
