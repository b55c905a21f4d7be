"""What may change about sessions and places: rooms closed, a stop more, a session more, a session dropped."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import ClassVar

from service.domain.calendar import IsoWeek, Weekday, interval_on
from service.domain.changes_of_persons import unknown_session
from service.domain.directory import PracticeId, PracticeKind, Stop
from service.domain.faults import Fault
from service.domain.rosters import BurdenClass, Session, SessionKey, SessionTemplate, session_on
from service.domain.solving import Closure, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomsClosed:
    """A practice with only `rooms` left on some days, both included.

    Without any it hosts nothing then, and a session that it alone could host is dropped.
    """

    name: ClassVar[str] = "rooms_closed"
    practice: PracticeId
    from_on: date
    until_on: date
    rooms: int = 0

    def faults(self, problem: Problem) -> Iterator[Fault]:
        yield from _unknown_practice(problem, self.practice)
        if self.until_on < self.from_on:
            yield Fault(path="until", code="date.order", message="the last day is before the first")

    def applied(self, problem: Problem) -> Problem:
        closure = Closure(practice=self.practice, from_on=self.from_on, until_on=self.until_on, rooms=self.rooms)
        sessions = tuple(self._without_host(each) for each in problem.sessions)
        return replace(problem, sessions=sessions, closures=(*problem.closures, closure))

    def _without_host(self, session: Session) -> Session:
        if self.rooms or self.practice not in session.hosts or not self.from_on <= session.on <= self.until_on:
            return session
        hosts = tuple(host for host in session.hosts if host != self.practice)
        return replace(session, hosts=hosts) if hosts else dropped(session)


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAdded:
    """A mobile unit stands somewhere on a weekday, or on dates of it, in place of wherever else it would stand then."""

    name: ClassVar[str] = "stop_added"
    practice: PracticeId
    stop: Stop

    def faults(self, problem: Problem) -> Iterator[Fault]:
        yield from _unknown_practice(problem, self.practice)
        practice = problem.practice_of.get(self.practice)
        if practice is not None and practice.kind is not PracticeKind.MOBILE_UNIT:
            message = f"{practice.id} is a {practice.kind}, which does not move: it has no stops"
            yield Fault(path="practice", code="practice.stop_elsewhere", message=message)

    def applied(self, problem: Problem) -> Problem:
        practices = tuple(
            replace(each, stops=(self.stop, *each.stops)) if each.id == self.practice else each
            for each in problem.file.practices
        )
        return replace(problem, file=replace(problem.file, practices=practices))


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAdded:
    """One session more, of a template that the territory has, on a day of its weekday."""

    name: ClassVar[str] = "session_added"
    session: SessionKey

    def faults(self, problem: Problem) -> Iterator[Fault]:
        template = self._template(problem)
        if template is None:
            known = (each.id for each in problem.file.session_templates)
            yield Fault.unknown("template", "session template", self.session.template, known)
        else:
            yield from _not_to_be_added(problem, template, self.session.on)

    def applied(self, problem: Problem) -> Problem:
        template = self._template(problem)
        return _with_session(problem, template, self.session.on) if template else problem

    def _template(self, problem: Problem) -> SessionTemplate | None:
        return next((each for each in problem.file.session_templates if each.id == self.session.template), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSupposed:
    """One session more, of a template that the territory does not have."""

    name: ClassVar[str] = "session_supposed"
    template: SessionTemplate
    on: date

    @property
    def session(self) -> SessionKey:
        return SessionKey(self.template.id, self.on)

    def faults(self, problem: Problem) -> Iterator[Fault]:
        strange = [
            Fault.unknown(f"template.hosts[{index}]", "practice", host, problem.practice_of)
            for index, host in enumerate(self.template.hosts)
            if host not in problem.practice_of
        ]
        yield from strange or _not_to_be_added(problem, self.template, self.on)

    def applied(self, problem: Problem) -> Problem:
        return _with_session(problem, self.template, self.on)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDropped:
    """A session that is no longer asked for."""

    name: ClassVar[str] = "session_dropped"
    session: SessionKey

    def faults(self, problem: Problem) -> Iterator[Fault]:
        yield from unknown_session(problem, self.session)

    def applied(self, problem: Problem) -> Problem:
        sessions = tuple(dropped(each) if each.key == self.session else each for each in problem.sessions)
        return replace(problem, sessions=sessions)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMoved:
    """A session that begins at another hour of its day, as long as before; at a practice if one is named."""

    name: ClassVar[str] = "session_moved"
    session: SessionKey
    start: time
    practice: PracticeId | None = None

    def faults(self, problem: Problem) -> Iterator[Fault]:
        unknown = [*unknown_session(problem, self.session)]
        if self.practice is not None:
            unknown += _unknown_practice(problem, self.practice)
        yield from unknown or self._impossible(problem, problem.session_at[self.session])

    def _impossible(self, problem: Problem, session: Session) -> Iterator[Fault]:
        if moved_to(session.template, self.start) is None:
            yield Fault(path="start", code="session.past_midnight", message="it would end after midnight")
        if self.practice is not None and not _has_room(problem, self.practice, session.on):
            message = f"{self.practice} has no place or no room on {session.on}"
            yield Fault(path="practice", code="template.no_stop", message=message)

    def applied(self, problem: Problem) -> Problem:
        sessions = (self._moved(problem, each) if each.key == self.session else each for each in problem.sessions)
        by_time = sorted(sessions, key=lambda each: (each.on, each.template.start, each.template.id))
        return replace(problem, sessions=tuple(by_time))

    def _moved(self, problem: Problem, session: Session) -> Session:
        template = moved_to(session.template, self.start) or session.template
        hosts = session.hosts if self.practice is None else (self.practice,)
        territory = problem.file.territory
        return replace(
            session,
            template=replace(template, hosts=template.hosts if self.practice is None else hosts),
            time=interval_on(session.on, template.start, template.end, territory.zone),
            hosts=hosts,
            burden_class=BurdenClass.of(session.on, template.start, territory.holiday_zone),
        )


def moved_to(template: SessionTemplate, start: time) -> SessionTemplate | None:
    """As long as before; None when it would not end on its day."""
    day = date.min
    length = datetime.combine(day, template.end) - datetime.combine(day, template.start)
    end = datetime.combine(day, start) + length
    return replace(template, start=start, end=end.time()) if end.date() == day else None


def dropped(session: Session) -> Session:
    """The session, asking for nobody: it keeps its place in the roster's history."""
    return replace(session, template=replace(session.template, seats=0))


def _not_to_be_added(problem: Problem, template: SessionTemplate, on: date) -> Iterator[Fault]:
    standing = problem.session_at.get(SessionKey(template.id, on))
    if Weekday.of(on) is not template.weekday:
        message = f"{on} is no {template.weekday}, the weekday of {template.id}"
        yield Fault(path="date", code="session.wrong_weekday", message=message)
    elif IsoWeek.of(on) not in problem.weeks:
        weeks = f"the roster is of {problem.weeks[0]} to {problem.weeks[-1]}"
        yield Fault(path="date", code="session.outside_the_weeks", message=f"{on} is not in its weeks", hint=weeks)
    elif standing is not None and standing.template.seats > 0:
        message = f"the roster has a session {template.id} on {on}"
        yield Fault(path="template", code="session.exists", message=message)
    elif _one_more(problem, template, on) is None:
        message = f"none of its hosts has a place and a room on {on}"
        yield Fault(path="date", code="template.no_stop", message=message, hint="add the stop before the session")


def _one_more(problem: Problem, template: SessionTemplate, on: date) -> Session | None:
    """The session; None where no host has a place that day, or every room is closed."""
    session = session_on(template, on, problem.practice_of, problem.file.territory)
    hosts = tuple(host for host in session.hosts if problem.rooms(host, on)) if session else ()
    return replace(session, hosts=hosts) if session and hosts else None


def _with_session(problem: Problem, template: SessionTemplate, on: date) -> Problem:
    added = _one_more(problem, template, on)
    if added is None:
        return problem
    others = [session for session in problem.sessions if session.key != added.key]
    by_time = sorted([*others, added], key=lambda each: (each.on, each.template.start, each.template.id))
    return replace(problem, sessions=tuple(by_time))


def _has_room(problem: Problem, practice: PracticeId, on: date) -> bool:
    return problem.point(practice, on) is not None and bool(problem.rooms(practice, on))


def _unknown_practice(problem: Problem, id: PracticeId) -> Iterator[Fault]:
    if id not in problem.practice_of:
        yield Fault.unknown("practice", "practice", id, problem.practice_of)
