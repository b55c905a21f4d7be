"""Places made and withdrawn, as rosters are published and amended."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from service.domain.bookings import BookingId, BookingStatus, Slot, SlotId, SlotState
from service.domain.directory import PractitionerId
from service.domain.errors import SeatBooked, SlotHeld
from service.domain.events import EventType
from service.domain.offering import SeatKey
from service.domain.rosters import SessionId
from service.storage.events import add_booking_event
from service.storage.tables.bookings import BookingRow, HoldRow, SlotRow


async def add_slots(session: AsyncSession, slots: Iterable[Slot]) -> None:
    """Offer these places. One that was withdrawn is offered again as it now is, under its old id."""
    rows = [_columns(slot) for slot in slots]
    if not rows:
        return
    added = insert(cast("Table", SlotRow.__table__))
    anew = {name: added.excluded[name] for name in rows[0] if name != "id"}
    offered = added.on_conflict_do_update(
        index_elements=["session_id", "practitioner_id", "start_at"],
        set_=anew,
        where=SlotRow.state == SlotState.WITHDRAWN,
    )
    await session.execute(offered, rows)


async def hand_over(session: AsyncSession, heirs: Mapping[SeatKey, PractitionerId], *, now: datetime) -> None:
    """Bookings of these seats go to the places at the same time and practice of whoever takes the seat over.

    Those places are offered already. A booking that finds none stays where it is.
    """
    held = (SlotRow.session_id, SlotRow.practitioner_id)
    offered = select(SlotRow.id, *held, SlotRow.state).where(_of(heirs.keys()), SlotRow.state != SlotState.WITHDRAWN)
    for id, of_session, holder, state in await session.execute(offered.order_by(SlotRow.id).with_for_update()):
        if state == SlotState.BUSY:
            await _hand_over(session, id, heirs[SessionId(of_session), PractitionerId(holder)], now=now)


async def _hand_over(session: AsyncSession, left: UUID, heir: PractitionerId, *, now: datetime) -> None:
    was = aliased(SlotRow)
    same = (
        SlotRow.session_id == was.session_id,
        SlotRow.practice_id == was.practice_id,
        SlotRow.start_at == was.start_at,
    )
    free = (was.id == left, SlotRow.practitioner_id == heir, SlotRow.state == SlotState.FREE)
    found = update(SlotRow).where(*same, *free).values(state=SlotState.BUSY, taken=1).returning(SlotRow.id)
    taken = (await session.scalars(found, execution_options={"synchronize_session": False})).one_or_none()
    if taken is not None:
        live = (BookingRow.slot_id == left, BookingRow.status != BookingStatus.CANCELLED)
        moved = {"slot_id": taken, "placed_at": now, "version": BookingRow.version + 1}
        booking = update(BookingRow).where(*live).values(moved).returning(BookingRow.id)
        ids = (await session.scalars(booking, execution_options={"synchronize_session": False})).all()
        for id in ids:
            await add_booking_event(session, EventType.BOOKING_HANDED_OVER, BookingId(id), at=now, left=SlotId(left))
        await session.execute(update(SlotRow).where(SlotRow.id == left).values(state=SlotState.FREE, taken=0))


async def withdraw_slots(session: AsyncSession, seats: Collection[SeatKey], *, now: datetime) -> None:
    """Offer no place of these seats any more. Raises SeatBooked when one is booked, SlotHeld while one is held.

    The places are locked: a booking under way comes first and is found, or finds its place withdrawn.
    """
    offered = (_of(seats), SlotRow.state != SlotState.WITHDRAWN)
    rows = (await session.scalars(select(SlotRow).where(*offered).order_by(SlotRow.id).with_for_update())).all()
    held_until = [row.held_until for row in rows if row.held_until is not None and row.held_until > now]
    if held_until:
        raise SlotHeld("a place of this seat is held", retry_at=max(held_until).isoformat())
    taken = {(str(row.session_id), row.practitioner_id) for row in rows if row.state == SlotState.BUSY or row.taken}
    if taken:
        raise SeatBooked(seats=[{"session": id, "practitioner": holder} for id, holder in sorted(taken)])
    lapsed = (HoldRow.id.in_([row.hold_id for row in rows if row.hold_id]), HoldRow.ended.is_(None))
    await session.execute(update(HoldRow).where(*lapsed).values(ended="expired"))
    gone = {"state": SlotState.WITHDRAWN, "hold_id": None, "held_until": None}
    await session.execute(update(SlotRow).where(*offered).values(**gone))


def _of(seats: Collection[SeatKey]) -> ColumnElement[bool]:
    return tuple_(SlotRow.session_id, SlotRow.practitioner_id).in_(list(seats))


def _columns(slot: Slot) -> Mapping[str, Any]:
    return {
        "id": slot.id,
        "session_id": slot.session,
        "territory_id": slot.territory,
        "practice_id": slot.practice,
        "practitioner_id": slot.practitioner,
        "mode": slot.mode,
        "modality": slot.modality,
        "audiences": sorted(slot.audiences),
        "start_at": slot.time.start,
        "end_at": slot.time.end,
        "lat": slot.point.lat,
        "lon": slot.point.lon,
        "places": slot.places,
        "taken": slot.taken,
        "state": slot.state,
        "hold_id": None,
        "held_until": None,
    }
