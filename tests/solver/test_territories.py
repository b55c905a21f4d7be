"""Whole territories: the optima that an independent program proved."""

import pytest

from service.application.territory_file.reading import read_territory_file
from service.domain.answers import Answer, Outcome
from service.domain.calendar import IsoWeek
from service.domain.rules import breaches
from service.domain.solving import Limits, Problem
from service.solver.solve import solve
from tests.left_out import LARGE, needs_large
from tests.make import W49
from tests.rosters import FILE


def proved(answer: Answer) -> dict[str, int]:
    return {goal.name: goal.value for goal in answer.goals if goal.is_proved}


def solved(problem: Problem) -> Answer:
    answer = solve(problem, Limits(seconds=60))
    assert breaches(problem, answer.assignments or ()) == ()
    return answer


def test_the_reference_territory_in_one_week():
    answer = solved(Problem.of(FILE, (W49,)))
    assert answer.outcome is Outcome.OPTIMAL
    assert proved(answer) == {
        "coverage": 2,
        "fairness_worst": 79,
        "fairness_worst_unloved": 82,
        "fairness_sum": 2320,
        "wishes": 13,
        "access": 12483,
        "rotation": 0,
        "travel": 287,
    }
    assert sum(gap.seats for gap in answer.gaps) == 2
    assert answer.timings.solve_s < 5


def test_the_reference_territory_in_four_weeks():
    problem = Problem.of(FILE, IsoWeek(2026, 50).following(4))
    assert sum(session.template.seats for session in problem.sessions) == 106
    answer = solved(problem)
    assert proved(answer)["coverage"] == sum(gap.seats for gap in answer.gaps) == 6


@pytest.mark.parametrize("week", [IsoWeek(2026, 48), W49])
def test_two_of_29_sessions_stay_empty_in_the_weeks_of_november(week):
    answer = solved(Problem.of(FILE, (week,)))
    assert (proved(answer)["coverage"], len(answer.gaps)) == (2, 2)


@needs_large
def test_the_large_territory_in_one_week():
    problem = Problem.of(read_territory_file(LARGE.read_bytes()), (W49,))
    answer = solved(problem)
    assert sum(gap.seats for gap in answer.gaps) == 11
    best = {"coverage": 11, "fairness_worst": 99, "fairness_worst_unloved": 94, "fairness_sum": 16608, "wishes": 102}
    assert proved(answer).items() >= best.items()
