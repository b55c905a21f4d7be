"""Balances as decisions: what everybody can come to, and the lines that make |balance| sharp."""

import pytest

from service.solver.goals import fairness_sum
from service.solver.linear import LinearProgram
from service.solver.sums import Sum
from tests.make import a_burden, a_pin, a_practitioner, a_problem, a_template, day, seat
from tests.solver.building import built, hold, is_possible, unhurried

LENGTHS = (a_template("t1", hours="10:00-12:00"), a_template("t2", hours="14:00-16:30"))
MANY = (*LENGTHS, a_template("t3", "TUE", "10:00-12:30"), a_template("t4", "WED", "08:00-09:30"))


def works(*templates, **changes):
    return built(a_problem(*templates, practitioners=[a_practitioner(**changes.pop("person", {}))], **changes))


def test_sessions_of_one_length_make_one_branch():
    [load] = works(a_template("t1"), a_template("t2", "TUE")).loads
    [branch] = load.branches
    assert (branch.chosen, branch.base, branch.step, branch.counts) == (None, -240, 120, (0, 1, 2))


def test_every_total_of_the_lengths_that_few_sessions_have_makes_a_branch():
    [load] = works(*MANY).loads
    assert [branch.base + 510 for branch in load.branches] == [0, 90, 120, 210]
    assert {branch.step for branch in load.branches} == {150}


@pytest.mark.parametrize(
    ("person", "balances"),
    [
        ({}, (-270, -150, -120, 0)),
        ({"max_sessions_per_week": 1}, (-270, -150, -120)),
        ({"max_sessions_per_week": 0}, (-270,)),
    ],
)
def test_caps_leave_out_what_nobody_may_reach(person, balances):
    [load] = works(*LENGTHS, person=person).loads
    assert load.balances == balances


def test_two_sessions_of_a_half_day_never_add_up():
    [load] = works(a_template("t1", hours="08:00-10:00"), a_template("t2", hours="10:00-12:00")).loads
    assert load.balances == (-240, -120)


def test_a_pinned_session_is_in_every_sum():
    pins = (a_pin("t2", day("TUE")),)
    [load] = works(a_template("t1"), a_template("t2", "TUE"), pins=pins).loads
    assert load.balances == (-120, 0)


def test_what_has_begun_counts_even_above_the_caps():
    held = (seat("t1"), seat("t2", day("TUE")))
    templates = [a_template("t1"), a_template("t2", "TUE"), a_template("t3", "WED")]
    tried = works(*templates, person={"max_sessions_per_week": 1}, published=held, begun=held)
    [load] = tried.loads
    assert load.balances == (-120,)
    assert is_possible(tried.program)


def test_unloved_loads_count_unloved_sessions_only():
    [load] = works(a_template("t1"), a_template("t2", "TUE", "18:00-20:00")).loads_unloved
    assert load.balances == (-120, 0)


ROSTERS = {0: (), 90: ["t4"], 120: ["t1"], 150: ["t2"], 240: ["t2", "t4"], 270: ["t1", "t2"], 390: ["t2", "t3", "t4"]}
ON = {str(template.id): day(template.weekday) for template in MANY}


@pytest.mark.parametrize("cap", [0, 119, 120, 269, 270])
@pytest.mark.parametrize("minutes", ROSTERS)
def test_a_cap_allows_exactly_the_rosters_below_it(minutes, cap):
    tried = works(*MANY)
    [load] = tried.loads
    hold(tried, tuple(seat(id, ON[id]) for id in ROSTERS[minutes]))
    load.cap(tried.program, cap - 510)
    assert is_possible(tried.program) is (minutes <= cap)


@pytest.mark.parametrize("minutes", ROSTERS)
def test_a_settled_balance_stays_what_it_is_under_any_cap_after_it(minutes):
    tried = works(*MANY)
    [load] = tried.loads
    load.settle(tried.program, 240 - 510)
    load.cap(tried.program, 400 - 510)
    hold(tried, tuple(seat(id, ON[id]) for id in ROSTERS[minutes]))
    assert is_possible(tried.program) is (minutes == 240)


def test_a_cap_does_not_lift_an_earlier_one():
    tried = works(*MANY)
    [load] = tried.loads
    load.cap(tried.program, 150 - 510)
    load.cap(tried.program, 300 - 510)
    hold(tried, (seat("t2"), seat("t3", day("TUE"))))
    assert not is_possible(tried.program)


def test_half_a_session_is_no_nearer_to_the_share_than_the_chord_between_none_and_one():
    """Two lines alone would let a session in part reach 0; with the chord the relaxation sees 30 at the least."""
    tried = works(a_template("t1"), burden_history=(a_burden(90),))
    [part] = Sum.of(fairness_sum(tried), tried.program).parts
    relaxed = LinearProgram(part.block, unhurried()).relax(part.cost, seconds=60)
    assert relaxed is not None
    assert part.cost @ relaxed.values == pytest.approx(30)
