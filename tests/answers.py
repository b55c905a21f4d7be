"""Answers for tests: a solved reference territory, and the answer that a roster by hand amounts to."""

from dataclasses import replace
from functools import cache

from service.application.territory_file.reading import read_territory_file
from service.domain.answers import Answer, GoalValue, Outcome, Timings
from service.domain.calendar import IsoWeek
from service.domain.fairness import fairness_table
from service.domain.gaps import gaps
from service.domain.goals import goal_values
from service.domain.solving import Problem
from service.solver.solve import solve
from tests.make import REPEATABLE
from tests.territory_documents import REFERENCE

CHRISTMAS = IsoWeek(2026, 52)
"""Friday is Christmas; the next week has New Year's Day."""


@cache
def solved(weeks: int = 2) -> tuple[Problem, Answer]:
    problem = Problem.of(read_territory_file(REFERENCE), CHRISTMAS.following(weeks))
    return problem, solve(problem, REPEATABLE)


def answered(problem, *roster, outcome=Outcome.OPTIMAL, **changes) -> Answer:
    return replace(
        Answer(
            outcome=outcome,
            goals=tuple(GoalValue(name=goal, value=n, bound=n) for goal, n in goal_values(problem, roster).items()),
            assignments=roster,
            gaps=gaps(problem, roster),
            fairness=fairness_table(problem, roster),
            conflict=(),
            timings=Timings(build_s=0, first_s=0, solve_s=1.25),
        ),
        **changes,
    )
