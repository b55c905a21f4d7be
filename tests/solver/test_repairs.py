"""Repairs solved: the fewest changes, proved, on a whole week of the reference territory."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings

from service.domain.calendar import Weekday
from service.domain.changes_of_persons import PractitionerAway, SeatDeclined, WeeklyMaximumChanged
from service.domain.changes_of_places import RoomsClosed, SessionDropped, SessionSupposed, StopAdded
from service.domain.directory import PracticeId, PractitionerId, Stop
from service.domain.policy import Goal
from service.domain.repairs import repair_of, repair_problem, standing_problem
from service.domain.rosters import SessionKey, TemplateId
from service.domain.rules import breaches
from service.solver.solve import solve
from tests.make import REPEATABLE, a_practice, a_practitioner, a_problem, a_template, day, seat
from tests.problems import problems
from tests.rosters import FILE, NOW, held
from tests.whole_week import PROBLEM, WHOLE_WEEK

WEDNESDAY, FRIDAY = date(2026, 12, 2), date(2026, 12, 4)
T11 = SessionKey(TemplateId("t11"), WEDNESDAY)


def repaired(*changes):
    standing = standing_problem(PROBLEM, WHOLE_WEEK, now=NOW)
    asked = repair_problem(standing, changes, now=NOW)
    answer = solve(asked, REPEATABLE)
    assert answer.assignments is not None
    assert breaches(asked, answer.assignments) == ()
    return repair_of(standing, asked, answer, answer.assignments)


def proved(repair, goal):
    """What the goal came to, when no roster does better."""
    [found] = [each for each in repair.proof if each.name is goal]
    assert found.is_proved
    return found.value


def test_without_any_change_a_lawful_roster_with_nothing_to_fill_stays_as_it_is():
    repair = repaired()
    assert repair.people == ()
    assert proved(repair, Goal.STABILITY) == 0


def test_an_absence_that_nobody_can_make_good_takes_two_seats_away_and_touches_nobody_else():
    repair = repaired(PractitionerAway(practitioner=PractitionerId("gp-05"), from_on=date(2026, 12, 1)))
    assert repair.people == ("gp-05",)
    assert (proved(repair, Goal.COVERAGE), proved(repair, Goal.STABILITY)) == (4, 2)
    assert {gap.template for gap in repair.gaps} - {gap.template for gap in repair.gaps_before} == {"t09", "t21"}


def test_a_seat_declined_is_exchanged_when_that_is_the_least():
    t01 = SessionKey(TemplateId("t01"), date(2026, 11, 30))
    repair = repaired(SeatDeclined(practitioner=PractitionerId("gp-01"), session=t01))
    assert (proved(repair, Goal.COVERAGE), proved(repair, Goal.STABILITY)) == (2, 4)
    assert len(repair.people) == 2


@pytest.mark.parametrize(
    "change",
    [
        SessionDropped(session=T11),
        RoomsClosed(practice=PracticeId("cds-hautanjou"), from_on=WEDNESDAY, until_on=WEDNESDAY),
    ],
    ids=lambda change: change.name,
)
def test_who_is_set_free_fills_a_seat_that_was_empty(change):
    repair = repaired(change)
    assert [session.key for session in repair.sessions_dropped] == [T11]
    assert held("t11", "2026-12-02", "cds-hautanjou", "gp-08") in repair.difference.removed
    assert [gap.template for gap in repair.gaps] == ["t27"]


def test_with_a_room_less_one_of_two_sessions_at_once_stays_empty():
    people = [a_practitioner("gp-1"), a_practitioner("gp-2")]
    problem = a_problem(a_template("t1"), a_template("t2"), practitioners=people, practices=[a_practice(rooms=2)])
    standing = standing_problem(problem, (seat("t1"), seat("t2", practitioner="gp-2")), now=NOW)
    closed = RoomsClosed(practice=PracticeId("here"), from_on=day("MON"), until_on=day("MON"), rooms=1)
    answer = solve(repair_problem(standing, [closed], now=NOW), REPEATABLE)
    assert len(answer.assignments or ()) == 1


def test_a_stop_of_the_mobile_unit_brings_care_to_a_commune_that_has_none():
    """Daon has no practice. The bus stands there on a Friday morning, held by somebody who works one session more."""
    [daon] = [commune for commune in FILE.communes if commune.name == "Daon"]
    [t26] = [template for template in FILE.session_templates if template.id == "t26"]
    more = replace(t26, id=TemplateId("t30"), weekday=Weekday.FRI, priority=3)
    stop = Stop(weekday=Weekday.FRI, insee=daon.insee, point=daon.point, address_line="Place de l'Église")
    repair = repaired(
        StopAdded(practice=PracticeId("medicobus-1"), stop=stop),
        SessionSupposed(template=more, on=FRIDAY),
        WeeklyMaximumChanged(practitioner=PractitionerId("gp-04"), sessions=2),
    )
    assert [session.key.template for session in repair.sessions_added] == ["t30"]
    assert {seat.practice for seat in repair.difference.added if seat.template == "t30"} == {"medicobus-1"}
    [row] = [row for row in repair.equity if row.commune == daon.insee]
    assert (row.before.nearest, row.after.nearest) == (15, 0)
    assert row.after.average < row.before.average
    assert len(repair.equity) == len(FILE.communes)


@given(problems())
@settings(max_examples=20, deadline=None)
def test_a_repaired_roster_breaks_no_rule_and_whoever_is_away_is_out_of_it(problem):
    problem = replace(problem, file=replace(problem.file, pins=()))
    roster = solve(problem, REPEATABLE).assignments
    assert roster is not None
    early = min(session.time.start for session in problem.sessions) - timedelta(days=1)
    standing = standing_problem(problem, roster, now=early)
    away = PractitionerAway(practitioner=problem.practitioners[0].id, from_on=problem.weeks[0].monday)
    asked = repair_problem(standing, [away], now=early)
    answer = solve(asked, REPEATABLE)
    assert answer.assignments is not None
    assert breaches(asked, answer.assignments) == ()
    assert away.practitioner not in {seat.practitioner for seat in answer.assignments}
