"""Why everybody holds what he or she holds: the next, what it would cost, and what forbids it to all others."""

import pytest
from hypothesis import given

from service.domain.availability import Level
from service.domain.candidates import judged_for
from service.domain.errors import NotFound
from service.domain.goals import goal_values
from service.domain.handing_over import AFTER, Handover, Tally
from service.domain.policy import Goal
from service.domain.standing import Standing
from service.domain.why import why, whys
from service.solver.admission import candidates
from service.solver.greedy import least_loaded_first
from service.solver.variables import Works
from tests.make import a_burden, a_practice, a_practitioner, a_problem, a_template, day, open_time, seat
from tests.problems import problems


def people(*ids, **changes):
    return [a_practitioner(id, **changes) for id in ids]


def instead(roster, gone, come):
    return (*(each for each in roster if each != gone), come)


@given(problems(people=5, sessions=6))
def test_what_one_seat_in_other_hands_comes_to_is_what_the_whole_roster_comes_to(problem):
    roster = least_loaded_first(Works.of(problem, candidates(problem)))
    tally, standing = Tally(problem, roster), Standing(problem, roster)
    for gone in roster:
        with standing.without(gone):
            able = judged_for(problem, standing, problem.session_at[gone.key], instead_of=gone).able
        for come in able:
            assert tally.after(Handover(gone=gone, come=come)) == goal_values(problem, instead(roster, gone, come))


def test_every_goal_is_counted_as_it_changes():
    assert set(AFTER) == set(Goal)


def test_a_seat_at_another_practice_changes_what_depends_on_places():
    practices = [a_practice(), a_practice("near", road_km=5), a_practice("far", road_km=25)]
    problem = a_problem(a_template(hosts=("near", "far")), practitioners=people("gp-1", "gp-2"), practices=practices)
    gone, come = seat(practice="near"), seat(practitioner="gp-2", practice="far")
    counted = Tally(problem, (gone,)).after(Handover(gone=gone, come=come))
    assert counted == goal_values(problem, (come,))
    assert counted[Goal.ACCESS] > goal_values(problem, (gone,))[Goal.ACCESS]


def test_the_next_is_who_costs_least_in_the_order_of_the_goals():
    history = (a_burden(60, "gp-2"), a_burden(30, "gp-3"))
    problem = a_problem(practitioners=people("gp-1", "gp-2", "gp-3"), burden_history=history)
    told = why(problem, (seat(),), seat())
    assert told.next == seat(practitioner="gp-3")
    assert [(change.name, change.cost) for change in told.goals] == [
        (Goal.FAIRNESS_WORST, 30),
        (Goal.FAIRNESS_SUM, told.goals[1].cost),
    ]
    assert (told.level, told.reasons) == (Level.AVAILABLE, ())


def test_a_seat_may_be_held_by_one_who_is_not_the_cheapest():
    rules = [open_time("gp-1", level="avoid"), open_time("gp-2", level="preferred")]
    problem = a_problem(practitioners=people("gp-1", "gp-2"), rules=rules)
    told = why(problem, (seat(),), seat())
    assert told.level is Level.AVOID
    assert [(change.name, change.cost) for change in told.goals] == [(Goal.WISHES, -3)]


def test_where_nobody_could_have_it_the_rules_say_why():
    busy = seat("t2", day("TUE"), "gp-2")
    problem = a_problem(
        a_template(),
        a_template("t2", "TUE"),
        practitioners=[*people("gp-1"), *people("gp-2", max_sessions_per_week=1)],
    )
    told = why(problem, (seat(), busy), seat())
    assert (told.next, told.goals) == (None, ())
    assert [(reason.practitioner, reason.rule) for reason in told.reasons] == [("gp-2", "maximum_per_week")]


def test_all_whys_are_each_why_and_leave_the_roster_as_it_stands():
    problem = a_problem(a_template(seats=2), a_template("t2", "TUE"), practitioners=people("gp-1", "gp-2", "gp-3"))
    roster = (seat(), seat(practitioner="gp-2"), seat("t2", day("TUE"), "gp-1"))
    assert whys(problem, roster) == tuple(why(problem, roster, each) for each in roster)


def test_who_does_not_hold_the_seat_has_no_why():
    with pytest.raises(NotFound):
        why(a_problem(), (), seat())
