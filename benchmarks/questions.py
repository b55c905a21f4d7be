"""A problem as numbers alone, for a solver that shares nothing with ours; and back from its numbers to a roster."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import product
from math import isfinite
from typing import Any

from service.domain.calendar import Weekday
from service.domain.directory import PracticeId, PractitionerId
from service.domain.fairness import history, targets
from service.domain.goals import host_groups, wish_penalty
from service.domain.rosters import Assignment, HalfDay, Session, SessionKey
from service.domain.solving import Problem
from service.solver.admission import Candidate, candidates

Document = dict[str, Any]
Pair = tuple[Session, Session]
HALF_DAYS = tuple(HalfDay)
DAY, WEEK, MINUTE = timedelta(days=1), timedelta(weeks=1), timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Question:
    """Sessions, practitioners and hosts go by their place in the problem.

    The rules about one assignment alone have become candidates, those about two sessions pairs. For problems without
    pins, and with nothing published in or around their weeks.
    """

    problem: Problem

    def __post_init__(self) -> None:
        if self.problem.pins or self.problem.neighbours or self.problem.published:
            raise AssertionError("a question has no words for pins or for what is published")

    def document(self) -> Document:
        """What a solver needs to know."""
        pairs = list(self._pairs())
        return {
            "hosts": len(self.problem.file.practices),
            "practitioners": list(self._practitioners()),
            "sessions": list(self._sessions()),
            "aparts": [self._numbers(pair) for pair in pairs if self._is_never_both(pair)],
            "journeys": [journey for pair in pairs if not self._is_never_both(pair) for journey in self._too_far(pair)],
            "uses": list(self._uses()),
        }

    def roster(self, held: Iterable[tuple[int, int, int]]) -> tuple[Assignment, ...]:
        """From triples of session, practitioner and host."""
        return tuple(
            sorted(
                Assignment(
                    template=self.problem.sessions[session].template.id,
                    on=self.problem.sessions[session].on,
                    practice=self.problem.file.practices[host].id,
                    practitioner=self.problem.practitioners[practitioner].id,
                )
                for session, practitioner, host in held
            )
        )

    @cached_property
    def _session(self) -> Mapping[SessionKey, int]:
        return {session.key: number for number, session in enumerate(self.problem.sessions)}

    @cached_property
    def _practitioner(self) -> Mapping[PractitionerId, int]:
        return {practitioner.id: number for number, practitioner in enumerate(self.problem.practitioners)}

    @cached_property
    def _host(self) -> Mapping[PracticeId, int]:
        return {practice.id: number for number, practice in enumerate(self.problem.file.practices)}

    @cached_property
    def _candidates(self) -> Mapping[SessionKey, Sequence[Candidate]]:
        found: dict[SessionKey, list[Candidate]] = defaultdict(list)
        for one in candidates(self.problem):
            found[one.session.key].append(one)
        return found

    @cached_property
    def _on(self) -> Mapping[date, Sequence[Session]]:
        days: dict[date, list[Session]] = defaultdict(list)
        for session in sorted(self.problem.sessions, key=lambda session: session.time):
            days[session.on].append(session)
        return days

    def _numbers(self, pair: Pair) -> list[int]:
        return [self._session[session.key] for session in pair]

    def _practitioners(self) -> Iterator[Document]:
        """`before`: history less target, what a balance is when nothing is held."""
        due, due_unloved = targets(self.problem), targets(self.problem, unloved=True)
        done, done_unloved = history(self.problem), history(self.problem, unloved=True)
        for practitioner in self.problem.practitioners:
            id = practitioner.id
            yield {
                "max_per_day": self.problem.policy.max_sessions_per_day,
                "max_per_week": practitioner.max_sessions_per_week,
                "min_per_week": practitioner.min_sessions_per_week,
                "has_share": id in due,
                "before": done.get(id, 0) - due.get(id, 0),
                "before_unloved": done_unloved.get(id, 0) - due_unloved.get(id, 0),
            }

    def _sessions(self) -> Iterator[Document]:
        groups = {hosts: number for number, hosts in enumerate(host_groups(self.problem))}
        for session in self.problem.sessions:
            those = self._candidates.get(session.key, ())
            reached = frozenset[PracticeId]().union(*(one.hosts for one in those))
            hosts = frozenset(session.template.hosts)
            yield {
                "session": self._session[session.key],
                "day": session.on.toordinal(),
                "half_day": len(HALF_DAYS) * session.on.toordinal() + HALF_DAYS.index(session.half_day),
                "week": session.week.monday.toordinal(),
                "minutes": session.minutes,
                "is_unloved": session.burden_class.is_unloved,
                "priority": session.template.priority,
                "group": groups[hosts],
                "hosts_in_turn": len(hosts),
                "seats": session.template.seats,
                "hosts": [self._host[host] for host in session.hosts if host in reached or not reached],
                "candidates": [self._candidate(one) for one in those],
            }

    def _candidate(self, one: Candidate) -> Document:
        """`travel`: there and back from home, in tenths of a km."""
        home_km = {host: self.problem.home_km(one.practitioner, host, one.session.on) for host in sorted(one.hosts)}
        return {
            "practitioner": self._practitioner[one.practitioner.id],
            "wish": wish_penalty(self.problem, one.practitioner.id, one.session),
            "travel": [[self._host[host], round(20 * km) if isfinite(km) else 0] for host, km in home_km.items()],
        }

    def _pairs(self) -> Iterator[Pair]:
        """Of one day but not one half-day, of days in a row, of weekdays a week apart: where somebody may hold both."""
        for on, sessions in self._on.items():
            for session in sessions:
                near = [*sessions, *self._on.get(on + DAY, ()), *self._on.get(on + WEEK, ())]
                for other in near:
                    is_later = session.time < other.time and (on, session.half_day) != (other.on, other.half_day)
                    if is_later and not self._who(session).isdisjoint(self._who(other)):
                        yield session, other

    def _who(self, session: Session) -> frozenset[PractitionerId]:
        return frozenset(one.practitioner.id for one in self._candidates.get(session.key, ()))

    def _is_never_both(self, pair: Pair) -> bool:
        first, then = pair
        policy = self.problem.policy
        if first.on == then.on:
            return len(list(self._too_far(pair))) == len(first.hosts) * len(then.hosts)
        if first.on + DAY == then.on:
            return first.time.gap_before(then.time) < timedelta(hours=policy.min_rest_hours)
        return Weekday.of(first.on) is Weekday.SAT and not policy.allow_consecutive_saturdays

    def _too_far(self, pair: Pair) -> Iterator[list[int]]:
        """Hosts between which the time of the same day does not suffice: session, host, session, host."""
        first, then = pair
        if first.on != then.on:
            return
        between_minutes = first.time.gap_before(then.time) / MINUTE
        for here, there in product(first.hosts, then.hosts):
            if between_minutes < self._journey_minutes(first.on, here, there):
                yield [self._session[first.key], self._host[here], self._session[then.key], self._host[there]]

    def _journey_minutes(self, on: date, practice: PracticeId, other: PracticeId) -> float:
        here, there = self.problem.point(practice, on), self.problem.point(other, on)
        return 0 if here is None or there is None or here == there else self.problem.travel_minutes(here, there)

    def _uses(self) -> Iterator[list[int]]:
        """Instant, session, host and its rooms; only where more seats may be asked for than there are rooms."""
        instant = 0
        for sessions in self._on.values():
            for practice in self.problem.file.practices:
                hosted = [session for session in sessions if practice.id in session.hosts]
                for start in sorted({session.time.start for session in hosted}):
                    at_once = [one for one in hosted if one.time.start <= start < one.time.end]
                    instant += 1
                    if sum(one.template.seats for one in at_once) > practice.rooms:
                        for one in at_once:
                            yield [instant, self._session[one.key], self._host[practice.id], practice.rooms]
