"""Events: each change of a booking writes exactly one, in its own statement or transaction, or none when it fails."""

import asyncio
from datetime import datetime

import pytest
from sqlalchemy import text

from benchmarks.pgbench import caught
from service.application.bookings import (
    book_place,
    cancel_booking,
    fulfil_booking,
    hold_slot,
    miss_booking,
    move_booking,
)
from service.domain.bookings import Origin
from service.domain.directory import TerritoryId
from service.domain.errors import SlotTaken, StaleVersion
from service.domain.events import Event, EventType
from service.domain.needs import PlaceHeld
from service.storage.events import add_event, events_to_relay
from service.storage.tables.events import EventRow
from tests.make_bookings import (
    NOW,
    REGULATOR,
    a_place,
    a_practice,
    a_territory,
    in_minutes,
    keyed,
    naming,
    needing,
    places,
    quarters,
    rows_of,
    some_slots,
)

WEST = TerritoryId("west")


async def book(database, slot, key=None):
    return await book_place(database, naming(slot), caller=REGULATOR, now=NOW, keyed=key)


async def told(database):
    """The types of events, in their order."""
    rows = await rows_of(database, EventRow)
    return [row.type for row in sorted(rows, key=lambda row: row.position)]


async def test_an_event_tells_what_a_receiver_needs_and_nothing_of_the_patient(database):
    booking = await book(database, slot := await a_place(database))
    [event] = await rows_of(database, EventRow)
    assert (event.type, event.territory_id, event.booking_id) == ("booking.booked", WEST, booking.id)
    assert (event.occurred_at, event.relayed_at) == (NOW, None)
    assert event.data == {
        "booking": str(booking.id),
        "version": 1,
        "status": "booked",
        "slot": str(slot),
        "start_at": "2026-11-23T13:15:00+00:00",
        "end_at": "2026-11-23T13:30:00+00:00",
        "practice": "msp",
        "practitioner": "gp-1",
        "modality": "in_person",
        "case_ref": "DRM-2026-1",
        "origin": "sas",
    }


async def test_booking_and_telling_it_is_one_statement(database):
    slot = await a_place(database)
    with caught(database) as statements:
        await book(database, slot, key=keyed("k-1"))
    assert len(statements) == 1
    assert await told(database) == ["booking.booked"]


async def test_a_hold_confirmed_and_a_need_met_are_told_too(database):
    slot, _ = await places(database, quarters(2))
    held = await hold_slot(database, slot, "DRM-2026-1", caller=REGULATOR, now=NOW)
    await book_place(database, PlaceHeld(hold=held.id, origin=Origin.SAS), caller=REGULATOR, now=NOW)
    await book_place(database, needing(), caller=REGULATOR, now=NOW)
    assert await told(database) == ["booking.booked", "booking.booked"]


@pytest.mark.parametrize(
    ("change", "minutes", "type_"),
    [
        (cancel_booking, 1, "booking.cancelled"),
        (fulfil_booking, 30, "booking.fulfilled"),
        (miss_booking, 30, "booking.no_show"),
    ],
)
async def test_what_becomes_of_a_booking_is_told_once(database, change, minutes, type_):
    booking = await book(database, await a_place(database))
    await change(database, booking.id, caller=REGULATOR, now=in_minutes(minutes))
    _, event = await rows_of(database, EventRow)
    assert (event.type, event.booking_id, event.occurred_at) == (type_, booking.id, in_minutes(minutes))
    assert (event.data["version"], event.data["status"]) == (2, type_.removeprefix("booking."))


async def test_a_move_tells_the_new_place_and_the_one_left(database):
    first, second = await places(database, quarters(2))
    booking = await book(database, first)
    await move_booking(database, booking.id, second, caller=REGULATOR, now=in_minutes(1))
    _, event = await rows_of(database, EventRow)
    assert (event.type, event.data["slot"], event.data["previous_slot"]) == (
        "booking.moved",
        str(second),
        str(first),
    )
    assert datetime.fromisoformat(event.data["start_at"]) == in_minutes(25)


async def test_a_move_to_another_territory_names_the_one_left(database):
    booking = await book(database, await a_place(database))
    await a_territory(database, "east", insee="53002")
    await a_practice(database, "cab", territory="east", gp="gp-2", rpps="99900000029")
    [other] = await some_slots(database, territory="east", practice="cab", gp="gp-2")
    await move_booking(database, booking.id, other, caller=REGULATOR, now=NOW)
    async with database.transaction() as session:
        _, (_, moved) = await events_to_relay(session, limit=2)
    assert (moved.territory, moved.data["previous_territory"]) == ("east", "west")
    assert moved.told_to == {"east", "west"}


async def test_what_is_refused_is_not_told(database):
    booking = await book(database, slot := await a_place(database))
    with pytest.raises(SlotTaken):
        await book(database, slot)
    with pytest.raises(StaleVersion):
        await cancel_booking(database, booking.id, version=7, caller=REGULATOR, now=NOW)
    assert await told(database) == ["booking.booked"]


async def test_a_booking_rolled_back_leaves_no_event(database):
    """The key was used: its violation undoes the place, the booking and the event of the second request."""
    slots = await places(database, quarters(2))
    answers = await asyncio.gather(*(book(database, slots[0], key=keyed("k-1")) for _ in range(10)))
    assert len({answer.id for answer in answers}) == 1
    assert await told(database) == ["booking.booked"]
    async with database.transaction() as session:
        await add_event(session, of_the_territory())
        await session.rollback()
    assert await told(database) == ["booking.booked"]


async def test_an_event_may_be_about_no_booking(database):
    event = of_the_territory()
    async with database.transaction() as session:
        await add_event(session, event)
    [row] = await rows_of(database, EventRow)
    assert (row.id, row.booking_id, row.data) == (event.id, None, {"said": "é"})


async def test_changes_of_one_booking_at_once_are_told_in_the_order_of_its_versions(database):
    first, *others = await places(database, quarters(9))
    booking = await book(database, first)
    moves = (move_booking(database, booking.id, to, caller=REGULATOR, now=NOW) for to in others)
    moved = [each for each in await asyncio.gather(*moves, return_exceptions=True) if not isinstance(each, Exception)]
    async with database.transaction() as session:
        rows = await session.scalars(text("SELECT (data->>'version')::int FROM events ORDER BY position"))
        assert list(rows) == list(range(1, len(moved) + 2))


def of_the_territory():
    return Event(type=EventType.BOOKING_MOVED, territory=WEST, occurred_at=NOW, data={"said": "é"})
