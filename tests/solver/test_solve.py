"""Answers: lawful, counted right, and the best of all."""

import pytest
from hypothesis import given, settings

from service.domain.answers import GoalValue, Outcome
from service.domain.goals import goal_values
from service.domain.policy import Goal, Policy
from service.domain.rules import breaches
from service.solver.solve import solve
from tests.make import REPEATABLE, a_burden, a_practice, a_practitioner, a_problem, a_template, day, seat
from tests.oracle import best_values, faults
from tests.problems import problems


@settings(max_examples=50, deadline=None)
@given(problem=problems())
def test_an_answer_breaks_no_rule_and_is_worth_what_it_says(problem):
    answer = solve(problem, REPEATABLE)
    roster = answer.assignments or ()
    assert breaches(problem, roster) == ()
    counted = goal_values(problem, roster)
    assert [goal.value for goal in answer.goals] == [counted[goal.name] for goal in answer.goals]
    assert all(goal.bound is not None and goal.bound <= goal.value for goal in answer.goals)


@settings(max_examples=200, deadline=None)
@given(problem=problems(people=3, sessions=3, weeks=1))
def test_no_roster_of_a_small_problem_is_better_at_any_level(problem):
    answer = solve(problem, REPEATABLE)
    assert faults(problem, answer) == []
    assert answer.outcome is Outcome.OPTIMAL


TWO_SESSIONS = (a_template("t1", "MON"), a_template("t2", "TUE"))
TWO_PEOPLE = (a_practitioner("gp-1"), a_practitioner("gp-2"))


def test_the_first_goal_of_the_policy_wins():
    problem = a_problem(*TWO_SESSIONS, policy=Policy(goal_order=(Goal.FAIRNESS_WORST, Goal.COVERAGE)))
    assert solve(problem, REPEATABLE).goals == (
        GoalValue(name=Goal.FAIRNESS_WORST, value=-240, bound=-240),
        GoalValue(name=Goal.COVERAGE, value=2, bound=2),
    )


def test_where_something_is_published_few_changes_come_before_wishes():
    published = (seat("t1", practitioner="gp-1"), seat("t2", day("TUE"), "gp-2"))
    problem = a_problem(*TWO_SESSIONS, practitioners=TWO_PEOPLE, published=published)
    answer = solve(problem, REPEATABLE)
    assert answer.assignments == published
    assert GoalValue(name=Goal.STABILITY, value=0, bound=0) in answer.goals


def test_bounds_under_settled_minutes_are_conditional_and_prove_nothing():
    problem = a_problem(*TWO_SESSIONS, practitioners=TWO_PEOPLE, policy=Policy(settle_minutes=True))
    answer = solve(problem, REPEATABLE)
    conditional = {goal.name for goal in answer.goals if goal.conditional}
    assert conditional == {Goal.ACCESS, Goal.ROTATION, Goal.TRAVEL}
    assert answer.outcome is Outcome.FEASIBLE


def test_minutes_are_settled_before_wishes_where_these_could_not_be_proved_freely(monkeypatch):
    monkeypatch.setattr("service.solver.solve.FREELY", 0)
    problem = a_problem(*TWO_SESSIONS, practitioners=TWO_PEOPLE, policy=Policy(settle_minutes=True))
    goals = solve(problem, REPEATABLE).goals
    [wishes] = [goal for goal in goals if goal.name is Goal.WISHES]
    assert (wishes.conditional, wishes.gap) == (True, 0)
    assert [goal.name for goal in goals].count(Goal.WISHES) == 1


def test_minutes_settled_a_goal_that_the_first_roster_meets_is_kept_by_those_after_it():
    """The first roster goes nowhere. In turn, one of two sessions would be half an hour away."""
    order = (Goal.COVERAGE, Goal.FAIRNESS_SUM, Goal.TRAVEL, Goal.ROTATION)
    problem = a_problem(
        *(a_template(id, weekday, hosts=["here", "there"]) for id, weekday in (("t1", "MON"), ("t2", "TUE"))),
        practitioners=[a_practitioner(max_travel_km=100)],
        practices=[a_practice(), a_practice("there", road_km=25)],
        policy=Policy(settle_minutes=True, goal_order=order),
    )
    values = [goal.value for goal in solve(problem, REPEATABLE).goals]
    assert values == [0, 0, 0, 200]


@pytest.mark.parametrize("worst_at", range(3))
def test_minutes_settled_stay_settled_whatever_cap_comes_after(worst_at):
    order = [Goal.COVERAGE, Goal.FAIRNESS_SUM]
    order.insert(worst_at, Goal.FAIRNESS_WORST)
    lengths = {"MON": "10:00-12:00", "TUE": "14:00-16:30", "WED": "18:00-19:30"}
    problem = a_problem(
        *(a_template(f"t{weekday}", weekday, hours) for weekday, hours in lengths.items()),
        practitioners=[*TWO_PEOPLE, a_practitioner("gp-3")],
        burden_history=(a_burden(100), a_burden(-70, "gp-2")),
        policy=Policy(settle_minutes=True, goal_order=tuple(order)),
    )
    answer = solve(problem, REPEATABLE)
    best = best_values(problem)
    assert [goal.value for goal in answer.goals] == [best[goal] for goal in order]


def test_a_problem_with_nobody_leaves_every_seat_empty():
    answer = solve(a_problem(practitioners=[]), REPEATABLE)
    assert (answer.outcome, answer.assignments, len(answer.gaps)) == (Outcome.OPTIMAL, (), 1)


def test_a_problem_without_sessions_has_the_empty_roster():
    answer = solve(a_problem(a_template(crisis_only=True)), REPEATABLE)
    assert (answer.outcome, answer.assignments, answer.gaps) == (Outcome.OPTIMAL, (), ())
