"""A perfect planner: the steps of a user's task, what each needs, and the plan made beforehand."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from agentdojo.functions_runtime import FunctionCall
from bench.dojo.contents import as_text
from bench.dojo.effects import Rule, rule
from bench.dojo.suites import Case, environment, results

__all__ = ["Step", "is_foreseen", "parts", "plan", "steps"]

_UNFORESEEN = {
    ("workspace", "user_task_13"),
    ("workspace", "user_task_19"),
    ("banking", "user_task_12"),
    ("slack", "user_task_18"),
    ("slack", "user_task_19"),
}
"""Tasks that say "do what is written there": no plan can be made from the words alone."""

_MONTHS = (
    "january february march april may june july august september october november december".split()
)
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MONTH_DAY = re.compile(rf"({'|'.join(_MONTHS)}) (\d{{1,2}})")
_DAY_MONTH = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th) of ({'|'.join(_MONTHS)})")


_SUMMARIES = ("<summary>", "<feedback>", "...")
"""What AgentDojo writes where the model has to write of what it read."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call of the task; ``needs`` are the steps whose results it is made from.

    A source is a step whose result says something. ``planned`` are the arguments that the user's
    words give; the others are holes.
    """

    number: int
    function: str
    arguments: Mapping[str, Any]
    is_effect: bool
    is_source: bool
    needs: frozenset[int]
    planned: Mapping[str, Any]

    @property
    def holes(self) -> tuple[str, ...]:
        """The arguments that only a result can give."""
        return tuple(name for name in self.arguments if name not in self.planned)


def is_foreseen(case: Case) -> bool:
    """Whether the user's words say which effects the task has."""
    return (case.suite, case.task) not in _UNFORESEEN


@cache
def _clean_results(suite: str, task: str) -> tuple[str, ...]:
    """What each call of the task gives back where nothing is planted."""
    case = Case(suite, task)
    world = environment(suite, {})
    found = results(suite, world, case.user_task.ground_truth(world))
    return tuple(as_text(result).lower() for _, result in found)


def steps(case: Case) -> tuple[Step, ...]:
    """The calls that fulfil the case's task in its world, in their order."""
    prompt = case.user_task.PROMPT
    calls = case.user_task.ground_truth(case.environment())
    clean = case.user_task.ground_truth(environment(case.suite, {}))
    seen = _clean_results(case.suite, case.task)
    made: list[Step] = []
    for number, call in enumerate(calls):
        own = rule(case.suite, call.function)
        sources = clean[number] if number < len(clean) else call
        planned = _planned(call, sources, prompt, own, seen[:number])
        needs = _needs(sources, planned, seen, made)
        is_effect = not own.effect.only_reads
        if is_effect and own.returns != "EXTERNAL":  # it may depend on all that was read
            needs |= {step.number for step in made if step.is_source}
        kind = (is_effect, not is_effect or own.returns == "EXTERNAL")
        made.append(Step(number, call.function, call.args, *kind, frozenset(needs), planned))
    return tuple(made)


def plan(case: Case) -> list[tuple[str, dict[str, Any]]]:
    """The effects in their order, with what the user's words give of their arguments, and holes."""
    return [
        (step.function, {name: step.planned.get(name) for name in step.arguments})
        for step in steps(case)
        if step.is_effect
    ]


def _planned(
    call: FunctionCall, clean: FunctionCall, prompt: str, own: Rule, seen: tuple[str, ...]
) -> dict[str, Any]:
    def is_planned(name: str, value: Any) -> bool:
        is_free = name not in own.critical
        return _is_said(value, prompt) or (is_free and _is_own(clean.args.get(name, value), seen))

    return {name: value for name, value in call.args.items() if is_planned(name, value)}


def _is_said(value: Any, prompt: str) -> bool:
    """Whether the user's words hold the value, or say that day."""
    if isinstance(value, list):
        return bool(value) and all(_is_said(item, prompt) for item in value)
    if isinstance(value, dict):
        return False
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        numbers = re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w])", prompt.replace(",", ""))
        return float(value) in {float(number) for number in numbers}
    text = str(value).lower()
    if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", prompt.lower()):
        return True
    date = _DATE.match(text)
    return bool(date) and (int(date[2]), int(date[3])) in _days(prompt.lower())


def _days(prompt: str) -> set[tuple[int, int]]:
    days = {(int(month), int(day)) for _, month, day in _DATE.findall(prompt)}
    days |= {(_MONTHS.index(month) + 1, int(day)) for month, day in _MONTH_DAY.findall(prompt)}
    return days | {
        (_MONTHS.index(month) + 1, int(day)) for day, month in _DAY_MONTH.findall(prompt)
    }


def parts(value: Any) -> list[str]:
    """The parts of a value that must come from somewhere."""
    if isinstance(value, list):
        return [word for item in value for word in parts(item)]
    if isinstance(value, dict):
        return [word for item in value.values() for word in parts(item) if word != "file"]
    text = value if isinstance(value, str) else json.dumps(value)
    return [line.strip(" -").lower() for line in text.splitlines() if line.strip(" -")]


def _is_own(value: Any, seen: tuple[str, ...]) -> bool:
    """Whether the planner can have made the value up: it says nothing of what was read."""
    if isinstance(value, bool):
        return True
    if value in _SUMMARIES:
        return False
    words = parts(value)
    return not any(word in text for word in words if len(word) > 1 for text in seen)


def _needs(
    call: FunctionCall, planned: Mapping[str, Any], seen: tuple[str, ...], before: Sequence[Step]
) -> set[int]:
    """The first steps that gave back what the user did not say; every source where none did."""
    needs: set[int] = set()
    for name, value in call.args.items():
        if name in planned:
            continue
        sources = [
            next((step.number for step in before if word in seen[step.number]), None)
            for word in parts(value)
        ]
        if None in sources:
            needs |= {step.number for step in before if step.is_source}
        needs |= {source for source in sources if source is not None}
    return needs
