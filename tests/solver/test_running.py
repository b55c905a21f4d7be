"""A solve under way: told about, stopped, out of time, and the same every time."""

import json
import os
import subprocess
import sys

import pytest

from service.application.solving import answer_json
from service.domain.answers import Outcome, Progress
from service.domain.calendar import IsoWeek
from service.domain.goals import GOALS as VALUES
from service.domain.rules import breaches
from service.domain.solving import Limits, Problem
from service.solver.solve import solve
from tests.make import REPEATABLE
from tests.rosters import FILE, TANGLED, W49
from tests.territory_documents import ROOT

TANGLED_WEEK = Problem.of(TANGLED, (W49,))
REFERENCE_WEEKS = Problem.of(FILE, IsoWeek(2026, 50).following(2))


def test_a_stop_before_the_search_keeps_the_first_roster():
    answer = solve(TANGLED_WEEK, Limits(), should_stop=lambda: True)
    assert answer.outcome is Outcome.FEASIBLE
    assert answer.assignments
    assert breaches(TANGLED_WEEK, answer.assignments) == ()
    assert {goal.bound for goal in answer.goals} == {None}


def test_a_stop_during_the_search_keeps_the_best_so_far_and_what_is_proved():
    sights: list[Progress] = []
    answer = solve(
        TANGLED_WEEK, Limits(), on_progress=sights.append, should_stop=lambda: any(s.goal == "wishes" for s in sights)
    )
    coverage, *_, rotation = answer.goals
    assert coverage.is_proved
    assert rotation.bound is None
    assert breaches(TANGLED_WEEK, answer.assignments or ()) == ()


def test_no_time_at_all_still_gives_a_lawful_roster():
    answer = solve(TANGLED_WEEK, Limits(seconds=0))
    assert answer.outcome is Outcome.FEASIBLE
    assert breaches(TANGLED_WEEK, answer.assignments or ()) == ()


def test_every_sight_brings_value_and_bound_closer_and_the_last_of_a_goal_is_its_result():
    sights: list[Progress] = []
    answer = solve(REFERENCE_WEEKS, REPEATABLE, on_progress=sights.append)
    for goal in answer.goals:
        seen = [sight for sight in sights if sight.goal is goal.name]
        values = [s.value for s in seen if s.value is not None]
        bounds = [s.bound for s in seen if s.bound is not None]
        assert values == sorted(values, reverse=True)
        assert bounds == sorted(bounds)
        assert (values[-1], bounds[-1]) == (goal.value, goal.bound)
    elapsed = [sight.elapsed_s for sight in sights]
    assert elapsed == sorted(elapsed)


def test_the_first_roster_is_lawful_and_no_better_than_the_last():
    first = solve(REFERENCE_WEEKS, REPEATABLE, should_stop=lambda: True)
    last = solve(REFERENCE_WEEKS, REPEATABLE)
    names = [goal.name for goal in last.goals]
    worth = [[VALUES[name](REFERENCE_WEEKS, answer.assignments or ()) for name in names] for answer in (last, first)]
    assert worth == sorted(worth)


SOLVE_AND_PRINT = """
import json, sys
from tests.solver.test_running import told_without_timings
sys.stdout.write(told_without_timings())
"""


def told_without_timings() -> str:
    return json.dumps(answer_json(REFERENCE_WEEKS, solve(REFERENCE_WEEKS, REPEATABLE)) | {"timings": None})


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_the_same_question_has_the_same_answer_in_every_process(hash_seed):
    """Byte for byte, timings aside: nothing hangs on the order of a set."""
    run = subprocess.run(
        [sys.executable, "-c", SOLVE_AND_PRINT],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == told_without_timings()
