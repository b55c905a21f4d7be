"""What there is around a need, free or not: the facts that explain an empty search."""

from datetime import date, datetime, timedelta
from math import cos, radians
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Double, Row, Select, and_, func, literal_column, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.bookings import SlotState
from service.domain.directory import Audience, Insee, TerritoryId
from service.domain.explanations import Circumstances, Locality, Supply
from service.domain.geography import Point
from service.domain.needs import Need
from service.domain.rosters import Modality, Mode, RosterState
from service.storage.directory import get_commune, get_territory
from service.storage.offers import next_start
from service.storage.parameters import END, LAT, LON, NOW, START, given
from service.storage.places import (
    DETOUR_FACTOR,
    IS_FREE,
    RADIUS_KM,
    crow_km,
    number,
    slots,
    territories,
)
from service.storage.ranking import AHEAD, KM_PER_DEGREE, communes
from service.storage.tables.rosters import RosterRow, SessionRow

NEIGHBOURHOOD_KM = 100
"""As the crow flies: how far places are looked for, to say that they are too far."""
_PUBLIC = [state for state in RosterState if state.is_public]


async def find_locality(session: AsyncSession, near: Point | Insee) -> Locality | None:
    """None where nobody has communes. Raises Invalid (`commune.unknown`)."""
    if isinstance(near, Point):
        point = near
        east, north = (communes.c.lon - point.lon) * cos(radians(point.lat)), communes.c.lat - point.lat
        nearest = select(communes.c.territory_id).order_by(north * north + east * east)
    else:
        point = (await get_commune(session, near)).point
        nearest = select(communes.c.territory_id).where(communes.c.insee == near).order_by(communes.c.territory_id)
    id = await session.scalar(nearest.limit(1))
    return Locality(territory=await get_territory(session, id), point=point) if id else None


async def find_circumstances(
    session: AsyncSession, need: Need, locality: Locality, *, now: datetime, to_book: bool
) -> Circumstances:
    """`to_book`: only places that can be booked would do."""
    return Circumstances(
        now=now,
        territory=locality.territory,
        published_until=await _published_until(session, locality.territory.id),
        supplies=await _supplies(session, need, locality, now),
        next_opening_at=await next_start(session, need, now=now, walk_in=not to_book),
        to_book=to_book,
    )


async def _published_until(session: AsyncSession, territory: TerritoryId) -> date | None:
    last = select(func.max(func.upper(RosterRow.period)))
    end = await session.scalar(last.where(RosterRow.territory_id == territory, RosterRow.state.in_(_PUBLIC)))
    return end - timedelta(days=1) if end else None


async def _supplies(session: AsyncSession, need: Need, locality: Locality, now: datetime) -> tuple[Supply, ...]:
    window = given(start=max(need.window.start, now), end=need.window.end, now=now)
    point = given(lat=locality.point.lat, lon=locality.point.lon)
    return tuple(map(_supply_of, await session.execute(_AROUND, {**window, **point})))


def _around() -> Select[Any]:
    """Places alike, in the window, of the territories that have a commune nearby."""
    here = select(LAT.label("lat"), LON.label("lon")).subquery("here")
    alike = (slots.c.mode, slots.c.modality, slots.c.audiences)
    is_free = and_(IS_FREE, slots.c.taken < slots.c.places)
    counted = select(
        *alike,
        (DETOUR_FACTOR * crow_km(here)).label("distance_km"),
        RADIUS_KM.label("radius_km"),
        func.sum(slots.c.places).label("places"),
        func.sum(slots.c.places - slots.c.taken).filter(is_free).label("free"),
        func.min(slots.c.held_until).filter(slots.c.held_until > NOW).label("retry_at"),
    )
    is_running = and_(slots.c.mode == Mode.WALK_IN, slots.c.start_at < END, slots.c.end_at > START)
    return (
        counted.select_from(slots.join(territories, territories.c.id == slots.c.territory_id).join(here, true()))
        .where(slots.c.session_id.in_(_sessions_around()), slots.c.state != SlotState.WITHDRAWN)
        .where(or_(AHEAD, is_running))
        .group_by(*alike, slots.c.lat, slots.c.lon, here.c.lat, here.c.lon, territories.c.id)
    )


def _sessions_around() -> Select[UUID]:
    half_lat = NEIGHBOURHOOD_KM / KM_PER_DEGREE
    half_lon = half_lat / func.greatest(func.cosd(LAT), number(0.01), type_=Double())
    near = select(communes.c.territory_id).where(
        communes.c.lat.between(LAT - half_lat, LAT + half_lat), communes.c.lon.between(LON - half_lon, LON + half_lon)
    )
    day: ColumnElement[Any] = literal_column("interval '1 day'")
    days = SessionRow.on_date.between((START - day).cast(Date), (END + day).cast(Date))
    return select(SessionRow.id).where(SessionRow.territory_id.in_(near), days)


_AROUND = _around()


def _supply_of(row: Row[Any]) -> Supply:
    return Supply(
        mode=Mode(row.mode),
        modality=Modality(row.modality),
        audiences=frozenset(Audience(audience) for audience in row.audiences),
        distance_km=row.distance_km,
        radius_km=row.radius_km,
        places=row.places,
        free=row.free or 0,
        retry_at=row.retry_at,
    )
