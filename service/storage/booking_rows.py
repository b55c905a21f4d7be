"""Bookings as rows: found, listed, locked, changed."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from operator import eq, ge, lt
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from service.domain.bookings import Booking, BookingId, BookingStatus, Origin, SlotId, SlotState
from service.domain.directory import PractitionerId
from service.domain.entries import Page
from service.domain.errors import Invalid, NotFound, StaleVersion
from service.domain.events import OF_STATUS, EventType
from service.domain.faults import Fault
from service.domain.needs import BookingFilter
from service.domain.regulators import RegulatorId
from service.domain.rosters import SessionId
from service.storage.events import add_booking_event
from service.storage.parameters import BOOKING, given
from service.storage.places import slot_of, slots, told, venue_of
from service.storage.statements import Connected, Row, Statement, Way
from service.storage.tables.bookings import BookingRow

bookings = cast("Table", BookingRow.__table__)
OF_BOOKING: tuple[ColumnElement[Any], ...] = (
    bookings.c.id.label("booking_id"),
    bookings.c.case_ref,
    bookings.c.origin,
    bookings.c.booked_by,
    bookings.c.booked_at,
    bookings.c.status,
    bookings.c.status_at,
    bookings.c.supplement_eligible,
    bookings.c.version,
    bookings.c.regulator_id,
)
"""Beside the slot's columns: what `booking_of` reads."""
_TOLD = told(slots, *OF_BOOKING).join(bookings, bookings.c.slot_id == slots.c.id)
_FIND = Statement(_TOLD.where(bookings.c.id == BOOKING))


async def get_booking(way: Way, id: BookingId) -> Booking:
    """Raises NotFound."""
    row = await _FIND.row(way, given(booking=id))
    if row is None:
        raise NotFound("booking", id)
    return booking_of(row)


async def find_own_booking(connection: AsyncConnection, slot: SlotId, *, booked_by: str) -> Booking | None:
    """The latest booking that this caller made of the place, cancelled or not."""
    found = _TOLD.where(bookings.c.slot_id == slot, bookings.c.booked_by == booked_by)
    latest = (await connection.execute(found.order_by(bookings.c.booked_at.desc()).limit(1))).mappings().first()
    return None if latest is None else booking_of(latest)


async def bookings_by_id(connection: Connected, ids: Collection[BookingId]) -> tuple[Booking, ...]:
    """By the time of their place."""
    found = _TOLD.where(bookings.c.id.in_(ids)).order_by(bookings.c.slot_start_at, bookings.c.id)
    return tuple(map(booking_of, (await connection.execute(found)).mappings()))


async def page_bookings(
    connection: AsyncConnection, chosen: BookingFilter, *, after: str | None, limit: int
) -> Page[Booking]:
    """At most `limit`, by the time of the place, from a cursor on. Raises Invalid (`cursor.malformed`)."""
    order = tuple_(bookings.c.slot_start_at, bookings.c.id)
    beyond = [] if after is None else [order > tuple_(*position_of(after))]
    found = _TOLD.where(*_meets(chosen), *beyond).order_by(bookings.c.slot_start_at, bookings.c.id)
    items = [booking_of(row) for row in (await connection.execute(found.limit(limit + 1))).mappings()]
    more = items[limit - 1] if len(items) > limit else None
    cursor = f"{more.slot.time.start.isoformat()}_{more.id}" if more else None
    return Page(items=tuple(items[:limit]), next_cursor=cursor)


async def live_bookings(
    session: AsyncSession, seats: Collection[tuple[SessionId, PractitionerId]]
) -> tuple[Booking, ...]:
    """The bookings of these seats that are yet to be honoured, by the time of their place."""
    of_seats = tuple_(slots.c.session_id, slots.c.practitioner_id).in_(list(seats))
    found = _TOLD.where(of_seats, bookings.c.status == BookingStatus.BOOKED)
    rows = await session.execute(found.order_by(bookings.c.slot_start_at, bookings.c.id))
    return tuple(map(booking_of, rows.mappings()))


def _meets(chosen: BookingFilter) -> list[ColumnElement[bool]]:
    asked: tuple[tuple[object, Callable[[Any, Any], Any], ColumnElement[Any]], ...] = (
        (chosen.case_ref, eq, bookings.c.case_ref),
        (chosen.territory, eq, bookings.c.territory_id),
        (chosen.status, eq, bookings.c.status),
        (chosen.start_at, ge, bookings.c.slot_start_at),
        (chosen.end_at, lt, bookings.c.slot_start_at),
    )
    return [compare(column, value) for value, compare, column in asked if value is not None]


def position_of(cursor: str) -> tuple[datetime, UUID]:
    """Where a page goes on: an instant, and the id among those of the same. Raises Invalid."""
    at, _, id = cursor.partition("_")
    try:
        return datetime.fromisoformat(at).astimezone(UTC), UUID(id)
    except (ValueError, OverflowError):
        fault = Fault(
            path="cursor", code="cursor.malformed", message="this is no cursor of ours", hint="use next_cursor"
        )
        raise Invalid(fault) from None


async def lock_booking(session: AsyncSession, id: BookingId, *also: SlotId, version: int | None) -> Booking:
    """The booking, its place and further ones, for whoever changes them: one at a time, until the transaction ends.

    Places come before bookings, in the order of their ids, so that nobody waits in a circle. Raises NotFound;
    StaleVersion when `version` is given and is not the stored one, or the booking moves away at this very instant.
    """
    place = (await get_booking(session, id)).slot.id
    row = select(slots.c.id).where(slots.c.id.in_([place, *also])).order_by(slots.c.id)
    await session.execute(row.with_for_update())
    await session.execute(select(bookings.c.id).where(bookings.c.id == id).with_for_update())
    booking = await get_booking(session, id)
    if booking.slot.id != place or version not in (None, booking.version):
        raise StaleVersion(version=booking.version)
    return booking


async def save_status(session: AsyncSession, booking: Booking) -> None:
    """What became of a locked booking, told as an event. A place whose booking is cancelled is free again."""
    changed = {"status": booking.status, "status_at": booking.status_at, "version": booking.version}
    await session.execute(update(bookings).where(bookings.c.id == booking.id).values(changed))
    await add_booking_event(session, OF_STATUS[booking.status], booking.id, at=booking.status_at)
    if booking.status is BookingStatus.CANCELLED:
        await _free(session, booking.slot.id)


async def save_displaced(session: AsyncSession, booking: Booking, *, now: datetime) -> Booking:
    """A locked booking whose place was withdrawn, and that has no other yet."""
    raised = replace(booking, version=booking.version + 1)
    await session.execute(update(bookings).where(bookings.c.id == booking.id).values(version=raised.version))
    await add_booking_event(session, EventType.BOOKING_DISPLACED, booking.id, at=now)
    return raised


async def save_move(
    session: AsyncSession,
    booking: Booking,
    *,
    left: SlotId,
    now: datetime,
    type_: EventType = EventType.BOOKING_MOVED,
) -> None:
    """A locked booking on its new place, which was locked and free; the one it left is free again; an event."""
    busy = {"state": SlotState.BUSY, "taken": 1, "hold_id": None, "held_until": None}
    await session.execute(update(slots).where(slots.c.id == booking.slot.id).values(busy))
    placed = {
        "displaced": False,
        "slot_id": booking.slot.id,
        "slot_start_at": booking.slot.time.start,
        "territory_id": booking.slot.territory,
        "placed_at": now,
        "version": booking.version,
    }
    await session.execute(update(bookings).where(bookings.c.id == booking.id).values(placed))
    await add_booking_event(session, type_, booking.id, at=now, left=left)
    await _free(session, left)


async def _free(session: AsyncSession, slot: SlotId) -> None:
    """A place that was withdrawn stays so."""
    was_taken = (slots.c.id == slot, slots.c.state == SlotState.BUSY)
    await session.execute(update(slots).where(*was_taken).values(state=SlotState.FREE, taken=0))


def booking_of(row: Row) -> Booking:
    venue = venue_of(row)
    return Booking(
        id=BookingId(row["booking_id"]),
        slot=slot_of(row),
        venue=venue,
        case_ref=row["case_ref"],
        origin=Origin(row["origin"]),
        booked_by=row["booked_by"],
        booked_at=row["booked_at"].astimezone(venue.zone),
        status=BookingStatus(row["status"]),
        status_at=row["status_at"].astimezone(venue.zone),
        version=row["version"],
        supplement_eligible=row["supplement_eligible"],
        regulator=RegulatorId(row["regulator_id"]) if row["regulator_id"] else None,
    )
