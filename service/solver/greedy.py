"""The secretary's way: seat after seat to whoever carries least. The first roster, and the one to compare with."""

from collections import Counter
from collections.abc import Iterable

from service.domain.directory import PractitionerId
from service.domain.fairness import history, targets
from service.domain.rosters import Assignment, Session
from service.domain.solving import Problem
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
    standing = Standing(works.problem)
    begun = [held for held in works.problem.published if (held.practitioner, held.key) in works.holds]
    for kept in {*(held for held in begun if held.key in works.problem.frozen), *pinned}:
        standing.add(kept)
        balances.add(kept.practitioner, works.problem.session_at[kept.key])
    for held in sorted(standing_before):
        is_new = held not in standing.of_session(held.key)
        if is_new and (held.practitioner, held.key) in works.holds and not standing.broken_by(held):
            standing.add(held)
            balances.add(held.practitioner, works.problem.session_at[held.key])
    for key in sorted(works.of_session, key=lambda key: (len(works.of_session[key]), key)):
        session = works.problem.session_at[key]
        for one in sorted(works.of_session[key], key=balances.of):
            if len(standing.of_session(key)) == session.template.seats:
                break
            assignment = _lawful(standing, one)
            if assignment is not None:
                standing.add(assignment)
                balances.add(assignment.practitioner, session)
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
