"""The decision variables of a problem, and how to read them back."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from ortools.sat.python.cp_model import CpModel, IntVar, LinearExpr

from service.domain.directory import PracticeId, PractitionerId
from service.domain.rosters import Assignment, HalfDay, Session, SessionKey
from service.domain.solving import Problem
from service.solver.admission import Candidate
from service.solver.loads import Load, Seats, loads

Values = Sequence[int]
"""What each variable of a model came to, by its index."""


@dataclass(frozen=True, kw_only=True)
class Works:
    """Who holds each seat, and which host each session takes.

    `holds` is 0 or 1 for each candidate. `takes` is 0 or 1 for each session and host within somebody's reach, 0 at an
    empty session; `seats_at` counts the seats held there. Where one follows from the other it is an expression, not a
    variable of its own.
    """

    problem: Problem
    model: CpModel
    of_session: Mapping[SessionKey, Sequence[Candidate]]
    of_practitioner: Mapping[PractitionerId, Sequence[Candidate]]
    holds: Mapping[tuple[PractitionerId, SessionKey], IntVar]
    takes: Mapping[SessionKey, Mapping[PracticeId, LinearExpr]]
    seats_at: Mapping[SessionKey, Mapping[PracticeId, LinearExpr]]

    @staticmethod
    def of(problem: Problem, candidates: Iterable[Candidate]) -> "Works":
        """The variables for these candidates, without a rule between them yet."""
        model = CpModel()
        of_session: dict[SessionKey, list[Candidate]] = defaultdict(list)
        of_practitioner: dict[PractitionerId, list[Candidate]] = defaultdict(list)
        holds = {}
        for one in candidates:
            of_session[one.session.key].append(one)
            of_practitioner[one.practitioner.id].append(one)
            holds[one.practitioner.id, one.session.key] = model.new_bool_var("")
        works = Works(
            problem=problem,
            model=model,
            of_session=of_session,
            of_practitioner=of_practitioner,
            holds=holds,
            takes=(takes := {}),
            seats_at=(seats_at := {}),
        )
        for session in (problem.session_at[key] for key in of_session):
            takes[session.key], seats_at[session.key] = works._host_variables(session)
        return works

    @cached_property
    def loads(self) -> tuple[Load, ...]:
        """Balances over all minutes."""
        return loads(self.problem, self.model, self._seats, unloved=False)

    @cached_property
    def loads_unloved(self) -> tuple[Load, ...]:
        """Balances over unloved minutes."""
        return loads(self.problem, self.model, self._seats, unloved=True)

    @cached_property
    def _seats(self) -> Seats:
        return {id: [(one.session, self.hold(one)) for one in those] for id, those in self.of_practitioner.items()}

    @property
    def candidates(self) -> Iterator[Candidate]:
        return (one for those in self.of_practitioner.values() for one in those)

    def _host_variables(self, session: Session) -> tuple[dict[PracticeId, LinearExpr], dict[PracticeId, LinearExpr]]:
        within_reach = frozenset[PracticeId]().union(*(one.hosts for one in self.of_session[session.key]))
        hosts = [host for host in session.hosts if host in within_reach]
        seats = session.template.seats
        held: LinearExpr = LinearExpr.sum([self.hold(one) for one in self.of_session[session.key]])
        if len(hosts) == 1:
            only = hosts[0]
            return ({only: held} if seats == 1 else {only: self.model.new_bool_var("")}), {only: held}
        takes: dict[PracticeId, LinearExpr] = {host: self.model.new_bool_var("") for host in hosts}
        if seats == 1:
            return takes, takes
        return takes, {host: self.model.new_int_var(0, seats, "") for host in hosts}

    def hold(self, candidate: Candidate) -> IntVar:
        return self.holds[candidate.practitioner.id, candidate.session.key]

    def half_days(self, practitioner: PractitionerId) -> Mapping[date, Mapping[HalfDay, Sequence[Candidate]]]:
        """What the practitioner is a candidate for, by day and half-day."""
        days: dict[date, dict[HalfDay, list[Candidate]]] = defaultdict(lambda: defaultdict(list))
        for candidate in self.of_practitioner.get(practitioner, ()):
            days[candidate.session.on][candidate.session.half_day].append(candidate)
        return days

    def roster(self, values: Values) -> tuple[Assignment, ...]:
        """The assignments that these values mean, sorted."""
        return tuple(
            sorted(
                Assignment(
                    template=key.template, on=key.on, practice=self._host(key, values), practitioner=practitioner
                )
                for (practitioner, key), variable in self.holds.items()
                if values[variable.index]
            )
        )

    def _host(self, key: SessionKey, values: Values) -> PracticeId:
        hosts = self.takes[key]
        if len(hosts) == 1:
            return next(iter(hosts))
        return next(host for host, takes in hosts.items() if isinstance(takes, IntVar) and values[takes.index])
