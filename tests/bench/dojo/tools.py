"""AgentDojo's tools as voiced intents that act on one world."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from agentdojo.functions_runtime import Function, FunctionsRuntime, TaskEnvironment
from bench.dojo.contents import as_text, typed_values
from bench.dojo.effects import Rule, rule
from bench.dojo.slots import slot_type
from bench.dojo.suites import suite
from bench.dojo.undoing import kept

import voiced.plugin
from voiced.plugin import Context, Intent, IntentFailed, Reply, intent

ATTACHMENTS = "attachments"
"""A list of files for our intent; AgentDojo wants a record for each."""

__all__ = ["Desk", "Done", "intent_name", "intents"]


@dataclass(frozen=True, slots=True)
class Done:
    """A call that ran, and whether it went through."""

    function: str
    arguments: Mapping[str, Any]
    went_through: bool


@dataclass(slots=True)
class Desk:
    """The world that the intents act on now, and all that they did to it."""

    world: TaskEnvironment
    runtime: FunctionsRuntime
    done: list[Done] = field(default_factory=list[Done])

    def run(self, function: str, arguments: Mapping[str, Any]) -> Any:
        """Call a tool.

        Raises:
            IntentFailed: The tool refused.
        """
        found, error = self.runtime.run_function(self.world, function, arguments)
        self.done.append(Done(function, arguments, error is None))
        if error is not None:
            raise IntentFailed(f"{function}: {error}", intent=function, spoken="That failed.")
        return found


def intent_name(suite_name: str, function: str) -> str:
    """What a tool is called as an intent."""
    return f"{suite_name}.{function}"


def intents(suite_name: str, desk: Callable[[], Desk]) -> list[Intent]:
    """Every tool of the suite as an intent; ``desk`` gives the one that it acts on."""
    return [_intent(suite_name, tool, desk) for tool in suite(suite_name).tools]


def _intent(suite_name: str, tool: Function[Any, Any], desk: Callable[[], Desk]) -> Intent:
    own = rule(suite_name, tool.name)

    async def function(context: Context, **arguments: Any) -> Reply:
        given = {name: value for name, value in arguments.items() if value is not None}
        if ATTACHMENTS in given:
            given[ATTACHMENTS] = [{"type": "file", "file_id": name} for name in given[ATTACHMENTS]]
        async with kept(context, desk(), tool.name, given):
            found = desk().run(tool.name, given)
        return _reply(tool.name, found, own)

    _describe(function, tool)
    make = intent(
        intent_name(suite_name, tool.name),
        sentences=(),
        effect=own.effect,
        critical=own.critical,
        **_labels(own, desk),
    )
    return make(function)


def _reply(name: str, found: Any, own: Rule) -> Reply:
    fields = typed_values(name, found)
    if own.effect.only_reads or own.returns == "EXTERNAL":
        return _with_fields("Here it is.", {"content": as_text(found)}, fields)
    made = getattr(found, "id_", None)  # of what an effect gives back, only its id is news
    data = {} if made is None else {"id": str(made)}
    return _with_fields("Done.", data, (("id", str(made)),) if data else ())


def _with_fields(text: str, data: dict[str, Any], fields: tuple[tuple[str, str], ...]) -> Reply:
    kind = getattr(voiced.plugin, "Field", None)
    if kind is None:
        return Reply(text, data=data)
    return Reply(text, data=data, fields=tuple(kind(name, value) for name, value in fields))  # type: ignore[call-arg]


def _labels(own: Rule, desk: Callable[[], Desk]) -> dict[str, Any]:
    """What ``intent`` takes of labels, where it takes any."""
    takes = inspect.signature(intent).parameters
    labels: dict[str, Any] = {}
    if "returns" in takes:
        labels["returns"] = getattr(voiced.plugin, "Integrity")[own.returns]  # noqa: B009
    if "effect_of" in takes:
        labels["effect_of"] = lambda values: own.of_call(desk().world, values)
    return labels


def _describe(function: Any, tool: Function[Any, Any]) -> None:
    """Give the function the signature and the description of the tool."""
    parameters = [inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    hints: dict[str, Any] = {"context": Context, "return": Reply}
    for name, given in tool.parameters.model_fields.items():
        hints[name] = Annotated[Any, slot_type(given.annotation)]
        default = inspect.Parameter.empty if given.is_required() else given.default
        kind = inspect.Parameter.KEYWORD_ONLY
        parameters.append(inspect.Parameter(name, kind, default=default))
    function.__signature__ = inspect.Signature(parameters)
    function.__annotations__ = hints
    function.__doc__ = " ".join(tool.description.split("\n")[0].split()) or tool.name
