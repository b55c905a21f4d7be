"""Shares, targets and balances, counted by hand."""

from datetime import timedelta
from fractions import Fraction

import pytest

from service.domain.directory import PledgePeriod
from service.domain.fairness import fairness_table, shares, targets
from service.domain.rounding import half_up
from tests.make import W49, a_burden, a_pledge, a_practitioner, a_problem, a_template, day, seat


def a_week_of_work(*practitioners, weeks=1, **file):
    """240 minutes asked a week, 120 of them unloved."""
    templates = (a_template("t1"), a_template("t2", "TUE", "18:00-20:00"))
    return a_problem(*templates, practitioners=practitioners, weeks=weeks, **file)


@pytest.mark.parametrize(("number", "whole"), [("5/2", 3), ("-5/2", -2), ("-13/5", -3), ("1/3", 0)])
def test_halves_go_up(number, whole):
    assert half_up(Fraction(number)) == whole


def test_targets_follow_the_pledges_and_are_rounded_half_up():
    problem = a_week_of_work(a_practitioner("gp-1", pledge=a_pledge(60)), a_practitioner("gp-2", pledge=a_pledge(100)))
    assert targets(problem) == {"gp-1": 90, "gp-2": 150}
    assert targets(problem, unloved=True) == {"gp-1": 45, "gp-2": 75}


def test_a_month_is_52_twelfths_of_a_week():
    monthly = a_practitioner("gp-1", pledge=a_pledge(520, per=PledgePeriod.MONTH))
    problem = a_week_of_work(monthly, a_practitioner("gp-2", pledge=a_pledge(120)))
    assert targets(problem) == {"gp-1": 120, "gp-2": 120}


def test_weeks_count_when_somebody_is_there_from_monday_to_sunday_and_absences_do_not_matter():
    tuesday_on = a_practitioner("gp-1", from_on=W49.monday + timedelta(days=1))
    problem = a_week_of_work(tuesday_on, a_practitioner("gp-2"), weeks=2)
    assert shares(problem) == {"gp-1": Fraction(1, 3), "gp-2": Fraction(2, 3)}


def test_who_has_no_whole_week_or_no_pledge_has_no_share():
    leaves = a_practitioner("gp-1", until_on=W49.sunday - timedelta(days=1))
    problem = a_week_of_work(leaves, a_practitioner("gp-2", pledge=None), a_practitioner("gp-3"))
    assert shares(problem) == {"gp-3": 1}


def test_a_balance_is_history_plus_held_minus_target_over_all_minutes_and_over_the_unloved():
    history = (a_burden(30), a_burden(-10, burden_class="saturday"), a_burden(5, "gp-2"))
    problem = a_week_of_work(a_practitioner("gp-1"), a_practitioner("gp-2"), burden_history=history)
    anne, bruno = fairness_table(problem, [seat("t2", day("TUE"))])
    assert (anne.history, anne.held, anne.target, anne.balance) == (20, 120, 120, 20)
    assert (anne.history_unloved, anne.held_unloved, anne.target_unloved, anne.balance_unloved) == (-10, 120, 60, 50)
    assert (bruno.balance, bruno.balance_unloved) == (-115, -60)
