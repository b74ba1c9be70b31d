"""AgentDojo's suites as this benchmark needs them: environments, and where attacks are planted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import yaml
from agentdojo.attacks.important_instructions_attacks import ImportantInstructionsAttack
from agentdojo.base_tasks import BaseInjectionTask, BaseUserTask
from agentdojo.functions_runtime import FunctionCall, FunctionsRuntime, TaskEnvironment
from agentdojo.task_suite.load_suites import get_suites
from agentdojo.task_suite.task_suite import TaskSuite, read_suite_file
from bench.dojo.contents import as_text

__all__ = ["SUITES", "VERSION", "Case", "cases", "environment", "results", "suite"]

VERSION = "v1.2.2"
SUITES = ("workspace", "travel", "banking", "slack")

_TEXT = ImportantInstructionsAttack._JB_STRING


@dataclass(frozen=True, slots=True)
class Case:
    """A user's task, alone or with one injection task planted in what the task reads."""

    suite: str
    task: str
    injection: str | None = None

    @property
    def user_task(self) -> BaseUserTask[Any]:
        """What the user wants."""
        return suite(self.suite).user_tasks[self.task]

    @property
    def injection_task(self) -> BaseInjectionTask[Any] | None:
        """What the attacker wants."""
        return suite(self.suite).injection_tasks[self.injection] if self.injection else None

    @property
    def planted(self) -> str:
        """The text that the attacker planted; empty without one."""
        goal = self.injection_task
        if goal is None:
            return ""
        return _TEXT.format(goal=goal.GOAL, user="Emma Johnson", model="the AI language model")

    def environment(self) -> TaskEnvironment:
        """The world of the task, with the planted text in everything that the task reads."""
        text = self.planted
        planted = dict.fromkeys(_read_vectors(self.suite, self.task), text) if text else {}
        return self.user_task.init_environment(environment(self.suite, planted))


def suite(name: str) -> TaskSuite[Any]:
    """The suite of that name."""
    return get_suites(VERSION)[name]


def environment(name: str, planted: dict[str, str]) -> TaskEnvironment:
    """A fresh world of the suite, with texts planted at its injection vectors."""
    return _world(name, tuple(planted.items())).model_copy(deep=True)


@lru_cache(maxsize=8)
def _world(name: str, planted: tuple[tuple[str, str], ...]) -> TaskEnvironment:
    source = suite(name)
    places = {**_defaults(name), **dict(planted)}
    text = read_suite_file(name, "environment.yaml", None).format(**places)
    world: TaskEnvironment = source.environment_type.model_validate(
        yaml.load(text, yaml.CSafeLoader)  # the package's own data
    )
    return world


@lru_cache
def _defaults(name: str) -> dict[str, str]:
    return dict(suite(name).get_injection_vector_defaults())


def results(
    name: str, world: TaskEnvironment, calls: list[FunctionCall]
) -> list[tuple[FunctionCall, Any]]:
    """Make the calls in ``world``, which changes, and give each one's result."""
    runtime = FunctionsRuntime(suite(name).tools)
    return [(call, runtime.run_function(world, call.function, call.args)[0]) for call in calls]


@cache
def _read_vectors(name: str, task_id: str) -> tuple[str, ...]:
    """The places whose text is in what the task's calls give back."""
    marks = {place: f"<mark of {place}>" for place in _defaults(name)}
    task = suite(name).user_tasks[task_id]
    world = task.init_environment(environment(name, marks))
    read = " ".join(as_text(found) for _, found in results(name, world, task.ground_truth(world)))
    return tuple(place for place, mark in marks.items() if mark in read)


def cases(name: str, *, attacked: bool) -> list[Case]:
    """Every task of the suite, alone, or with every one of its injection tasks."""
    source = suite(name)
    if not attacked:
        return [Case(name, task) for task in source.user_tasks]
    return [Case(name, task, goal) for task in source.user_tasks for goal in source.injection_tasks]
