"""Repairs against PostgreSQL: planned, saved as amendments, refused; what-ifs that leave no trace."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import select, text

from service.application.audit import audit
from service.application.bookings import book_place, get_booking
from service.application.repairs import Saving, repair_roster, try_changes
from service.application.roster_publishing import publish_roster
from service.application.rosters import find_roster, list_versions, read_roster
from service.domain.availability import Absence
from service.domain.bookings import Origin, SlotId
from service.domain.calendar import Weekday
from service.domain.changes_of_persons import PractitionerAway, SeatDeclined, WeeklyMaximumChanged
from service.domain.changes_of_places import (
    RoomsClosed,
    SessionAdded,
    SessionDropped,
    SessionMoved,
    SessionSupposed,
    StopAdded,
)
from service.domain.directory import PracticeId, PractitionerId, Stop
from service.domain.errors import (
    Invalid,
    RosterNotReady,
    RulesBroken,
    SessionBegun,
    StaleVersion,
)
from service.domain.needs import PlaceNamed
from service.domain.policy import Goal
from service.domain.rosters import RosterState, SessionKey, TemplateId
from service.domain.solving import Limits, Rule
from service.domain.tasks import TaskKind
from service.domain.territory_file import Pin
from service.storage.directory import replace_territory_file
from service.storage.tables.bookings import SlotRow
from tests.audited import by_session, naming
from tests.changing import assert_nobody_lost, open_tasks, the_task
from tests.rosters import ANNE, FILE, NOW, a_draft, a_request, broken, held
from tests.whole_week import WHOLE_WEEK

LIMITS = Limits(seconds=30, workers=1)
GP_05 = PractitionerId("gp-05")
ILL = PractitionerAway(practitioner=GP_05, from_on=date(2026, 12, 1), until_on=date(2026, 12, 14))
T11 = SessionKey(TemplateId("t11"), date(2026, 12, 2))
BY_GP_08 = held("t11", "2026-12-02", "cds-hautanjou", "gp-08")
T09 = held("t09", "2026-12-01", "msp-vicoin", "gp-05")
DAON = next(commune for commune in FILE.communes if commune.name == "Daon")
FRIDAY = date(2026, 12, 4)


async def published(database, *assignments):
    draft = await a_draft(database, *(assignments or WHOLE_WEEK))
    return await publish_roster(database, draft.id, expected_version=2, caller=ANNE, now=NOW)


async def repairing(database, roster, *changes, saving=None, now=NOW):
    return await repair_roster(database, roster.id, changes, saving=saving, limits=LIMITS, caller=ANNE, now=now)


def over(version, reason="gp-05 is ill"):
    return Saving(expected_version=version, reason=reason)


async def trying(database, roster, *changes, fewest_changes=True):
    return await try_changes(
        database, roster.id, changes, fewest_changes=fewest_changes, limits=LIMITS, caller=ANNE, now=NOW
    )


async def slots(database):
    async with database.transaction() as session:
        return list(await session.scalars(select(SlotRow).where(SlotRow.state != "withdrawn").order_by(SlotRow.id)))


async def a_booking_with(database, holder):
    [slot, *_] = [row for row in await slots(database) if row.practitioner_id == holder]
    named = PlaceNamed(slot=SlotId(slot.id), case_ref="A-1", origin=Origin.SAS)
    return await book_place(database, named, caller=ANNE, now=NOW)


async def test_a_plan_tells_the_fewest_changes_and_saves_nothing(database):
    roster = await published(database)
    plan = await repairing(database, roster, ILL)
    assert [seat.template for seat in plan.repair.difference.removed] == ["t09", "t21"]
    assert plan.repair.people == ("gp-05",)
    [stability] = [goal for goal in plan.repair.proof if goal.name is Goal.STABILITY]
    assert (stability.value, stability.bound) == (2, 2)
    assert (plan.is_saved, plan.roster) == (False, roster)
    _, content, _ = await read_roster(database, roster.id, caller=ANNE)
    assert content.assignments == WHOLE_WEEK


async def test_a_repair_that_is_saved_is_an_amendment_and_its_places_follow(database):
    roster = await published(database)
    plan = await repairing(database, roster, ILL, saving=over(3))
    assert (plan.is_saved, plan.roster.state, plan.roster.version) == (True, RosterState.AMENDED, 4)
    _, content, _ = await read_roster(database, roster.id, caller=ANNE)
    assert content.assignments == plan.repair.assignments
    assert GP_05 not in {row.practitioner_id for row in await slots(database)}
    page = await list_versions(database, roster.id, after=3, limit=1, caller=ANNE)
    assert [(each.made_by, each.reason) for each in page.items] == [("anne", "gp-05 is ill")]
    assert {goal.name: goal.value for goal in plan.roster.worth().goals}["stability"] == 2


async def test_of_a_draft_a_repair_is_an_edit_and_needs_no_reason(database):
    draft = await a_draft(database, *WHOLE_WEEK)
    plan = await repairing(database, draft, ILL, saving=over(2, reason=None))
    assert (plan.roster.state, plan.roster.version) == (RosterState.DRAFT, 3)
    assert plan.bookings == ()


async def test_what_the_territory_declares_by_now_needs_no_telling(database):
    roster = await published(database)
    absence = Absence(practitioner=GP_05, from_on=ILL.from_on, until_on=ILL.until_on)
    async with database.transaction() as session:
        await replace_territory_file(session, replace(FILE, absences=(*FILE.absences, absence)))
    told, known = await repairing(database, roster, ILL), await repairing(database, roster)
    assert known.repair.difference == told.repair.difference


async def test_the_bookings_of_seats_that_go_are_listed_and_each_has_a_task_once_it_is_saved(database):
    roster = await published(database)
    mine, _ = await a_booking_with(database, GP_05), await a_booking_with(database, "gp-21")
    plan = await repairing(database, roster, ILL)
    assert [(touched.booking.id, touched.to) for touched in plan.bookings] == [(mine.id, None)]
    assert await open_tasks(database) == []
    await repairing(database, roster, ILL, saving=over(3))
    task = await the_task(database)
    assert (task.kind, task.booking.id, task.left.slot.id) == (TaskKind.PROPOSAL, mine.id, mine.slot.id)
    await assert_nobody_lost(database)


async def test_patients_keep_time_and_place_with_whoever_takes_the_seat_over(database):
    draft = await a_draft(database, *WHOLE_WEEK)
    alike = tuple(replace(person, capacity_uplift=0) for person in FILE.practitioners)
    async with database.transaction() as session:
        await replace_territory_file(session, replace(FILE, practitioners=alike))
    roster = await publish_roster(database, draft.id, expected_version=2, caller=ANNE, now=NOW)
    booked = await a_booking_with(database, "gp-08")
    declined = SeatDeclined(practitioner=PractitionerId("gp-08"), session=T11)
    plan = await repairing(database, roster, declined, saving=over(3, reason="a swap"))
    [touched] = plan.bookings
    kept = await get_booking(database, booked.id, caller=ANNE)
    assert kept.slot.practitioner == touched.to != "gp-08"
    assert (kept.slot.time, kept.slot.practice, kept.status) == (booked.slot.time, booked.slot.practice, booked.status)
    assert kept.version == booked.version + 1


async def test_a_dropped_session_is_no_longer_asked_for_and_keeps_its_place_in_history(database):
    roster = await published(database)
    await repairing(database, roster, SessionDropped(session=T11), saving=over(3))
    _, content, _ = await read_roster(database, roster.id, caller=ANNE)
    assert content.session_at[T11].template.seats == 0
    assert not any(seat.key == T11 for seat in content.assignments)
    again = await repairing(database, roster, SessionAdded(session=T11), saving=over(4, reason="after all"))
    assert [session.key for session in again.repair.sessions_added] == [T11]
    _, after, _ = await read_roster(database, roster.id, caller=ANNE)
    assert (after.sessions.keys(), after.session_at[T11].template.seats) == (content.sessions.keys(), 1)


async def test_of_other_sessions_than_were_solved_nothing_is_proved(database):
    roster = await published(database)
    proved = """UPDATE rosters SET answer = jsonb_set(answer, '{goals,0,bound}', answer -> 'goals' -> 0 -> 'value')"""
    async with database.transaction() as session:
        await session.execute(text(proved))
    solved = await find_roster(database, roster.id, caller=ANNE)
    assert solved.assessment is not None
    assert solved.assessment.goals[0].bound == solved.assessment.goals[0].value
    await repairing(database, roster, SessionDropped(session=T11), saving=over(3))
    amended = await find_roster(database, roster.id, caller=ANNE)
    assert amended.assessment is not None
    assert {goal.bound for goal in amended.assessment.goals} == {None}


async def test_a_session_that_is_moved_keeps_its_holder_and_offers_its_patients_other_places(database):
    roster = await published(database)
    booked = await a_booking_with(database, "gp-08")
    moved = SessionMoved(session=T11, start=time(15))
    plan = await repairing(database, roster, moved, saving=over(3, reason="a meeting"))
    assert [touched.booking.id for touched in plan.bookings] == [booked.id]
    _, content, _ = await read_roster(database, roster.id, caller=ANNE)
    session = content.session_at[T11]
    assert (session.template.start, session.minutes) == (time(15), 120)
    held_now = {row.practitioner_id for row in await slots(database) if row.start_at >= session.time.start}
    assert {seat.practitioner for seat in content.assignments if seat.key == T11} <= held_now
    task = await the_task(database)
    assert (task.booking.id, task.left.slot.time) == (booked.id, booked.slot.time)
    await assert_nobody_lost(database)


async def test_a_plan_says_who_keeps_the_place_where_a_session_moves_by_less_than_its_length(database):
    roster = await published(database)
    of_seat = next(places for session, places in await by_session(database) if session.template_id == "t11")
    made = [
        await book_place(database, naming(slot, f"DRM-{number}"), caller=ANNE, now=NOW)
        for number, slot in enumerate(of_seat[:4])
    ]
    later = made[2].slot.time.start.astimezone(FILE.territory.zone).time()
    plan = await repairing(database, roster, SessionMoved(session=T11, start=later), saving=over(3, reason="late"))
    told = {touched.booking.id: touched.to for touched in plan.bookings}
    assert [told[booking.id] for booking in made] == [None, None, "gp-08", "gp-08"]
    after = [await get_booking(database, booking.id, caller=ANNE) for booking in made]
    assert [booking.is_displaced for booking in after] == [True, True, False, False]


@pytest.mark.parametrize("start", [time(14, 10), time(14, 15)])
async def test_a_moved_session_offers_its_whole_time_whoever_keeps_a_place_of_it(database, start):
    """Its nine places take 10 or 15 minutes: one that begins as another did before may end sooner or later."""
    roster = await published(database)
    uneven = next(places for session, places in await by_session(database) if session.template_id == "t03")
    for number, slot in enumerate(uneven):
        await book_place(database, naming(slot, f"DRM-{number}"), caller=ANNE, now=NOW)
    moved = SessionMoved(session=SessionKey(TemplateId("t03"), date(2026, 11, 30)), start=start)
    assert (await repairing(database, roster, moved, saving=Saving(expected_version=3, reason="later"))).is_saved
    found = await audit(database)
    assert {each.name: each.findings for each in found.statements if not each.holds} == {}


async def test_a_session_is_neither_moved_once_begun_nor_into_the_past(database):
    roster = await published(database)
    for at, start in ((15, time(17)), (9, time(9))):
        now = datetime(2026, 12, 1, at, tzinfo=UTC)
        with pytest.raises(SessionBegun):
            await repairing(database, roster, SessionMoved(session=T09.key, start=start), now=now)


async def test_a_session_more_is_saved_with_the_roster_and_its_places_are_offered(database):
    roster = await published(database, *(seat for seat in WHOLE_WEEK if seat != BY_GP_08))
    [t11] = [template for template in FILE.session_templates if template.id == "t11"]
    more = SessionSupposed(template=replace(t11, id=TemplateId("t99"), priority=9), on=T11.on)
    plan = await repairing(database, roster, SessionDropped(session=T11), more, saving=over(3, reason="another"))
    assert [seat.practitioner for seat in plan.repair.difference.added if seat.template == "t99"] == ["gp-08"]
    offered = Counter(row.practitioner_id for row in await slots(database))
    assert offered["gp-08"] == t11.capacity


async def test_a_practice_that_is_closed_no_longer_hosts_what_another_can(database):
    roster = await published(database)
    closed = RoomsClosed(practice=PracticeId("cds-hautanjou"), from_on=T11.on, until_on=T11.on)
    plan = await repairing(database, roster, closed, saving=over(3, reason="water damage"))
    assert [session.key for session in plan.repair.sessions_dropped] == [T11]


@pytest.mark.parametrize(("hour", "gone"), [(8, ["t09", "t21"]), (15, ["t21"])])
async def test_what_has_begun_is_not_undone(database, hour, gone):
    """gp-05 holds t09 from 16:00 in Paris, which is 15:00 UTC; ill from that day on, found out before or after."""
    roster = await published(database)
    plan = await repairing(database, roster, ILL, now=datetime(2026, 12, 1, hour, tzinfo=UTC))
    assert [seat.template for seat in plan.repair.difference.removed] == gone


async def test_a_session_that_has_begun_is_not_dropped(database):
    roster = await published(database)
    with pytest.raises(SessionBegun):
        await repairing(database, roster, SessionDropped(session=T09.key), now=datetime(2026, 12, 1, 15, tzinfo=UTC))


async def test_what_is_merely_supposed_of_people_is_planned_and_not_saved(database):
    roster = await published(database)
    supposed = WeeklyMaximumChanged(practitioner=PractitionerId("gp-01"), sessions=3)
    plan = await repairing(database, roster, supposed)
    assert len(plan.repair.gaps) == 1
    with pytest.raises(RulesBroken) as error:
        await repairing(database, roster, supposed, saving=over(3))
    assert broken(error.value) == [("maximum_per_week", "gp-01")]


async def test_a_stop_that_is_merely_supposed_is_tried_and_not_saved(database):
    roster = await published(database)
    [t26] = [template for template in FILE.session_templates if template.id == "t26"]
    stop = Stop(weekday=Weekday.FRI, insee=DAON.insee, point=DAON.point, address_line="Place de l'Église")
    changes = (
        StopAdded(practice=PracticeId("medicobus-1"), stop=stop),
        SessionSupposed(template=replace(t26, id=TemplateId("t30"), weekday=Weekday.FRI, priority=9), on=FRIDAY),
    )
    plan = await trying(database, roster, *changes)
    [daon] = [row for row in plan.repair.equity if row.commune == DAON.insee]
    assert (daon.before.nearest, daon.after.nearest) == (15, 0)
    with pytest.raises(RulesBroken) as error:
        await repairing(database, roster, *changes, saving=over(3))
    assert Rule.HOST in {rule for rule, _ in broken(error.value)}


async def test_what_comes_along_is_judged_as_the_territory_file_would(database):
    roster = await published(database)
    [t26] = [template for template in FILE.session_templates if template.id == "t26"]
    late = replace(t26, id=TemplateId("t30"), start=t26.start.replace(hour=6), sector="nowhere")
    with pytest.raises(Invalid) as error:
        await trying(database, roster, SessionSupposed(template=late, on=date(2026, 12, 1)))
    assert {(fault.path, fault.code) for fault in error.value.faults} == {
        ("changes[0].session_supposed.template.start", "template.outside_snp_window"),
        ("changes[0].session_supposed.template.sector", "reference.unknown"),
    }


async def test_a_what_if_may_let_the_goals_come_in_the_policys_own_order(database):
    roster = await published(database)
    plan = await trying(database, roster, fewest_changes=False)
    assert [change.name for change in plan.repair.goals][:2] == [Goal.COVERAGE, Goal.FAIRNESS_WORST]
    assert await find_roster(database, roster.id, caller=ANNE) == roster


async def test_of_two_repairs_at_once_the_second_is_told_of_the_newer_version(database):
    roster = await published(database)
    both = [repairing(database, roster, change, saving=over(3)) for change in (ILL, SessionDropped(session=T11))]
    done = await asyncio.gather(*both, return_exceptions=True)
    [refused] = [each for each in done if isinstance(each, BaseException)]
    assert isinstance(refused, StaleVersion)
    with pytest.raises(StaleVersion):
        await repairing(database, roster, ILL, saving=over(3))


async def test_a_roster_without_an_answer_is_not_repaired(database):
    asked = await a_request(database)
    with pytest.raises(RosterNotReady):
        await repairing(database, asked, ILL)


async def test_pins_that_what_happened_contradicts_are_named(database):
    roster = await published(database)
    pin = Pin(template=T09.template, on=T09.on, practitioner=GP_05)
    async with database.transaction() as session:
        await replace_territory_file(session, replace(FILE, pins=(pin,)))
    with pytest.raises(RulesBroken) as error:
        await repairing(database, roster, ILL)
    assert ("absence", "gp-05") in broken(error.value)
