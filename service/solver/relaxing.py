"""Rules that people can relax, once: each a problem in which one of them gives way for one seat."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from service.domain.availability import AvailabilityException, ExceptionKind, Level
from service.domain.directory import PracticeId, Practitioner, PractitionerId
from service.domain.rosters import Session
from service.domain.solving import Problem, Rule
from service.domain.territory_file import Pin, TerritoryFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """Rules that give way for one practitioner, who takes the seat, or at one practice, where anybody may."""

    rules: tuple[Rule, ...]
    session: Session
    practitioner: PractitionerId | None = None
    practice: PracticeId | None = None

    def applied(self, problem: Problem) -> Problem:
        """The problem in which they have given way, with the seat pinned to the practitioner, if one is named."""
        file = problem.file
        for rule in self.rules:
            file = RELAXED[rule](self, file)
        if self.practitioner is not None:
            template, on = self.session.key.template, self.session.on
            pin = Pin(template=template, on=on, practitioner=self.practitioner, practice=self.practice)
            file = replace(file, pins=(*file.pins, pin))
        return replace(problem, file=file)


def consent(relaxation: Relaxation, file: TerritoryFile) -> TerritoryFile:
    """Those hours are offered, though not gladly."""
    template = relaxation.session.template
    extra = AvailabilityException(
        practitioner=_practitioner(relaxation),
        on=relaxation.session.on,
        start=template.start,
        end=template.end,
        kind=ExceptionKind.EXTRA,
        level=Level.AVOID,
    )
    return replace(file, availability_exceptions=(*file.availability_exceptions, extra))


def reach(relaxation: Relaxation, file: TerritoryFile) -> TerritoryFile:
    """The way to the session's hosts is not too far."""
    return _with(file, relaxation, lambda who: replace(who, may_work_at=(*who.may_work_at, *relaxation.session.hosts)))


def maximum_per_week(relaxation: Relaxation, file: TerritoryFile) -> TerritoryFile:
    """One session more."""
    return _with(file, relaxation, lambda who: replace(who, max_sessions_per_week=who.max_sessions_per_week + 1))


def consecutive_saturdays(relaxation: Relaxation, file: TerritoryFile) -> TerritoryFile:
    policy = replace(file.territory.policy, allow_consecutive_saturdays=True)
    return replace(file, territory=replace(file.territory, policy=policy))


def rooms(relaxation: Relaxation, file: TerritoryFile) -> TerritoryFile:
    """One room more."""
    practices = tuple(
        replace(each, rooms=each.rooms + 1) if each.id == relaxation.practice else each for each in file.practices
    )
    return replace(file, practices=practices)


RELAXED: Mapping[Rule, Callable[[Relaxation, TerritoryFile], TerritoryFile]] = {
    Rule.MAXIMUM_PER_WEEK: maximum_per_week,
    Rule.CONSENT: consent,
    Rule.REACH: reach,
    Rule.ROOMS: rooms,
    Rule.CONSECUTIVE_SATURDAYS: consecutive_saturdays,
}
"""Not those that protect: rest, absence, one place at a time."""
FARTHEST = 1.5
"""Nobody is asked to go farther than so many times his or her own limit."""


def is_asking_too_much(problem: Problem, relaxation: Relaxation) -> bool:
    """Whether no host of the session is near enough for the practitioner to be asked."""
    if Rule.REACH not in relaxation.rules:
        return False
    practitioner, session = problem.practitioner_of[_practitioner(relaxation)], relaxation.session
    most_km = FARTHEST * problem.policy.maximum_km(practitioner.max_travel_km)
    return all(problem.home_km(practitioner, host, session.on) > most_km for host in session.hosts)


def _practitioner(relaxation: Relaxation) -> PractitionerId:
    if relaxation.practitioner is None:
        raise AssertionError("it is relaxed for somebody")
    return relaxation.practitioner


def _with(file: TerritoryFile, relaxation: Relaxation, change: Callable[[Practitioner], Practitioner]) -> TerritoryFile:
    people = tuple(change(each) if each.id == relaxation.practitioner else each for each in file.practitioners)
    return replace(file, practitioners=people)
