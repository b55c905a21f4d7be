"""A practitioner's places to come as a regulator is shown them, taken ones too, with whom to call."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.bookings import HoldId, SlotState
from service.domain.errors import NotFound
from service.domain.practitioner_places import Office, PractitionerPlaces, Seen
from service.storage.holds import holds
from service.storage.places import practices, practitioners, slot_of, slots, territories, told, venue_of
from service.storage.statements import Row


async def practitioner_places(
    connection: AsyncConnection, rpps: str, *, now: datetime, shown_for: timedelta
) -> PractitionerPlaces:
    """Raises NotFound when no territory knows the practitioner."""
    known = await _known(connection, rpps)
    if not known:
        raise NotFound("practitioner", rpps)
    return PractitionerPlaces(
        rpps=rpps,
        name=f"{known[0]['given_name']} {known[0]['family_name']}",
        offices=tuple(_office_of(row) for row in known),
        seen=await _seen(connection, rpps, now, now + shown_for),
        next_at=await _next_at(connection, rpps, now + shown_for),
    )


async def _known(connection: AsyncConnection, rpps: str) -> Sequence[Row]:
    names = (practitioners.c.given_name, practitioners.c.family_name)
    office = (practices.c.name, practices.c.address_line, practices.c.phone, territories.c.timezone)
    home = (practices.c.territory_id == practitioners.c.territory_id, practices.c.id == practitioners.c.home_practice)
    joined = practitioners.join(practices, and_(*home)).join(
        territories, territories.c.id == practitioners.c.territory_id
    )
    found = select(*names, *office).select_from(joined).where(practitioners.c.rpps == rpps)
    return (await connection.execute(found.order_by(practitioners.c.territory_id))).mappings().all()


async def _seen(connection: AsyncConnection, rpps: str, now: datetime, until: datetime) -> tuple[Seen, ...]:
    to_come = (slots.c.end_at > now, slots.c.start_at < until, slots.c.state != SlotState.WITHDRAWN)
    found = (
        told(slots, holds.c.id.label("the_hold"), holds.c.held_by)
        .outerjoin(holds, holds.c.id == slots.c.hold_id)
        .where(practitioners.c.rpps == rpps, *to_come)
        .order_by(slots.c.start_at, slots.c.id)
    )
    return tuple(map(_seen_of, (await connection.execute(found)).mappings()))


async def _next_at(connection: AsyncConnection, rpps: str, since: datetime) -> datetime | None:
    of_practitioner = and_(
        practitioners.c.territory_id == slots.c.territory_id, practitioners.c.id == slots.c.practitioner_id
    )
    free = (slots.c.state == SlotState.FREE, slots.c.start_at >= since, func.cardinality(slots.c.audiences) > 0)
    joined = select(func.min(slots.c.start_at)).select_from(slots.join(practitioners, of_practitioner))
    first: datetime | None = await connection.scalar(joined.where(practitioners.c.rpps == rpps, *free))
    return first


def _office_of(row: Any) -> Office:
    return Office(
        practice_name=row["name"],
        address_line=row["address_line"],
        phone=row["phone"],
        zone=ZoneInfo(row["timezone"]),
    )


def _seen_of(row: Row) -> Seen:
    hold = row["the_hold"]
    return Seen(slot=slot_of(row), venue=venue_of(row), hold=hold and HoldId(hold), held_by=row["held_by"])
