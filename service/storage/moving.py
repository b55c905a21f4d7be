"""Where a booking that lost its place may go: the same hour if it can, else the best alternative."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, any_, bindparam, case, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.bookings import BookingId, Slot, SlotId
from service.domain.needs import Need, Tele
from service.domain.rosters import Modality
from service.domain.tasks import audience_of
from service.storage.bookings import CANDIDATES
from service.storage.holds import holds
from service.storage.offers import asked
from service.storage.parameters import AUDIENCE, SLOT, given
from service.storage.places import DETOUR_FACTOR, IS_TAKEABLE, OPEN, RADIUS_KM, crow_km, number, slots, territories
from service.storage.ranking import best_places
from service.storage.tasks import tasks

_BOOKING: ColumnElement[Any] = bindparam("the_booking", type_=tasks.c.booking_id.type)


def _same_hour() -> Select[Any]:
    """A free place at the same time: of the same practice, else of the same session at another one within reach.

    Rivals have some locked at this instant: those are passed over, so that nobody waits.
    """
    was = slots.alias("was")
    of_session = slots.c.session_id == was.c.session_id
    at_practice = and_(slots.c.practice_id == was.c.practice_id, slots.c.territory_id == was.c.territory_id)
    alike = and_(slots.c.modality == was.c.modality, any_(slots.c.audiences) == AUDIENCE)
    nearby = and_(slots.c.cell == was.c.cell, OPEN, at_practice)
    there = and_(slots.c.start_at == was.c.start_at, alike, or_(of_session, nearby))
    km = DETOUR_FACTOR * crow_km(was)
    first = case((and_(of_session, at_practice), number(0)), (at_practice, number(1)), else_=number(2))
    joined = slots.join(was, there).join(territories, territories.c.id == slots.c.territory_id)
    reached = or_(km <= RADIUS_KM, slots.c.modality == Modality.TELE)
    found = select(slots.c.id).select_from(joined).where(was.c.id == SLOT, IS_TAKEABLE, reached)
    return found.order_by(first, km, slots.c.id).limit(1).with_for_update(of=slots, skip_locked=True)


def _alternative(tele: Tele) -> Select[Any]:
    """The best free place of the need that was not proposed to the booking before."""
    best = best_places(tele, walk_in=False)
    proposed = select(holds.c.slot_id).join(tasks, tasks.c.hold_id == holds.c.id).where(tasks.c.booking_id == _BOOKING)
    rank = (best.c.turn, best.c.cost, best.c.start_at, best.c.id)
    free = select(slots.c.id).join(best, best.c.id == slots.c.id).where(IS_TAKEABLE, slots.c.id.not_in(proposed))
    return free.order_by(*rank).limit(1).with_for_update(of=slots, skip_locked=True)


_SAME_HOUR = _same_hour()
_ALTERNATIVE = {tele: _alternative(tele) for tele in Tele}


async def find_same_hour(session: AsyncSession, left: Slot, *, now: datetime) -> SlotId | None:
    """Locked until the transaction ends."""
    where = given(slot=left.id, audience=audience_of(left), now=now)
    id: UUID | None = (await session.execute(_SAME_HOUR, where)).scalar_one_or_none()
    return None if id is None else SlotId(id)


async def find_alternative(session: AsyncSession, booking: BookingId, need: Need, *, now: datetime) -> SlotId | None:
    """By the ranking of every search. Locked until the transaction ends."""
    where = {**asked(need, now=now, limit=CANDIDATES), "the_booking": booking}
    id: UUID | None = (await session.execute(_ALTERNATIVE[need.tele], where)).scalar_one_or_none()
    return None if id is None else SlotId(id)
