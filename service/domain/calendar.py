"""Instants, local days, ISO weeks, public and school holidays."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

import holidays
from vacances_scolaires_france import SchoolHolidayDates, UnsupportedYearException

from service.domain.errors import Invalid
from service.domain.faults import Fault


class Weekday(StrEnum):
    """ISO order: Monday first."""

    MON = "MON"
    TUE = "TUE"
    WED = "WED"
    THU = "THU"
    FRI = "FRI"
    SAT = "SAT"
    SUN = "SUN"

    @property
    def number(self) -> int:
        """0 for Monday … 6 for Sunday, as `date.weekday()`."""
        return _WEEKDAYS.index(self)

    @staticmethod
    def of(on: date) -> "Weekday":
        return _WEEKDAYS[on.weekday()]


_WEEKDAYS = tuple(Weekday)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Interval:
    """A span of instants, start included, end not; in UTC, so that no clock change fools arithmetic."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is not UTC or self.end.tzinfo is not UTC:
            object.__setattr__(self, "start", self.start.astimezone(UTC))
            object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end <= self.start:
            raise Invalid(Fault(path="end", code="time.order", message="the end is not after the start"))

    @property
    def minutes(self) -> int:
        """Whole minutes."""
        return int((self.end - self.start).total_seconds()) // 60

    def overlaps(self, other: "Interval") -> bool:
        return self.start < other.end and other.start < self.end

    def gap_before(self, other: "Interval") -> timedelta:
        """From this end to the other's start; negative when they overlap."""
        return other.start - self.end


@dataclass(frozen=True, slots=True, order=True)
class IsoWeek:
    """A week of ISO 8601, Monday to Sunday: `2026-W49`."""

    year: int
    number: int

    @staticmethod
    def parse(text: str) -> "IsoWeek":
        """Raises Invalid (`week.malformed`)."""
        match = re.fullmatch(r"(\d{4})-W(\d{2})", text)
        try:
            if match:
                return IsoWeek.of(date.fromisocalendar(int(match[1]), int(match[2]), 1))
        except ValueError:
            pass
        message = f"{text!r} is no ISO week"
        raise Invalid(Fault(path="week", code="week.malformed", message=message, hint="for example 2026-W49"))

    @staticmethod
    def of(on: date) -> "IsoWeek":
        return IsoWeek(on.isocalendar().year, on.isocalendar().week)

    @property
    def monday(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    def day(self, weekday: Weekday) -> date:
        return self.monday + timedelta(days=weekday.number)

    def days(self) -> Iterator[date]:
        return (self.monday + timedelta(days=offset) for offset in range(7))

    def following(self, weeks: int) -> tuple["IsoWeek", ...]:
        """This week and those after it, `weeks` in all."""
        return tuple(IsoWeek.of(self.monday + timedelta(weeks=offset)) for offset in range(weeks))

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"


def instant_of(on: date, at: time, zone: ZoneInfo, *, path: str = "") -> datetime:
    """The instant of a local wall time. Raises Invalid (`time.nonexistent`, `time.ambiguous`) around a clock change."""
    early, late = (datetime.combine(on, at, zone).replace(fold=fold) for fold in (0, 1))
    if early.utcoffset() == late.utcoffset():
        return early.astimezone(UTC)
    code = "time.nonexistent" if early.astimezone(UTC).astimezone(zone).time() != at else "time.ambiguous"
    message = f"{on} {at:%H:%M} {'does not exist' if code == 'time.nonexistent' else 'exists twice'} in {zone.key}"
    raise Invalid(Fault(path=path, code=code, message=message, hint="the clocks change that night"))


def interval_on(on: date, start: time, end: time, zone: ZoneInfo) -> Interval:
    """A local span of one day as instants."""
    return Interval(start=instant_of(on, start, zone), end=instant_of(on, end, zone))


HOLIDAY_ZONES: dict[str, str | None] = {
    "metropole": None,
    "alsace-moselle": "57",
    "guadeloupe": "971",
    "martinique": "972",
    "guyane": "973",
    "la-reunion": "974",
    "mayotte": "976",
    "saint-pierre-et-miquelon": "PM",
    "saint-barthelemy": "BL",
    "saint-martin": "MF",
    "wallis-et-futuna": "WF",
    "polynesie-francaise": "PF",
    "nouvelle-caledonie": "NC",
}
"""The zones of the national calendar of public holidays, by the subdivision that the library knows them as."""

SCHOOL_ZONES = ("A", "B", "C", "none")
"""`none`: a territory whose school calendar the library does not carry (overseas, Corsica)."""


@cache
def _public_holidays(zone: str) -> holidays.HolidayBase:
    return holidays.country_holidays("FR", subdiv=HOLIDAY_ZONES[zone], language="fr")


def is_public_holiday(on: date, zone: str) -> bool:
    """Code du travail L3133-1, with the additions of the zone (Alsace-Moselle, overseas)."""
    return on in _public_holidays(zone)


def public_holiday_name(on: date, zone: str) -> str | None:
    return _public_holidays(zone).get(on)


@cache
def _school_holidays() -> SchoolHolidayDates:
    """Read when first asked for: it takes a third of a second."""
    return SchoolHolidayDates()


@cache
def is_school_holiday(on: date, zone: str) -> bool:
    """Whether the zone's schools are closed. A year that the library has no calendar for has no school holidays."""
    if zone == "none":
        return False
    try:
        return bool(_school_holidays().is_holiday_for_zone(on, zone))
    except UnsupportedYearException:
        return False
