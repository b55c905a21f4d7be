"""Who owes how much, who did how much: fair shares, targets and balances (TERRITORY-FILE: fair share)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction

from service.domain.answers import FairnessRow
from service.domain.calendar import IsoWeek
from service.domain.directory import Pledge, PledgePeriod, Practitioner, PractitionerId
from service.domain.rosters import Assignment
from service.domain.rounding import half_up
from service.domain.solving import Problem, once_a_problem

WEEKS_PER_MONTH = Fraction(52, 12)


def weekly_minutes(pledge: Pledge | None) -> Fraction:
    """Pledged minutes per week; a month is 52/12 weeks."""
    if pledge is None:
        return Fraction(0)
    return Fraction(pledge.minutes) / (WEEKS_PER_MONTH if pledge.per is PledgePeriod.MONTH else 1)


def _weeks_present(practitioner: Practitioner, weeks: Iterable[IsoWeek]) -> int:
    return sum(practitioner.is_present(week.monday) and practitioner.is_present(week.sunday) for week in weeks)


@once_a_problem
def shares(problem: Problem) -> Mapping[PractitionerId, Fraction]:
    """Everybody's fraction of the work; they sum to 1. Who pledges no whole week of the period is left out.

    share_p = minutes_p × weeks_p / Σ_q minutes_q × weeks_q, weeks counted within one's own validity dates.
    """
    pledged = {p.id: weekly_minutes(p.pledge) * _weeks_present(p, problem.weeks) for p in problem.practitioners}
    total = sum(pledged.values())
    return {id: minutes / total for id, minutes in pledged.items() if minutes > 0}


def asked_minutes(problem: Problem, *, unloved: bool = False) -> int:
    """Minutes of all seats asked for, or of the unloved ones."""
    return sum(
        session.template.seats * session.minutes
        for session in problem.sessions
        if session.burden_class.is_unloved or not unloved
    )


@once_a_problem
def targets(problem: Problem, *, unloved: bool = False) -> Mapping[PractitionerId, int]:
    """target_p = share_p × minutes asked for, rounded half up. Whole minutes."""
    asked = asked_minutes(problem, unloved=unloved)
    return {id: half_up(share * asked) for id, share in shares(problem).items()}


@once_a_problem
def history(problem: Problem, *, unloved: bool = False) -> Mapping[PractitionerId, int]:
    """The ledger before the first week, in minutes relative to the fair share."""
    minutes: dict[PractitionerId, int] = defaultdict(int)
    for burden in problem.file.burden_history:
        if burden.burden_class.is_unloved or not unloved:
            minutes[burden.practitioner] += burden.minutes
    return minutes


def held_minutes(
    problem: Problem, assignments: Iterable[Assignment], *, unloved: bool = False
) -> Mapping[PractitionerId, int]:
    minutes: dict[PractitionerId, int] = defaultdict(int)
    for assignment in assignments:
        session = problem.session_at[assignment.key]
        if session.burden_class.is_unloved or not unloved:
            minutes[assignment.practitioner] += session.minutes
    return minutes


def fairness_table(problem: Problem, assignments: Iterable[Assignment]) -> tuple[FairnessRow, ...]:
    """A row for everybody with a share, in the territory's order."""
    assignments = tuple(assignments)
    target, target_unloved = targets(problem), targets(problem, unloved=True)
    before, before_unloved = history(problem), history(problem, unloved=True)
    held, held_unloved = held_minutes(problem, assignments), held_minutes(problem, assignments, unloved=True)
    return tuple(
        FairnessRow(
            practitioner=id,
            target=target[id],
            held=held.get(id, 0),
            history=before.get(id, 0),
            balance=before.get(id, 0) + held.get(id, 0) - target[id],
            target_unloved=target_unloved[id],
            held_unloved=held_unloved.get(id, 0),
            history_unloved=before_unloved.get(id, 0),
            balance_unloved=before_unloved.get(id, 0) + held_unloved.get(id, 0) - target_unloved[id],
        )
        for id in target
    )
