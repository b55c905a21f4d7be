"""What an edit by hand is worth, and what the solver proved that still holds."""

from dataclasses import replace

from service.domain.answers import Outcome
from service.domain.assessing import assess
from service.domain.policy import Goal
from service.domain.roster_life import Assessment
from service.domain.solving import Problem
from tests.rosters import FILE, LAWFUL, MONDAY_QUAI, TIMINGS, W49

PROBLEM = Problem.of(FILE, (W49,))
NOTHING = Assessment(outcome=Outcome.INFEASIBLE, goals=(), gaps=(), fairness=(), conflict=(), timings=TIMINGS)


def proved(worth):
    goals = tuple(replace(goal, bound=goal.value) for goal in worth.goals)
    return replace(worth, goals=goals, outcome=Outcome.OPTIMAL)


def goal(worth, name):
    return next(goal for goal in worth.goals if goal.name is name)


def test_seats_filled_by_hand_make_a_roster_where_there_was_none():
    worth = assess(PROBLEM, LAWFUL, NOTHING)
    assert worth.has_roster
    assert goal(worth, Goal.COVERAGE).value == len(PROBLEM.sessions) - len(LAWFUL)
    assert {row.practitioner: row.held for row in worth.fairness}[MONDAY_QUAI.practitioner] == 120


def test_a_bound_holds_until_a_goal_before_it_has_changed():
    worth = assess(PROBLEM, LAWFUL[1:], proved(assess(PROBLEM, LAWFUL, NOTHING)))
    assert goal(worth, Goal.COVERAGE).gap == 1
    assert {each.bound for each in worth.goals[1:]} == {None}
    assert worth.outcome is Outcome.FEASIBLE


def test_what_is_put_back_is_proved_as_before():
    best = proved(assess(PROBLEM, LAWFUL, NOTHING))
    assert assess(PROBLEM, LAWFUL, best) == best
