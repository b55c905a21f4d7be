"""Rosters made better by hand: lawful, never worse, and much better where there is much to gain."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings

from benchmarks.cases import Case
from benchmarks.territories import S
from service.domain.fairness import fairness_table
from service.domain.goals import GOALS, goal_values
from service.domain.policy import Goal
from service.domain.rules import breaches
from service.solver.admission import candidates
from service.solver.exchanges import make_better
from service.solver.greedy import least_loaded_first
from service.solver.hands import Hands, Seats
from service.solver.solve import solve
from service.solver.turns import take_turns
from service.solver.variables import Works
from tests.make import REPEATABLE
from tests.problems import problems
from tests.solver.building import built, first_roster, unhurried


def by_hand(works, roster, fixed=frozenset(), **how):
    return make_better(works, roster, fixed, unhurried(), seconds=REPEATABLE.seconds, **how)


def values(problem, roster):
    return list(goal_values(problem, roster).values())


@settings(max_examples=60, deadline=None)
@given(problem=problems())
def test_it_is_lawful_and_never_worse_and_what_is_fixed_stays(problem):
    works = built(problem)
    before = first_roster(works)
    fixed = {*problem.begun, *before[:2]}
    after = by_hand(works, before, fixed)
    assert all(breach in breaches(problem, before) for breach in breaches(problem, after))
    assert values(problem, after) <= values(problem, before)
    assert fixed & set(before) <= set(after)
    assert Counter(held.key for held in after) == Counter(held.key for held in before)


@pytest.fixture(scope="module")
def month():
    return Case(key="S4", name="", weeks=4, shape=S).problem(1)


@pytest.fixture(scope="module")
def greedy(month):
    return least_loaded_first(Works.of(month, candidates(month)))


def test_a_month_comes_near_to_the_best(month, greedy):
    better = goal_values(month, by_hand(built(month), greedy))
    best = {goal.name: goal.value for goal in solve(month, REPEATABLE).goals}
    assert better[Goal.FAIRNESS_WORST] == best[Goal.FAIRNESS_WORST]
    assert better[Goal.FAIRNESS_SUM] - best[Goal.FAIRNESS_SUM] < 0.1 * GOALS[Goal.FAIRNESS_SUM](month, greedy)


def test_whoever_is_to_keep_the_minutes_keeps_them(month, greedy):
    pleased = by_hand(built(month), greedy, shares_out=False, keeps_minutes=True)
    assert GOALS[Goal.WISHES](month, pleased) < GOALS[Goal.WISHES](month, greedy) / 2
    assert fairness_table(month, pleased) == fairness_table(month, greedy)


def test_minutes_that_change_hands_where_that_is_as_fair_please_more(month, greedy):
    works = built(month)
    alike = by_hand(works, greedy, shares_out=False, keeps_minutes=True)
    as_fair = by_hand(works, greedy, shares_out=False)
    assert GOALS[Goal.WISHES](month, as_fair) < GOALS[Goal.WISHES](month, alike)
    for goal in (Goal.FAIRNESS_WORST, Goal.FAIRNESS_WORST_UNLOVED, Goal.FAIRNESS_SUM):
        assert GOALS[goal](month, as_fair) <= GOALS[goal](month, greedy)


def test_practices_host_in_turn(month, greedy):
    works = built(month)
    hands = Hands.of(works, Seats.of(works, greedy, frozenset()), greedy, unhurried())
    turned = take_turns(hands, lambda: False)
    assert GOALS[Goal.ROTATION](month, turned) < GOALS[Goal.ROTATION](month, greedy) / 2
    assert {(held.key, held.practitioner) for held in turned} == {(held.key, held.practitioner) for held in greedy}
    assert all(breach in breaches(month, greedy) for breach in breaches(month, turned))


def test_it_is_the_same_every_time(month, greedy):
    assert by_hand(built(month), greedy) == by_hand(built(month), greedy)


def test_what_is_published_stands(month, greedy):
    published = replace(month, published=greedy)
    assert by_hand(built(published), greedy) == greedy


def test_where_there_is_no_time_to_prove_anything_the_roster_is_good_all_the_same(month, greedy):
    hasty = goal_values(month, solve(month, replace(REPEATABLE, seconds=1)).assignments or ())
    assert hasty[Goal.FAIRNESS_SUM] < GOALS[Goal.FAIRNESS_SUM](month, greedy)
