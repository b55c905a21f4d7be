"""What may happen to a roster that stands: each change on a copy of its problem, and every fault of a list of them."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from service.domain.availability import Level
from service.domain.calendar import Weekday
from service.domain.changes import changed
from service.domain.changes_of_persons import (
    PledgeChanged,
    PractitionerAway,
    SeatDeclined,
    TimeOffered,
    WeeklyMaximumChanged,
)
from service.domain.changes_of_places import (
    RoomsClosed,
    SessionAdded,
    SessionDropped,
    SessionMoved,
    SessionSupposed,
    StopAdded,
)
from service.domain.directory import Insee, PracticeId, PracticeKind, PractitionerId, Stop
from service.domain.errors import Invalid
from service.domain.goals import coverage
from service.domain.rosters import BurdenClass, SessionKey, TemplateId
from service.domain.rules import breaches
from service.domain.solving import Rule
from tests.make import (
    a_practice,
    a_practitioner,
    a_problem,
    a_template,
    an_exception,
    day,
    east_of_here,
    open_time,
    seat,
)

MONDAY, TUESDAY = day("MON"), day("TUE")
GP, NOBODY, HERE_ID = PractitionerId("gp-1"), PractitionerId("gp-9"), PracticeId("here")
T1 = SessionKey(TemplateId("t1"), MONDAY)
STOP = Stop(weekday=Weekday.TUE, insee=Insee("53001"), point=east_of_here(10), address_line="Place de l'Église")


def broken(problem, *roster):
    return {breach.rule for breach in breaches(problem, roster)}


def faults(problem, *changes):
    with pytest.raises(Invalid) as error:
        changed(problem, changes)
    return [(fault.path, fault.code) for fault in error.value.faults]


@pytest.mark.parametrize(("until", "rules"), [(MONDAY, {Rule.ABSENCE}), (MONDAY - timedelta(days=1), set())])
def test_who_is_away_holds_nothing_until_the_last_day(until, rules):
    away = PractitionerAway(practitioner=GP, from_on=MONDAY - timedelta(days=7), until_on=until)
    assert broken(changed(a_problem(), [away]), seat()) == rules


def test_the_problem_that_was_stays_as_it_was():
    problem = a_problem()
    changed(problem, [PractitionerAway(practitioner=GP, from_on=MONDAY)])
    assert broken(problem, seat()) == set()


def test_a_seat_declined_is_no_longer_consented_to_and_the_hours_beside_it_are():
    problem = a_problem(a_template("t1"), a_template("t2", hours="12:00-14:00"))
    after = changed(problem, [SeatDeclined(practitioner=GP, session=T1)])
    assert broken(after, seat()) == {Rule.CONSENT}
    assert broken(after, seat("t2")) == set()


def test_declining_takes_back_hours_that_were_offered_for_that_day_alone():
    extra = an_exception("extra", MONDAY, "08:00-14:00")
    problem = a_problem(
        a_template("t1"), a_template("t2", hours="12:00-14:00"), rules=(), availability_exceptions=(extra,)
    )
    after = changed(problem, [SeatDeclined(practitioner=GP, session=T1)])
    assert (broken(after, seat()), broken(after, seat("t2"))) == ({Rule.CONSENT}, set())


@pytest.mark.parametrize(("end", "rules"), [(time(12), set()), (time(11, 59), {Rule.CONSENT})])
def test_time_offered_is_consent_when_it_covers_the_session(end, rules):
    problem = a_problem(rules=[open_time(weekday="FRI")])
    offered = TimeOffered(practitioner=GP, on=MONDAY, start=time(10), end=end, level=Level.PREFERRED)
    assert broken(changed(problem, [offered]), seat()) == rules


def test_without_a_pledge_nobody_is_rostered():
    assert broken(changed(a_problem(), [PledgeChanged(practitioner=GP, pledge=None)]), seat()) == {Rule.PLEDGE}


@pytest.mark.parametrize(("sessions", "rules"), [(2, set()), (1, {Rule.MAXIMUM_PER_WEEK})])
def test_another_weekly_maximum_counts(sessions, rules):
    problem = a_problem(a_template("t1"), a_template("t2", "TUE"))
    after = changed(problem, [WeeklyMaximumChanged(practitioner=GP, sessions=sessions)])
    assert broken(after, seat(), seat("t2", TUESDAY)) == rules


@pytest.mark.parametrize(("rooms", "rules"), [(2, set()), (1, {Rule.ROOMS})])
def test_with_fewer_rooms_fewer_sessions_go_on_at_once(rooms, rules):
    problem = a_problem(a_template(seats=2), practitioners=[a_practitioner(), a_practitioner("gp-2")])
    after = changed(problem, [RoomsClosed(practice=HERE_ID, from_on=MONDAY, until_on=MONDAY, rooms=rooms)])
    assert broken(after, seat(), seat(practitioner="gp-2")) == rules


@pytest.mark.parametrize(("from_on", "rooms"), [(MONDAY, 0), (TUESDAY, 3)])
def test_rooms_are_closed_from_the_first_day_on(from_on, rooms):
    after = changed(a_problem(), [RoomsClosed(practice=HERE_ID, from_on=from_on, until_on=TUESDAY)])
    assert after.rooms(HERE_ID, MONDAY) == rooms


def test_a_closed_practice_hosts_nothing_and_another_host_takes_its_turn():
    problem = a_problem(a_template(hosts=["here", "there"]), practices=[a_practice(), a_practice("there", road_km=5)])
    [session] = changed(problem, [RoomsClosed(practice=HERE_ID, from_on=MONDAY, until_on=MONDAY)]).sessions
    assert (session.hosts, session.template.seats) == (("there",), 1)


def test_a_session_that_no_other_can_host_is_dropped():
    after = changed(a_problem(), [RoomsClosed(practice=HERE_ID, from_on=MONDAY, until_on=MONDAY)])
    assert (after.sessions[0].template.seats, coverage(after, ())) == (0, 0)


def test_a_dropped_session_asks_for_nobody():
    after = changed(a_problem(), [SessionDropped(session=T1)])
    assert coverage(after, ()) == 0
    assert broken(after, seat()) == {Rule.SEATS}
    assert faults(after, SessionDropped(session=T1)) == [("changes[0].session_dropped.template", "session.unknown")]


def test_a_session_dropped_can_be_asked_for_again():
    again = changed(a_problem(), [SessionDropped(session=T1), SessionAdded(session=T1)])
    assert broken(again, seat()) == set()


def test_a_moved_session_is_as_long_as_before_on_its_day_and_keeps_its_key():
    problem = a_problem(a_template("t1", hours="10:00-12:00"), a_template("t2", hours="13:00-14:00"))
    moved = changed(problem, [SessionMoved(session=T1, start=time(18))])
    after = moved.session_at[T1]
    assert [session.key.template for session in moved.sessions] == ["t2", "t1"]
    assert (after.template.start, after.template.end, after.minutes) == (time(18), time(20), 120)
    assert (after.burden_class, after.hosts) == (BurdenClass.EVENING, problem.session_at[T1].hosts)


def test_a_session_may_move_to_another_practice():
    problem = a_problem(a_template(), practices=[a_practice(), a_practice("there", road_km=5)])
    moved = SessionMoved(session=T1, start=time(10), practice=PracticeId("there"))
    [session] = changed(problem, [moved]).sessions
    assert (session.hosts, session.template.hosts) == (("there",), ("there",))


@pytest.mark.parametrize(
    ("move", "found"),
    [
        (SessionMoved(session=T1, start=time(22, 1)), ("start", "session.past_midnight")),
        (SessionMoved(session=SessionKey(TemplateId("t1"), TUESDAY), start=time(9)), ("template", "session.unknown")),
        (SessionMoved(session=T1, start=time(9), practice=PracticeId("hear")), ("practice", "reference.unknown")),
        (SessionMoved(session=T1, start=time(9), practice=PracticeId("bus")), ("practice", "template.no_stop")),
    ],
)
def test_a_session_moves_to_an_hour_of_its_day_and_to_a_practice_with_a_place(move, found):
    problem = a_problem(a_template(hours="10:00-11:59"), practices=[a_practice(), a_bus()])
    told = [(path.rpartition(".")[2], code) for path, code in faults(problem, move)]
    assert told == [found]


def test_a_session_may_end_at_the_last_minute_of_its_day():
    late = changed(a_problem(a_template(hours="10:00-11:59")), [SessionMoved(session=T1, start=time(22))])
    assert late.session_at[T1].template.end == time(23, 59)


def test_one_session_more_stands_among_the_others_by_time():
    problem = a_problem(a_template("t1"), a_template("t2", "WED"))
    early = a_template("t3", "TUE", "08:00-09:00", seats=2)
    after = changed(problem, [SessionSupposed(template=early, on=TUESDAY)])
    assert [session.key.template for session in after.sessions] == ["t1", "t3", "t2"]
    assert coverage(after, ()) == 4


@pytest.mark.parametrize(
    ("on", "code"),
    [
        (MONDAY, "session.exists"),
        (TUESDAY, "session.wrong_weekday"),
        (MONDAY + timedelta(weeks=1), "session.outside_the_weeks"),
    ],
)
def test_a_session_is_added_on_its_weekday_within_the_weeks_and_once(on, code):
    added = SessionAdded(session=SessionKey(TemplateId("t1"), on))
    assert [found for _, found in faults(a_problem(), added)] == [code]


def a_bus(**changes):
    first = Stop(weekday=Weekday.THU, insee=Insee("53001"), point=east_of_here(0), address_line="Mairie")
    return replace(a_practice("bus"), kind=PracticeKind.MOBILE_UNIT, insee=None, point=None, stops=(first,), **changes)


def test_a_mobile_unit_may_stand_somewhere_more_and_hold_a_session_there():
    problem = a_problem(practices=[a_practice(), a_bus()])
    there = SessionSupposed(template=a_template("t2", "TUE", hosts=["bus"]), on=TUESDAY)
    assert faults(problem, there) == [("changes[0].session_supposed.date", "template.no_stop")]
    after = changed(problem, [StopAdded(practice=PracticeId("bus"), stop=STOP), there])
    assert after.point(PracticeId("bus"), TUESDAY) == STOP.point
    assert broken(after, seat("t2", TUESDAY, practice="bus")) == set()


def test_a_session_has_no_place_where_every_room_is_closed():
    problem = a_problem()
    closed = RoomsClosed(practice=HERE_ID, from_on=TUESDAY, until_on=TUESDAY)
    more = SessionSupposed(template=a_template("t2", "TUE"), on=TUESDAY)
    assert faults(problem, closed, more) == [("changes[1].session_supposed.date", "template.no_stop")]


def test_every_fault_is_told_at_once_with_its_place_and_a_hint():
    with pytest.raises(Invalid) as error:
        changed(
            a_problem(),
            [
                PractitionerAway(practitioner=PractitionerId("gp-12"), from_on=MONDAY, until_on=date(2026, 1, 1)),
                PledgeChanged(practitioner=NOBODY, pledge=None),
                RoomsClosed(practice=PracticeId("hear"), from_on=MONDAY, until_on=MONDAY),
                StopAdded(practice=HERE_ID, stop=STOP),
                SessionDropped(session=SessionKey(TemplateId("t1"), TUESDAY)),
                SessionAdded(session=SessionKey(TemplateId("t9"), MONDAY)),
                SessionSupposed(template=a_template("t2", hosts=["hear"]), on=MONDAY),
            ],
        )
    told = [(fault.path, fault.code, fault.hint) for fault in error.value.faults]
    assert told == [
        ("changes[0].absence.practitioner", "reference.unknown", "did you mean gp-1?"),
        ("changes[0].absence.until", "date.order", None),
        ("changes[1].pledge.practitioner", "reference.unknown", "did you mean gp-1?"),
        ("changes[2].rooms_closed.practice", "reference.unknown", "did you mean here?"),
        ("changes[3].stop_added.practice", "practice.stop_elsewhere", None),
        ("changes[4].session_dropped.template", "session.unknown", "t1 is on 2026-11-30"),
        ("changes[5].session_added.template", "reference.unknown", "one of t1"),
        ("changes[6].session_supposed.template.hosts[0]", "reference.unknown", "did you mean here?"),
    ]
