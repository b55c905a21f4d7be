"""Holds as they are kept: taken in one statement, found, released."""

from datetime import datetime
from functools import partial
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import Select, Table, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.bookings import Hold, HoldEnd, HoldId, SlotId, SlotState
from service.domain.callers import Caller, Keyed
from service.domain.errors import HoldExpired, NotFound
from service.storage.once import Creation, create_once, remembered
from service.storage.parameters import CALLER, CASE_REF, NEW_ID, NOW, SLOT, given
from service.storage.places import (
    HOLD_TIME,
    IS_TAKEABLE,
    Connected,
    refuse_unless_free,
    slot_of,
    slots,
    territories,
    told,
    venue_of,
)
from service.storage.tables.bookings import HoldRow

holds = cast("Table", HoldRow.__table__)
_OF_HOLD = (
    holds.c.id.label("the_hold"),
    holds.c.case_ref,
    holds.c.held_by,
    holds.c.expires_at,
    holds.c.ended,
)


def _take() -> Select[Any]:
    of_territory = territories.c.id == slots.c.territory_id
    held = {"state": SlotState.HELD, "hold_id": NEW_ID, "held_until": NOW + HOLD_TIME}
    taken = update(slots).values(held).where(slots.c.id == SLOT, of_territory, IS_TAKEABLE).returning(*slots.c)
    place = taken.cte("taken")
    columns = ["id", "slot_id", "case_ref", "held_by", "held_at", "expires_at"]
    row = select(NEW_ID, place.c.id, CASE_REF, CALLER, NOW, place.c.held_until)
    made = insert(holds).from_select(columns, row).returning(*_OF_HOLD).cte("made")
    return told(place, *made.c).join(made, made.c.the_hold == place.c.hold_id).add_cte(remembered(place))


_TAKE = _take()
_FIND = told(slots, *_OF_HOLD).join(holds, holds.c.slot_id == slots.c.id)


async def take_hold(
    connection: AsyncConnection, slot: SlotId, case_ref: str, *, caller: Caller, now: datetime, keyed: Keyed | None
) -> Hold:
    """Keep a free place for as long as its territory says. Raises NotFound, IdempotencyKeyReused, Conflict."""
    creation = Creation(
        statement=_TAKE,
        parameters=given(new_id=uuid4(), slot=slot, case_ref=case_ref, now=now),
        made=_hold_of,
        found=partial(_find, connection),
        refuse=partial(refuse_unless_free, connection, slot, now=now),
    )
    return await create_once(connection, creation, caller=caller, keyed=keyed)


async def get_hold(connection: Connected, id: HoldId, *, caller: Caller) -> Hold:
    """Another caller's hold does not exist. Raises NotFound."""
    hold = await _find(connection, id)
    if hold.held_by != caller.name:
        raise NotFound("hold", id)
    return hold


async def release_hold(connection: Connected, id: HoldId, *, caller: Caller, now: datetime) -> SlotId:
    """Give the place back, which is told. Raises NotFound, and HoldExpired when it had ended."""
    own = (slots.c.hold_id == id, slots.c.held_until > now, holds.c.id == id, holds.c.held_by == caller.name)
    free = {"state": SlotState.FREE, "hold_id": None, "held_until": None}
    freed = update(slots).values(free).where(slots.c.id == holds.c.slot_id, *own).returning(slots.c.id).cte("freed")
    ended = update(holds).values(ended=HoldEnd.RELEASED).where(holds.c.id == id, holds.c.slot_id == freed.c.id)
    place: UUID | None = (await connection.execute(ended.returning(holds.c.slot_id))).scalar_one_or_none()
    if place is None:
        raise ended_hold(await get_hold(connection, id, caller=caller), now)
    return SlotId(place)


def ended_hold(hold: Hold, now: datetime) -> HoldExpired:
    """The refusal to use a hold that is over."""
    ended = hold.end_by(now)
    return HoldExpired(hold=str(hold.id), expires_at=hold.expires_at.isoformat(), ended=ended and ended.value)


async def _find(connection: Connected, id: UUID) -> Hold:
    row = (await connection.execute(_FIND.where(holds.c.id == id))).one_or_none()
    if row is None:
        raise NotFound("hold", id)
    return _hold_of(row)


def _hold_of(row: Row[Any]) -> Hold:
    """A hold that the slot no longer shows was taken over: it has expired, whatever this machine's clock says."""
    venue, is_kept = venue_of(row), row.hold_id == row.the_hold
    ended = row.ended or (None if is_kept else HoldEnd.EXPIRED)
    return Hold(
        id=HoldId(row.the_hold),
        slot=slot_of(row),
        venue=venue,
        case_ref=row.case_ref,
        held_by=row.held_by,
        expires_at=row.expires_at.astimezone(venue.zone),
        ended=HoldEnd(ended) if ended else None,
    )
