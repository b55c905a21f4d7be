"""When practitioners can: rules, exceptions, absences and duties, and their expansion into the open time of a day."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, Protocol, TypeVar

from service.domain.calendar import Interval, Weekday, is_school_holiday
from service.domain.directory import PractitionerId


class Level(StrEnum):
    """How welcome the time is, best first."""

    PREFERRED = "preferred"
    AVAILABLE = "available"
    AVOID = "avoid"


class SchoolHolidays(StrEnum):
    """Whether something applies in school holidays too, only then, or never then."""

    ALWAYS = "always"
    ONLY = "only"
    NEVER = "never"

    def allows(self, on: date, school_zone: str) -> bool:
        return self is SchoolHolidays.ALWAYS or (self is SchoolHolidays.ONLY) == is_school_holiday(on, school_zone)


class ExceptionKind(StrEnum):
    CLOSED = "closed"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityRule:
    """Every such weekday from `from_on` to `until_on` (both included), in local wall time."""

    practitioner: PractitionerId
    weekday: Weekday
    start: time
    end: time
    level: Level
    from_on: date | None = None
    until_on: date | None = None
    school_holidays: SchoolHolidays = SchoolHolidays.ALWAYS

    def applies(self, on: date, school_zone: str) -> bool:
        return (
            self.weekday is Weekday.of(on)
            and (self.from_on is None or self.from_on <= on)
            and (self.until_on is None or on <= self.until_on)
            and self.school_holidays.allows(on, school_zone)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityException:
    """Closes or adds time on one date, whatever the rules say. `level` is that of added time."""

    practitioner: PractitionerId
    on: date
    start: time
    end: time
    kind: ExceptionKind
    level: Level = Level.AVAILABLE

    def without(self, start: time, end: time) -> "Iterator[AvailabilityException]":
        """What is left of it when that span is taken out."""
        for rest in _without(OpenTime(start=self.start, end=self.end, level=self.level), start, end):
            yield replace(self, start=rest.start, end=rest.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Both days included; open-ended when `until_on` is None."""

    practitioner: PractitionerId
    from_on: date
    until_on: date | None = None

    def covers(self, on: date) -> bool:
        return self.from_on <= on and (self.until_on is None or on <= self.until_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """An imported out-of-hours duty (PDSA): read only for rest."""

    practitioner: PractitionerId
    time: Interval


class OpenTime(NamedTuple):
    """Local time of one day that a practitioner declares open."""

    start: time
    end: time
    level: Level


def open_times(
    rules: Iterable[AvailabilityRule], exceptions: Iterable[AvailabilityException], on: date, school_zone: str
) -> tuple[OpenTime, ...]:
    """One practitioner's open time on one day, sorted, as declared: absences not taken off, pieces not joined."""
    of_day = [exception for exception in exceptions if exception.on == on]
    pieces = [OpenTime(start=r.start, end=r.end, level=r.level) for r in rules if r.applies(on, school_zone)]
    for closed in (exception for exception in of_day if exception.kind is ExceptionKind.CLOSED):
        pieces = [rest for piece in pieces for rest in _without(piece, closed.start, closed.end)]
    pieces += [OpenTime(start=e.start, end=e.end, level=e.level) for e in of_day if e.kind is ExceptionKind.EXTRA]
    return tuple(sorted(pieces))


def _without(piece: OpenTime, start: time, end: time) -> Iterator[OpenTime]:
    if piece.start < min(piece.end, start):
        yield OpenTime(start=piece.start, end=min(piece.end, start), level=piece.level)
    if max(piece.start, end) < piece.end:
        yield OpenTime(start=max(piece.start, end), end=piece.end, level=piece.level)


@lru_cache(maxsize=10_000)
def consent(pieces: tuple[OpenTime, ...], start: time, end: time) -> Level | None:
    """The level at which open time covers the span without a break, or None.

    The worst level among all pieces that overlap the span for more than an instant (avoid < available < preferred).
    """
    overlapping = [piece for piece in sorted(pieces) if piece.start < end and start < piece.end]
    reached = start
    for piece in overlapping:
        if piece.start > reached:
            return None
        reached = max(reached, piece.end)
    if reached < end:
        return None
    return max((piece.level for piece in overlapping), key=list(Level).index)


class OfPractitioner(Protocol):
    @property
    def practitioner(self) -> PractitionerId: ...


Entry = TypeVar("Entry", bound=OfPractitioner)


def by_practitioner(entries: Iterable[Entry]) -> Mapping[PractitionerId, Sequence[Entry]]:
    """Each one's entries, in the order they come in."""
    found: dict[PractitionerId, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.practitioner].append(entry)
    return found
