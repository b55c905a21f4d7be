"""What everybody carries, as decisions: balances in steps that sessions can add up to."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import gcd

from ortools.sat.python.cp_model import CpModel, Domain, IntVar, LinearExpr

from service.domain.calendar import IsoWeek
from service.domain.directory import PractitionerId
from service.domain.fairness import history, targets
from service.domain.rosters import Session, SessionKey
from service.domain.solving import Problem

Seats = Mapping[PractitionerId, Sequence[tuple[Session, IntVar]]]
"""For everybody, the sessions that he or she may hold, each with the decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One practitioner's balance: `base + unit × count` minutes. `counts`: all that `count` can come to, sorted."""

    practitioner: PractitionerId
    base: int
    unit: int
    count: IntVar
    counts: tuple[int, ...]

    @property
    def balance(self) -> LinearExpr:
        return self.base + self.unit * self.count

    @property
    def balances(self) -> tuple[int, ...]:
        """All that the balance can come to, sorted."""
        return tuple(self.base + self.unit * count for count in self.counts)

    def most(self, cap: int) -> int:
        """The largest count with which the balance is not above the cap."""
        return self.counts[bisect_right(self.balances, cap) - 1]


def loads(problem: Problem, model: CpModel, seats: Seats, *, unloved: bool) -> tuple[Load, ...]:
    """The balance of everybody who has a share, over all minutes or the unloved ones, tied to the seats held.

    For every practitioner p: unit × count[p] = Σ_s minutes_s × holds[p, s]; balance = history + unit × count - target.
    """
    before = history(problem, unloved=unloved)
    unit = gcd(*(session.minutes for session in problem.sessions)) or 1
    found = []
    for practitioner, target in targets(problem, unloved=unloved).items():
        those = [(s, held) for s, held in seats.get(practitioner, ()) if s.burden_class.is_unloved or not unloved]
        counts = _counts(problem, practitioner, [session for session, _ in those], unit)
        count = model.new_int_var_from_domain(Domain.from_values(counts), "")
        steps = [session.minutes // unit for session, _ in those]
        model.add(LinearExpr.weighted_sum([held for _, held in those], steps) == count)
        base = before.get(practitioner, 0) - target
        found.append(Load(practitioner=practitioner, base=base, unit=unit, count=count, counts=tuple(counts)))
    return tuple(found)


def _counts(problem: Problem, practitioner: PractitionerId, sessions: Sequence[Session], unit: int) -> list[int]:
    """What the sessions held can add up to, in units: no more of them than the caps allow, no less than the pins."""
    pinned = {SessionKey(pin.template, pin.on) for pin in problem.pins if pin.practitioner == practitioner}
    least = sum(session.minutes // unit for session in sessions if session.key in pinned)
    fewest = {0: 0}
    most = _most_sessions(problem, practitioner, sessions)
    for step, times in Counter(session.minutes // unit for session in sessions).items():
        for total, needed in tuple(fewest.items()):
            for more in range(1, min(times, most - needed) + 1):
                reached = total + more * step
                fewest[reached] = min(needed + more, fewest.get(reached, most))
    return sorted(total for total in fewest if total >= least)


def _most_sessions(problem: Problem, practitioner: PractitionerId, sessions: Iterable[Session]) -> int:
    """How many of the sessions the caps per half-day, day and week allow at most."""
    half_days = {(session.week, session.on, session.half_day) for session in sessions}
    days = Counter((week, on) for week, on, _ in half_days)
    weeks: dict[IsoWeek, int] = defaultdict(int)
    for (week, _), halves in days.items():
        weeks[week] += min(halves, problem.policy.max_sessions_per_day)
    maximum = problem.practitioner_of[practitioner].max_sessions_per_week
    return sum(min(days_most, maximum) for days_most in weeks.values())
