"""The solver in its own process: what is said to it and by it, and how it ends."""

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace

import pytest

from service.application.solver_process import SolverFailed, solver_process
from service.application.solver_wire import QUESTION, SAID, Question, Said, digest_of
from service.application.territory_file.reading import read_territory_file
from service.domain.answers import Answer, FairnessRow, Gap, GoalValue, Outcome, Progress, Reason, Timings
from service.domain.goals import goal_values
from service.domain.policy import Goal
from service.domain.rules import breaches
from service.domain.solving import Breach, Held, Limits, Problem, Rule
from service.solver.solve import solve
from tests.rosters import FILE, LAWFUL, MONDAY_QUAI, TANGLED, TANGLED_WEEKS, W49
from tests.territory_documents import everything
from tests.worker.watching import solvers

PROBLEM = Problem.of(FILE, (W49,))
SESSION = PROBLEM.session_at[MONDAY_QUAI.key]
LONG = Problem.of(TANGLED, W49.following(TANGLED_WEEKS))


def full_problem():
    file = read_territory_file(everything())
    place = PROBLEM.held(MONDAY_QUAI)
    assert isinstance(place, Held)
    return Problem.of(file, W49.following(2), neighbours=[place], published=LAWFUL)


def full_answer():
    facts: Mapping[str, str | int | float] = {"held": 3, "maximum": 2, "km": 21.5, "whole": 20.0, "digits": "12"}
    gap_reason = Reason(practitioner=MONDAY_QUAI.practitioner, rule=Rule.REACH, facts=facts)
    return Answer(
        outcome=Outcome.FEASIBLE,
        goals=(
            GoalValue(name=Goal.COVERAGE, value=2, bound=None),
            GoalValue(name=Goal.TRAVEL, value=3, bound=1, conditional=True),
        ),
        assignments=LAWFUL,
        gaps=(Gap(template=MONDAY_QUAI.template, on=MONDAY_QUAI.on, seats=1, reasons=(gap_reason,)),),
        fairness=(
            FairnessRow(
                practitioner=MONDAY_QUAI.practitioner,
                target=1,
                held=2,
                history=-3,
                balance=4,
                target_unloved=5,
                held_unloved=6,
                history_unloved=7,
                balance_unloved=-8,
            ),
        ),
        conflict=(Breach(rule=Rule.PINS, practitioner=None, sessions=(SESSION.key,), facts=facts),),
        timings=Timings(build_s=0.25, first_s=None, solve_s=1.5),
    )


def test_a_question_arrives_as_it_was_put():
    question = Question(problem=full_problem(), limits=Limits(seconds=0.5, workers=3, seed=9, deterministic=True))
    assert QUESTION.validate_json(QUESTION.dump_json(question)) == question


@pytest.mark.parametrize(
    "said",
    [
        Said(answer=full_answer()),
        Said(answer=replace(full_answer(), outcome=Outcome.OUT_OF_TIME, assignments=None)),
        Said(progress=Progress(goal=Goal.WISHES, value=None, bound=None, elapsed_s=0.125)),
    ],
)
def test_an_answer_arrives_as_it_was_given(said):
    arrived = SAID.validate_json(SAID.dump_json(said))
    assert arrived == said
    if arrived.answer and arrived.answer.assignments:
        facts = arrived.answer.conflict[0].facts
        assert [type(value) for value in facts.values()] == [int, int, float, float, str]


def test_a_digest_is_the_same_in_every_process():
    """Sets are iterated in another order there: Python hashes text anew in every process."""
    program = "from tests.application.test_solver_process import *; print(digest_of(full_problem()))"
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert said.stdout.strip() == digest_of(full_problem())


def test_a_digest_tells_problems_apart():
    assert (
        len(
            {
                digest_of(PROBLEM),
                digest_of(full_problem()),
                digest_of(replace(PROBLEM, neighbours=full_problem().neighbours)),
            }
        )
        == 3
    )


async def test_the_process_answers_as_the_solver_does():
    small = replace(PROBLEM, sessions=PROBLEM.sessions[:4])
    limits = Limits(workers=1)
    async with solver_process(small, limits) as solver:
        found = await solver.answer()
    assert breaches(small, found.assignments or ()) == ()
    assert found.outcome is Outcome.OPTIMAL
    assert {(goal.name, goal.value) for goal in found.goals} <= goal_values(small, found.assignments or ()).items()
    assert replace(found, timings=full_answer().timings) == replace(solve(small, limits), timings=full_answer().timings)


async def test_a_search_is_seen_while_it_runs_and_stopped_with_the_best_it_has():
    async with solver_process(LONG, Limits(seconds=300, workers=1)) as solver:
        sights = []
        async for sight in solver.sights(every_seconds=0.1):
            if sight is not None:
                sights.append(sight)
                solver.stop()
        found = await solver.answer()
    assert sights
    assert found.outcome is Outcome.FEASIBLE
    assert breaches(LONG, found.assignments or ()) == ()


async def test_a_process_that_dies_is_a_failure_and_leaves_nothing_behind():
    async with solver_process(LONG, Limits(seconds=300, workers=1)) as solver:
        [child] = solvers()
        child.kill()
        with pytest.raises(SolverFailed, match="status -9"):
            await solver.answer()
    assert solvers() == []


async def test_a_block_that_is_left_takes_its_process_along():
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5), solver_process(LONG, Limits(seconds=300, workers=1)) as solver:
            await solver.answer()
    assert solvers() == []
