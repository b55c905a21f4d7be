"""A roster as it stands, and what one more assignment would break."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from service.domain.directory import PracticeId, PractitionerId
from service.domain.rosters import Assignment, SessionKey
from service.domain.rules import ABOUT_ONE_ASSIGNMENT, RULES
from service.domain.solving import Breach, Problem, Rule


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

    @property
    def roster(self) -> tuple[Assignment, ...]:
        """All that stands, sorted."""
        return tuple(sorted(one for held in self._of_practitioner.values() for one in held))

    def of_session(self, key: SessionKey) -> tuple[Assignment, ...]:
        return tuple(self._of_session.get(key, ()))

    def broken_by(self, assignment: Assignment) -> tuple[Breach, ...]:
        """The rules that this assignment would break if it were added, in the order of the rule book."""
        touched = {
            *self._of_practitioner.get(assignment.practitioner, ()),
            *self._of_session.get(assignment.key, ()),
            *self._of_practice.get((assignment.practice, assignment.on), ()),
        }
        together = [*sorted(touched), assignment]
        return tuple(
            breach
            for rule, broken in RULES.items()
            if rule is not Rule.PINS
            for breach in broken(self._problem, [assignment] if rule in ABOUT_ONE_ASSIGNMENT else together)
            if assignment.key in breach.sessions and breach.practitioner in (None, assignment.practitioner)
        )
