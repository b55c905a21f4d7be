"""What is asked of the solver once something has happened, and what its answer does to everybody."""

from datetime import timedelta

import pytest

from service.domain.changes_of_persons import PledgeChanged, PractitionerAway, SeatDeclined, WeeklyMaximumChanged
from service.domain.changes_of_places import RoomsClosed, SessionDropped, SessionSupposed
from service.domain.directory import PracticeId, PractitionerId
from service.domain.equity import Reach, equity
from service.domain.errors import SessionBegun
from service.domain.policy import Goal, Policy
from service.domain.repairs import repair_of, repair_problem, standing_problem
from service.domain.rosters import Modality, SessionKey, TemplateId
from service.domain.rules import breaches
from service.domain.solving import Rule
from tests.make import (
    a_commune,
    a_practice,
    a_practitioner,
    a_problem,
    a_template,
    at,
    day,
    seat,
)
from tests.rosters import answer

MONDAY, TUESDAY = day("MON"), day("TUE")
BEGINS = at(MONDAY, "10:00")
BEFORE = BEGINS - timedelta(seconds=1)
GP = PractitionerId("gp-1")
T1 = SessionKey(TemplateId("t1"), MONDAY)
ILL = PractitionerAway(practitioner=GP, from_on=MONDAY)


def two_sessions(**more):
    people = [a_practitioner("gp-1"), a_practitioner("gp-2")]
    return a_problem(a_template("t1"), a_template("t2", "TUE"), practitioners=people, **more)


STANDS = (seat("t1"), seat("t2", TUESDAY))


def repaired(changes, *assignments, roster=STANDS, now=BEFORE, **more):
    standing = standing_problem(two_sessions(**more), roster, now=now)
    asked = repair_problem(standing, changes, now=now)
    return repair_of(standing, asked, answer(asked, *assignments), assignments)


def balances(row):
    assert row.before is not None
    assert row.after is not None
    return row.before.balance, row.after.balance


def test_after_coverage_come_the_fewest_changes_and_then_the_goals_as_before():
    policy = Policy(goal_order=(Goal.FAIRNESS_WORST, Goal.STABILITY, Goal.COVERAGE, Goal.WISHES))
    fewest = standing_problem(two_sessions(policy=policy), STANDS, now=BEFORE)
    assert fewest.policy.goal_order == (Goal.COVERAGE, Goal.STABILITY, Goal.FAIRNESS_WORST, Goal.WISHES)
    own = standing_problem(two_sessions(policy=policy), STANDS, now=BEFORE, fewest_changes=False)
    assert own.policy.goal_order == policy.goal_order
    assert own.published == STANDS


@pytest.mark.parametrize(("now", "frozen"), [(BEFORE, set()), (BEGINS, {T1})])
def test_what_has_begun_is_frozen(now, frozen):
    problem = standing_problem(two_sessions(), STANDS, now=now)
    assert problem.frozen == frozen
    without = [breach.rule for breach in breaches(problem, STANDS[1:])]
    assert without == ([Rule.FROZEN] if frozen else [])


@pytest.mark.parametrize(
    "change",
    [
        SessionDropped(session=T1),
        SeatDeclined(practitioner=GP, session=T1),
        SessionSupposed(template=a_template("t3", hours="08:00-09:00"), on=MONDAY),
    ],
    ids=lambda change: change.name,
)
def test_no_change_names_a_session_that_has_begun(change):
    early = at(MONDAY, "07:59")
    repair_problem(standing_problem(two_sessions(), STANDS, now=early), [change], now=early)
    with pytest.raises(SessionBegun):
        repair_problem(standing_problem(two_sessions(), STANDS, now=BEGINS), [change], now=BEGINS)


def test_rooms_that_close_today_do_not_undo_what_has_begun():
    closed = RoomsClosed(practice=PracticeId("here"), from_on=MONDAY, until_on=TUESDAY)
    asked = repair_problem(standing_problem(two_sessions(), STANDS, now=BEGINS), [closed], now=BEGINS)
    assert [session.template.seats for session in asked.sessions] == [1, 0]


def test_a_repair_tells_seats_goals_gaps_and_whose_ledger_changes():
    repair = repaired([ILL], seat("t2", TUESDAY, "gp-2"))
    assert (repair.difference.added, repair.difference.removed) == ((seat("t2", TUESDAY, "gp-2"),), STANDS)
    assert repair.people == ("gp-1", "gp-2")
    changes = {change.name: (change.before, change.after) for change in repair.goals}
    assert (changes[Goal.COVERAGE], changes[Goal.STABILITY]) == ((0, 1), (0, 3))
    assert (repair.gaps_before, [gap.template for gap in repair.gaps]) == ((), ["t1"])
    assert [(row.practitioner, balances(row)) for row in repair.fairness] == [
        ("gp-1", (120, -120)),
        ("gp-2", (-120, 0)),
    ]


def test_whose_ledger_stays_is_not_listed():
    assert repaired([], *STANDS).fairness == ()


def test_sessions_that_come_and_go_are_listed():
    more = SessionSupposed(template=a_template("t3", "WED"), on=day("WED"))
    repair = repaired([SessionDropped(session=T1), more], STANDS[1])
    assert [session.key.template for session in repair.sessions_added] == ["t3"]
    assert [session.key.template for session in repair.sessions_dropped] == ["t1"]


def test_a_larger_weekly_maximum_changes_nobody_who_needs_none():
    assert repaired([WeeklyMaximumChanged(practitioner=GP, sessions=9)], *STANDS).people == ()


def test_who_loses_the_pledge_has_no_ledger_afterwards():
    [mine, _] = repaired([PledgeChanged(practitioner=GP, pledge=None)]).fairness
    assert (mine.practitioner, mine.after) == ("gp-1", None)


def test_a_commune_without_a_session_near_is_an_hour_away_at_most():
    problem = a_problem(
        a_template("t1", hosts=["near"]),
        a_template("t2", "TUE", hosts=["near"]),
        practices=[a_practice(), a_practice("near", road_km=10)],
        communes=(a_commune(),),
    )
    held = seat("t1", practice="near")
    [row] = equity(problem, [held], problem, [held, seat("t2", TUESDAY, practice="near")])
    assert row.before == Reach(nearest=12, average=(12 + 60) // 2)
    assert row.after == Reach(nearest=12, average=12)
    [empty] = equity(problem, [], problem, [])
    assert empty.before == Reach(nearest=None, average=60)


def test_a_teleconsultation_brings_nobody_nearer():
    problem = a_problem(a_template(modality=Modality.TELE))
    [row] = equity(problem, [seat()], problem, [seat()])
    assert row.before.nearest is None
