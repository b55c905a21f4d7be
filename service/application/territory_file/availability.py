"""The shapes of availability: rules, exceptions, absences, duties."""

from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, field_validator

from service.application.territory_file.fields import (
    AnyLevel,
    AnySchoolHolidays,
    AnyWeekday,
    LocalDate,
    LocalDateTime,
    LocalTime,
    Shape,
    refusal,
)
from service.application.territory_file.periods import End, FromDay, Start, UntilDay
from service.application.territory_file.references import KnownPractitioner, known_to
from service.domain.availability import (
    Absence,
    AvailabilityException,
    AvailabilityRule,
    Duty,
    ExceptionKind,
    Level,
    SchoolHolidays,
)
from service.domain.calendar import Interval, instant_of
from service.domain.directory import PractitionerId
from service.domain.errors import Invalid


class AvailabilityRuleIn(Shape):
    """Every such weekday from `from` to `until`. Rules may overlap: the worst level counts."""

    practitioner: KnownPractitioner
    weekday: AnyWeekday
    start: Start
    end: End
    level: AnyLevel
    from_on: FromDay = None
    until_on: UntilDay = None
    school_holidays: AnySchoolHolidays | None = Field(
        default=SchoolHolidays.ALWAYS, description="Also in school holidays, only then, or never then"
    )

    def value(self) -> AvailabilityRule:
        return AvailabilityRule(
            practitioner=PractitionerId(self.practitioner),
            weekday=self.weekday,
            start=self.start,
            end=self.end,
            level=self.level,
            from_on=self.from_on,
            until_on=self.until_on,
            school_holidays=self.school_holidays or SchoolHolidays.ALWAYS,
        )

    @classmethod
    def of(cls, rule: AvailabilityRule) -> "AvailabilityRuleIn":
        given = {
            "practitioner": rule.practitioner,
            "weekday": rule.weekday,
            "start": rule.start,
            "end": rule.end,
            "level": rule.level,
            "from_on": rule.from_on,
            "until_on": rule.until_on,
            "school_holidays": rule.school_holidays,
        }
        return cls.model_validate(given, by_name=True)


class AbsenceIn(Shape):
    """Days away, both included; open-ended without `until`."""

    practitioner: KnownPractitioner
    from_on: LocalDate = Field(alias="from", description="First day away")
    until_on: UntilDay = None

    def value(self) -> Absence:
        return Absence(practitioner=PractitionerId(self.practitioner), from_on=self.from_on, until_on=self.until_on)

    @classmethod
    def of(cls, absence: Absence) -> "AbsenceIn":
        given = {"practitioner": absence.practitioner, "from_on": absence.from_on, "until_on": absence.until_on}
        return cls.model_validate(given, by_name=True)


class AvailabilityExceptionIn(Shape):
    """Closes or adds time on one date, whatever the rules say."""

    practitioner: KnownPractitioner
    on: LocalDate = Field(alias="date", description="The day it is about")
    start: Start
    end: End
    kind: ExceptionKind = Field(strict=False, description="Takes time away, or adds it", examples=["extra"])
    level: AnyLevel | None = Field(default=Level.AVAILABLE, description="Of added time")

    @field_validator("start", "end")
    @classmethod
    def exists_once(cls, at: LocalTime, info: ValidationInfo) -> LocalTime:
        on, zone = info.data.get("on"), known_to(info).zone
        if on and zone:
            _instant(datetime.combine(on, at), zone)
        return at

    def value(self) -> AvailabilityException:
        return AvailabilityException(
            practitioner=PractitionerId(self.practitioner),
            on=self.on,
            start=self.start,
            end=self.end,
            kind=self.kind,
            level=self.level or Level.AVAILABLE,
        )

    @classmethod
    def of(cls, exception: AvailabilityException) -> "AvailabilityExceptionIn":
        given = {
            "practitioner": exception.practitioner,
            "on": exception.on,
            "start": exception.start,
            "end": exception.end,
            "kind": exception.kind,
            "level": exception.level,
        }
        return cls.model_validate(given, by_name=True)


class DutyIn(Shape):
    """An out-of-hours duty (PDSA), read for rest alone. Local; an offset settles an hour that exists twice."""

    practitioner: KnownPractitioner
    start: LocalDateTime = Field(description="Local date and time")
    end: LocalDateTime = Field(description="Local date and time, later")

    @field_validator("start", "end")
    @classmethod
    def exists_once(cls, at: datetime, info: ValidationInfo) -> datetime:
        zone = known_to(info).zone
        if zone is None:
            return at
        instant = _instant(at, zone)
        start = info.data.get("start")
        if info.field_name == "end" and start and instant <= _instant(start, zone):
            raise refusal("time.order", "the end is not after the start")
        return at

    def value(self, zone: ZoneInfo) -> Duty:
        """In the territory's time zone. Raises Invalid (`time.nonexistent`, `time.ambiguous`, `time.order`)."""
        span = Interval(start=instant_of_local(self.start, zone), end=instant_of_local(self.end, zone))
        return Duty(practitioner=PractitionerId(self.practitioner), time=span)

    @classmethod
    def of(cls, duty: Duty, zone: ZoneInfo) -> "DutyIn":
        start, end = (local_of_instant(at, zone) for at in (duty.time.start, duty.time.end))
        return cls(practitioner=duty.practitioner, start=start, end=end)


def instant_of_local(at: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a local date and time, or of one that carries its offset. Raises Invalid around a clock change."""
    return at if at.tzinfo else instant_of(at.date(), at.time(), zone)


def local_of_instant(at: datetime, zone: ZoneInfo) -> datetime:
    """The local date and time of an instant, with its offset only where the clock change repeats the hour."""
    local = at.astimezone(zone)
    is_repeated = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return datetime.fromisoformat(local.isoformat()) if is_repeated else local.replace(tzinfo=None)


def _instant(at: datetime, zone: ZoneInfo) -> datetime:
    try:
        return instant_of_local(at, zone)
    except Invalid as error:
        fault = error.faults[0]
        raise refusal(fault.code, fault.message, fault.hint) from None
