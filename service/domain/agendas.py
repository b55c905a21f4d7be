"""What practitioners offer as the national interface shows it: one agenda for each person and place of consultation."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from service.domain.bookings import SlotId
from service.domain.calendar import Interval
from service.domain.directory import Audience, PracticeId, TerritoryId
from service.domain.geography import Point
from service.domain.rosters import Modality, Mode

_NAMES = UUID("6d7cf3b2-5a04-4c9c-9d55-0a2a5bd3c4f1")
"""Ids are derived from what they stand for: the same agenda bears the same one on every day and every server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaSearch:
    """Whose places that begin from `start_at` to `end_at`, both included; the `limit` earliest, or all.

    A bound without an offset is the wall time of the practitioner's territory. `with_communities`: whether the answer
    can name the communities (CPTS) that a place is open to.
    """

    rpps: frozenset[str]
    start_at: datetime
    end_at: datetime
    with_communities: bool = False
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """A CPTS where a practitioner pledged time to CPTS structures; days of belonging to it are both included."""

    territory: TerritoryId
    name: str
    finess: str
    phone: str | None
    from_on: date | None = None
    until_on: date | None = None

    @property
    def id(self) -> UUID:
        return uuid5(_NAMES, self.territory)

    def counts_in(self, on: date) -> bool:
        """Whether the practitioner belongs to it that day."""
        return (self.from_on is None or self.from_on <= on) and (self.until_on is None or on <= self.until_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place of consultation: a practice, or one of the stops of a mobile unit, each of which is its own.

    `structure`: the practice's national number, prefixed (`domain.national.structure_id`).
    """

    territory: TerritoryId
    practice: PracticeId
    name: str
    structure: str | None
    phone: str
    address_line: str
    postal_code: str
    city: str
    point: Point
    stop: str = ""

    @property
    def id(self) -> UUID:
        return site_id(self.territory, self.practice, self.stop)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaPlace:
    """A free place, or a walk-in session that takes people. `communities`: which are told, where it is open to them."""

    id: SlotId
    time: Interval
    mode: Mode
    modality: Modality
    audiences: frozenset[Audience]
    communities: tuple[Community, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """A practitioner's places at one site, in the order of time. `communities`: the site's own first."""

    rpps: str
    given_name: str
    family_name: str
    specialty: str
    zone: ZoneInfo
    site: Site
    communities: tuple[Community, ...]
    places: tuple[AgendaPlace, ...]

    @property
    def id(self) -> UUID:
        return agenda_id(self.rpps, self.site.id)


def site_id(territory: TerritoryId, practice: PracticeId, stop: str = "") -> UUID:
    return uuid5(_NAMES, f"{territory}/{practice}/{stop}")


def agenda_id(rpps: str, site: UUID) -> UUID:
    """By which the national platform, and the page it leads to, know the agenda of a person at a site."""
    return uuid5(_NAMES, f"{rpps}/{site}")


def shown(agendas: Iterable[Agenda], search: AgendaSearch) -> tuple[Agenda, ...]:
    """What is told of these, and of nothing else: places that are open to an audience, the earliest first.

    That a place is open to CPTS is told only with the communities it is open to: without them the audience is left
    out, and a place that is open to CPTS alone is not shown.
    """
    told = [replace(each, places=tuple(_told(each, search.with_communities))) for each in agendas]
    if search.limit is not None:
        first = sorted((place.time.start, place.id) for agenda in told for place in agenda.places)[: search.limit]
        kept = {id for _, id in first}
        told = [replace(each, places=tuple(place for place in each.places if place.id in kept)) for each in told]
    return tuple(agenda for agenda in told if agenda.places)


def _told(agenda: Agenda, with_communities: bool) -> Iterator[AgendaPlace]:
    @cache
    def joined(on: date) -> tuple[Community, ...]:
        counted = tuple(each for each in agenda.communities if each.counts_in(on))
        return counted if len(counted) < len(agenda.communities) else agenda.communities

    for place in agenda.places:
        if Audience.CPTS not in place.audiences:
            if place.audiences:
                yield place
            continue
        communities = joined(place.time.start.astimezone(agenda.zone).date()) if with_communities else ()
        audiences = place.audiences if communities else place.audiences - {Audience.CPTS}
        if audiences:
            yield replace(place, audiences=audiences, communities=communities)
