"""The decisions of a problem, and how to read them back."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from service.domain.directory import PracticeId, PractitionerId
from service.domain.rosters import Assignment, HalfDay, Session, SessionKey
from service.domain.solving import Problem
from service.solver.admission import Candidate
from service.solver.loads import Load, Seats, loads
from service.solver.program import Program

Values = Sequence[float]
"""What each variable of a program came to, by its number."""
Sum = Sequence[int]
"""Variables to be added up."""
HalfDays = Mapping[date, Mapping[HalfDay, Sequence[Candidate]]]


@dataclass(frozen=True, kw_only=True)
class Works:
    """Who holds each seat, and which host each session takes.

    `holds` is 0 or 1 for each candidate. `takes` adds up to 0 or 1 for each session and host within somebody's reach, 0
    at an empty session; `seats_at` to the seats held there. `seat_row`: the row that counts a session's holders.
    """

    problem: Problem
    program: Program = field(default_factory=Program)
    of_session: Mapping[SessionKey, Sequence[Candidate]]
    of_practitioner: Mapping[PractitionerId, Sequence[Candidate]]
    holds: Mapping[tuple[PractitionerId, SessionKey], int]
    takes: Mapping[SessionKey, Mapping[PracticeId, Sum]]
    seats_at: Mapping[SessionKey, Mapping[PracticeId, Sum]]
    seat_row: dict[SessionKey, int] = field(default_factory=dict)

    @staticmethod
    def of(problem: Problem, candidates: Iterable[Candidate]) -> "Works":
        """The variables for these candidates, without a rule between them yet."""
        program = Program()
        of_session: dict[SessionKey, list[Candidate]] = defaultdict(list)
        of_practitioner: dict[PractitionerId, list[Candidate]] = defaultdict(list)
        holds = {}
        for one in candidates:
            of_session[one.session.key].append(one)
            of_practitioner[one.practitioner.id].append(one)
            holds[one.practitioner.id, one.session.key] = program.variable()
        works = Works(
            problem=problem,
            program=program,
            of_session=of_session,
            of_practitioner=of_practitioner,
            holds=holds,
            takes=(takes := {}),
            seats_at=(seats_at := {}),
        )
        for key in of_session:
            takes[key], seats_at[key] = works._host_variables(problem.session_at[key])
        return works

    @cached_property
    def loads(self) -> tuple[Load, ...]:
        """Balances over all minutes."""
        return loads(self.problem, self.program, self._seats, unloved=False)

    @cached_property
    def loads_unloved(self) -> tuple[Load, ...]:
        """Balances over unloved minutes."""
        return loads(self.problem, self.program, self._seats, unloved=True)

    @cached_property
    def _seats(self) -> Seats:
        return {id: [(one.session, self.hold(one)) for one in those] for id, those in self.of_practitioner.items()}

    @property
    def candidates(self) -> Iterator[Candidate]:
        return (one for those in self.of_practitioner.values() for one in those)

    def _host_variables(self, session: Session) -> tuple[dict[PracticeId, Sum], dict[PracticeId, Sum]]:
        """A host follows from the holders where there is but one, and where there is but one seat its count does."""
        within_reach = frozenset[PracticeId]().union(*(one.hosts for one in self.of_session[session.key]))
        hosts = [*(host for host in session.hosts if host in within_reach), *sorted(within_reach - {*session.hosts})]
        seats = session.template.seats
        if len(hosts) == 1:
            held = [self.hold(one) for one in self.of_session[session.key]]
            return {hosts[0]: held if seats == 1 else [self.program.variable()]}, {hosts[0]: held}
        takes: dict[PracticeId, Sum] = {host: [self.program.variable()] for host in hosts}
        if seats == 1:
            return takes, takes
        return takes, {host: [self.program.variable(high=seats)] for host in hosts}

    def hold(self, candidate: Candidate) -> int:
        return self.holds[candidate.practitioner.id, candidate.session.key]

    def is_full(self, key: SessionKey) -> bool:
        """Whether every seat of the session is held, whatever else is decided."""
        row = self.seat_row.get(key)
        return row is not None and self.program.row_low[row] >= self.problem.session_at[key].template.seats

    def half_days(self, practitioner: PractitionerId) -> HalfDays:
        """What the practitioner is a candidate for, by day and half-day."""
        return self._half_days.get(practitioner, {})

    @cached_property
    def _half_days(self) -> Mapping[PractitionerId, HalfDays]:
        found: dict[PractitionerId, HalfDays] = {}
        for practitioner, those in self.of_practitioner.items():
            days: dict[date, dict[HalfDay, list[Candidate]]] = defaultdict(lambda: defaultdict(list))
            for candidate in those:
                days[candidate.session.on][candidate.session.half_day].append(candidate)
            found[practitioner] = days
        return found

    def roster(self, values: Values) -> tuple[Assignment, ...]:
        """The assignments that these values mean, sorted."""
        return tuple(
            sorted(
                Assignment(
                    template=key.template, on=key.on, practice=self._host(key, values), practitioner=practitioner
                )
                for (practitioner, key), variable in self.holds.items()
                if values[variable] > 0.5
            )
        )

    def values(self, roster: Iterable[Assignment]) -> dict[int, float]:
        """What the decisions come to in a roster of candidates; goals have further variables of their own."""
        held = {(assignment.practitioner, assignment.key) for assignment in roster}
        values = {variable: float(seat in held) for seat, variable in self.holds.items()}
        seated: dict[SessionKey, list[PracticeId]] = defaultdict(list)
        for assignment in roster:
            seated[assignment.key].append(assignment.practice)
        for counts in (self.seats_at, self.takes):
            for key, at_hosts in counts.items():
                for practice, variables in at_hosts.items():
                    seats = seated[key].count(practice)
                    if len(variables) == 1 and variables[0] not in values:
                        values[variables[0]] = float(seats if counts is self.seats_at else seats > 0)
        return values

    def _host(self, key: SessionKey, values: Values) -> PracticeId:
        hosts = self.takes[key]
        return next(host for host, takes in hosts.items() if len(hosts) == 1 or values[takes[0]] > 0.5)
