"""The plain rules, on their edges."""

import pytest

from service.domain.rules import RULES, breaches
from service.domain.solving import Rule
from tests import edges_of_persons, edges_of_places, edges_of_time
from tests.edge import Edge
from tests.make import W49, a_pin, a_practitioner, a_problem, a_template, an_absence, day, seat

EDGES = (*edges_of_persons.EDGES, *edges_of_places.EDGES, *edges_of_time.EDGES)


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.what)
def test_a_roster_on_the_edge_breaks_only_the_rules_that_it_should(edge: Edge):
    assert {breach.rule for breach in breaches(edge.problem, edge.roster)} == edge.breaks


def test_the_rule_book_has_every_rule():
    assert set(RULES) == set(Rule)


@pytest.mark.parametrize("rule", [rule for rule in Rule if rule is not Rule.PINS])
def test_every_rule_has_its_forbidden_edge(rule):
    assert any(rule in edge.breaks for edge in EDGES)


def rules_broken(problem, *roster):
    return [breach.rule for breach in breaches(problem, roster)]


def test_one_practitioner_does_not_hold_two_seats_of_a_session():
    assert rules_broken(a_problem(a_template(seats=2)), seat(), seat()) == [Rule.SEATS]


def test_a_session_that_does_not_exist_has_no_seat():
    assert rules_broken(a_problem(), seat(on=day("TUE"))) == [Rule.SEATS]


def test_an_unknown_practitioner_has_pledged_nothing():
    assert rules_broken(a_problem(), seat(practitioner="nobody")) == [Rule.PLEDGE]


def test_an_unknown_practice_hosts_nothing():
    assert rules_broken(a_problem(), seat(practice="nowhere")) == [Rule.HOST]


def test_what_is_pinned_must_stand():
    problem = a_problem(pins=(a_pin(practice="here"),))
    assert rules_broken(problem) == [Rule.PINS]
    assert rules_broken(problem, seat()) == []


def test_a_pin_without_a_practice_stands_anywhere_and_one_of_another_week_asks_nothing():
    assert rules_broken(a_problem(pins=(a_pin(),)), seat()) == []
    assert rules_broken(a_problem(pins=(a_pin(on=day("MON", W49.following(2)[1])),))) == []


def test_what_has_begun_stays_whatever_has_become_of_its_holder():
    away = (an_absence(day("MON"), None),)
    problem = a_problem(published=(seat(),), begun=[seat()], absences=away)
    assert rules_broken(problem) == [Rule.FROZEN]
    assert rules_broken(problem, seat()) == [Rule.ABSENCE]


def test_a_breach_says_who_when_and_how_much():
    problem = a_problem(
        a_template("t1", "MON", "19:00-21:00"),
        a_template("t2", "TUE", "07:00-09:00"),
        practitioners=[a_practitioner(max_sessions_per_week=1)],
    )
    week, rest = breaches(problem, [seat("t1"), seat("t2", day("TUE"))])
    assert [key.template for key in week.sessions] == ["t1", "t2"]
    assert week.facts == {"week": "2026-W49", "held": 2, "maximum": 1}
    assert (rest.practitioner, rest.facts) == ("gp-1", {"rest_minutes": 600, "minimum_minutes": 660})
