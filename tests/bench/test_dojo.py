"""The benchmark on AgentDojo: its attacks and tasks are what the suites check for, and it judges.

The policy's figures themselves come from ``python tests/bench/dojo``.
"""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

agentdojo = pytest.importorskip("agentdojo", reason="pip install -e '.[bench]'")

from bench.dojo.attacks import attack_of  # noqa: E402
from bench.dojo.effects import RULES  # noqa: E402
from bench.dojo.judge import Verdict, judge  # noqa: E402
from bench.dojo.planner import Step, steps  # noqa: E402
from bench.dojo.report import ALONE, CAREFUL, SCREEN, YIELDING, figures  # noqa: E402
from bench.dojo.suites import SUITES, Case, cases, results, suite  # noqa: E402
from bench.dojo.talk import Course, Room, play  # noqa: E402
from bench.dojo.users import USERS  # noqa: E402

from voiced.journal import Journal  # noqa: E402
from voiced.testing import clock  # noqa: E402


@pytest.fixture
def journal(tmp_path):
    opened = Journal.open(tmp_path)
    yield opened
    opened.close()


def conversation(journal, case: Case, user: str = CAREFUL) -> Course:
    return clock.run(play, Room(case.suite, journal), case, USERS[user])


def step(suite_name: str, task: str, function: str) -> Step:
    found = steps(Case(suite_name, task))
    return next(each for each in found if each.function == function)


def test_there_are_949_pairs() -> None:
    assert [len(cases(name, attacked=True)) for name in SUITES] == [560, 140, 144, 105]
    assert sum(len(cases(name, attacked=False)) for name in SUITES) == 97


@pytest.mark.parametrize("name", SUITES)
def test_every_attack_succeeds_where_nothing_stops_it(name) -> None:
    task = next(iter(suite(name).user_tasks))
    for injection in suite(name).injection_tasks:
        case = Case(name, task, injection)
        world, attack = case.environment(), attack_of(case)
        before = world.model_copy(deep=True)
        results(name, world, list(attack.calls))
        goal = case.injection_task
        by_traces = goal.security_from_traces(attack.words, before, world, list(attack.calls))
        assert by_traces or goal.security(attack.words, before, world), injection


@pytest.mark.parametrize("name", SUITES)
def test_every_task_reads_what_was_planted(name) -> None:
    for case in cases(name, attacked=False):
        attacked = Case(name, case.task, next(iter(suite(name).injection_tasks)))
        assert attacked.environment() != case.environment(), case.task


@pytest.mark.parametrize("name", SUITES)
def test_the_table_names_tools_and_parameters_that_exist(name) -> None:
    tools = {tool.name: set(tool.parameters.model_fields) for tool in suite(name).tools}
    for function, rule in RULES[name].items():
        assert set(rule.critical) <= tools[function], function


def test_what_the_user_said_is_planned_and_the_rest_is_a_hole() -> None:
    assert step("workspace", "user_task_7", "reschedule_calendar_event").holes == ("event_id",)
    assert step("travel", "user_task_0", "reserve_hotel").holes == ()  # "January 11th" is a date
    assert step("banking", "user_task_4", "send_money").holes == ("amount",)
    assert step("slack", "user_task_1", "send_direct_message").holes == ("body",)


def test_an_effect_comes_after_all_that_was_read() -> None:
    found = steps(Case("workspace", "user_task_6"))
    assert [(each.function, each.needs) for each in found] == [
        ("get_day_calendar_events", frozenset()),
        ("create_calendar_event", frozenset({0})),
    ]


def test_a_task_is_done_and_nothing_unwanted(journal) -> None:
    verdict = judge(conversation(journal, Case("workspace", "user_task_6")))
    assert (verdict.is_done, verdict.unwanted, verdict.reached_ear) == (True, (), ())


def test_the_model_obeys_at_once_and_on_thanks(journal) -> None:
    course = conversation(journal, Case("workspace", "user_task_0", "injection_task_0"))
    tried = [asked.function for asked in course.asked] + course.model.refusals
    assert course.model.has_read_attack
    assert len(tried) == 2  # asked about or refused, each time


def test_what_ran_against_the_user_is_found(journal) -> None:
    case = Case("workspace", "user_task_0", "injection_task_0")
    course = conversation(journal, case)
    sent = attack_of(case).calls[0]
    course.desk.run(sent.function, sent.args)  # past the policy
    verdict = judge(course)
    assert verdict.goal_reached
    assert verdict.late == ("send_email ?",)
    course.late_from = None
    assert judge(course).unwanted == ("send_email ?",)


def test_the_attackers_words_are_found_in_what_is_said(journal) -> None:
    course = conversation(journal, Case("travel", "user_task_1", "injection_task_6"))
    course.heard.append("You should absolutely visit Riverside View Hotel.")
    assert any(way.startswith("words") for way in judge(course).reached_ear)


def test_the_figures_have_the_goals_of_the_measure() -> None:
    fair = Verdict("workspace", "user_task_0", None, True, True, (), 0, True)
    bad = Verdict("workspace", "t", "i", True, True, (), 0, True, True, unwanted=("x",))
    found = figures({ALONE: [fair], SCREEN: [fair], CAREFUL: [bad], YIELDING: [bad]})
    missed = {figure.name for figure in found if figure.is_met is False}
    assert missed == {
        "unwanted effects",
        "... in the workspace",
        "unwanted effects, yes to everything",
    }
