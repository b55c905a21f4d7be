"""Events written with what they tell: in the statement that books, in the transaction that changes a booking."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    FromClause,
    Insert,
    Table,
    Text,
    Uuid,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.bookings import BookingId, SlotId
from service.domain.directory import TerritoryId
from service.domain.events import Event, EventId, EventType
from service.storage.tables.bookings import BookingRow, SlotRow
from service.storage.tables.events import EventRow

RELAY_LOCK = 7_305_114
"""Of whoever hands events over."""
events = cast("Table", EventRow.__table__)
_bookings = cast("Table", BookingRow.__table__)
_slots = cast("Table", SlotRow.__table__)
_OF_BOOKING = ("case_ref", "origin", "status", "version")


def booking_told(
    type_: ColumnElement[str],
    booking: FromClause,
    place: FromClause,
    *,
    at: ColumnElement[datetime],
    left: ColumnElement[Any] | None = None,
) -> Insert:
    """The one event of a change of a booking, as it now stands; also as part of the very statement that changes it.

    `booking`: `booking_id`, `slot_id`, `case_ref`, `origin`, `status`, `version` of it; `place`: its slot's columns.
    `left`: the slot that it was moved away from, or null.
    """
    row = {
        "id": func.gen_random_uuid(),
        "type": type_,
        "territory_id": place.c.territory_id,
        "booking_id": booking.c.booking_id,
        "occurred_at": at,
        "data": _facts(booking, place, left),
    }
    of_both = select(*row.values()).select_from(booking.join(place, place.c.id == booking.c.slot_id))
    return insert(events).from_select(list(row), of_both)


def _facts(booking: FromClause, place: FromClause, left: ColumnElement[Any] | None) -> ColumnElement[Any]:
    facts = {
        "booking": booking.c.booking_id,
        "version": booking.c.version,
        "status": booking.c.status,
        "slot": place.c.id,
        "start_at": place.c.start_at,
        "end_at": place.c.end_at,
        "practice": place.c.practice_id,
        "practitioner": place.c.practitioner_id,
        "modality": place.c.modality,
        "case_ref": booking.c.case_ref,
        "origin": booking.c.origin,
    }
    told = _object(**facts)
    if left is None:
        return told
    left_in = select(func.nullif(_slots.c.territory_id, place.c.territory_id)).where(_slots.c.id == left)
    before = _object(previous_slot=left, previous_territory=left_in.scalar_subquery())
    return told.op("||")(func.jsonb_strip_nulls(before))


def _object(**facts: ColumnElement[Any]) -> ColumnElement[Any]:
    """Keys are written into the statement itself."""
    pairs = [each for key, fact in facts.items() for each in (literal_column(f"'{key}'", Text), fact)]
    return func.jsonb_build_object(*pairs, type_=JSONB)


_BOOKING = bindparam("the_booking", type_=Uuid())
_TYPE = bindparam("the_type", type_=Text())
_AT = bindparam("the_instant", type_=DateTime(timezone=True))
_LEFT = bindparam("the_slot_left", type_=Uuid())


def _change() -> Insert:
    named = (_bookings.c.id.label("booking_id"), *(_bookings.c[name] for name in _OF_BOOKING))
    booking = select(*named, _bookings.c.slot_id).where(_bookings.c.id == _BOOKING).cte("changed")
    place = select(_slots).join(booking, booking.c.slot_id == _slots.c.id).cte("place")
    return booking_told(_TYPE, booking, place, at=_AT, left=_LEFT)


_CHANGE = _change()


async def add_booking_event(
    session: AsyncSession, type_: EventType, id: BookingId, *, at: datetime, left: SlotId | None = None
) -> None:
    """Tell a change of a locked booking, as this transaction leaves it. `left`: the slot that it was on before."""
    told = {"the_type": type_, "the_booking": id, "the_instant": at, "the_slot_left": left}
    await session.execute(_CHANGE, told)


async def add_event(session: AsyncSession, event: Event) -> None:
    """Tell it when this transaction commits. Whoever tells two events of one booking holds its lock meanwhile."""
    row = {
        "id": event.id,
        "type": event.type,
        "territory_id": event.territory,
        "booking_id": event.booking,
        "occurred_at": event.occurred_at,
        "data": event.data,
    }
    await session.execute(insert(events).values(row))


async def may_relay(session: AsyncSession) -> bool:
    """Nobody else hands events over until the transaction ends: two at once could turn their order round."""
    alone: bool = (
        await session.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": RELAY_LOCK})
    ).scalar_one()
    return alone


async def events_to_relay(session: AsyncSession, *, limit: int) -> Sequence[tuple[int, Event]]:
    """The earliest that were handed to nobody yet, by position; whatever committed late is among them."""
    waiting = select(events).where(events.c.relayed_at.is_(None)).order_by(events.c.position).limit(limit)
    return [
        (
            row.position,
            Event(
                id=EventId(row.id),
                type=EventType(row.type),
                territory=TerritoryId(row.territory_id),
                booking=BookingId(row.booking_id) if row.booking_id else None,
                occurred_at=row.occurred_at,
                data=row.data,
            ),
        )
        for row in await session.execute(waiting)
    ]


async def mark_relayed(session: AsyncSession, positions: Collection[int], *, now: datetime) -> None:
    those = events.c.position == func.any(sql_cast(list(positions), ARRAY(BigInteger)))
    await session.execute(update(events).where(those, events.c.relayed_at.is_(None)).values(relayed_at=now))
