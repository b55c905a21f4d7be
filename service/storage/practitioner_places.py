"""A practitioner's places to come as a regulator is shown them, and whom to call."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.agendas import agenda_id, site_id
from service.domain.bookings import HoldId, SlotState
from service.domain.errors import NotFound
from service.domain.practitioner_places import Office, PractitionerPlaces, Seen
from service.storage.holds import holds
from service.storage.places import (
    OPEN,
    in_utc,
    practices,
    practitioners,
    slot_of,
    slots,
    stop_of,
    territories,
    told,
    venue_of,
    words,
)
from service.storage.statements import Row
from service.storage.tables.rosters import SessionRow

_IS_THEIRS = and_(practitioners.c.territory_id == slots.c.territory_id, practitioners.c.id == slots.c.practitioner_id)
_OFFERED = func.cardinality(slots.c.audiences) > 0


async def practitioner_places(
    connection: AsyncConnection, rpps: str, *, now: datetime, shown_for: timedelta
) -> PractitionerPlaces:
    """Raises NotFound when no territory knows the practitioner."""
    known = await _known(connection, rpps)
    if not known:
        raise NotFound("practitioner", rpps)
    until = now + shown_for
    found = PractitionerPlaces(
        rpps=rpps,
        name=f"{known[0]['given_name']} {known[0]['family_name']}",
        offices=tuple(map(_office_of, known)),
        seen=await _seen(connection, rpps, now, until),
    )
    if found.free(now=now):
        return found
    taken, next_at = await _taken(connection, rpps, now, until), await _next_at(connection, rpps, until)
    return replace(found, taken=taken, next_at=next_at)


async def is_known(connection: AsyncConnection, rpps: str) -> bool:
    known = select(practitioners.c.id).where(practitioners.c.rpps == rpps).limit(1)
    return bool(await connection.scalar(select(known.exists())))


async def _known(connection: AsyncConnection, rpps: str) -> Sequence[Row]:
    names = (practitioners.c.given_name, practitioners.c.family_name)
    office = (practices.c.name, practices.c.address_line, practices.c.phone, territories.c.timezone)
    home = (practices.c.territory_id == practitioners.c.territory_id, practices.c.id == practitioners.c.home_practice)
    joined = practitioners.join(practices, and_(*home)).join(
        territories, territories.c.id == practitioners.c.territory_id
    )
    found = select(*names, *office).select_from(joined).where(practitioners.c.rpps == rpps)
    return [dict(row) for row in (await connection.execute(found.order_by(practitioners.c.territory_id))).mappings()]


async def _seen(connection: AsyncConnection, rpps: str, now: datetime, until: datetime) -> tuple[Seen, ...]:
    """A walk along `slots_open_agenda_idx`: no place that lasts to this instant began a day ago."""
    found = (
        told(slots, holds.c.id.label("the_hold"), holds.c.held_by)
        .outerjoin(holds, holds.c.id == slots.c.hold_id)
        .where(practitioners.c.rpps == rpps, OPEN, _from(now - timedelta(days=1)))
        .where(slots.c.end_at > now, slots.c.start_at < until)
        .order_by(slots.c.start_at, slots.c.id)
    )
    return tuple(_seen_of(row, rpps) for row in (await connection.execute(found)).mappings())


async def _taken(connection: AsyncConnection, rpps: str, now: datetime, until: datetime) -> int:
    """Found by their sessions, as only open places are indexed by whose they are."""
    booked: tuple[ColumnElement[bool], ...] = (slots.c.state == words(SlotState.BUSY)[0], _OFFERED)
    window = (slots.c.start_at > now, slots.c.start_at < until)
    days = SessionRow.on_date.between(now.date() - timedelta(days=1), until.date() + timedelta(days=1))
    counted = (
        select(func.count())
        .select_from(practitioners)
        .join(SessionRow, and_(SessionRow.territory_id == practitioners.c.territory_id, days))
        .join(slots, and_(slots.c.session_id == SessionRow.id, _IS_THEIRS))
    )
    return (await connection.execute(counted.where(practitioners.c.rpps == rpps, *booked, *window))).scalar_one()


async def _next_at(connection: AsyncConnection, rpps: str, since: datetime) -> datetime | None:
    free = (OPEN, slots.c.state == words(SlotState.FREE)[0], _from(since), _OFFERED)
    first = select(func.min(slots.c.start_at)).select_from(slots.join(practitioners, _IS_THEIRS))
    found: datetime | None = await connection.scalar(first.where(practitioners.c.rpps == rpps, *free))
    return found


def _from(instant: datetime) -> ColumnElement[bool]:
    return in_utc(slots.c.start_at) >= in_utc(literal(instant, slots.c.start_at.type))


def _office_of(row: Row) -> Office:
    return Office(
        practice_name=row["name"],
        address_line=row["address_line"],
        phone=row["phone"],
        zone=ZoneInfo(row["timezone"]),
    )


def _seen_of(row: Row, rpps: str) -> Seen:
    slot, hold, stop = slot_of(row), row["the_hold"], stop_of(row)
    stopped = f"{stop.insee}/{stop.address_line}" if stop else ""
    return Seen(
        slot=slot,
        venue=venue_of(row),
        agenda=agenda_id(rpps, site_id(slot.territory, slot.practice, stopped)),
        hold=hold and HoldId(hold),
        held_by=row["held_by"],
    )
