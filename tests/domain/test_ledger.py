"""The ledger: minutes done against the share, week by week, over what was published."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from service.domain.calendar import IsoWeek
from service.domain.directory import PractitionerId
from service.domain.ledger import ledger
from service.domain.roster_content import RosterContent
from service.domain.rosters import BurdenClass, SessionId
from service.domain.solving import Problem
from service.domain.territory_file import Burden
from tests.make import an_absence
from tests.rosters import FILE, MONDAY_QUAI, SATURDAY, W49, held

PEOPLE = tuple(replace(each, pledge=FILE.practitioners[0].pledge) for each in FILE.practitioners[:4])
NEXT_MONDAY = held("t01", "2026-12-07", "cab-quai", "gp-02")


def published(*assignments, weeks=1):
    """The sessions of these assignments, and no others."""
    problem = Problem.of(FILE, W49.following(weeks))
    sessions = {SessionId(uuid4()): problem.session_at[each.key] for each in assignments}
    return RosterContent(sessions=sessions, assignments=tuple(assignments))


def burden(practitioner, burden_class, minutes):
    return Burden(practitioner=PractitionerId(practitioner), burden_class=burden_class, minutes=minutes)


def test_who_held_a_session_did_more_than_the_share_and_the_others_less():
    assert ledger(PEOPLE, published(MONDAY_QUAI)) == (
        burden("gp-01", BurdenClass.ORDINARY, 120 - 30),
        *(burden(f"gp-0{number}", BurdenClass.ORDINARY, -30) for number in (2, 3, 4)),
    )


def test_every_class_has_its_own_balance():
    balances = {(each.practitioner, each.burden_class): each.minutes for each in ledger(PEOPLE, published(SATURDAY))}
    assert balances[PractitionerId("gp-02"), BurdenClass.SATURDAY] == 90
    assert {burden_class for _, burden_class in balances} == {BurdenClass.SATURDAY}


def test_a_seat_that_nobody_held_is_owed_by_all():
    content = published(MONDAY_QUAI)
    assert {each.minutes for each in ledger(PEOPLE, replace(content, assignments=()))} == {-30}


def test_a_balance_is_rounded_once_over_all_weeks():
    three = PEOPLE[:3]  # a third of 2 × 125 minutes is 83⅓; week by week it would be 2 × 42
    content = published(MONDAY_QUAI, NEXT_MONDAY, weeks=2)
    longer = {
        id: replace(
            session,
            template=replace(session.template, seats=25),
            time=replace(session.time, end=session.time.start.replace(minute=5)),
        )
        for id, session in content.sessions.items()
    }
    assert ledger(three, RosterContent(sessions=longer, assignments=()))[0].minutes == -83


def test_who_comes_later_owes_of_the_weeks_before_what_the_median_owes():
    late = replace(PEOPLE[3], from_on=IsoWeek(2026, 50).monday)
    content = published(MONDAY_QUAI, NEXT_MONDAY, weeks=2)
    minutes = {each.practitioner: each.minutes for each in ledger((*PEOPLE[:3], late), content)}
    assert minutes == {"gp-01": 120 - 40 - 30, "gp-02": 120 - 40 - 30, "gp-03": -70, "gp-04": -40 - 30}


def test_who_has_left_the_territory_is_left_out():
    assert PractitionerId("gp-01") not in {each.practitioner for each in ledger(PEOPLE[1:], published(MONDAY_QUAI))}


def rota(weeks=4):
    """gp-01 holds every Monday of so many weeks, and nobody else holds anything."""
    mondays = [replace(MONDAY_QUAI, on=week.monday) for week in W49.following(weeks)]
    return published(*mondays, weeks=weeks)


def ordinary(people, content, **circumstances):
    balances = {
        (each.practitioner, each.burden_class): each.minutes for each in ledger(people, content, **circumstances)
    }
    return [balances.get((person.id, BurdenClass.ORDINARY), 0) for person in people]


def test_a_newcomer_starts_at_the_median_of_those_who_were_there():
    newcomer = replace(PEOPLE[3], from_on=W49.following(3)[-1].monday)
    assert ordinary((*PEOPLE[:3], newcomer), rota()) == [340, -140, -140, -80 - 60]


@pytest.mark.parametrize(("days_away", "balance"), [(21, -90 - 30), (20, 120 - 120)])
def test_only_who_was_away_for_three_whole_weeks_starts_at_the_median(days_away, balance):
    second = W49.following(2)[-1].monday
    away = an_absence(second, second + timedelta(days=days_away - 1), PEOPLE[0].id)
    held_first = replace(rota(), assignments=rota().assignments[:1])
    assert ordinary(PEOPLE, held_first, absences=(away,)) == [balance, -120, -120, -120]
