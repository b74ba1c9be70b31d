"""The verb that asks in writing: ask, and how a question is answered at the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from voiced.cli.output import AsJson, note, print_json, prints_on_stderr
from voiced.cli.setup import load_config, run_async

if TYPE_CHECKING:
    from voiced.asking import Answered
    from voiced.config import Loaded
    from voiced.dispatch import Question

__all__ = ["ask"]

_YES = "Answer a confirmation: yes. What must be seen first is shown, and asked at the terminal."
_UNSEEN = (
    "that was not done: it must be read before it is agreed to, and --yes was given before anybody "
    "could read it"
)


def ask(
    context: typer.Context,
    text: Annotated[list[str], typer.Argument(help="What you would say.")],
    as_json: AsJson = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_YES)] = False,
) -> None:
    """Ask for something in writing; do it, and print the answer."""
    loaded = load_config(context)
    with prints_on_stderr():
        answered = run_async("real", _ask, loaded, " ".join(text), yes)
    _print(answered, as_json=as_json, yes=yes)


async def _ask(loaded: Loaded, text: str, is_confirmed: bool) -> Answered:
    from voiced import asking
    from voiced.composition.brain import open_brain
    from voiced.memory import misses

    async with open_brain(loaded, hears=False) as brain:
        missed = misses.keeper(brain.journal)
        for notice in (*brain.notices, *brain.interrupted):
            note(f"voiced: {notice}")
        return await asking.ask(
            brain.thinker,
            text,
            is_confirmed=is_confirmed,
            reader=missed,
            tell=_tell,
            at_screen=_at_screen,
        )


async def _tell(sentence: str) -> None:
    note(f"{sentence} Press Ctrl-C, too, to keep it back.")


async def _at_screen(question: Question) -> bool:
    """Show what is to be done, and ask; without a terminal nobody sees it."""
    if not sys.stdin.isatty():
        return False
    from voiced.spoken import one_line
    from voiced.workers import in_worker

    call = question.call
    note(one_line(question.text))
    note(f"  {call.intent.name}, {call.effect.value.replace('_', ' ')}")
    for slot, label in call.labels.items():
        note(f"  {slot.replace('_', ' ')}: {one_line(label)}")
    note('Type "yes" to have it done, anything else to leave it:')
    said: str = await in_worker(sys.stdin.readline)
    return said.strip().casefold() == "yes"


def _print(answered: Answered, *, as_json: bool, yes: bool) -> None:
    if as_json:
        print_json(answered.as_row())
    else:
        print(answered.reply)
        if answered.error is not None:
            note(f"voiced: {answered.error}")
    if answered.outcome == "needs_confirmation" and answered.question:
        _tell_how_to_answer(answered.question, as_json=as_json, yes=yes)
    exit_code = 0 if answered.outcome == "completed" else 1
    if answered.error is not None:
        exit_code = answered.error.exit_code
    raise typer.Exit(exit_code)


def _tell_how_to_answer(question: Question, *, as_json: bool, yes: bool) -> None:
    from voiced.policy import Verdict

    if question.verdict is Verdict.SCREEN and yes:
        if sys.stdin.isatty():
            note("Nothing was done.")
        else:
            note(f"voiced: {_UNSEEN}")
            note("  mend: ask again with --yes at a terminal, where you are shown it and asked")
    elif as_json:
        return
    elif question.verdict is Verdict.SCREEN:
        note("Nothing was done. Ask again with --yes, and read what you are asked then.")
    elif question.choice is not None:
        note("Nothing was done. Ask again and name the one you mean.")
    else:
        note("Nothing was done. Ask again with --yes to do it.")
