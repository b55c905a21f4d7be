"""Agendas as one statement finds them: whose they are, where, and the places that are free at this instant."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from sqlalchemy import CTE, ColumnElement, ScalarSelect, Select, and_, any_, case, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import JSONB

from service.domain.agendas import Agenda, AgendaPlace, AgendaSearch, Community, Site
from service.domain.bookings import SlotId
from service.domain.calendar import Interval
from service.domain.directory import Audience, PracticeId, Stop, TerritoryId
from service.domain.geography import Point
from service.domain.national import structure_id
from service.domain.rosters import Modality, Mode
from service.storage.nearby import on_the_map
from service.storage.parameters import END, END_WALL, NOW, RPPS, START, START_WALL, given
from service.storage.places import (
    IS_FREE,
    OPEN,
    communes,
    in_utc,
    practices,
    practitioners,
    slots,
    territories,
    towns_of_stops,
    words,
)
from service.storage.statements import Row, Statement, Way
from service.storage.tables.directory import ON_THE_MAP

_STOPS = TypeAdapter(tuple[Stop, ...])
_COMMUNITIES = TypeAdapter(tuple[Community, ...])
_EACH: Mapping[str, str] = {"id": "ids", "start_at": "starts", "end_at": "ends"}
"""Of the places of one kind, which come as arrays, all in the same order."""
_TOWN = func.jsonb_build_array(communes.c.postal_code, communes.c.name)


def _people() -> CTE:
    """Those asked for, in every territory that knows them, with the window by its clock."""
    zone = territories.c.timezone
    told = (
        practitioners.c.territory_id,
        practitioners.c.id,
        practitioners.c.rpps,
        practitioners.c.given_name,
        practitioners.c.family_name,
        practitioners.c.specialty,
        zone,
        func.coalesce(START, func.timezone(zone, START_WALL)).label("first_at"),
        func.coalesce(END, func.timezone(zone, END_WALL)).label("last_at"),
    )
    known = practitioners.join(territories, territories.c.id == practitioners.c.territory_id)
    return select(*told).select_from(known).where(practitioners.c.rpps == any_(RPPS)).cte("people")


def _free_places(people: CTE) -> Select[Any]:
    """Of one of them, by site and kind: a walk along `slots_open_agenda_idx`."""
    kind = (slots.c.practice_id, slots.c.mode, slots.c.modality, slots.c.audiences)
    own = and_(slots.c.territory_id == people.c.territory_id, slots.c.practitioner_id == people.c.id)
    start, first, last = in_utc(slots.c.start_at), in_utc(people.c.first_at), in_utc(people.c.last_at)
    window = (start > in_utc(NOW), start >= first, start <= last)
    each = (func.array_agg(slots.c[name]).label(label) for name, label in _EACH.items())
    free = select(*kind, *each).where(own, OPEN, IS_FREE, slots.c.taken < slots.c.places, *window)
    return free.group_by(*kind).correlate(people)


def _nearest_town() -> ColumnElement[Any]:
    """Of a practice that names no commune."""
    apart = literal_column(ON_THE_MAP).op("<->")(on_the_map(practices.c.lat, practices.c.lon))
    nearest = select(_TOWN).order_by(apart).limit(literal_column("1")).correlate(practices).scalar_subquery()
    return case((and_(practices.c.insee.is_(None), practices.c.lat.is_not(None)), nearest))


def _communities(people: CTE) -> ScalarSelect[Any]:
    """Where the person pledged time to CPTS structures, whichever territory the place is in."""
    member, community = practitioners.alias("member"), territories.alias("community")
    known = {
        "territory": community.c.id,
        "name": community.c.name,
        "finess": community.c.finess,
        "phone": community.c.phone,
        "from_on": member.c.from_on,
        "until_on": member.c.until_on,
    }
    pairs = [part for name, column in known.items() for part in (words(name)[0], column)]
    joined = member.join(community, community.c.id == member.c.territory_id)
    pledged = words(Audience.CPTS)[0] == any_(member.c.pledge_audiences)
    found = select(func.jsonb_agg(func.jsonb_build_object(*pairs), type_=JSONB())).select_from(joined)
    return found.where(member.c.rpps == people.c.rpps, pledged).correlate(people).scalar_subquery()


def _agendas() -> Select[Any]:
    people = _people()
    free = _free_places(people).lateral("free")
    town = communes.alias("town")
    site = (practices.c[name] for name in ("name", "finess", "siret", "rpps_rank", "phone", "address_line", "stops"))
    told = (
        *(column for column in people.c if column.name not in ("id", "first_at", "last_at")),
        *free.c,
        *site,
        practices.c.lat,
        practices.c.lon,
        town.c.postal_code,
        town.c.name.label("city"),
        _nearest_town().label("nearest_town"),
        towns_of_stops().label("towns"),
        _communities(people).label("communities"),
    )
    here = and_(practices.c.territory_id == people.c.territory_id, practices.c.id == free.c.practice_id)
    there = and_(town.c.territory_id == practices.c.territory_id, town.c.insee == practices.c.insee)
    return select(*told).select_from(people.join(free, true()).join(practices, here).outerjoin(town, there))


AGENDAS = Statement(_agendas())


async def find_agendas(way: Way, search: AgendaSearch, *, now: datetime) -> tuple[Agenda, ...]:
    """All that is free and yet to begin, by person and site; `domain.agendas.shown` says what is told of it.

    A mobile unit's place is left out on a day without a stop: it has no address.
    """
    return tuple(agendas_of(await AGENDAS.rows(way, asked(search, now=now))))


def asked(search: AgendaSearch, *, now: datetime) -> Mapping[str, Any]:
    start, end = search.start_at, search.end_at
    return given(
        rpps=sorted(search.rpps),
        now=now,
        start=start if start.tzinfo else None,
        start_wall=None if start.tzinfo else start,
        end=end if end.tzinfo else None,
        end_wall=None if end.tzinfo else end,
    )


def agendas_of(rows: Iterable[Row]) -> Iterator[Agenda]:
    """A row tells of the places of one kind; those of one person and site make an agenda."""
    places: dict[tuple[str, Site], list[AgendaPlace]] = defaultdict(list)
    told: dict[tuple[str, Site], Row] = {}
    for row in rows:
        zone, site_on = ZoneInfo(row["timezone"]), _sites_of(row)
        for place in _places_of(row):
            site = site_on(place.time.start.astimezone(zone).date())
            if site is not None:
                places[row["rpps"], site].append(place)
                told.setdefault((row["rpps"], site), row)
    for (rpps, site), row in sorted(told.items(), key=lambda each: (each[0][0], each[0][1].id)):
        of_site = sorted(places[rpps, site], key=lambda place: (place.time.start, place.id))
        yield Agenda(
            rpps=rpps,
            given_name=row["given_name"],
            family_name=row["family_name"],
            specialty=row["specialty"],
            zone=ZoneInfo(row["timezone"]),
            site=site,
            communities=_communities_of(row),
            places=tuple(of_site),
        )


def _places_of(row: Row) -> Iterator[AgendaPlace]:
    mode, modality = Mode(row["mode"]), Modality(row["modality"])
    audiences = frozenset(Audience(audience) for audience in row["audiences"])
    for id, start, end in zip(row["ids"], row["starts"], row["ends"], strict=True):
        time = Interval(start=start, end=end)
        yield AgendaPlace(id=SlotId(id), time=time, mode=mode, modality=modality, audiences=audiences)


def _sites_of(row: Row) -> Callable[[date], Site | None]:
    """Where patients come, by the day."""
    if row["lat"] is not None:
        town = row["nearest_town"] if row["city"] is None else (row["postal_code"], row["city"])
        fixed = _site(row, row["address_line"], town, Point(row["lat"], row["lon"]))
        return lambda _: fixed
    stops, towns = _STOPS.validate_python(row["stops"]), row["towns"] or {}

    @cache
    def on(day: date) -> Site | None:
        stop = next((each for each in stops if each.serves(day)), None)
        if stop is None:
            return None
        name = f"{stop.insee}/{stop.address_line}"
        return _site(row, stop.address_line, towns.get(stop.insee), stop.point, stop=name)

    return on


def _site(row: Row, address_line: str, town: tuple[str, str] | None, point: Point, *, stop: str = "") -> Site | None:
    """`town`: postal code and name; without it there is no address to tell."""
    if town is None:
        return None
    return Site(
        territory=TerritoryId(row["territory_id"]),
        practice=PracticeId(row["practice_id"]),
        name=row["name"],
        structure=structure_id(finess=row["finess"], siret=row["siret"], rpps_rank=row["rpps_rank"]),
        phone=row["phone"],
        address_line=address_line,
        postal_code=town[0],
        city=town[1],
        point=point,
        stop=stop,
    )


def _communities_of(row: Row) -> tuple[Community, ...]:
    """The place's own first."""
    found = _COMMUNITIES.validate_python(row["communities"] or ())
    return tuple(sorted(found, key=lambda each: (each.territory != row["territory_id"], each.territory)))
