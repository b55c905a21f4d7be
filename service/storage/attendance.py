"""People counted at walk-in sessions: one statement that never goes over its bounds, whoever taps at once."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Interval, Select, literal_column, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.bookings import DOORS_OPEN, Slot, SlotId, SlotState
from service.domain.callers import Caller, Keyed
from service.domain.venues import Venue
from service.storage.once import Creation, create_once, remembered
from service.storage.parameters import CHANGE, NOW, SLOT, given
from service.storage.places import get_place, slot_of, slots, told, venue_of, words
from service.storage.statements import Row, Statement, Way

_EARLY: ColumnElement[Any] = literal_column(f"interval '{DOORS_OPEN.total_seconds():.0f} seconds'", Interval)


def _count() -> Select[Any]:
    free, closed = words(SlotState.FREE, SlotState.CLOSED)
    counted = slots.c.taken + CHANGE
    is_open = or_(slots.c.state == free, (slots.c.state == closed) & (CHANGE < 0))
    may = (slots.c.mode == "walk_in", is_open, slots.c.start_at <= NOW + _EARLY, counted.between(0, slots.c.places))
    counter = update(slots).values(taken=counted).where(slots.c.id == SLOT, *may).returning(*slots.c).cte("counted")
    return told(counter).add_cte(remembered(counter))


_COUNT = Statement(_count())


async def count_people(
    way: Way, slot: SlotId, change: int, *, caller: Caller, now: datetime, keyed: Keyed | None
) -> tuple[Slot, Venue]:
    """Raises NotFound, IdempotencyKeyReused, and what `Slot.refuse_count` raises."""

    async def found(_: UUID) -> tuple[Slot, Venue]:
        return await get_place(way, slot)

    async def refuse(_row: Row | None) -> None:
        counter, _ = await get_place(way, slot)
        counter.refuse_count(change, now=now)

    parameters = given(new_id=uuid4(), slot=slot, change=change, now=now)
    creation = Creation(statement=_COUNT, parameters=parameters, made=_place_of, found=found, refuse=refuse)
    return await create_once(way, creation, caller=caller, keyed=keyed)


async def close_session(connection: AsyncConnection, slot: SlotId, *, closed: bool) -> tuple[Slot, Venue]:
    """It takes nobody more, or again as many as it has places. Raises NotFound, NotWalkIn, SlotWithdrawn."""
    was, now = (SlotState.FREE, SlotState.CLOSED) if closed else (SlotState.CLOSED, SlotState.FREE)
    walk_in = (slots.c.id == slot, slots.c.mode == "walk_in", slots.c.state == was)
    await connection.execute(update(slots).where(*walk_in).values(state=now))
    counter, venue = await get_place(connection, slot)
    counter.refuse_unless_walk_in()
    return counter, venue


def _place_of(row: Row) -> tuple[Slot, Venue]:
    return slot_of(row), venue_of(row)
