"""The rows of availability, pins and the ledger brought in, and their values: how each becomes the other."""

from service.domain.availability import (
    Absence,
    AvailabilityException,
    AvailabilityRule,
    Duty,
    ExceptionKind,
    Level,
    SchoolHolidays,
)
from service.domain.calendar import Interval, Weekday
from service.domain.directory import PracticeId, PractitionerId
from service.domain.rosters import BurdenClass, TemplateId
from service.domain.territory_file import Burden, Pin
from service.storage.directory_rows import Columns
from service.storage.tables.availability import (
    AbsenceRow,
    AvailabilityExceptionRow,
    AvailabilityRuleRow,
    BurdenRow,
    DutyRow,
    PinRow,
)


def rule_columns(rule: AvailabilityRule) -> Columns:
    return {
        "practitioner_id": rule.practitioner,
        "weekday": rule.weekday.value,
        "start_local": rule.start,
        "end_local": rule.end,
        "level": rule.level.value,
        "from_on": rule.from_on,
        "until_on": rule.until_on,
        "school_holidays": rule.school_holidays.value,
    }


def rule_of(row: AvailabilityRuleRow) -> AvailabilityRule:
    return AvailabilityRule(
        practitioner=PractitionerId(row.practitioner_id),
        weekday=Weekday(row.weekday),
        start=row.start_local,
        end=row.end_local,
        level=Level(row.level),
        from_on=row.from_on,
        until_on=row.until_on,
        school_holidays=SchoolHolidays(row.school_holidays),
    )


def exception_columns(exception: AvailabilityException) -> Columns:
    return {
        "practitioner_id": exception.practitioner,
        "on_date": exception.on,
        "start_local": exception.start,
        "end_local": exception.end,
        "kind": exception.kind.value,
        "level": exception.level.value,
    }


def exception_of(row: AvailabilityExceptionRow) -> AvailabilityException:
    return AvailabilityException(
        practitioner=PractitionerId(row.practitioner_id),
        on=row.on_date,
        start=row.start_local,
        end=row.end_local,
        kind=ExceptionKind(row.kind),
        level=Level(row.level),
    )


def absence_columns(absence: Absence) -> Columns:
    return {"practitioner_id": absence.practitioner, "from_on": absence.from_on, "until_on": absence.until_on}


def absence_of(row: AbsenceRow) -> Absence:
    return Absence(practitioner=PractitionerId(row.practitioner_id), from_on=row.from_on, until_on=row.until_on)


def duty_columns(duty: Duty) -> Columns:
    return {"practitioner_id": duty.practitioner, "start_at": duty.time.start, "end_at": duty.time.end}


def duty_of(row: DutyRow) -> Duty:
    return Duty(practitioner=PractitionerId(row.practitioner_id), time=Interval(start=row.start_at, end=row.end_at))


def pin_columns(pin: Pin) -> Columns:
    return {
        "template_id": pin.template,
        "on_date": pin.on,
        "practitioner_id": pin.practitioner,
        "practice_id": pin.practice,
    }


def pin_of(row: PinRow) -> Pin:
    return Pin(
        template=TemplateId(row.template_id),
        on=row.on_date,
        practitioner=PractitionerId(row.practitioner_id),
        practice=PracticeId(row.practice_id) if row.practice_id else None,
    )


def burden_columns(burden: Burden) -> Columns:
    return {
        "practitioner_id": burden.practitioner,
        "burden_class": burden.burden_class.value,
        "minutes": burden.minutes,
    }


def burden_of(row: BurdenRow) -> Burden:
    return Burden(
        practitioner=PractitionerId(row.practitioner_id),
        burden_class=BurdenClass(row.burden_class),
        minutes=row.minutes,
    )
