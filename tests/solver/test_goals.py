"""Goals in CP-SAT: each penalty is exactly what is counted plainly."""

import pytest
from hypothesis import given, settings
from ortools.sat.python.cp_model import OPTIMAL, CpSolver

from service.domain.goals import GOALS as VALUES
from service.domain.policy import Goal
from service.solver.admission import candidates
from service.solver.constraints import BETWEEN
from service.solver.goals import GOALS
from service.solver.greedy import least_loaded_first
from service.solver.variables import Works
from tests.problems import problems


@pytest.mark.parametrize("goal", list(GOALS))
@settings(max_examples=25, deadline=None)
@given(problem=problems())
def test_the_penalty_of_a_roster_is_its_value(goal, problem):
    works = Works.of(problem, candidates(problem))
    for rule in BETWEEN.values():
        rule(works)
    roster = least_loaded_first(works)
    hold(works, roster)
    works.model.minimize(GOALS[goal](works).expression)
    solver = CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(works.model) == OPTIMAL
    assert round(solver.objective_value) == VALUES[goal](problem, roster)


def hold(works, roster):
    """Nothing but this roster."""
    held = {(assignment.practitioner, assignment.key) for assignment in roster}
    for seat, variable in works.holds.items():
        works.model.add(variable == (seat in held))
    for assignment in roster:
        works.model.add(works.takes[assignment.key][assignment.practice] == 1)


def test_all_goals_are_sought_but_access_and_travel():
    assert set(Goal) - set(GOALS) == {Goal.ACCESS, Goal.TRAVEL}
