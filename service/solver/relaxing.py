"""Rules that people can relax, once: each a problem in which one of them gives way for one seat."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from service.domain.availability import AvailabilityException, ExceptionKind, Level
from service.domain.directory import PracticeId, Practitioner, PractitionerId
from service.domain.rosters import Session
from service.domain.solving import Closure, Problem, Rule
from service.domain.territory_file import Pin


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """Rules that give way for one practitioner, who takes the seat, or at one practice, where anybody may.

    Both, where the practitioner takes it in a room that the practice has to find.
    """

    rules: tuple[Rule, ...]
    session: Session
    practitioner: PractitionerId | None = None
    practice: PracticeId | None = None

    def applied(self, problem: Problem) -> Problem:
        """The problem in which they have given way, with the seat pinned to the practitioner, if one is named."""
        for rule in self.rules:
            problem = RELAXED[rule](self, problem)
        if self.practitioner is None:
            return problem
        template, on = self.session.key.template, self.session.on
        pin = Pin(template=template, on=on, practitioner=self.practitioner, practice=self.practice)
        return replace(problem, file=replace(problem.file, pins=(*problem.file.pins, pin)))


def consent(relaxation: Relaxation, problem: Problem) -> Problem:
    """Those hours are offered, though not gladly."""
    template, file = relaxation.session.template, problem.file
    extra = AvailabilityException(
        practitioner=_practitioner(relaxation),
        on=relaxation.session.on,
        start=template.start,
        end=template.end,
        kind=ExceptionKind.EXTRA,
        level=Level.AVOID,
    )
    return replace(problem, file=replace(file, availability_exceptions=(*file.availability_exceptions, extra)))


def reach(relaxation: Relaxation, problem: Problem) -> Problem:
    """The way to the session's hosts is not too far."""
    hosts = relaxation.session.hosts
    return _with(problem, relaxation, lambda who: replace(who, may_work_at=(*who.may_work_at, *hosts)))


def maximum_per_week(relaxation: Relaxation, problem: Problem) -> Problem:
    """One session more."""
    return _with(problem, relaxation, lambda who: replace(who, max_sessions_per_week=who.max_sessions_per_week + 1))


def consecutive_saturdays(relaxation: Relaxation, problem: Problem) -> Problem:
    policy = replace(problem.file.territory.policy, allow_consecutive_saturdays=True)
    return replace(problem, file=replace(problem.file, territory=replace(problem.file.territory, policy=policy)))


def rooms(relaxation: Relaxation, problem: Problem) -> Problem:
    """One room more, that day, for this seat: whatever else is empty there that day stays as it is."""
    on, place = relaxation.session.on, relaxation.practice
    practices = tuple(
        replace(each, rooms=each.rooms + 1) if each.id == place else each for each in problem.file.practices
    )
    held = Counter(assignment.key for assignment in problem.published)
    as_it_is = frozenset(
        session.key
        for session in problem.sessions
        if session.on == on and place in session.hosts and held[session.key] < session.template.seats
    )
    return replace(
        problem,
        file=replace(problem.file, practices=practices),
        closures=(*problem.closures, *_other_days(problem, relaxation)),
        frozen=problem.frozen | (as_it_is - {relaxation.session.key}),
    )


def _other_days(problem: Problem, relaxation: Relaxation) -> tuple[Closure, ...]:
    """The rooms that the practice has, before that day and after it."""
    if relaxation.practice is None:
        raise AssertionError("it is relaxed somewhere")
    there, on, a_day = problem.practice_of[relaxation.practice], relaxation.session.on, timedelta(days=1)
    return tuple(
        Closure(practice=there.id, from_on=first, until_on=last, rooms=there.rooms)
        for first, last in ((date.min, on - a_day), (on + a_day, date.max))
    )


RELAXED: Mapping[Rule, Callable[[Relaxation, Problem], Problem]] = {
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
    hosts = session.hosts if relaxation.practice is None else (relaxation.practice,)
    most_km = FARTHEST * problem.policy.maximum_km(practitioner.max_travel_km)
    return all(problem.home_km(practitioner, host, session.on) > most_km for host in hosts)


def _practitioner(relaxation: Relaxation) -> PractitionerId:
    if relaxation.practitioner is None:
        raise AssertionError("it is relaxed for somebody")
    return relaxation.practitioner


def _with(problem: Problem, relaxation: Relaxation, change: Callable[[Practitioner], Practitioner]) -> Problem:
    people = tuple(change(each) if each.id == relaxation.practitioner else each for each in problem.practitioners)
    return replace(problem, file=replace(problem.file, practitioners=people))
