"""A policy is dated: what binds a roster is what is in force when its first week begins."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from service.domain.policy import Policy, PolicyChange
from tests.make import W49, a_problem

STRICTER = Policy(max_sessions_per_day=1)
CHANGING = Policy(changes=(PolicyChange(from_on=W49.monday, policy=STRICTER),))


@pytest.mark.parametrize(("days", "policy"), [(-1, CHANGING), (0, STRICTER), (300, STRICTER)])
def test_a_change_is_in_force_from_its_day_on(days, policy):
    assert CHANGING.in_force_on(W49.monday + timedelta(days=days)) is policy


def test_the_latest_change_by_a_day_is_in_force():
    later = PolicyChange(from_on=date(2027, 1, 4), policy=Policy(min_rest_hours=12))
    twice = replace(CHANGING, changes=(*CHANGING.changes, later))
    assert [twice.in_force_on(day).min_rest_hours for day in (date(2027, 1, 3), date(2027, 1, 4))] == [11, 12]


def test_a_roster_is_bound_by_the_policy_of_its_first_week():
    before = replace(CHANGING, changes=(PolicyChange(from_on=W49.monday + timedelta(weeks=1), policy=STRICTER),))
    assert a_problem(policy=CHANGING).policy.max_sessions_per_day == 1
    assert a_problem(policy=before, weeks=2).policy.max_sessions_per_day == 2
