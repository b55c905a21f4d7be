"""Balances as decisions: what everybody can come to, and the lines that make |balance| sharp."""

import pytest

from service.solver.admission import candidates
from service.solver.goals import fairness_sum
from service.solver.relaxation import Relaxation
from service.solver.variables import Works
from tests.make import a_burden, a_pin, a_practitioner, a_problem, a_template, day
from tests.solver.test_proof import a_relaxation


def works(*templates, **changes):
    problem = a_problem(*templates, practitioners=[a_practitioner(**changes.pop("person", {}))], **changes)
    return Works.of(problem, candidates(problem))


HALF_DAYS = (a_template("t1", hours="10:00-12:00"), a_template("t2", hours="14:00-16:30"))


def test_a_load_moves_in_the_steps_that_sessions_add_up_to():
    (load,) = works(*HALF_DAYS).loads
    assert (load.unit, load.counts) == (30, (0, 4, 5, 9))
    assert load.balances == (-270, -150, -120, 0)


@pytest.mark.parametrize(
    ("person", "counts"), [({"max_sessions_per_week": 1}, (0, 4, 5)), ({"max_sessions_per_week": 0}, (0,))]
)
def test_caps_leave_out_what_nobody_may_reach(person, counts):
    (load,) = works(*HALF_DAYS, person=person).loads
    assert load.counts == counts


def test_two_sessions_of_a_half_day_never_add_up():
    (load,) = works(a_template("t1", hours="08:00-10:00"), a_template("t2", hours="10:00-12:00")).loads
    assert load.counts == (0, 1)


def test_a_pinned_session_is_in_every_sum():
    (load,) = works(*HALF_DAYS, pins=(a_pin("t2", day("MON")),)).loads
    assert load.counts == (5, 9)


def test_unloved_loads_count_unloved_sessions_only():
    (load,) = works(a_template("t1"), a_template("t2", "TUE", "18:00-20:00")).loads_unloved
    assert load.balances == (-120, 0)


@pytest.mark.parametrize(("cap", "count"), [(-270, 0), (-151, 0), (-150, 4), (-1, 5), (0, 9), (99, 9)])
def test_a_cap_on_the_balance_is_a_whole_cap_on_the_count(cap, count):
    (load,) = works(*HALF_DAYS).loads
    assert load.most(cap) == count


def test_half_a_session_is_no_nearer_to_the_share_than_the_chord_between_none_and_one():
    """Two lines alone would let a session in part reach 0; with the chord the relaxation sees 30 at the least."""
    tried = works(a_template("t1"), burden_history=(a_burden(90),))
    relaxation: Relaxation = a_relaxation(tried.model)
    relaxed = relaxation.least(fairness_sum(tried).expression, seconds=10)
    assert relaxed is not None
    assert relaxed.bound == 30
