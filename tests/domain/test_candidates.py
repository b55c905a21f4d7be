"""Who could take one open seat, in which order, and what keeps everybody else from it."""

from datetime import timedelta

import pytest

from service.domain.candidates import candidates_for
from service.domain.directory import PractitionerId
from service.domain.errors import NotFound
from service.domain.policy import Goal
from service.domain.rosters import SessionKey, TemplateId
from tests.make import (
    a_burden,
    a_practice,
    a_practitioner,
    a_problem,
    a_template,
    day,
    open_all_week,
    open_time,
    seat,
)

T1 = SessionKey(TemplateId("t1"), day("MON"))
GP_1 = PractitionerId("gp-1")


def people(*ids, **changes):
    return [a_practitioner(id, **changes) for id in ids]


def names(call):
    return [candidate.assignment.practitioner for candidate in call.candidates]


def test_who_owes_most_comes_first():
    problem = a_problem(practitioners=people("gp-1", "gp-2"), burden_history=(a_burden(1, "gp-1"),))
    assert names(candidates_for(problem, (), T1)) == ["gp-2", "gp-1"]


def test_of_unloved_hours_who_owes_most_of_those_comes_first():
    history = (a_burden(1, "gp-1", "evening"), a_burden(100, "gp-2"))
    evening = a_problem(a_template(hours="18:00-20:00"), practitioners=people("gp-1", "gp-2"), burden_history=history)
    assert names(candidates_for(evening, (), T1)) == ["gp-2", "gp-1"]
    morning = a_problem(practitioners=people("gp-1", "gp-2"), burden_history=history)
    assert names(candidates_for(morning, (), T1)) == ["gp-1", "gp-2"]


def test_of_equal_debts_the_wish_decides_and_then_the_road():
    far, near, wishes = (
        a_practitioner("gp-1", home_practice="far"),
        a_practitioner("gp-2"),
        a_practitioner("gp-3", home_practice="far"),
    )
    problem = a_problem(
        practitioners=[far, near, wishes],
        practices=[a_practice(), a_practice("far", road_km=10)],
        rules=[*open_all_week("gp-1"), *open_all_week("gp-2"), open_time("gp-3", level="preferred")],
    )
    call = candidates_for(problem, (), T1)
    assert names(call) == ["gp-3", "gp-2", "gp-1"]
    assert [round(candidate.km or 0) for candidate in call.candidates] == [10, 0, 10]


def test_a_candidate_tells_which_goals_change():
    [only] = candidates_for(a_problem(), (), T1).candidates
    changes = {change.name: change.cost for change in only.goals}
    assert (changes[Goal.COVERAGE], changes[Goal.WISHES]) == (-1, 1)
    assert Goal.ROTATION not in changes


@pytest.mark.parametrize(("sessions", "able"), [(1, []), (2, ["gp-1"])])
def test_who_has_all_that_the_week_allows_is_no_candidate_and_the_rule_is_named(sessions, able):
    problem = a_problem(
        a_template(), a_template("t2", "TUE"), practitioners=people("gp-1", max_sessions_per_week=sessions)
    )
    call = candidates_for(problem, [seat("t2", day("TUE"))], T1)
    assert names(call) == able
    assert [reason.rule for reason in call.reasons] == ([] if able else ["maximum_per_week"])


def test_a_full_session_has_no_candidates_until_a_holder_leaves():
    problem = a_problem(practitioners=people("gp-1", "gp-2"))
    full = candidates_for(problem, [seat()], T1)
    assert (full.seats, names(full), {reason.rule for reason in full.reasons}) == (0, [], {"seats"})
    left = candidates_for(problem, [seat()], T1, instead_of=GP_1)
    assert (left.seats, names(left)) == (1, ["gp-2"])


def test_who_comes_instead_of_another_comes_to_the_same_place():
    hosts = [a_practice(), a_practice("there", road_km=5)]
    problem = a_problem(a_template(hosts=["here", "there"]), practitioners=people("gp-1", "gp-2"), practices=hosts)
    [anywhere, _] = candidates_for(problem, (), T1).candidates
    assert anywhere.assignment.practice == "here"
    [instead] = candidates_for(problem, [seat(practice="there")], T1, instead_of=GP_1).candidates
    assert instead.assignment.practice == "there"


def test_a_session_or_a_holder_that_is_not_there_is_not_found():
    with pytest.raises(NotFound):
        candidates_for(a_problem(), (), SessionKey(T1.template, T1.on + timedelta(days=1)))
    with pytest.raises(NotFound):
        candidates_for(a_problem(), (), T1, instead_of=GP_1)
