"""Exchanges between two practitioners: just lawful, just unlawful, and what they do to both ledgers."""

from dataclasses import replace

import pytest

from service.domain.directory import PracticeId, PractitionerId
from service.domain.errors import Invalid
from service.domain.repairs import begun
from service.domain.rosters import TemplateId
from service.domain.swaps import Swap, swap_partners
from tests.make import a_practitioner, a_problem, a_template, an_absence, at, day, seat

TUESDAY, SATURDAY = day("TUE"), day("SAT")
MINE, THEIRS = seat("t1"), seat("t2", SATURDAY, "gp-2")
GP_2 = PractitionerId("gp-2")


def a_week(first=5, second=5, **more):
    """gp-1 holds two hours on Monday, gp-2 one on Saturday."""
    people = [
        a_practitioner("gp-1", max_sessions_per_week=first),
        a_practitioner("gp-2", max_sessions_per_week=second),
    ]
    return a_problem(a_template("t1"), a_template("t2", "SAT", "09:00-10:00"), practitioners=people, **more)


def takes(problem, give=MINE, roster=(MINE, THEIRS)):
    return [(offer.swap.to, offer.swap.take) for offer in swap_partners(problem, roster, give)]


@pytest.mark.parametrize(("maximum", "found"), [(2, {None, THEIRS}), (1, {THEIRS})])
def test_a_seat_is_handed_over_where_the_week_allows_one_more_and_exchanged_where_it_does_not(maximum, found):
    assert {take for _, take in takes(a_week(second=maximum))} == found


@pytest.mark.parametrize("who", ["gp-1", "gp-2"])
def test_both_must_be_able_to_hold_what_they_get(who):
    days = {"gp-1": SATURDAY, "gp-2": day("MON")}
    problem = a_week(second=1, absences=(an_absence(days[who], days[who], who),))
    assert takes(problem) == []


def test_both_ledgers_are_told_before_and_after():
    [offer] = swap_partners(a_week(first=1, second=1), (MINE, THEIRS), MINE)
    rows = (offer.giver, offer.partner)
    told = [(row.before.balance, row.after.balance) for row in rows if row.before and row.after]
    unloved = [(row.before.balance_unloved, row.after.balance_unloved) for row in rows if row.before and row.after]
    assert told == [(30, -30), (-30, 30)]
    assert unloved == [(-30, 30), (30, -30)]


def test_the_swap_that_is_best_for_the_goals_comes_first():
    [best, _] = swap_partners(a_week(), (MINE, THEIRS), MINE)
    assert best.swap.take == THEIRS


def test_nobody_gives_what_has_begun():
    problem = begun(a_week(), (MINE, THEIRS), now=at(SATURDAY, "09:00"))
    assert takes(problem, THEIRS) == []
    assert takes(begun(a_week(), (MINE, THEIRS), now=at(day("MON"), "09:59"))) != []


def test_each_session_stays_at_its_practice():
    there = replace(THEIRS, practice=PracticeId("there"))
    after = Swap(give=MINE, to=GP_2, take=there).applied((MINE, there))
    assert after == (seat("t1", practitioner="gp-2"), seat("t2", SATURDAY, "gp-1", "there"))


@pytest.mark.parametrize(
    ("swap", "faults"),
    [
        (Swap(give=replace(MINE, template=TemplateId("t9")), to=GP_2), [("give", "assignment.absent")]),
        (Swap(give=MINE, to=GP_2, take=seat("t1", practitioner="gp-2")), [("take", "assignment.absent")]),
        (Swap(give=THEIRS, to=GP_2), [("to", "swap.same_holder")]),
        (Swap(give=THEIRS, to=GP_2, take=THEIRS), [("take", "swap.same_holder")]),
    ],
)
def test_a_swap_takes_two_and_what_they_hold(swap, faults):
    with pytest.raises(Invalid) as error:
        swap.applied((MINE, THEIRS))
    assert [(fault.path, fault.code) for fault in error.value.faults] == faults
