"""How free places are found and ranked: the parts of the statements that search, and that book for a need."""

from enum import IntEnum
from typing import Any, cast

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Double,
    FromClause,
    Integer,
    Select,
    Table,
    and_,
    any_,
    case,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)

from service.domain.bookings import SlotState
from service.domain.policy import Policy, SearchPolicy
from service.domain.rosters import Modality, Mode
from service.storage.parameters import (
    AUDIENCE,
    END,
    INSEE,
    LAT,
    LIMIT,
    LON,
    MODALITY,
    NOW,
    START,
    USUAL_GP,
)
from service.storage.places import (
    DETOUR_FACTOR,
    IS_FREE,
    OPEN,
    RADIUS_KM,
    SPEED_KMH,
    TRAVEL_WEIGHT,
    WAITING_WEIGHT,
    crow_km,
    minutes_from_now,
    number,
    practitioners,
    slots,
    territories,
    words,
)
from service.storage.tables.directory import CommuneRow

communes = cast("Table", CommuneRow.__table__)
KM_PER_DEGREE = 111.19
"""Of latitude, on a sphere of 6 371 km, rounded down so that boxes are never too small."""
AHEAD = and_(slots.c.start_at > NOW, slots.c.start_at >= START, slots.c.start_at < END)
"""Yet to begin, and in the window."""


class Turn(IntEnum):
    """The patient's own GP is tried first, then his or her practice."""

    OWN_GP = 0
    OWN_PRACTICE = 1
    OTHERS = 2


_DAY: ColumnElement[Any] = literal_column("interval '1 day'")
_MINUTE: ColumnElement[Any] = literal_column("interval '1 minute'")


def _origin() -> CTE:
    """Where the patient is: the point given, or the centre of the commune."""
    centre = select(communes.c.lat, communes.c.lon).where(communes.c.insee == INSEE)
    point = select(LAT.label("lat"), LON.label("lon")).where(LAT.is_not(None))
    return union_all(point, centre).limit(1).cte("origin")


def _bounds() -> CTE:
    """The widest reach of any territory as the crow flies, and the least that any asks for a minute of waiting."""
    reach, weight = SearchPolicy().radius_km / Policy().detour_factor, SearchPolicy().waiting_weight
    widest: ColumnElement[float] = func.greatest(number(reach), func.max(RADIUS_KM / DETOUR_FACTOR), type_=Double())
    least: ColumnElement[float] = func.least(number(weight), func.min(WAITING_WEIGHT), type_=Double())
    own = territories.c.policy != literal_column("'{}'::jsonb")
    return select(widest.label("crow_km"), least.label("waiting_weight")).where(own).cte("bounds")


def _cells(origin: CTE, bounds: CTE) -> CTE:
    """The squares around the origin that hold all within reach, each with the box that does: see `SlotRow.cell`."""
    half_lat = bounds.c.crow_km / number(KM_PER_DEGREE)
    half_lon = half_lat / func.greatest(func.cosd(origin.c.lat), number(0.01), type_=Double())
    south, north = origin.c.lat - half_lat, origin.c.lat + half_lat
    west, east = origin.c.lon - half_lon, origin.c.lon + half_lon
    edges = (south.label("south"), north.label("north"), west.label("west"), east.label("east"))
    box = select(*origin.c, *edges).select_from(origin.join(bounds, true())).cte("box")
    row, column = _squares(box.c.south, box.c.north, "row"), _squares(box.c.west, box.c.east, "column")
    found = select(*box.c, (row.c.number * literal_column("1000") + column.c.number).label("cell"))
    return found.select_from(box.join(row, true()).join(column, true())).cte("cells")


def _squares(least: ColumnElement[float], most: ColumnElement[float], name: str) -> FromClause:
    """The half degrees between two. From an array, as the planner takes a bare series for a thousand numbers long."""
    first, last = (func.floor(degrees * number(2)).cast(Integer) for degrees in (least, most))
    series = func.array(select(func.generate_series(first, last)).scalar_subquery())
    return func.unnest(series).table_valued(Column("number", Integer)).render_derived(f"each_{name}")


def _usual() -> CTE:
    """The patient's own GP, in every territory that knows him or her."""
    own = select(practitioners.c.territory_id, practitioners.c.id, practitioners.c.home_practice)
    return own.where(practitioners.c.rpps == USUAL_GP).cte("usual")


def _matching(here: CTE, usual: CTE) -> Select[Any]:
    """Free places that match the need, wherever they are, with what their territory's policy says of the way there."""
    is_own = and_(
        usual.c.territory_id == slots.c.territory_id,
        or_(usual.c.id == slots.c.practitioner_id, usual.c.home_practice == slots.c.practice_id),
    )
    own_gp, own_practice, others = (literal_column(str(turn.value), Integer) for turn in Turn)
    turn = case((usual.c.id == slots.c.practitioner_id, own_gp), (usual.c.id.is_not(None), own_practice), else_=others)
    told = (
        slots.c.id,
        slots.c.start_at,
        turn.label("turn"),
        (DETOUR_FACTOR * crow_km(here)).label("distance_km"),
        RADIUS_KM.label("radius_km"),
        SPEED_KMH.label("speed_kmh"),
        WAITING_WEIGHT.label("waiting_weight"),
        TRAVEL_WEIGHT.label("travel_weight"),
    )
    joined = slots.join(territories, territories.c.id == slots.c.territory_id).outerjoin(usual, is_own)
    matches = and_(slots.c.modality == MODALITY, any_(slots.c.audiences) == AUDIENCE)
    return select(*told).select_from(joined).where(OPEN, IS_FREE, slots.c.taken < slots.c.places, matches)


def _costed(place: FromClause, *, travels: bool) -> Select[Any]:
    """The places within reach, with what each costs the patient."""
    travel = place.c.distance_km / place.c.speed_kmh * number(60) if travels else number(0)
    waiting = minutes_from_now(place.c.start_at)
    costed = select(
        place.c.id,
        place.c.start_at,
        place.c.turn,
        place.c.distance_km,
        travel.label("travel_minutes"),
        waiting.label("waiting_minutes"),
        (place.c.waiting_weight * waiting + place.c.travel_weight * travel).label("cost"),
    )
    return costed.where(place.c.distance_km <= place.c.radius_km) if travels else costed


def _in_cells(
    cells: CTE, usual: CTE, *limits: ColumnElement[bool], first: ColumnElement[int] | None = None
) -> Select[Any]:
    """Places within reach that have yet to begin; of each cell only the `first` so many, earliest first.

    One walk along the index for each cell, whatever the planner believes of their number: `OFFSET 0` keeps it to that.
    """
    box = (slots.c.lat.between(cells.c.south, cells.c.north), slots.c.lon.between(cells.c.west, cells.c.east))
    matching = _matching(cells, usual).where(slots.c.cell == cells.c.cell, AHEAD, *box, *limits)
    place = matching.correlate(cells).subquery("place")
    reached = _costed(place, travels=True).offset(literal_column("0"))
    if first is not None:
        reached = reached.order_by(place.c.start_at).limit(first)
    each = reached.lateral("reached")
    return select(*each.c).select_from(cells.join(each, true()))


def _running(origin: CTE, usual: CTE) -> Select[Any]:
    """Walk-in sessions within reach that are open when the window begins."""
    is_walk_in = and_(slots.c.state == words(SlotState.FREE)[0], slots.c.mode == words(Mode.WALK_IN)[0])
    of_the_day = and_(slots.c.start_at > START - _DAY, slots.c.start_at <= START)
    is_open = and_(or_(slots.c.start_at < START, slots.c.start_at <= NOW), slots.c.end_at > START)
    running = _matching(origin, usual).where(is_walk_in, of_the_day, is_open).join(origin, true())
    return _costed(running.subquery("running"), travels=True)


def _everywhere(origin: CTE, usual: CTE, modes: ColumnElement[bool]) -> Select[Any]:
    """Teleconsultations: nobody travels, so none is too far."""
    is_tele = slots.c.modality == words(Modality.TELE)[0]
    everywhere = _matching(origin, usual).where(is_tele, AHEAD, modes).join(origin, true())
    return _costed(everywhere.subquery("everywhere"), travels=False)


def _worth_a_second_look(cells: CTE, early: CTE, bounds: CTE) -> CTE:
    """The squares, with when to stop in each.

    The places found early set a cost; one that waits longer than that cost allows cannot be among the best. The
    patient's own GP is tried first whatever the cost.
    """
    last = LIMIT - literal_column("1", Integer)
    cost = select(early.c.cost).order_by(early.c.cost).offset(last).limit(1).scalar_subquery()
    weight: ColumnElement[float] = func.nullif(bounds.c.waiting_weight, number(0), type_=Double())
    by_cost = func.coalesce(NOW + (cost / weight + number(1)) * _MINUTE, END)
    latest = case((USUAL_GP.is_not(None), END), else_=by_cost)
    second_look = select(*cells.c, latest.label("latest")).select_from(cells.join(bounds, true())).cte("second_look")
    return second_look.prefix_with("MATERIALIZED")


def _modes(*, walk_in: bool) -> ColumnElement[bool]:
    return true() if walk_in else slots.c.mode == words(Mode.BOOKABLE)[0]


def best_places(*, tele: bool, walk_in: bool) -> CTE:
    """The `limit` best free places of the need, walk-in sessions among them if asked.

    Two walks along the index, the first to know how far the second must go.
    """
    origin, usual = _origin(), _usual()
    modes = _modes(walk_in=walk_in)
    if tele:
        found = _everywhere(origin, usual, modes).subquery("found")
    else:
        bounds = _bounds()
        cells = _cells(origin, bounds)
        early = _in_cells(cells, usual, modes, first=LIMIT).cte("early")
        again = _worth_a_second_look(cells, early, bounds)
        ahead = _in_cells(again, usual, modes, slots.c.start_at <= again.c.latest)
        found = (union_all(ahead, _running(origin, usual)) if walk_in else ahead).subquery("found")
    rank = (found.c.turn, found.c.cost, found.c.start_at, found.c.id)
    return select(found).order_by(*rank).limit(LIMIT).cte("best")


def first_start(*, tele: bool, walk_in: bool) -> Select[Any]:
    """When the earliest free place of the need begins."""
    origin, usual = _origin(), _usual()
    modes = _modes(walk_in=walk_in)
    if tele:
        found = _everywhere(origin, usual, modes)
    else:
        found = _in_cells(_cells(origin, _bounds()), usual, modes, first=literal_column("1", Integer))
    return select(func.min(found.subquery("found").c.start_at))
