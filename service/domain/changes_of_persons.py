"""What may change about people: away, declining a seat, offering time, another pledge, another weekly maximum."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any, ClassVar

from service.domain.availability import Absence, AvailabilityException, ExceptionKind, Level
from service.domain.directory import Pledge, PractitionerId
from service.domain.faults import Fault
from service.domain.rosters import SessionKey
from service.domain.solving import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class PractitionerAway:
    """Days away, both included; open-ended when `until_on` is None."""

    name: ClassVar[str] = "absence"
    practitioner: PractitionerId
    from_on: date
    until_on: date | None = None

    def faults(self, problem: Problem) -> Iterator[Fault]:
        yield from _unknown_practitioner(problem, self.practitioner)
        if self.until_on is not None and self.until_on < self.from_on:
            yield Fault(path="until", code="date.order", message="the last day is before the first")

    def applied(self, problem: Problem) -> Problem:
        away = Absence(practitioner=self.practitioner, from_on=self.from_on, until_on=self.until_on)
        return replace(problem, file=replace(problem.file, absences=(*problem.file.absences, away)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatDeclined:
    """A practitioner no longer wants one session: its hours are no longer among those that he or she offers."""

    name: ClassVar[str] = "seat_declined"
    practitioner: PractitionerId
    session: SessionKey

    def faults(self, problem: Problem) -> Iterator[Fault]:
        yield from _unknown_practitioner(problem, self.practitioner)
        yield from unknown_session(problem, self.session)

    def applied(self, problem: Problem) -> Problem:
        on, template = self.session.on, problem.session_at[self.session].template
        kept: list[AvailabilityException] = []
        for each in problem.file.availability_exceptions:
            is_extra = each.kind is ExceptionKind.EXTRA
            is_about_it = is_extra and (each.practitioner, each.on) == (self.practitioner, on)
            kept += each.without(template.start, template.end) if is_about_it else (each,)
        closed = AvailabilityException(
            practitioner=self.practitioner,
            on=on,
            start=template.start,
            end=template.end,
            kind=ExceptionKind.CLOSED,
        )
        return replace(problem, file=replace(problem.file, availability_exceptions=(*kept, closed)))


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOffered:
    """Local time of one day that a practitioner offers beyond what is declared."""

    name: ClassVar[str] = "time_offered"
    practitioner: PractitionerId
    on: date
    start: time
    end: time
    level: Level = Level.AVAILABLE

    def faults(self, problem: Problem) -> Iterator[Fault]:
        yield from _unknown_practitioner(problem, self.practitioner)

    def applied(self, problem: Problem) -> Problem:
        extra = AvailabilityException(
            practitioner=self.practitioner,
            on=self.on,
            start=self.start,
            end=self.end,
            kind=ExceptionKind.EXTRA,
            level=self.level,
        )
        exceptions = (*problem.file.availability_exceptions, extra)
        return replace(problem, file=replace(problem.file, availability_exceptions=exceptions))


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgeChanged:
    """Another pledge from the roster's first week on; None: no pledge any more, so never rostered."""

    name: ClassVar[str] = "pledge"
    practitioner: PractitionerId
    pledge: Pledge | None

    def faults(self, problem: Problem) -> Iterator[Fault]:
        yield from _unknown_practitioner(problem, self.practitioner)

    def applied(self, problem: Problem) -> Problem:
        return _with_practitioner(problem, self.practitioner, pledge=self.pledge)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyMaximumChanged:
    """Another number of sessions an ISO week, at most."""

    name: ClassVar[str] = "weekly_maximum"
    practitioner: PractitionerId
    sessions: int

    def faults(self, problem: Problem) -> Iterator[Fault]:
        yield from _unknown_practitioner(problem, self.practitioner)

    def applied(self, problem: Problem) -> Problem:
        return _with_practitioner(problem, self.practitioner, max_sessions_per_week=self.sessions)


def unknown_session(problem: Problem, key: SessionKey) -> Iterator[Fault]:
    """A session that is not asked for; dropped ones are not."""
    session = problem.session_at.get(key)
    if session is None or session.template.seats == 0:
        days = sorted(each.on.isoformat() for each in problem.session_at if each.template == key.template)
        hint = f"{key.template} is on {', '.join(days[:5])}" if days else None
        message = f"the roster has no session {key.template} on {key.on}"
        yield Fault(path="template", code="session.unknown", message=message, hint=hint)


def _unknown_practitioner(problem: Problem, id: PractitionerId) -> Iterator[Fault]:
    if id not in problem.practitioner_of:
        yield Fault.unknown("practitioner", "practitioner", id, problem.practitioner_of)


def _with_practitioner(problem: Problem, id: PractitionerId, **fields: Any) -> Problem:
    people = tuple(replace(each, **fields) if each.id == id else each for each in problem.practitioners)
    return replace(problem, file=replace(problem.file, practitioners=people))
