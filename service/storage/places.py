"""Places as the hot statements see them: which may be taken, how far they are, and what a caller is told of one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Double,
    FromClause,
    Interval,
    ScalarSelect,
    Select,
    Table,
    Text,
    and_,
    any_,
    case,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from service.domain import calendar
from service.domain.bookings import Slot, SlotId, SlotState
from service.domain.directory import Audience, PracticeId, PractitionerId, Stop, TerritoryId
from service.domain.errors import NotFound
from service.domain.geography import EARTH_RADIUS_KM, Point
from service.domain.keeping import Keeping
from service.domain.policy import Policy
from service.domain.rosters import Modality, Mode, SessionId
from service.domain.venues import Venue
from service.storage.parameters import NOW, SLOT, given
from service.storage.statements import Connected, Row, Statement, Way
from service.storage.tables.bookings import SlotRow
from service.storage.tables.directory import CommuneRow, PracticeRow, PractitionerRow, TerritoryRow

slots = cast("Table", SlotRow.__table__)
territories = cast("Table", TerritoryRow.__table__)
practices = cast("Table", PracticeRow.__table__)
practitioners = cast("Table", PractitionerRow.__table__)
communes = cast("Table", CommuneRow.__table__)

_STOPS = TypeAdapter(tuple[Stop, ...])
_POLICY = Policy()


def words(*values: str) -> tuple[ColumnElement[str], ...]:
    """Words written into the statement itself, so that the planner sees that a partial index holds the rows."""
    return tuple(literal_column(f"'{value}'", Text) for value in values)


OPEN = slots.c.state.in_(words(SlotState.FREE, SlotState.HELD))
"""What the indexes of open places hold: the free ones, and the held ones, whose hold may be over."""

IS_FREE = or_(slots.c.state == words(SlotState.FREE)[0], slots.c.held_until <= NOW)
IS_TAKEABLE = and_(slots.c.mode == words(Mode.BOOKABLE)[0], slots.c.start_at > NOW, OPEN, IS_FREE)
"""A place that a hold or a booking may have at this instant; PostgreSQL asks again after waiting for a rival."""


def number(value: float) -> ColumnElement[float]:
    """A constant written into the statement itself."""
    return literal_column(str(value), Double)


def policy_number(default: float, *path: str) -> ColumnElement[float]:
    """A number of the territory's policy, which holds only what its owner set."""
    at: ColumnElement[Any] = literal_column(f"'{{{','.join(path)}}}'")
    return func.coalesce(territories.c.policy.op("#>>")(at).cast(Double), number(default), type_=Double())


RADIUS_KM, REACH_KM = territories.c.radius_km, territories.c.reach_km
WAITING_WEIGHT, TRAVEL_WEIGHT = territories.c.waiting_weight, territories.c.travel_weight
KEPT_CHARGE, TELE_CHARGE = territories.c.kept_charge, territories.c.tele_charge
DETOUR_FACTOR, SPEED_KMH = territories.c.detour_factor, territories.c.speed_kmh
NEARLY_FULL_PERCENT = policy_number(_POLICY.nearly_full_percent, "nearly_full_percent")
HOLD_TIME = policy_number(_POLICY.hold_seconds, "hold_seconds") * literal_column("interval '1 second'", Interval)


def in_utc(instant: ColumnElement[Any]) -> ColumnElement[Any]:
    """As `slots_open_agenda_idx` has the start of places: see `START_IN_UTC`."""
    return func.timezone(words("UTC")[0], instant)


def crow_km(here: FromClause) -> ColumnElement[float]:
    """Great circle from there to the slot; the twin of `domain.geography.great_circle_km`."""
    half_chord = func.power(func.sind((slots.c.lat - here.c.lat) / number(2)), number(2)) + func.cosd(
        here.c.lat
    ) * func.cosd(slots.c.lat) * func.power(func.sind((slots.c.lon - here.c.lon) / number(2)), number(2))
    return number(2 * EARTH_RADIUS_KM) * func.asin(func.sqrt(func.least(half_chord, number(1))), type_=Double())


def minutes_from_now(instant: ColumnElement[Any]) -> ColumnElement[float]:
    """0 when it is past."""
    seconds = func.extract("epoch", instant - NOW).cast(Double)
    return func.greatest(seconds / number(60), number(0), type_=Double())


def towns_of_stops() -> ColumnElement[Any]:
    """Of a mobile unit: postal code and name of the communes where it stops, by their codes."""
    stops = func.jsonb_path_query_array(practices.c.stops, literal_column("'$[*].insee'"))
    each = func.jsonb_array_elements_text(stops).column_valued("each_insee")
    named: ScalarSelect[Any] = select(each).scalar_subquery()
    town = func.jsonb_build_array(communes.c.postal_code, communes.c.name)
    found = select(func.jsonb_object_agg(communes.c.insee, town, type_=JSONB()))
    here = and_(communes.c.territory_id == practices.c.territory_id, communes.c.insee == any_(func.array(named)))
    return case((practices.c.lat.is_(None), found.where(here).correlate(practices).scalar_subquery()))


def told(place: FromClause, *further: ColumnElement[Any]) -> Select[Any]:
    """The slot's columns, with what a caller is told of it: where, whom, on which clock."""
    columns, town = [place.c[column.name] for column in slots.c], communes.alias("town")
    known = (
        practices.c.name.label("practice_name"),
        practices.c.address_line,
        practices.c.phone,
        practices.c.stops,
        town.c.postal_code,
        town.c.name.label("city"),
        towns_of_stops().label("towns"),
        (practitioners.c.given_name + " " + practitioners.c.family_name).label("practitioner_name"),
        territories.c.timezone,
        NEARLY_FULL_PERCENT.label("nearly_full_percent"),
    )
    same = place.c.territory_id
    joined = (
        place.join(territories, territories.c.id == same)
        .join(practices, and_(practices.c.territory_id == same, practices.c.id == place.c.practice_id))
        .outerjoin(town, and_(town.c.territory_id == same, town.c.insee == practices.c.insee))
        .join(practitioners, and_(practitioners.c.territory_id == same, practitioners.c.id == place.c.practitioner_id))
    )
    return select(*columns, *known, *further).select_from(joined)


def slot_of(row: Row) -> Slot:
    return Slot(
        id=SlotId(row["id"]),
        session=SessionId(row["session_id"]),
        territory=TerritoryId(row["territory_id"]),
        practice=PracticeId(row["practice_id"]),
        practitioner=PractitionerId(row["practitioner_id"]),
        time=calendar.Interval(start=row["start_at"], end=row["end_at"]),
        point=Point(row["lat"], row["lon"]),
        mode=Mode(row["mode"]),
        modality=Modality(row["modality"]),
        audiences=frozenset(Audience(audience) for audience in row["audiences"]),
        places=row["places"],
        taken=row["taken"],
        state=SlotState(row["state"]),
        held_until=row["held_until"] and row["held_until"].astimezone(ZoneInfo(row["timezone"])),
        kept=Keeping(sector=row["kept_for"], until=row["kept_until"]) if row["kept_for"] is not None else None,
    )


def stop_of(row: Row) -> Stop | None:
    """Where a mobile unit is that day."""
    return stop_on(row["stops"], row["start_at"].astimezone(ZoneInfo(row["timezone"])).date())


def stop_on(stops: object, on: date) -> Stop | None:
    """Of a practice's stops as they are stored, the one of that day."""
    known: Sequence[Stop] = _STOPS.validate_python(stops) if stops else ()
    return next((stop for stop in known if stop.serves(on)), None)


def venue_of(row: Row) -> Venue:
    zone = ZoneInfo(row["timezone"])
    stop = stop_of(row)
    own_town = row["postal_code"], row["city"]
    postal_code, city = own_town if stop is None else (row["towns"] or {}).get(stop.insee, (None, None))
    return Venue(
        practice_name=row["practice_name"],
        address_line=row["address_line"] if stop is None else stop.address_line,
        postal_code=postal_code,
        city=city,
        phone=row["phone"],
        practitioner_name=row["practitioner_name"],
        zone=zone,
        nearly_full_percent=round(row["nearly_full_percent"]),
    )


_PLACE = Statement(told(slots).where(slots.c.id == SLOT))


async def get_place(way: Way, id: SlotId) -> tuple[Slot, Venue]:
    """Raises NotFound."""
    row = await _PLACE.row(way, given(slot=id))
    if row is None:
        raise NotFound("slot", id)
    return slot_of(row), venue_of(row)


async def refuse_unless_free(way: Way, id: SlotId, *, now: datetime) -> None:
    """Raises NotFound, or the Conflict that forbids to take the place; nothing when it is free at this instant."""
    slot, _ = await get_place(way, id)
    slot.refuse_unless_free(now=now)


async def places_by_id(connection: Connected, ids: Collection[SlotId]) -> Mapping[SlotId, tuple[Slot, Venue]]:
    rows = (await connection.execute(told(slots).where(slots.c.id.in_(ids)))).mappings()
    return {SlotId(row["id"]): (slot_of(row), venue_of(row)) for row in rows}
