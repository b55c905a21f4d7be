"""Session templates, the sessions they yield, and who holds them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, NewType
from uuid import UUID

from service.domain.availability import SchoolHolidays
from service.domain.calendar import Interval, IsoWeek, Weekday, interval_on, is_public_holiday
from service.domain.directory import Audience, Practice, PracticeId, PractitionerId, Territory

TemplateId = NewType("TemplateId", str)
RosterId = NewType("RosterId", UUID)
SessionId = NewType("SessionId", UUID)


class Mode(StrEnum):
    BOOKABLE = "bookable"
    WALK_IN = "walk_in"


class Modality(StrEnum):
    IN_PERSON = "in_person"
    TELE = "tele"
    HOME_VISIT = "home_visit"


class HalfDay(StrEnum):
    """By the local start: before 12:00, before 18:00, later."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"

    @staticmethod
    def of(start: time) -> "HalfDay":
        if start < time(12):
            return HalfDay.MORNING
        return HalfDay.AFTERNOON if start < time(18) else HalfDay.EVENING


class BurdenClass(StrEnum):
    """A session has exactly one: the first that fits."""

    EVE_OF_HOLIDAY = "eve_of_holiday"
    SATURDAY = "saturday"
    EVENING = "evening"
    ORDINARY = "ordinary"

    @property
    def is_unloved(self) -> bool:
        return self is not BurdenClass.ORDINARY

    @staticmethod
    def of(on: date, start: time, holiday_zone: str) -> "BurdenClass":
        if is_public_holiday(on + timedelta(days=1), holiday_zone):
            return BurdenClass.EVE_OF_HOLIDAY
        if Weekday.of(on) is Weekday.SAT:
            return BurdenClass.SATURDAY
        return BurdenClass.EVENING if start >= time(18) else BurdenClass.ORDINARY


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTemplate:
    """One session a week in local wall time. Several `hosts`: it rotates, the solver chooses. Days are both included.

    `seats` practitioners hold it at once, each seat offering `capacity` patients; a higher `priority` is filled first.
    """

    id: TemplateId
    weekday: Weekday
    start: time
    end: time
    sector: str
    hosts: tuple[PracticeId, ...]
    seats: int
    capacity: int
    slot_minutes: int
    mode: Mode
    modality: Modality
    audiences: frozenset[Audience]
    priority: int
    from_on: date | None = None
    until_on: date | None = None
    on_public_holidays: bool = False
    school_holidays: SchoolHolidays = SchoolHolidays.ALWAYS
    crisis_only: bool = False

    def runs(self, on: date, territory: Territory) -> bool:
        """Whether the calendar yields a session on this day of its weekday."""
        return (
            not self.crisis_only
            and (self.from_on is None or self.from_on <= on)
            and (self.until_on is None or on <= self.until_on)
            and (self.on_public_holidays or not is_public_holiday(on, territory.holiday_zone))
            and self.school_holidays.allows(on, territory.school_zone)
        )


class SessionKey(NamedTuple):
    """What names a session within a territory."""

    template: TemplateId
    on: date


@dataclass(frozen=True, kw_only=True)
class Session:
    """A dated template. `hosts`: those of the template that have a place that day (a mobile unit, only at its stop)."""

    template: SessionTemplate
    on: date
    time: Interval
    hosts: tuple[PracticeId, ...]
    burden_class: BurdenClass

    @cached_property
    def key(self) -> SessionKey:
        return SessionKey(self.template.id, self.on)

    @cached_property
    def half_day(self) -> HalfDay:
        return HalfDay.of(self.template.start)

    @cached_property
    def week(self) -> IsoWeek:
        return IsoWeek.of(self.on)

    @cached_property
    def minutes(self) -> int:
        """Minutes of one seat."""
        return self.time.minutes


@dataclass(frozen=True, kw_only=True, order=True)
class Assignment:
    """A practitioner holds one seat of a session at a practice."""

    template: TemplateId
    on: date
    practice: PracticeId
    practitioner: PractitionerId

    @cached_property
    def key(self) -> SessionKey:
        return SessionKey(self.template, self.on)


class RosterState(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    AMENDED = "amended"
    CLOSED = "closed"

    @property
    def is_public(self) -> bool:
        """Binding: its places are offered, and it is changed only by amendment."""
        return self in (RosterState.PUBLISHED, RosterState.AMENDED, RosterState.CLOSED)


def sessions_of(
    templates: Iterable[SessionTemplate],
    practices: Iterable[Practice],
    weeks: Iterable[IsoWeek],
    territory: Territory,
) -> Iterator[Session]:
    """The sessions that the templates yield in these weeks, week by week, by day, hour and template.

    None where the calendar forbids it, none where no host has a place that day.
    """
    by_id = {practice.id: practice for practice in practices}
    ordered = sorted(templates, key=lambda template: (template.weekday.number, template.start, template.id))
    for week in weeks:
        for template in ordered:
            on = week.day(template.weekday)
            if template.runs(on, territory) and (session := session_on(template, on, by_id, territory)):
                yield session


def session_on(
    template: SessionTemplate, on: date, practice_of: Mapping[PracticeId, Practice], territory: Territory
) -> Session | None:
    """The template on this day, whatever the calendar says; None where no host has a place that day."""
    hosts = tuple(host for host in template.hosts if practice_of[host].point_on(on) is not None)
    if not hosts:
        return None
    return Session(
        template=template,
        on=on,
        time=interval_on(on, template.start, template.end, territory.zone),
        hosts=hosts,
        burden_class=BurdenClass.of(on, template.start, territory.holiday_zone),
    )
