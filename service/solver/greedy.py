"""The secretary's way: seat after seat to whoever carries least. The first roster, and the one to compare with."""

from collections import Counter
from collections.abc import Iterable, Set
from datetime import date

from service.domain.calendar import IsoWeek
from service.domain.directory import PractitionerId
from service.domain.fairness import history, targets
from service.domain.rosters import Assignment, HalfDay, Session
from service.domain.rules import breaches
from service.domain.solving import Problem, Rule
from service.domain.standing import Standing
from service.solver.admission import Candidate
from service.solver.variables import Works


def least_loaded_first(
    works: Works, pinned: Iterable[Assignment] = (), standing_before: Iterable[Assignment] = ()
) -> tuple[Assignment, ...]:
    """A lawful roster: the seats with fewest candidates first, each to whoever may and has the lowest balance.

    After what has begun and what is pinned, and what stood before as far as it is still lawful.
    """
    balances = _Balances(works.problem)
    busy = _Busy(works.problem)
    standing = Standing(works.problem)
    for kept in _kept(works, {*works.problem.begun, *pinned}, standing_before):
        standing.add(kept)
        balances.add(kept.practitioner, works.problem.session_at[kept.key])
        busy.add(kept.practitioner, works.problem.session_at[kept.key])
    for key in sorted(works.of_session, key=lambda key: (len(works.of_session[key]), key)):
        session = works.problem.session_at[key]
        for one in sorted(works.of_session[key], key=balances.of):
            if len(standing.of_session(key)) == session.template.seats:
                break
            assignment = None if busy.forbids(one) else _lawful(standing, one)
            if assignment is not None:
                standing.add(assignment)
                balances.add(assignment.practitioner, session)
                busy.add(assignment.practitioner, session)
    return standing.roster


def _kept(works: Works, fixed: Set[Assignment], before: Iterable[Assignment]) -> tuple[Assignment, ...]:
    """What is fixed, and of what stood before all that is lawful beside it: all at once if need be, else one by one."""
    may_stand = [held for held in before if held not in fixed and _is_candidate(works, held)]
    together = (*sorted(fixed), *sorted(may_stand))
    if not any(breach.rule is not Rule.PINS for breach in breaches(works.problem, together)):
        return together
    standing = Standing(works.problem, fixed)
    for held in sorted(may_stand):
        if not standing.clashes_of(held):
            standing.add(held)
    return standing.roster


def _lawful(standing: Standing, candidate: Candidate) -> Assignment | None:
    """The candidate's assignment at the first host where it breaks no rule."""
    session = candidate.session
    for practice in (host for host in session.hosts if host in candidate.hosts):
        assignment = Assignment(
            template=session.template.id, on=session.on, practice=practice, practitioner=candidate.practitioner.id
        )
        if not standing.clashes_of(assignment):
            return assignment
    return None


def _is_candidate(works: Works, held: Assignment) -> bool:
    those = works.of_session.get(held.key, ())
    return any(one.practitioner.id == held.practitioner and held.practice in one.hosts for one in those)


class _Busy:
    """Who has no half-day or no session of the week left: what forbids most, seen at a glance."""

    def __init__(self, problem: Problem) -> None:
        self._maximum = {practitioner.id: practitioner.max_sessions_per_week for practitioner in problem.practitioners}
        self._half_days: set[tuple[PractitionerId, date, HalfDay]] = set()
        self._sessions: Counter[tuple[PractitionerId, IsoWeek]] = Counter()

    def forbids(self, candidate: Candidate) -> bool:
        id, session = candidate.practitioner.id, candidate.session
        is_taken = (id, session.on, session.half_day) in self._half_days
        return is_taken or self._sessions[id, session.week] >= self._maximum[id]

    def add(self, practitioner: PractitionerId, session: Session) -> None:
        self._half_days.add((practitioner, session.on, session.half_day))
        self._sessions[practitioner, session.week] += 1


class _Balances:
    """Minutes above everybody's share so far, of all work (False) and of the unloved (True)."""

    def __init__(self, problem: Problem) -> None:
        self._minutes: dict[bool, Counter[PractitionerId]] = {}
        for unloved in (False, True):
            self._minutes[unloved] = Counter(history(problem, unloved=unloved))
            self._minutes[unloved].subtract(targets(problem, unloved=unloved))

    def of(self, candidate: Candidate) -> tuple[int, int, PractitionerId]:
        """What counts first comes first: unloved minutes for an unloved session."""
        unloved = candidate.session.burden_class.is_unloved
        id = candidate.practitioner.id
        return self._minutes[unloved][id], self._minutes[not unloved][id], id

    def add(self, practitioner: PractitionerId, session: Session) -> None:
        for unloved, minutes in self._minutes.items():
            if session.burden_class.is_unloved or not unloved:
                minutes[practitioner] += session.minutes
