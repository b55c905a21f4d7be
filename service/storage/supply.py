"""What there is around a need, free or not: the facts that explain an empty search."""

from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Date,
    Double,
    FromClause,
    Integer,
    Select,
    Table,
    Text,
    and_,
    any_,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
)

from service.domain.bookings import SlotState
from service.domain.directory import Audience, Insee
from service.domain.explanations import Circumstances, Locality, Supply
from service.domain.geography import Point
from service.domain.needs import Need, Tele
from service.domain.rosters import Modality, Mode, RosterState
from service.storage.directory_rows import territory_of
from service.storage.nearby import KM_PER_DEGREE, cells_around, on_the_map
from service.storage.offers import next_start
from service.storage.parameters import AUDIENCE, END, INSEE, LAT, LON, MODALITY, NOW, START, given
from service.storage.places import (
    DETOUR_FACTOR,
    IS_FREE,
    OPEN,
    RADIUS_KM,
    REACH_KM,
    communes,
    crow_km,
    number,
    practices,
    slots,
    territories,
    words,
)
from service.storage.ranking import AHEAD
from service.storage.statements import Row, Statement, Way
from service.storage.tables.directory import ON_THE_MAP, TerritoryRow
from service.storage.tables.rosters import RosterRow, SessionRow

NEIGHBOURHOOD_KM = 100
"""As the crow flies: how far places are looked for, to say that they are too far."""
_FROM_ITS_PRACTICES_KM = 25
"""As the crow flies: from a practice, its territory has a commune within so much."""
_ALIKE = ("mode", "modality", "audiences")
_DAY: ColumnElement[Any] = literal_column("interval '1 day'")
_NONE: ColumnElement[int] = literal_column("0", Integer)
_rosters, _sessions = cast("Table", RosterRow.__table__), cast("Table", SessionRow.__table__)


def _published_until() -> ColumnElement[date]:
    public = _rosters.c.state.in_(words(*(state for state in RosterState if state.is_public)))
    last = select(func.max(func.upper(_rosters.c.period)))
    return last.where(_rosters.c.territory_id == territories.c.id, public).scalar_subquery()


def _localities(chosen: Select[Any]) -> Select[Any]:
    """The territory of the commune chosen, with the point meant and the day from which nothing is published."""
    place = chosen.limit(1).subquery("place")
    told = (*territories.c, place.c.lat, place.c.lon, _published_until().label("published_until"))
    return select(*told).select_from(territories.join(place, territories.c.id == place.c.territory_id))


_OF_NEAREST = Statement(
    _localities(
        select(communes.c.territory_id, LAT.label("lat"), LON.label("lon")).order_by(
            literal_column(ON_THE_MAP).op("<->")(on_the_map(LAT, LON))
        )
    )
)
_OF_COMMUNE = Statement(
    _localities(
        select(communes.c.territory_id, communes.c.lat, communes.c.lon)
        .where(communes.c.insee == INSEE)
        .order_by(communes.c.territory_id)
    )
)


async def find_locality(way: Way, near: Point | Insee) -> Locality | None:
    """None where nobody has communes, and where nobody has that commune."""
    by_point = isinstance(near, Point)
    where = given(lat=near.lat, lon=near.lon) if isinstance(near, Point) else given(insee=near)
    row = await (_OF_NEAREST if by_point else _OF_COMMUNE).row(way, where)
    if row is None:
        return None
    territory = TerritoryRow(**{column.name: row[column.name] for column in territories.c})
    end = row["published_until"]
    return Locality(
        territory=territory_of(territory),
        point=Point(row["lat"], row["lon"]),
        published_until=end - timedelta(days=1) if end else None,
    )


async def find_circumstances(
    way: Way, need: Need, locality: Locality, *, now: datetime, to_book: bool
) -> Circumstances:
    """`to_book`: only places that can be booked would do."""
    window = given(start=max(need.window.start, now), end=need.window.end, now=now)
    where = given(lat=locality.point.lat, lon=locality.point.lon, modality=need.modality, audience=need.audience)
    around = list(await _WITHIN_REACH.rows(way, {**window, **where}))
    if need.tele is not Tele.ALONE:
        around += await _BEYOND[to_book].rows(way, {**window, **where})
    return Circumstances(
        now=now,
        territory=locality.territory,
        published_until=locality.published_until,
        supplies=tuple(map(_supply_of, around)),
        next_opening_at=await next_start(way, need, now=now, walk_in=not to_book),
        to_book=to_book,
    )


_HERE = select(LAT.label("lat"), LON.label("lon"))
_LEFT = slots.c.places - slots.c.taken


def _within_reach() -> Select[Any]:
    """Places alike, in the window, that are within reach, or near in a teleconsultation; others may be among them.

    From territories to sessions to places, along an index each, whatever the planner believes of their number:
    `OFFSET 0` keeps it to that.
    """
    here = _HERE.cte("here")
    reach = select(func.max(REACH_KM).label("km")).cte("reach")
    around = _territories_around(reach.c.km + number(_FROM_ITS_PRACTICES_KM), reach).cte("near")
    held = _sessions_within(around, reach).lateral("held")
    place = _places_of(held, here).lateral("place")
    counted = select(
        *(place.c[name] for name in _ALIKE),
        (DETOUR_FACTOR * place.c.crow_km).label("distance_km"),
        RADIUS_KM.label("radius_km"),
        func.sum(place.c.places).label("places"),
        func.coalesce(func.sum(place.c.places_left).filter(place.c.is_free), _NONE).label("free"),
        func.coalesce(func.sum(place.c.places).filter(place.c.is_closed), _NONE).label("closed"),
        func.min(place.c.held_until).filter(place.c.held_until > NOW).label("retry_at"),
    ).select_from(around.join(held, true()).join(here, true()).join(place, true()).join(territories, _own(place)))
    return counted.group_by(*(place.c[name] for name in _ALIKE), place.c.crow_km, territories.c.id)


def _sessions_within(near: FromClause, reach: FromClause) -> Select[Any]:
    """Of a territory, on the days of the window: where a host is within reach, or moves, or nobody has to travel."""
    on_days = _sessions.c.on_date.between((START - _DAY).cast(Date), (END + _DAY).cast(Date))
    is_host = and_(practices.c.territory_id == _sessions.c.territory_id, practices.c.id == any_(_sessions.c.hosts))
    degrees = select(reach.c.km).scalar_subquery() / number(KM_PER_DEGREE)
    is_near = and_(
        func.abs(practices.c.lat - LAT) <= degrees, func.abs(practices.c.lon - LON) * func.cosd(LAT) <= degrees
    )
    host = exists().where(is_host, or_(practices.c.lat.is_(None), is_near))
    by_tele = _sessions.c.template.op("->>")(literal_column("'modality'")).cast(Text) == words(Modality.TELE)[0]
    of_territory = select(_sessions.c.id).where(_sessions.c.territory_id == near.c.territory_id, on_days)
    return of_territory.where(or_(host, by_tele)).correlate(near).offset(_NONE)


def _places_of(held: FromClause, here: FromClause) -> Select[Any]:
    walk_in = words(Mode.WALK_IN)[0]
    is_running = and_(slots.c.mode == walk_in, slots.c.start_at < END, slots.c.end_at > START)
    each = select(
        *(slots.c[name] for name in (*_ALIKE, "territory_id", "places", "held_until")),
        _LEFT.label("places_left"),
        and_(IS_FREE, _LEFT > _NONE).label("is_free"),
        (slots.c.state == words(SlotState.CLOSED)[0]).label("is_closed"),
        crow_km(here).label("crow_km"),
    )
    offered = slots.c.state != words(SlotState.WITHDRAWN)[0]
    mine = each.where(slots.c.session_id == held.c.id, offered, or_(AHEAD, is_running))
    return mine.correlate(held, here).offset(_NONE)


def _territories_around(km: ColumnElement[float], reach: FromClause) -> Select[Any]:
    """Those with a commune in the box, found on the map."""
    half_lat = km / number(KM_PER_DEGREE)
    half_lon = half_lat / func.greatest(func.cosd(LAT), number(0.01), type_=Double())
    corners = func.box(on_the_map(LAT - half_lat, LON - half_lon), on_the_map(LAT + half_lat, LON + half_lon))
    inside = literal_column(ON_THE_MAP).op("<@", is_comparison=True)(select(corners).scalar_subquery())
    return select(communes.c.territory_id).where(inside).distinct()


def _own(place: FromClause) -> ColumnElement[bool]:
    return territories.c.id == place.c.territory_id


def _beyond(*, to_book: bool) -> Select[Any]:
    """The nearest free place that would do, wherever its territory's reach ends, as one more supply.

    Which is nearest is asked of the flat map around the patient, which at these distances errs by less than 1 %; how
    far it is, of the sphere.
    """
    here = _HERE.cte("here")
    cells = cells_around(here, select(number(NEIGHBOURHOOD_KM).label("crow_km")).cte("bounds"))
    north, east = slots.c.lat - cells.c.lat, (slots.c.lon - cells.c.lon) * func.cosd(cells.c.lat)
    apart = (north * north + east * east).label("apart")
    right = and_(slots.c.modality == MODALITY, any_(slots.c.audiences) == AUDIENCE, _LEFT > _NONE)
    if to_book:
        right = and_(right, slots.c.mode == words(Mode.BOOKABLE)[0])
    box = (slots.c.lat.between(cells.c.south, cells.c.north), slots.c.lon.between(cells.c.west, cells.c.east))
    free = select(slots.c.id, apart).where(slots.c.cell == cells.c.cell, OPEN, IS_FREE, AHEAD, right, *box)
    each = free.correlate(cells).offset(_NONE).lateral("each")
    nearest = select(each.c.id).select_from(cells.join(each, true())).order_by(each.c.apart).limit(1).cte("nearest")
    told = (
        *(slots.c[name] for name in _ALIKE),
        (DETOUR_FACTOR * crow_km(here)).label("distance_km"),
        RADIUS_KM.label("radius_km"),
        slots.c.places,
        _LEFT.label("free"),
        _NONE.label("closed"),
        slots.c.held_until.label("retry_at"),
    )
    place = slots.join(nearest, nearest.c.id == slots.c.id).join(here, true()).join(territories, _own(slots))
    return select(*told).select_from(place)


_WITHIN_REACH = Statement(_within_reach())
_BEYOND = {to_book: Statement(_beyond(to_book=to_book)) for to_book in (False, True)}


def _supply_of(row: Row) -> Supply:
    return Supply(
        mode=Mode(row["mode"]),
        modality=Modality(row["modality"]),
        audiences=frozenset(Audience(audience) for audience in row["audiences"]),
        distance_km=row["distance_km"],
        radius_km=row["radius_km"],
        places=row["places"],
        free=row["free"],
        closed=row["closed"],
        retry_at=row["retry_at"],
    )
