"""A roster as it stands, and what one more assignment would break."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta

from service.domain.directory import PracticeId, PractitionerId
from service.domain.rosters import Assignment, SessionKey
from service.domain.rules import RULES, SCOPES, Scope
from service.domain.solving import Breach, Problem, Rule

ONE_WEEK = timedelta(weeks=1)


class Standing:
    """Indexed by whom, which session and where, so that an assignment is judged by what it touches alone."""

    def __init__(self, problem: Problem, roster: Iterable[Assignment] = ()) -> None:
        self._problem = problem
        self._of_practitioner: dict[PractitionerId, list[Assignment]] = defaultdict(list)
        self._of_session: dict[SessionKey, list[Assignment]] = defaultdict(list)
        self._of_practice: dict[tuple[PracticeId, date], list[Assignment]] = defaultdict(list)
        for assignment in roster:
            self.add(assignment)

    def add(self, assignment: Assignment) -> None:
        self._of_practitioner[assignment.practitioner].append(assignment)
        self._of_session[assignment.key].append(assignment)
        self._of_practice[assignment.practice, assignment.on].append(assignment)

    def remove(self, assignment: Assignment) -> None:
        self._of_practitioner[assignment.practitioner].remove(assignment)
        self._of_session[assignment.key].remove(assignment)
        self._of_practice[assignment.practice, assignment.on].remove(assignment)

    @contextmanager
    def without(self, assignment: Assignment) -> Iterator[None]:
        """As if it were not there, while the block runs."""
        self.remove(assignment)
        try:
            yield
        finally:
            self.add(assignment)

    @property
    def roster(self) -> tuple[Assignment, ...]:
        """All that stands, sorted."""
        return tuple(sorted(one for held in self._of_practitioner.values() for one in held))

    def of_session(self, key: SessionKey) -> tuple[Assignment, ...]:
        return tuple(self._of_session.get(key, ()))

    def broken_by(self, assignment: Assignment) -> tuple[Breach, ...]:
        """The rules that this assignment would break if it were added, those about the assignment alone first."""
        alone = (rule for rule, scope in SCOPES.items() if scope is Scope.ALONE)
        own = (breach for rule in alone for breach in self._broken(rule, assignment, [assignment]))
        return (*own, *self.clashes_of(assignment))

    def clashes_of(self, assignment: Assignment) -> tuple[Breach, ...]:
        """The rules that it would break together with what stands."""
        own = self._of_practitioner.get(assignment.practitioner, ())
        near = [other for other in own if abs(other.on - assignment.on) <= ONE_WEEK]
        of_session = self._of_session.get(assignment.key, ())
        of_practice = self._of_practice.get((assignment.practice, assignment.on), ())
        judged = {
            Scope.PRACTITIONER: [*near, assignment],
            Scope.PLACE: [*sorted({*of_session, *of_practice}), assignment],
        }
        return tuple(
            breach
            for rule, scope in SCOPES.items()
            if scope in judged
            for breach in self._broken(rule, assignment, judged[scope])
        )

    def _broken(self, rule: Rule, assignment: Assignment, judged: Sequence[Assignment]) -> Iterator[Breach]:
        for breach in RULES[rule](self._problem, judged):
            if assignment.key in breach.sessions and breach.practitioner in (None, assignment.practitioner):
                yield breach
