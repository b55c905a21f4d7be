"""What there is around a need, free or not: the facts that explain an empty search."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Double,
    FromClause,
    Integer,
    Row,
    Select,
    and_,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)
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
    words,
)
from service.storage.ranking import AHEAD, KM_PER_DEGREE, communes, on_the_map
from service.storage.statements import Way
from service.storage.tables.directory import ON_THE_MAP
from service.storage.tables.rosters import RosterRow, SessionRow

NEIGHBOURHOOD_KM = 100
"""As the crow flies: how far places are looked for, to say that they are too far."""
_ALIKE = ("mode", "modality", "audiences")
_DAY: ColumnElement[Any] = literal_column("interval '1 day'")
_NONE: ColumnElement[int] = literal_column("0", Integer)
_PUBLIC = [state for state in RosterState if state.is_public]


async def find_locality(session: AsyncSession, near: Point | Insee) -> Locality | None:
    """None where nobody has communes. Raises Invalid (`commune.unknown`)."""
    if isinstance(near, Point):
        point = near
        here = on_the_map(literal(point.lat, Double()), literal(point.lon, Double()))
        nearest = select(communes.c.territory_id).order_by(literal_column(ON_THE_MAP).op("<->")(here))
    else:
        point = (await get_commune(session, near)).point
        nearest = select(communes.c.territory_id).where(communes.c.insee == near).order_by(communes.c.territory_id)
    id = await session.scalar(nearest.limit(1))
    return Locality(territory=await get_territory(session, id), point=point) if id else None


async def find_circumstances(
    session: AsyncSession, way: Way, need: Need, locality: Locality, *, now: datetime, to_book: bool
) -> Circumstances:
    """`way`: how the next opening is looked for. `to_book`: only places that can be booked would do."""
    return Circumstances(
        now=now,
        territory=locality.territory,
        published_until=await _published_until(session, locality.territory.id),
        supplies=await _supplies(session, need, locality, now),
        next_opening_at=await next_start(way, need, now=now, walk_in=not to_book),
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
    """Places alike, in the window, of the territories that have a commune nearby.

    From territories to sessions to places, along an index each, whatever the planner believes of their number:
    `OFFSET 0` keeps it to that.
    """
    here = select(LAT.label("lat"), LON.label("lon")).subquery("here")
    near = _territories_around().cte("near")
    on_days = SessionRow.on_date.between((START - _DAY).cast(Date), (END + _DAY).cast(Date))
    of_territory = select(SessionRow.id).where(SessionRow.territory_id == near.c.territory_id, on_days)
    held = of_territory.correlate(near).offset(_NONE).lateral("held")
    is_running = and_(slots.c.mode == Mode.WALK_IN, slots.c.start_at < END, slots.c.end_at > START)
    is_free = and_(IS_FREE, slots.c.taken < slots.c.places)
    each = select(
        *(slots.c[name] for name in (*_ALIKE, "territory_id", "places", "taken", "held_until")),
        is_free.label("is_free"),
        (slots.c.state == words(SlotState.CLOSED)[0]).label("is_closed"),
        crow_km(here).label("crow_km"),
    ).where(slots.c.session_id == held.c.id, slots.c.state != SlotState.WITHDRAWN, or_(AHEAD, is_running))
    place = each.correlate(held, here).offset(_NONE).lateral("place")
    left = place.c.places - place.c.taken
    counted = select(
        *(place.c[name] for name in _ALIKE),
        (DETOUR_FACTOR * place.c.crow_km).label("distance_km"),
        RADIUS_KM.label("radius_km"),
        func.sum(place.c.places).label("places"),
        func.sum(left).filter(place.c.is_free).label("free"),
        func.sum(place.c.places).filter(place.c.is_closed).label("closed"),
        func.min(place.c.held_until).filter(place.c.held_until > NOW).label("retry_at"),
    ).select_from(near.join(here, true()).join(held, true()).join(place, true()).join(territories, _own(place)))
    return counted.group_by(*(place.c[name] for name in _ALIKE), place.c.crow_km, territories.c.id)


def _own(place: FromClause) -> ColumnElement[bool]:
    return territories.c.id == place.c.territory_id


def _territories_around() -> Select[Any]:
    """Those with a commune in the box, found on the map."""
    half_lat = number(NEIGHBOURHOOD_KM / KM_PER_DEGREE)
    half_lon = half_lat / func.greatest(func.cosd(LAT), number(0.01), type_=Double())
    corners = func.box(on_the_map(LAT - half_lat, LON - half_lon), on_the_map(LAT + half_lat, LON + half_lon))
    inside = literal_column(ON_THE_MAP).op("<@", is_comparison=True)(corners)
    return select(communes.c.territory_id).where(inside).distinct()


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
        closed=row.closed or 0,
        retry_at=row.retry_at,
    )
