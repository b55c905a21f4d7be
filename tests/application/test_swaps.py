"""Candidates and swaps against PostgreSQL: found, made, refused."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from service.application.bookings import book_place, get_booking
from service.application.roster_publishing import publish_roster
from service.application.rosters import list_versions, read_roster
from service.application.swaps import find_candidates, find_swaps, swap_seats
from service.domain.bookings import Booking, Origin, SlotId, SlotState
from service.domain.directory import PractitionerId
from service.domain.errors import (
    Invalid,
    NotFound,
    RosterNotReady,
    RulesBroken,
    SessionBegun,
    SlotWithdrawn,
    StaleVersion,
)
from service.domain.needs import PlaceNamed
from service.domain.rosters import RosterState, SessionKey, TemplateId
from service.domain.swaps import Swap
from service.domain.tasks import TaskKind
from service.storage.tables.bookings import SlotRow
from service.storage.tables.events import EventRow
from tests.changing import kept_place, the_task
from tests.make_bookings import rows_of
from tests.rosters import ANNE, NOW, a_draft, a_request, broken, held
from tests.whole_week import WHOLE_WEEK

GP_01, GP_04 = PractitionerId("gp-01"), PractitionerId("gp-04")
MONDAY_BEGINS = datetime(2026, 11, 30, 9, tzinfo=UTC)
MINE = held("t01", "2026-11-30", "cab-quai", "gp-01")
THEIRS = held("t16", "2026-12-03", "cab-quai", "gp-04")
SWAP = Swap(give=MINE, to=GP_04, take=THEIRS)
T17 = SessionKey(TemplateId("t17"), date(2026, 12, 3))


async def published(database):
    draft = await a_draft(database, *WHOLE_WEEK)
    return await publish_roster(database, draft.id, expected_version=2, caller=ANNE, now=NOW)


async def swapping(database, roster, swap=SWAP, *, version=3, reason="a swap", now=NOW):
    return await swap_seats(database, roster.id, swap, reason=reason, expected_version=version, caller=ANNE, now=now)


async def calling(database, roster, key, *, instead_of=None, now=NOW):
    return await find_candidates(database, roster.id, key, instead_of=instead_of, caller=ANNE, now=now)


async def test_of_a_seat_that_nobody_can_take_every_reason_is_told(database):
    call = await calling(database, await published(database), T17)
    assert (call.seats, call.candidates) == (1, ())
    assert len({reason.practitioner for reason in call.reasons}) == 22


async def test_who_could_come_instead_of_an_absent_holder_is_ranked(database):
    draft = await a_draft(database, MINE)
    call = await calling(database, draft, MINE.key, instead_of=GP_01)
    able = [candidate.assignment.practitioner for candidate in call.candidates]
    assert able[0] != "gp-01"
    balances = [candidate.balance for candidate in call.candidates]
    assert balances == sorted(balances)


async def test_lawful_swaps_are_found_and_one_of_them_is_made(database):
    roster = await published(database)
    offers = await find_swaps(database, roster.id, MINE.key, GP_01, caller=ANNE, now=NOW)
    assert SWAP in [offer.swap for offer in offers]
    amended, content, _ = await swapping(database, roster)
    assert (amended.state, amended.version) == (RosterState.AMENDED, 4)
    assert {*SWAP.added} <= {*content.assignments}
    _, says, _ = await read_roster(database, roster.id, caller=ANNE)
    assert says == content
    page = await list_versions(database, roster.id, after=3, limit=1, caller=ANNE)
    assert [each.reason for each in page.items] == ["a swap"]


async def test_every_swap_that_is_offered_can_be_made(database):
    roster = await published(database)
    for offer in await find_swaps(database, roster.id, MINE.key, GP_01, caller=ANNE, now=NOW):
        version = (await read_roster(database, roster.id, caller=ANNE))[0].version
        there, _, _ = await swapping(database, roster, offer.swap, version=version)
        back = Swap(give=offer.swap.added[0], to=GP_01, take=offer.swap.added[-1] if offer.swap.take else None)
        await swapping(database, roster, back, version=there.version)


async def test_a_swap_that_breaks_a_rule_is_refused_by_its_name(database):
    roster = await published(database)
    with pytest.raises(RulesBroken) as error:
        await swapping(database, roster, Swap(give=MINE, to=GP_04))
    assert broken(error.value) == [("maximum_per_week", "gp-04")]


async def test_nobody_takes_a_second_seat_of_a_session(database):
    roster = await published(database)
    swap = Swap(give=MINE, to=PractitionerId("gp-02"), take=replace(MINE, practitioner=PractitionerId("gp-02")))
    with pytest.raises(Invalid):
        await swapping(database, roster, swap)


async def test_a_swap_is_an_amendment_like_any_other(database):
    roster = await published(database)
    with pytest.raises(Invalid):
        await swapping(database, roster, reason=None)
    with pytest.raises(StaleVersion):
        await swapping(database, roster, version=2)
    with pytest.raises(SessionBegun):
        await swapping(database, roster, now=MONDAY_BEGINS)


async def a_booking_of(database, seat, *, case_ref="A-1", place=0):
    async with database.transaction() as session:
        day = (SlotRow.start_at >= seat.on, SlotRow.start_at < seat.on + timedelta(days=1))
        of_seat = select(SlotRow.id).where(SlotRow.practitioner_id == seat.practitioner, *day)
        slot = (await session.scalars(of_seat.order_by(SlotRow.start_at).offset(place).limit(1))).one()
    named = PlaceNamed(slot=SlotId(slot), case_ref=case_ref, origin=Origin.SAS)
    return await book_place(database, named, caller=ANNE, now=NOW)


async def test_patients_of_both_keep_time_and_place(database):
    roster = await published(database)
    booked = [await a_booking_of(database, seat) for seat in (MINE, THEIRS)]
    await swapping(database, roster)
    kept = [await get_booking(database, each.id, caller=ANNE) for each in booked]
    assert [each.slot.practitioner for each in kept] == ["gp-04", "gp-01"]
    for was, now in zip(booked, kept, strict=True):
        assert (now.slot.time, now.slot.practice, now.slot.state) == (was.slot.time, was.slot.practice, SlotState.BUSY)
    told = [event for event in await rows_of(database, EventRow) if event.type == "booking.handed_over"]
    assert {event.booking_id: event.data["practitioner"] for event in told} == {
        each.id: each.slot.practitioner for each in kept
    }
    assert {event.data["previous_slot"] for event in told} == {str(each.slot.id) for each in booked}


async def test_of_bookings_and_a_swap_at_once_nobody_loses_a_place(database):
    """A booking under way may find its place gone; what was booked is with whoever holds the seat."""
    roster = await published(database)
    bookings = [a_booking_of(database, MINE, case_ref=f"A-{number}", place=number) for number in range(4)]
    done = await asyncio.gather(*bookings, swapping(database, roster), return_exceptions=True)
    for booked in (each for each in done if isinstance(each, Booking)):
        kept = await get_booking(database, booked.id, caller=ANNE)
        assert (kept.slot.practitioner, kept.slot.state) == ("gp-04", SlotState.BUSY)
    assert {type(each) for each in done} <= {Booking, tuple, SlotWithdrawn}


async def test_a_swap_that_is_taken_back_brings_the_patients_back(database):
    roster = await published(database)
    booked = await a_booking_of(database, MINE)
    await swapping(database, roster)
    back = Swap(give=SWAP.added[0], to=GP_01, take=SWAP.added[1])
    await swapping(database, roster, back, version=4)
    kept = await get_booking(database, booked.id, caller=ANNE)
    assert (kept.slot, kept.version) == (booked.slot, booked.version + 2)


async def test_a_patient_whose_minutes_the_next_holder_does_not_offer_is_proposed_another_place(database):
    """With a medical assistant a holder sees one patient more, at other minutes."""
    assisted = replace(MINE, practitioner=PractitionerId("gp-02"))
    draft = await a_draft(database, MINE)
    roster = await publish_roster(database, draft.id, expected_version=2, caller=ANNE, now=NOW)
    booked = await a_booking_of(database, MINE, place=1)
    await swapping(database, roster, Swap(give=MINE, to=assisted.practitioner))
    task = await the_task(database)
    assert (task.kind, task.booking.id) == (TaskKind.PROPOSAL, booked.id)
    assert (kept_place(task).practitioner, task.left.slot.id) == (assisted.practitioner, booked.slot.id)


async def test_what_has_begun_is_nobodys_to_take_or_give(database):
    roster = await published(database)
    with pytest.raises(SessionBegun):
        await calling(database, roster, MINE.key, now=MONDAY_BEGINS)
    with pytest.raises(SessionBegun):
        await find_swaps(database, roster.id, MINE.key, GP_01, caller=ANNE, now=MONDAY_BEGINS)
    later = await find_swaps(database, roster.id, THEIRS.key, GP_04, caller=ANNE, now=MONDAY_BEGINS)
    assert MINE not in [offer.swap.take for offer in later]


async def test_there_is_no_seat_of_who_does_not_hold_one(database):
    roster = await published(database)
    with pytest.raises(NotFound):
        await find_swaps(database, roster.id, MINE.key, GP_04, caller=ANNE, now=NOW)
    with pytest.raises(NotFound):
        await calling(database, roster, SessionKey(TemplateId("t99"), date(2026, 12, 3)))


async def test_a_roster_without_an_answer_has_nothing_to_swap(database):
    asked = await a_request(database)
    with pytest.raises(RosterNotReady):
        await calling(database, asked, MINE.key)
