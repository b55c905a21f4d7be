"""How free places are found and ranked: the parts of the statements that search, and that book for a need."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Double,
    FromClause,
    Integer,
    Select,
    and_,
    any_,
    case,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)

from service.domain.bookings import SlotState
from service.domain.needs import Tele
from service.domain.ranking import Turn
from service.domain.rosters import Modality, Mode
from service.storage.nearby import cells_around, on_the_map
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
    KEPT_CHARGE,
    OPEN,
    RADIUS_KM,
    REACH_KM,
    SPEED_KMH,
    TELE_CHARGE,
    TRAVEL_WEIGHT,
    WAITING_WEIGHT,
    communes,
    crow_km,
    minutes_from_now,
    number,
    practitioners,
    slots,
    territories,
    words,
)
from service.storage.tables.directory import ON_THE_MAP

AHEAD = and_(slots.c.start_at > NOW, slots.c.start_at >= START, slots.c.start_at < END)
"""Yet to begin, and in the window."""


_OF_POLICY = (
    RADIUS_KM.label("radius_km"),
    SPEED_KMH.label("speed_kmh"),
    WAITING_WEIGHT.label("waiting_weight"),
    TRAVEL_WEIGHT.label("travel_weight"),
    KEPT_CHARGE.label("kept_charge"),
    TELE_CHARGE.label("tele_charge"),
)
_DAY: ColumnElement[Any] = literal_column("interval '1 day'")
_MINUTE: ColumnElement[Any] = literal_column("interval '1 minute'")


def _origin() -> CTE:
    """Where the patient is: the point given, or the centre of the commune."""
    centre = select(communes.c.lat, communes.c.lon).where(communes.c.insee == INSEE)
    point = select(LAT.label("lat"), LON.label("lon")).where(LAT.is_not(None))
    return union_all(point, centre).limit(1).cte("origin")


def _homes() -> CTE:
    """The sector where the patient lives, in each territory that has the commune; for a point, of the nearest one."""
    sector = select(communes.c.territory_id, communes.c.sector)
    apart = literal_column(ON_THE_MAP).op("<->")(on_the_map(LAT, LON))
    nearest = sector.where(LAT.is_not(None)).order_by(apart).limit(1).subquery("nearest")
    return union_all(sector.where(communes.c.insee == INSEE), select(nearest)).cte("homes")


def _bounds() -> CTE:
    """The widest reach of any territory as the crow flies, and the least that any asks for a minute of waiting."""
    return select(func.max(REACH_KM).label("crow_km"), func.min(WAITING_WEIGHT).label("waiting_weight")).cte("bounds")


def _usual() -> CTE:
    """The patient's own GP, in every territory that knows him or her."""
    own = select(practitioners.c.territory_id, practitioners.c.id, practitioners.c.home_practice)
    return own.where(practitioners.c.rpps == USUAL_GP).cte("usual")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Patient:
    """Where he or she is and lives, and his or her own GP."""

    origin: CTE = field(default_factory=_origin)
    homes: CTE = field(default_factory=_homes)
    usual: CTE = field(default_factory=_usual)


def _matching(
    patient: _Patient, here: CTE, *, modality: ColumnElement[str] = MODALITY, keeps: bool = False
) -> Select[Any]:
    """Free places that match the need, wherever they are, with what their territory's policy says of the way there.

    `keeps`: whether some may be kept for the inhabitants of a sector, as neither counters nor teleconsultations are.
    """
    usual, homes = patient.usual, patient.homes
    is_own = and_(
        usual.c.territory_id == slots.c.territory_id,
        or_(usual.c.id == slots.c.practitioner_id, usual.c.home_practice == slots.c.practice_id),
    )
    at_home = and_(homes.c.territory_id == slots.c.territory_id, homes.c.sector == slots.c.kept_for)
    is_kept = func.coalesce(and_(slots.c.kept_until > NOW, homes.c.sector.is_(None)), false()) if keeps else false()
    told = (
        slots.c.id,
        slots.c.start_at,
        _turn(usual).label("turn"),
        is_kept.label("is_kept"),
        (DETOUR_FACTOR * crow_km(here)).label("distance_km"),
        *_OF_POLICY,
    )
    joined = slots.join(territories, territories.c.id == slots.c.territory_id).outerjoin(usual, is_own)
    if keeps:
        joined = joined.outerjoin(homes, at_home)
    matches = and_(slots.c.modality == modality, any_(slots.c.audiences) == AUDIENCE)
    return select(*told).select_from(joined).where(OPEN, IS_FREE, slots.c.taken < slots.c.places, matches)


def _turn(usual: CTE) -> ColumnElement[int]:
    own_gp, own_practice, others = (literal_column(str(turn.value), Integer) for turn in Turn)
    return case((usual.c.id == slots.c.practitioner_id, own_gp), (usual.c.id.is_not(None), own_practice), else_=others)


def _costed(place: FromClause, *, tele: Tele = Tele.NEVER) -> Select[Any]:
    """The places within reach, with what each costs the patient: the twin of `domain.ranking.cost_of`."""
    travels = tele is Tele.NEVER
    travel = place.c.distance_km / place.c.speed_kmh * number(60) if travels else number(0)
    waiting = minutes_from_now(place.c.start_at)
    cost = place.c.waiting_weight * waiting + place.c.travel_weight * travel
    if travels:
        cost += case((place.c.is_kept, place.c.kept_charge), else_=number(0))
    elif tele is Tele.TOO:
        cost += place.c.tele_charge
    costed = select(
        place.c.id,
        place.c.start_at,
        place.c.turn,
        (place.c.is_kept if travels else false()).label("is_kept"),
        place.c.distance_km,
        travel.label("travel_minutes"),
        waiting.label("waiting_minutes"),
        cost.label("cost"),
    )
    return costed.where(place.c.distance_km <= place.c.radius_km) if travels else costed


def _walk(
    patient: _Patient, cells: CTE, *limits: ColumnElement[bool], first: ColumnElement[int] | None = None
) -> FromClause:
    """Of each cell the places within reach that have yet to begin, or only the `first` so many, earliest first.

    One walk along the index for each cell, whatever the planner believes of their number: `OFFSET 0` keeps it to that.
    """
    box = (slots.c.lat.between(cells.c.south, cells.c.north), slots.c.lon.between(cells.c.west, cells.c.east))
    matching = _matching(patient, cells, keeps=True).where(slots.c.cell == cells.c.cell, AHEAD, *box, *limits)
    place = matching.correlate(cells).subquery("place")
    reached = _costed(place).offset(literal_column("0"))
    if first is not None:
        reached = reached.order_by(place.c.start_at).limit(first)
    return reached.lateral("reached")


def _running(patient: _Patient) -> Select[Any]:
    """Walk-in sessions within reach that are open when the window begins."""
    origin = patient.origin
    is_walk_in = and_(slots.c.state == words(SlotState.FREE)[0], slots.c.mode == words(Mode.WALK_IN)[0])
    of_the_day = and_(slots.c.start_at > START - _DAY, slots.c.start_at <= START)
    is_open = and_(or_(slots.c.start_at < START, slots.c.start_at <= NOW), slots.c.end_at > START)
    running = _matching(patient, origin).where(is_walk_in, of_the_day, is_open).join(origin, true())
    return _costed(running.subquery("running"))


def _everywhere(patient: _Patient, tele: Tele, *limits: ColumnElement[bool]) -> Select[Any]:
    """Teleconsultations: nobody travels, so none is too far."""
    (by_tele,) = words(Modality.TELE)
    everywhere = _matching(patient, patient.origin, modality=by_tele).where(AHEAD, *limits).join(patient.origin, true())
    return _costed(everywhere.subquery("everywhere"), tele=tele)


def _left_off(early: CTE) -> CTE:
    """The squares that may hold more than was looked at first, and the last start looked at, of which some may be."""
    count, last = func.count(), func.max(early.c.start_at)
    return select(early.c.cell, last.label("last")).group_by(early.c.cell).having(count >= LIMIT).cte("left_off")


def _latest(early: CTE, bounds: CTE) -> CTE:
    """When to stop looking.

    The places found early set a cost; one that waits longer than that cost allows cannot be among the best, as no
    charge is below 0. The patient's own GP is tried first whatever the cost.
    """
    last = LIMIT - literal_column("1", Integer)
    cost = select(early.c.cost).order_by(early.c.cost).offset(last).limit(1).scalar_subquery()
    weight: ColumnElement[float] = func.nullif(bounds.c.waiting_weight, number(0), type_=Double())
    by_cost = func.coalesce(NOW + (cost / weight + number(1)) * _MINUTE, END)
    latest = case((USUAL_GP.is_not(None), END), else_=by_cost)
    return select(latest.label("start_at")).select_from(bounds).cte("latest").prefix_with("MATERIALIZED")


def _modes(*, walk_in: bool) -> ColumnElement[bool]:
    return true() if walk_in else slots.c.mode == words(Mode.BOOKABLE)[0]


def _in_person(patient: _Patient, tele: Tele, *, walk_in: bool) -> Iterator[Select[Any]]:
    """Two walks along the index, the first to know how far the second must go; teleconsultations go no further.

    The second goes on where the first left off: at its last start, all of whose places are left to it.
    """
    modes, bounds = _modes(walk_in=walk_in), _bounds()
    cells = cells_around(patient.origin, bounds)
    first = _walk(patient, cells, modes, first=LIMIT)
    early = select(*first.c, cells.c.cell).select_from(cells.join(first, true())).cte("early")
    left_off, latest = _left_off(early), _latest(early, bounds)
    seen = select(*(early.c[column.key] for column in first.c)).select_from(
        early.outerjoin(left_off, left_off.c.cell == early.c.cell)
    )
    yield seen.where(or_(left_off.c.last.is_(None), early.c.start_at < left_off.c.last))
    further = cells.join(left_off, left_off.c.cell == cells.c.cell).join(latest, true())
    again = select(*cells.c, left_off.c.last, latest.c.start_at).select_from(further).cte("again")
    again = again.prefix_with("MATERIALIZED")
    rest = _walk(patient, again, modes, slots.c.start_at >= again.c.last, slots.c.start_at <= again.c.start_at)
    yield select(*rest.c).select_from(again.join(rest, true()))
    if walk_in:
        yield _running(patient)
    if tele is Tele.TOO:
        until = select(latest.c.start_at).scalar_subquery()
        yield _everywhere(patient, tele, modes, slots.c.start_at <= until)


def best_places(tele: Tele, *, walk_in: bool) -> CTE:
    """The `limit` best free places of the need, in the order of `domain.ranking`; walk-in sessions too if asked."""
    patient = _Patient()
    if tele is Tele.ALONE:
        ways: Iterable[Select[Any]] = [_everywhere(patient, tele, _modes(walk_in=walk_in))]
    else:
        ways = _in_person(patient, tele, walk_in=walk_in)
    found = union_all(*ways).subquery("found")
    rank = (found.c.turn, found.c.cost, found.c.start_at, found.c.id)
    return select(found).order_by(*rank).limit(LIMIT).cte("best")


def first_start(tele: Tele, *, walk_in: bool) -> Select[Any]:
    """When the earliest free place of the need begins."""
    patient, modes = _Patient(), _modes(walk_in=walk_in)
    ways = []
    if tele is not Tele.ALONE:
        cells = cells_around(patient.origin, _bounds())
        earliest = _walk(patient, cells, modes, first=literal_column("1", Integer))
        ways.append(select(*earliest.c).select_from(cells.join(earliest, true())))
    if tele is not Tele.NEVER:
        ways.append(_everywhere(patient, tele, modes))
    return select(func.min(union_all(*ways).subquery("found").c.start_at).label("start_at"))
