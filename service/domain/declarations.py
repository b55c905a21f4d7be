"""What a practitioner may declare from now on, and what it all comes to day by day."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from service.domain.availability import (
    Absence,
    AvailabilityException,
    AvailabilityRule,
    Level,
    OpenTime,
    SchoolHolidays,
    open_times,
)
from service.domain.calendar import Interval, instant_of
from service.domain.directory import Practitioner, Territory
from service.domain.errors import Invalid
from service.domain.faults import Fault

Declaration = AvailabilityRule | AvailabilityException | Absence


def faults_of(
    declaration: Declaration,
    *,
    before: Declaration | None,
    others: Iterable[Declaration],
    territory: Territory,
    today: date,
) -> Iterator[Fault]:
    """What forbids to declare this, in place of `before` (a day that stays may be past), beside one's own `others`."""
    for path, on in _last_days(declaration).items():
        if on is not None and on < today and not (before and _last_days(before).get(path) == on):
            yield Fault(path=path, code="date.past", message=f"{on} is past", hint=f"today is {today}")
    if isinstance(declaration, AvailabilityRule):
        yield from _overlaps(declaration, [other for other in others if isinstance(other, AvailabilityRule)])
    if isinstance(declaration, AvailabilityException):
        yield from _missing_hours(declaration, territory.zone)


def _last_days(declaration: Declaration) -> dict[str, date | None]:
    """By field, the days that must not be past when they are declared: who fell ill yesterday may still say so."""
    match declaration:
        case AvailabilityRule():
            return {"from": declaration.from_on, "until": declaration.until_on}
        case AvailabilityException():
            return {"date": declaration.on}
        case Absence():
            return {"until": declaration.until_on}


def _overlaps(rule: AvailabilityRule, others: Iterable[AvailabilityRule]) -> Iterator[Fault]:
    clash = next((other for other in others if _clash(rule, other)), None)
    if clash is not None:
        message = f"it overlaps another rule: {clash.weekday} {clash.start:%H:%M}–{clash.end:%H:%M}"
        yield Fault(path="start", code="rule.overlap", message=message, hint="change that rule, or let it end before")


def _missing_hours(exception: AvailabilityException, zone: ZoneInfo) -> Iterator[Fault]:
    for path, at in (("start", exception.start), ("end", exception.end)):
        try:
            instant_of(exception.on, at, zone, path=path)
        except Invalid as error:
            yield from error.faults


def _clash(rule: AvailabilityRule, other: AvailabilityRule) -> bool:
    """Whether both would hold at one instant of some day."""
    return (
        rule.weekday is other.weekday
        and rule.start < other.end
        and other.start < rule.end
        and _begins_by(rule.from_on, other.until_on)
        and _begins_by(other.from_on, rule.until_on)
        and {rule.school_holidays, other.school_holidays} != {SchoolHolidays.ONLY, SchoolHolidays.NEVER}
    )


def _begins_by(from_on: date | None, until_on: date | None) -> bool:
    return from_on is None or until_on is None or from_on <= until_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A span that a practitioner declares open."""

    time: Interval
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDay:
    """What is declared open that day: all of it stands, or on a day of absence all of it is `lost`."""

    on: date
    openings: tuple[Opening, ...]
    lost: tuple[Opening, ...]
    is_absent: bool


def open_days(
    practitioner: Practitioner,
    rules: Sequence[AvailabilityRule],
    exceptions: Sequence[AvailabilityException],
    absences: Sequence[Absence],
    *,
    territory: Territory,
    first: date,
    last: date,
) -> Iterator[OpenDay]:
    """Every day from first to last, both included. Nothing is open outside the practitioner's own validity dates."""
    for on in (first + timedelta(days=offset) for offset in range((last - first).days + 1)):
        is_absent = any(absence.covers(on) for absence in absences)
        declared = open_times(rules, exceptions, on, territory.school_zone) if practitioner.is_present(on) else ()
        openings = tuple(opening for piece in declared for opening in _opening(piece, on, territory.zone))
        yield OpenDay(
            on=on, openings=() if is_absent else openings, lost=openings if is_absent else (), is_absent=is_absent
        )


def _opening(piece: OpenTime, on: date, zone: ZoneInfo) -> Iterator[Opening]:
    """The piece as instants; where the clock change takes an hour away, only what surely exists."""
    start, end = _instant(on, piece.start, zone, fold=0), _instant(on, piece.end, zone, fold=1)
    if start < end:
        yield Opening(time=Interval(start=start, end=end), level=piece.level)


def _instant(on: date, at: time, zone: ZoneInfo, *, fold: Literal[0, 1]) -> datetime:
    return datetime.combine(on, at, zone).replace(fold=fold).astimezone(UTC)
