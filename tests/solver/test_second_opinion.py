"""Another engine on the same rows: CP-SAT, which knows whole numbers alone, proves the same least at every level."""

from dataclasses import replace
from math import ceil, floor

import pytest
from ortools.sat.python.cp_model import OPTIMAL, CpModel, CpSolver, Domain, LinearExpr, LinearExprT

from benchmarks.territories import S, territory_text
from service.application.territory_file.reading import read_territory_file
from service.domain.answers import Outcome
from service.domain.policy import Goal
from service.domain.solving import Problem
from service.solver.goals import GOALS
from service.solver.loads import Load
from service.solver.penalties import Penalty
from service.solver.solve import solve
from service.solver.variables import Works
from tests.make import REPEATABLE, W49
from tests.solver.building import built

MOST = 2**40
SHAPE = replace(S, seats_per_week=14)


def limit(number: float) -> int:
    return floor(max(-MOST, min(MOST, number)))


class SecondOpinion:
    """A program and its goals in CP-SAT, each level keeping the ones before it."""

    def __init__(self, works: Works) -> None:
        self._program = works.program
        self.penalties = {goal: GOALS[goal](works) for goal in works.problem.policy.goal_order}
        self._model = CpModel()
        program = works.program
        self._variables = [
            self._model.new_int_var(ceil(low), limit(high), "")
            for low, high in zip(program.low, program.high, strict=True)
        ]
        for row, (low, high) in enumerate(zip(program.row_low, program.row_high, strict=True)):
            self._model.add_linear_expression_in_domain(self._row(row), Domain(limit(low), limit(high)))

    def _row(self, row: int) -> LinearExprT:
        span = slice(self._program.starts[row], self._program.starts[row + 1])
        variables = [self._variables[column] for column in self._program.columns[span]]
        return LinearExpr.weighted_sum(variables, [round(each) for each in self._program.coefficients[span]])

    def settle(self, goal: Goal) -> int:
        """The goal's least value, kept from now on."""
        penalty = self.penalties[goal]
        cost = self._cost(penalty) if penalty.largest_of is None else self._largest(penalty.largest_of)
        self._model.minimize(cost)
        solver = CpSolver()
        solver.parameters.num_workers = 1
        assert solver.solve(self._model) == OPTIMAL
        least = round(solver.objective_value)
        value = least if penalty.scale == 1 else floor(least / penalty.scale + 0.5)
        self._model.add(cost <= floor(value if penalty.scale == 1 else penalty.most_cost(value)))
        return value

    def _cost(self, penalty: Penalty) -> LinearExprT:
        variables = [self._variables[variable] for variable in penalty.coefficients]
        return LinearExpr.weighted_sum(variables, list(penalty.coefficients.values())) + penalty.constant

    def _largest(self, loads: tuple[Load, ...]) -> LinearExprT:
        largest = self._model.new_int_var(-MOST, MOST, "")
        for load in loads:
            parts = [self._variables[branch.count] * branch.step for branch in load.branches]
            bases = [b.base * (1 if b.chosen is None else self._variables[b.chosen]) for b in load.branches]
            self._model.add(largest >= LinearExpr.sum([*parts, *bases]))
        return largest


@pytest.mark.parametrize("seed", range(1, 5))
def test_another_engine_proves_the_same_least_at_every_level(seed):
    problem = Problem.of(read_territory_file(territory_text(SHAPE, seed).encode()), (W49,))
    answer = solve(problem, REPEATABLE)
    second = SecondOpinion(built(problem))
    assert answer.outcome is Outcome.OPTIMAL
    assert [(goal.name, goal.value) for goal in answer.goals] == [
        (goal.name, second.settle(goal.name)) for goal in answer.goals
    ]
