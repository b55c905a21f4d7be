"""Goals as linear rows: each penalty is exactly what is counted plainly."""

from math import floor

import pytest
from hypothesis import given, settings

from service.domain.goals import GOALS as VALUES
from service.domain.policy import Goal
from service.solver.goals import GOALS
from tests.problems import problems
from tests.solver.building import built, first_roster, hold, is_possible, least

LARGEST = (Goal.FAIRNESS_WORST, Goal.FAIRNESS_WORST_UNLOVED)


@pytest.mark.parametrize("goal", [goal for goal in GOALS if goal not in LARGEST])
@settings(max_examples=25, deadline=None)
@given(problem=problems())
def test_the_penalty_of_a_roster_is_its_value(goal, problem):
    works = built(problem)
    roster = first_roster(works)
    hold(works, roster)
    penalty = GOALS[goal](works)
    assert floor(least(penalty, works.program) + 0.5) == VALUES[goal](problem, roster)


@pytest.mark.parametrize("goal", LARGEST)
@settings(max_examples=25, deadline=None)
@given(problem=problems())
def test_nobody_in_a_roster_is_above_its_largest_balance_and_somebody_is_at_it(goal, problem):
    works = built(problem)
    roster = first_roster(works)
    hold(works, roster)
    loads = GOALS[goal](works).largest_of or ()
    value = VALUES[goal](problem, roster)
    for cap in (value, value - 1) if loads else ():
        with works.program.trial():
            for load in loads:
                load.cap(works.program, cap)
            assert is_possible(works.program) is (cap == value) or cap < max(load.balances[0] for load in loads)


def test_every_goal_is_sought():
    assert set(GOALS) == set(Goal)
