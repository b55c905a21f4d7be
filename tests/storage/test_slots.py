"""Places as rosters make and withdraw them."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from service.application.bookings import book_place, fulfil_booking
from service.domain.bookings import Origin, SlotId
from service.domain.errors import SeatBooked, SlotHeld, SlotWithdrawn
from service.domain.needs import PlaceNamed
from service.domain.offering import all_slots
from service.domain.rosters import Mode
from service.domain.solving import Problem
from service.storage.roster_content import get_content
from service.storage.slots import add_slots, withdraw_slots
from service.storage.tables.bookings import HoldRow, SlotRow
from tests.racing import somebody_waits
from tests.rosters import ANNE, FILE, LAWFUL, MONDAY_QUAI, NOW, W49, a_draft

PROBLEM = Problem.of(FILE, (W49,))
LATER = NOW + timedelta(seconds=1)


async def offered(database):
    """The places of a whole roster, as slots, and the seat of Monday at the Quai."""
    draft = await a_draft(database, *LAWFUL)
    async with database.transaction() as session:
        content = await get_content(session, draft.id)
        slots = list(all_slots(PROBLEM, content))
        await add_slots(session, slots)
    monday = next(id for id, each in content.sessions.items() if each.key == MONDAY_QUAI.key)
    return slots, (monday, MONDAY_QUAI.practitioner)


async def rows(database, seat):
    async with database.transaction() as session:
        of_seat = select(SlotRow).where(SlotRow.session_id == seat[0]).order_by(SlotRow.start_at)
        return (await session.scalars(of_seat)).all()


async def first_becomes(database, seat, **state):
    [first, *_] = await rows(database, seat)
    async with database.transaction() as session:
        if hold := state.get("hold_id"):
            held = {"slot_id": first.id, "case_ref": "A-1", "held_by": "anne", "held_at": NOW}
            session.add(HoldRow(id=hold, expires_at=state["held_until"], ended=None, **held))
            await session.flush()
        await session.execute(update(SlotRow).where(SlotRow.id == first.id).values(**state))


async def withdrawn(database, seat, *, now=LATER):
    async with database.transaction() as session:
        await withdraw_slots(session, {seat}, now=now)
    return [row.state for row in await rows(database, seat)]


async def test_a_bookable_seat_offers_its_places_and_a_walk_in_session_one_counter(database):
    slots, seat = await offered(database)
    assert [row.state for row in await rows(database, seat)] == ["free"] * 8
    [counter] = [slot for slot in slots if slot.mode is Mode.WALK_IN]
    assert (counter.places, counter.practitioner) == (10, "gp-11")


async def test_a_withdrawn_seat_offers_nothing_and_the_others_stay(database):
    slots, seat = await offered(database)
    assert await withdrawn(database, seat) == ["withdrawn"] * 8
    async with database.transaction() as session:
        left = (await session.scalars(select(SlotRow).where(SlotRow.state == "free"))).all()
    assert len(left) == len(slots) - 8


async def test_a_seat_offered_again_has_its_old_places_as_they_now_are(database):
    slots, seat = await offered(database)
    ids = {row.id for row in await rows(database, seat)}
    await withdrawn(database, seat)
    async with database.transaction() as session:
        await add_slots(session, [slot for slot in slots if slot.session == seat[0]])
    assert {(row.id, row.state) for row in await rows(database, seat)} == {(id, "free") for id in ids}


async def test_a_seat_where_somebody_was_seen_is_not_withdrawn(database):
    _, seat = await offered(database)
    slot = SlotId((await rows(database, seat))[0].id)
    asked = PlaceNamed(slot=slot, case_ref="A-1", origin=Origin.SAS)
    booking = await book_place(database, asked, caller=ANNE, now=NOW)
    await fulfil_booking(database, booking.id, caller=ANNE, now=booking.slot.time.start)
    with pytest.raises(SeatBooked) as error:
        await withdrawn(database, seat)
    assert error.value.facts["seats"] == [{"session": str(seat[0]), "practitioner": "gp-01"}]


async def test_a_seat_with_a_live_hold_is_not_withdrawn(database):
    _, seat = await offered(database)
    await first_becomes(database, seat, state="held", hold_id=uuid4(), held_until=LATER + timedelta(seconds=1))
    with pytest.raises(SlotHeld) as refused:
        await withdrawn(database, seat)
    assert refused.value.facts["retry_at"] == (LATER + timedelta(seconds=1)).isoformat()


async def test_a_hold_that_has_run_out_keeps_nothing(database):
    _, seat = await offered(database)
    await first_becomes(database, seat, state="held", hold_id=uuid4(), held_until=LATER)
    assert await withdrawn(database, seat) == ["withdrawn"] * 8
    async with database.transaction() as session:
        assert (await session.scalars(select(HoldRow.ended))).all() == ["expired"]


async def test_a_booking_that_comes_while_its_place_is_withdrawn_waits_and_is_refused(database):
    _, seat = await offered(database)
    slot = SlotId((await rows(database, seat))[0].id)
    asked = PlaceNamed(slot=slot, case_ref="A-1", origin=Origin.SAS)
    async with database.transaction() as session:
        await withdraw_slots(session, {seat}, now=NOW)
        booking = asyncio.create_task(book_place(database, asked, caller=ANNE, now=NOW))
        await somebody_waits(database)
    with pytest.raises(SlotWithdrawn):
        await booking
