"""Territories, communes, practices, practitioners: who is there, and where."""

from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import NewType
from zoneinfo import ZoneInfo

from service.domain.calendar import Weekday
from service.domain.geography import Point
from service.domain.policy import Policy

TerritoryId = NewType("TerritoryId", str)
PracticeId = NewType("PracticeId", str)
PractitionerId = NewType("PractitionerId", str)
Insee = NewType("Insee", str)


class Audience(StrEnum):
    """To whom a place is shown (TRE_R314)."""

    PUBLIC = "public"
    PROFESSIONAL = "professional"
    SNP = "snp"
    CPTS = "cpts"


class PracticeKind(StrEnum):
    PRACTICE = "practice"
    HEALTH_HOUSE = "health_house"
    HEALTH_CENTRE = "health_centre"
    MOBILE_UNIT = "mobile_unit"
    TELECABIN = "telecabin"
    SOS_ASSOCIATION = "sos_association"
    HOSPITAL_SITE = "hospital_site"


class PractitionerStatus(StrEnum):
    SELF_EMPLOYED = "self_employed"
    SALARIED = "salaried"
    LOCUM = "locum"
    RETIRED_ACTIVE = "retired_active"


class PledgePeriod(StrEnum):
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory:
    """A health community (CPTS, FINESS category 604). `pdsa_saturday_start`: local, when out-of-hours care begins."""

    id: TerritoryId
    name: str
    department: str
    finess: str
    aci_size: int
    population: int
    timezone: str
    school_zone: str
    holiday_zone: str
    pdsa_saturday_start: time
    phone: str | None = None
    policy: Policy = field(default_factory=Policy)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commune:
    insee: Insee
    name: str
    postal_code: str
    population: int
    point: Point
    sector: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Where a mobile unit stands on a weekday; on every one, or only on `dates`."""

    weekday: Weekday
    insee: Insee
    point: Point
    address_line: str
    dates: tuple[date, ...] = ()

    def serves(self, on: date) -> bool:
        return self.weekday is Weekday.of(on) and (not self.dates or on in self.dates)


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """`rooms`: how many seats at once. A mobile unit has `stops` in place of `insee` and `point`."""

    id: PracticeId
    name: str
    kind: PracticeKind
    insee: Insee | None
    point: Point | None
    address_line: str
    phone: str
    rooms: int
    finess: str | None = None
    siret: str | None = None
    rpps_rank: str | None = None
    stops: tuple[Stop, ...] = ()

    def stop_on(self, on: date) -> Stop | None:
        return next((stop for stop in self.stops if stop.serves(on)), None)

    def point_on(self, on: date) -> Point | None:
        """Where it stands that day; None for a mobile unit without a stop."""
        if self.point is not None:
            return self.point
        stop = self.stop_on(on)
        return stop.point if stop else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pledge:
    """Time a practitioner promises, of his or her own will, to the audiences named."""

    minutes: int
    per: PledgePeriod
    audiences: frozenset[Audience]


@dataclass(frozen=True, slots=True, kw_only=True)
class Practitioner:
    """`rpps`: 11 digits, Luhn. `capacity_uplift`: further patients a session, with a medical assistant.

    Without a pledge nobody is rostered. `max_travel_km` None means the policy's; days are both included.
    """

    id: PractitionerId
    given_name: str
    family_name: str
    rpps: str
    specialty: str
    status: PractitionerStatus
    home_practice: PracticeId
    pledge: Pledge | None
    max_sessions_per_week: int
    max_travel_km: float | None = None
    capacity_uplift: int = 0
    min_sessions_per_week: int = 0
    may_work_at: tuple[PracticeId, ...] = ()
    from_on: date | None = None
    until_on: date | None = None

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    def is_present(self, on: date) -> bool:
        return (self.from_on is None or self.from_on <= on) and (self.until_on is None or on <= self.until_on)
