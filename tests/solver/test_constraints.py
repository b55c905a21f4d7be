"""The rule book as linear rows, on the same edges as the plain one: a roster is pinned, and the solver must agree."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.answers import Outcome
from service.domain.policy import Goal, Policy
from service.domain.rules import RULES
from service.domain.solving import Limits, Problem, Rule
from service.domain.territory_file import Pin
from service.solver.constraints import HARD_RULES
from service.solver.solve import solve
from tests import edges_of_persons, edges_of_places, edges_of_time
from tests.edge import Edge
from tests.make import (
    REPEATABLE,
    W49,
    a_pin,
    a_practice,
    a_practitioner,
    a_problem,
    a_template,
    an_absence,
    day,
    held_before,
    seat,
)

SUNDAY_BEFORE = W49.monday - timedelta(days=1)
EDGES = (*edges_of_persons.EDGES, *edges_of_places.EDGES, *edges_of_time.EDGES)


def pinned(edge: Edge) -> Problem:
    pins = (Pin(template=a.template, on=a.on, practitioner=a.practitioner, practice=a.practice) for a in edge.roster)
    return replace(edge.problem, file=replace(edge.problem.file, pins=tuple(pins)))


def test_every_rule_in_the_book_is_enforced_by_the_solver():
    assert set(HARD_RULES) == set(RULES) == set(Rule)


@pytest.mark.parametrize("edge", [edge for edge in EDGES if not edge.breaks], ids=lambda edge: edge.what)
def test_the_solver_allows_what_is_just_allowed(edge):
    answer = solve(pinned(edge), REPEATABLE)
    assert answer.outcome is Outcome.OPTIMAL
    assert set(edge.roster) <= set(answer.assignments or ())


@pytest.mark.parametrize("edge", [edge for edge in EDGES if edge.breaks], ids=lambda edge: edge.what)
def test_the_solver_forbids_what_is_just_forbidden_and_says_by_which_rule(edge):
    answer = solve(pinned(edge), REPEATABLE)
    assert (answer.outcome, answer.assignments, answer.goals) == (Outcome.INFEASIBLE, None, ())
    assert {breach.rule for breach in answer.conflict} == edge.breaks


def test_a_conflict_names_no_pin_that_has_no_part_in_it():
    templates = (a_template(id, weekday) for id, weekday in (("t1", "MON"), ("t2", "TUE"), ("t3", "WED")))
    pins = [a_pin("t1"), a_pin("t2", day("TUE")), a_pin("t3", day("WED"), "gp-2")]
    people = [a_practitioner(max_sessions_per_week=1), a_practitioner("gp-2")]
    (breach,) = solve(a_problem(*templates, practitioners=people, pins=tuple(pins)), REPEATABLE).conflict
    assert (breach.rule, breach.practitioner) == (Rule.MAXIMUM_PER_WEEK, "gp-1")
    assert [key.template for key in breach.sessions] == ["t1", "t2"]


def test_a_pin_of_a_session_that_does_not_exist_is_a_conflict():
    (breach,) = solve(a_problem(pins=(a_pin(on=day("TUE")),)), REPEATABLE).conflict
    assert breach.rule is Rule.PINS


def test_a_pin_stands_even_where_another_would_be_welcome():
    people = [a_practitioner("gp-1"), a_practitioner("gp-2")]
    worse = a_problem(practitioners=people, pins=(a_pin(practitioner="gp-2"),), burden_history=())
    assert solve(worse, REPEATABLE).assignments == (seat(practitioner="gp-2"),)


@pytest.mark.parametrize("limits", [Limits(seconds=0), Limits(seconds=0, deterministic=True)], ids=str)
def test_a_pin_stands_without_any_time_to_choose_its_host(limits):
    practices = [a_practice(), a_practice("there", road_km=5)]
    people = [a_practitioner(f"gp-{number}", max_travel_km=10) for number in range(1, 5)]
    pins = tuple(a_pin(practitioner=one.id) for one in people[1:])
    template = a_template(hosts=["here", "there"], seats=3)
    problem = a_problem(template, practitioners=people, practices=practices, pins=pins)
    answer = solve(problem, limits, should_stop=lambda: True)
    assert {held.practitioner for held in answer.assignments or ()} == {"gp-2", "gp-3", "gp-4"}


def test_a_pin_that_cannot_stand_beside_what_has_begun_is_a_conflict():
    templates = (a_template("t1"), a_template("t2", hours="08:00-09:30"))
    problem = a_problem(*templates, published=(seat("t1"),), begun=[seat("t1")], pins=(a_pin("t2"),))
    (breach,) = solve(problem, REPEATABLE).conflict
    assert breach.rule is Rule.ONE_PER_HALF_DAY


@pytest.mark.parametrize(
    "since",
    [
        {"absences": (an_absence(day("MON"), None),)},
        {"practitioners": [a_practitioner(pledge=None), a_practitioner("gp-2")]},
        {"practitioners": [a_practitioner(max_sessions_per_week=0), a_practitioner("gp-2")]},
        {"neighbours": [held_before(SUNDAY_BEFORE, "20:00-23:59")]},
    ],
    ids=["away", "no pledge", "no more sessions", "no rest"],
)
def test_what_has_begun_stays_whatever_has_become_of_its_holder_and_nobody_joins(since):
    people = {"practitioners": [a_practitioner(), a_practitioner("gp-2")]}
    problem = a_problem(a_template(seats=2), published=(seat(),), begun=[seat()], **people | since)
    answer = solve(problem, REPEATABLE)
    assert (answer.outcome, answer.assignments) == (Outcome.OPTIMAL, (seat(),))


def test_pins_that_leave_one_host_between_them_share_it():
    template = a_template(hosts=["here", "there"], seats=2)
    people = [a_practitioner("gp-1", max_travel_km=0), a_practitioner("gp-2", may_work_at=("there",))]
    practices = [a_practice(), a_practice("there", road_km=5)]
    pins = (a_pin(), a_pin(practitioner="gp-2"))
    answer = solve(a_problem(template, practitioners=people, practices=practices, pins=pins), REPEATABLE)
    assert {assignment.practice for assignment in answer.assignments or ()} == {"here"}


@pytest.mark.parametrize(("road_km", "rotation"), [(24.9, 0), (25.1, 200)])
def test_where_the_way_depends_on_the_hosts_they_are_chosen_near_enough(road_km, rotation):
    """In turn, one session would be here and one there; but one practitioner holds both, half an hour apart."""
    hours = {"t1": "10:00-12:00", "t2": "12:30-14:00"}
    problem = a_problem(
        *(a_template(id, hours=span, hosts=["here", "there"]) for id, span in hours.items()),
        practitioners=[a_practitioner(max_travel_km=100)],
        practices=[a_practice(), a_practice("there", road_km=road_km)],
        policy=Policy(goal_order=(Goal.COVERAGE, Goal.ROTATION)),
    )
    values = {str(goal.name): goal.value for goal in solve(problem, REPEATABLE).goals}
    assert (values["coverage"], values["rotation"]) == (0, rotation)
