"""Holds as they are kept: taken in one statement, found, released."""

from datetime import datetime
from functools import partial
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import Select, Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.bookings import Hold, HoldEnd, HoldId, SlotId, SlotState
from service.domain.callers import Caller, Keyed
from service.domain.errors import HoldExpired, NotFound
from service.storage.once import Creation, create_once, remembered
from service.storage.parameters import CALLER, CASE_REF, HOLD, NEW_ID, NOW, SLOT, given
from service.storage.places import (
    HOLD_TIME,
    IS_TAKEABLE,
    refuse_unless_free,
    slot_of,
    slots,
    territories,
    told,
    venue_of,
)
from service.storage.statements import Row, Statement, Way
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


def _release() -> Select[Any]:
    own = (slots.c.hold_id == HOLD, slots.c.held_until > NOW, holds.c.id == HOLD, holds.c.held_by == CALLER)
    free = {"state": SlotState.FREE, "hold_id": None, "held_until": None}
    freed = update(slots).values(free).where(slots.c.id == holds.c.slot_id, *own).returning(slots.c.id).cte("freed")
    ended = update(holds).values(ended=HoldEnd.RELEASED).where(holds.c.id == HOLD, holds.c.slot_id == freed.c.id)
    return select(ended.returning(holds.c.slot_id).cte("released"))


_TAKE, _RELEASE = Statement(_take()), Statement(_release())
_FIND = Statement(told(slots, *_OF_HOLD).join(holds, holds.c.slot_id == slots.c.id).where(holds.c.id == HOLD))


async def take_hold(
    way: Way, slot: SlotId, case_ref: str | None, *, caller: Caller, now: datetime, keyed: Keyed | None
) -> Hold:
    """Keep a free place for as long as its territory says. Raises NotFound, IdempotencyKeyReused, Conflict."""

    async def refuse(_: Row | None) -> None:
        await refuse_unless_free(way, slot, now=now)

    creation = Creation(
        statement=_TAKE,
        parameters=given(new_id=uuid4(), slot=slot, case_ref=case_ref, now=now),
        made=_hold_of,
        found=partial(_find, way),
        refuse=refuse,
    )
    return await create_once(way, creation, caller=caller, keyed=keyed)


async def get_hold(way: Way, id: HoldId, *, caller: Caller) -> Hold:
    """Another caller's hold does not exist. Raises NotFound."""
    hold = await _find(way, id)
    if hold.held_by != caller.name:
        raise NotFound("hold", id)
    return hold


async def release_hold(session: AsyncSession, id: HoldId, *, caller: Caller, now: datetime) -> SlotId:
    """Give the place back, which is told. Raises NotFound, and HoldExpired when it had ended."""
    released = await _RELEASE.row(session, given(hold=id, caller=caller.name, now=now))
    if released is None:
        raise ended_hold(await get_hold(session, id, caller=caller), now)
    return SlotId(released["slot_id"])


def ended_hold(hold: Hold, now: datetime) -> HoldExpired:
    """The refusal to use a hold that is over."""
    ended = hold.end_by(now)
    return HoldExpired(hold=str(hold.id), expires_at=hold.expires_at.isoformat(), ended=ended and ended.value)


async def _find(way: Way, id: UUID) -> Hold:
    row = await _FIND.row(way, given(hold=id))
    if row is None:
        raise NotFound("hold", id)
    return _hold_of(row)


def _hold_of(row: Row) -> Hold:
    """A hold that the slot no longer shows was taken over: it has expired, whatever this machine's clock says."""
    venue, is_kept = venue_of(row), row["hold_id"] == row["the_hold"]
    ended = row["ended"] or (None if is_kept else HoldEnd.EXPIRED)
    return Hold(
        id=HoldId(row["the_hold"]),
        slot=slot_of(row),
        venue=venue,
        case_ref=row["case_ref"],
        held_by=row["held_by"],
        expires_at=row["expires_at"].astimezone(venue.zone),
        ended=HoldEnd(ended) if ended else None,
    )
