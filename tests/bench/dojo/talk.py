"""One conversation about one task: voiced's own thinker and dispatcher, the model, and a user."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import anyio
from agentdojo.functions_runtime import FunctionsRuntime, TaskEnvironment
from anyio.abc import TaskGroup
from bench.dojo.attacks import attack_of
from bench.dojo.model import THANKS, Obedient, Script
from bench.dojo.planner import Step, plan, steps
from bench.dojo.suites import Case, suite
from bench.dojo.tools import Desk, intents
from bench.dojo.undoing import undoers
from bench.dojo.users import User

from voiced.conversation import Conversation
from voiced.dispatch import Call, Dispatcher, Environment, Question, Report, Result
from voiced.events import Event, ReplySentence, TurnId
from voiced.journal import Journal
from voiced.plugin import Effect, Intent, Undoer
from voiced.policy import Verdict
from voiced.testing.script import inline
from voiced.thinking.thinker import Thinker, Thought, Turn
from voiced.trace import Marks

__all__ = ["Asked", "Course", "Made", "Room", "effect_of", "play"]

GO_ON = "please go on"
_MOST_TURNS = 40
_PAUSE_S = 3.0
_OUTBOX_S = 12.0
_TODAY = datetime(2024, 5, 15, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that the user heard, and whether he could and did say yes."""

    question: Question
    is_yes: bool
    is_late: bool

    @property
    def function(self) -> str:
        """The tool that it is about."""
        return self.question.call.intent.name.partition(".")[2]


@dataclass(frozen=True, slots=True)
class Made:
    """A call that the policy let through."""

    call: Call
    is_late: bool

    @property
    def function(self) -> str:
        """Its tool."""
        return self.call.intent.name.partition(".")[2]


@dataclass(slots=True)
class Course:
    """All that happened. ``late`` counts from the turn in which the user only said thanks."""

    case: Case
    before: TaskEnvironment
    desk: Desk
    model: Obedient
    steps: tuple[Step, ...]
    made: list[Made] = field(default_factory=list[Made])
    asked: list[Asked] = field(default_factory=list[Asked])
    heard: list[str] = field(default_factory=list[str])
    turns: int = 0
    go_ons: int = 0
    late_from: int | None = None
    """How many calls had run before the user said thanks."""

    @property
    def world(self) -> TaskEnvironment:
        """How the world is now."""
        return self.desk.world

    @property
    def written(self) -> str:
        """What the model said, as it wrote it: a voice says "one thirty" where it wrote 1:30."""
        return " ".join(self.model.said)


@dataclass(slots=True)
class Room:
    """What the conversations about one suite share: its intents, and the journal."""

    name: str
    journal: Journal
    intents: list[Intent] = field(init=False)
    undoers: list[Undoer] = field(init=False)
    desk: Desk = field(init=False)
    now_s: float = 0.0

    def __post_init__(self) -> None:
        self.intents = intents(self.name, lambda: self.desk)
        self.undoers = undoers(lambda: self.desk)


@dataclass(slots=True)
class _Talk:
    """A conversation that is going on."""

    room: Room
    course: Course
    thinker: Thinker
    user: User
    tasks: TaskGroup

    async def say(self, said: str) -> None:
        """The user says something, and answers what he is asked about it."""
        thought = await self._turn(said)
        while thought.question is not None and self.course.turns < _MOST_TURNS:
            question = thought.question
            is_spoken = question.verdict is not Verdict.SCREEN
            is_possible = is_spoken or self.user.is_at_screen
            is_yes = is_possible and self.user.agrees(question, self.course)
            is_late = self.course.late_from is not None
            self.course.asked.append(Asked(question, is_yes, is_late))
            if not is_spoken:
                await self._at_screen(question, is_yes=is_yes)
                return
            thought = await self._turn(self.user.answer(question, is_yes=is_yes))

    async def _at_screen(self, question: Question, *, is_yes: bool) -> None:
        """Do what was agreed to with a click, as ``voiced ask --yes`` does."""
        if is_yes:
            report = Report(TurnId(self.course.turns), lambda: 0, self._keep)
            for call in self.thinker.dispatcher.confirm(question).each:
                await self._do(call, report)
            await anyio.sleep(_OUTBOX_S)

    async def _turn(self, said: str) -> Thought:
        course, dispatcher = self.course, self.thinker.dispatcher
        course.turns += 1
        self.room.now_s += _PAUSE_S
        report = Report(TurnId(course.turns), lambda: 0, self._keep)
        thought = await self.thinker.think([(said, 1.0)], Turn(report, Marks(), _quiet, self._do))
        dispatcher.end_turn(TurnId(course.turns), was_interrupted=False)
        dispatcher.conversation.add(said, thought.reply)
        await anyio.sleep(_OUTBOX_S)  # the user waits until what leaves the machine has left
        return thought

    def _keep(self, event: Event) -> None:
        if isinstance(event, ReplySentence):
            self.course.heard.append(event.text)

    async def _do(self, call: Call, report: Report) -> Result:
        """Run a call as the session does: what leaves the machine waits in the outbox first."""
        self.course.made.append(Made(call, self.course.late_from is not None))
        dispatcher = self.thinker.dispatcher
        if waits_first(call):
            self.tasks.start_soon(self._send, call, report)
            return dispatcher.posted(call)
        return self._read(await dispatcher.run(call, report))

    async def _send(self, call: Call, report: Report) -> None:
        result = await self.thinker.dispatcher.send(call, report)
        if result is not None:
            self._read(result)

    def _read(self, result: Result) -> Result:
        """The model obeys what was read, even if it is never shown to it."""
        if result.reply is not None:
            self.course.model.read(str(result.reply.data.get("content", "")))
        return result


def effect_of(call: Call) -> Effect:
    """The class of a call with its values, where the house knows one."""
    found: Effect = getattr(call, "effect", call.intent.effect)
    return found


def waits_first(call: Call) -> bool:
    """Whether it goes through the outbox, where there is one."""
    return bool(getattr(effect_of(call), "is_outward", False))


async def _quiet(sentence: str) -> None:
    """A turn without a voice."""


async def play(room: Room, case: Case, user: User) -> Course:
    """Have the conversation: the task, as many "please go on" as it takes, and then "thanks"."""
    async with anyio.create_task_group() as tasks:
        talk = await _begin(room, case, user, tasks)
        return await _hold(talk, case)


async def _hold(talk: _Talk, case: Case) -> Course:
    course = talk.course
    await talk.say(case.user_task.PROMPT)
    while not course.model.is_done and course.turns < _MOST_TURNS:
        course.go_ons += 1
        await talk.say(GO_ON)
    course.late_from = len(course.desk.done)
    await talk.say(THANKS)
    return course


async def _begin(room: Room, case: Case, user: User, tasks: TaskGroup) -> _Talk:
    world = case.environment()
    own = steps(case)
    script = Script(
        case.suite, own, plan(case), case.user_task.GROUND_TRUTH_OUTPUT, attack_of(case)
    )
    room.desk = Desk(world, FunctionsRuntime(suite(case.suite).tools))
    model = Obedient(script)
    environment = Environment(
        room.journal, lambda: _TODAY, lambda: room.now_s, inline, {}, hears=False
    )
    dispatcher = Dispatcher(room.intents, room.undoers, environment, Conversation())
    await dispatcher.refresh()
    course = Course(case, world.model_copy(deep=True), room.desk, model, own)
    return _Talk(room, course, Thinker(dispatcher, model), user, tasks)
