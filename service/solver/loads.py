"""What everybody carries, as decisions: balances in steps that sessions can add up to."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import gcd

from service.domain.calendar import IsoWeek
from service.domain.directory import PractitionerId
from service.domain.fairness import history, targets
from service.domain.rosters import Session, SessionKey
from service.domain.solving import Problem
from service.solver.program import Program

Seats = Mapping[PractitionerId, Sequence[tuple[Session, int]]]
"""For everybody, the sessions that he or she may hold, each with the decision."""
MOST_BRANCHES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One way to come to a balance: `base × chosen + step × count` minutes.

    `chosen`: 0 or 1, None where there is no other way. `counts`: all that `count` can come to once chosen, sorted;
    `cap_row`: count - counts[-1] × chosen <= 0.
    """

    chosen: int | None
    count: int
    base: int
    step: int
    counts: tuple[int, ...]
    cap_row: int | None = None

    @property
    def balances(self) -> tuple[int, ...]:
        return tuple(self.base + self.step * count for count in self.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One practitioner's balance: that of the one branch chosen.

    Sessions of one length make a single branch. Where a few are of other lengths, there is a branch for each total of
    those few: within it balances are a whole session apart, which is what makes bounds sharp.
    """

    practitioner: PractitionerId
    branches: tuple[Branch, ...]

    @property
    def balances(self) -> tuple[int, ...]:
        """All that the balance can come to, sorted."""
        return tuple(sorted({balance for branch in self.branches for balance in branch.balances}))

    def cap(self, program: Program, cap: int) -> None:
        """No balance above the cap, which some balance is not; what is capped or settled already is not lifted."""
        for branch in self.branches:
            most = bisect_right(branch.balances, cap)
            count = branch.counts[most - 1] if most else 0
            program.high[branch.count] = min(program.high[branch.count], count)
            if branch.chosen is not None and branch.cap_row is not None:
                entry = program.entry(branch.cap_row, branch.chosen)
                is_settled = program.row_low[branch.cap_row] == 0
                if not most or (is_settled and -program.coefficients[entry] > count):
                    program.high[branch.chosen] = 0
                elif not is_settled:
                    program.coefficients[entry] = max(program.coefficients[entry], -count)

    def settle(self, program: Program, balance: int) -> None:
        """The balance stays what it is."""
        for branch in self.branches:
            count = (balance - branch.base) // branch.step
            if branch.chosen is None or branch.cap_row is None:
                program.fix(branch.count, count)
                continue
            entry = program.entry(branch.cap_row, branch.chosen)
            is_settled = program.row_low[branch.cap_row] == 0
            if balance in branch.balances and (not is_settled or -program.coefficients[entry] == count):
                program.coefficients[entry] = -count
                program.row_low[branch.cap_row] = 0
            else:
                program.fix(branch.chosen, 0)
                program.fix(branch.count, 0)


def loads(problem: Problem, program: Program, seats: Seats, *, unloved: bool) -> tuple[Load, ...]:
    """The balance of everybody who has a share, over all minutes or the unloved ones, tied to the seats held.

    For every practitioner p with sessions of one length d: count = Σ_s holds[p, s], balance = base + d × count.
    With further lengths: Σ_k chosen[k] = 1; Σ_k count[k] = Σ holds over the sessions of the usual length d;
    Σ_k m_k × chosen[k] = Σ minutes × holds over the others; balance = Σ_k (base + m_k) × chosen[k] + d × count[k].
    """
    before = history(problem, unloved=unloved)
    found = []
    for practitioner, target in targets(problem, unloved=unloved).items():
        those = [(s, held) for s, held in seats.get(practitioner, ()) if s.burden_class.is_unloved or not unloved]
        base = before.get(practitioner, 0) - target
        found.append(_Loading(problem, program, practitioner, those, base).load())
    return tuple(found)


class _Loading:
    """One practitioner's load in the making."""

    def __init__(
        self,
        problem: Problem,
        program: Program,
        practitioner: PractitionerId,
        seats: Sequence[tuple[Session, int]],
        base: int,
    ) -> None:
        self._program = program
        self._practitioner = practitioner
        self._seats = seats
        self._base = base
        self._sure = {SessionKey(pin.template, pin.on) for pin in problem.pins if pin.practitioner == practitioner}
        self._sure |= {session.key for session, _ in seats if session.key in problem.frozen}
        self._most = _most_sessions(problem, practitioner, [session for session, _ in seats])

    def load(self) -> Load:
        lengths = Counter(session.minutes for session, _ in self._seats)
        usual = max(lengths, key=lambda minutes: (lengths[minutes], minutes), default=1)
        others = [(session, held) for session, held in self._seats if session.minutes != usual]
        fewest = self._fewest([session for session, _ in others])
        if others and len(fewest) <= MOST_BRANCHES:
            branches = self._branches(usual, fewest, others)
        else:
            branches = (self._only_branch(gcd(*lengths) or 1),)
        return Load(practitioner=self._practitioner, branches=branches)

    def _only_branch(self, step: int) -> Branch:
        sessions = [session for session, _ in self._seats]
        least = sum(session.minutes for session in sessions if session.key in self._sure)
        counts = tuple(sorted(minutes // step for minutes in self._fewest(sessions) if minutes >= least))
        count = self._program.variable(counts[0], counts[-1])
        steps = [float(session.minutes // step) for session in sessions]
        self._program.row([*(held for _, held in self._seats), count], [*steps, -1.0], low=0, high=0)
        return Branch(chosen=None, count=count, base=self._base, step=step, counts=counts)

    def _branches(
        self, usual: int, fewest: Mapping[int, int], others: Sequence[tuple[Session, int]]
    ) -> tuple[Branch, ...]:
        program = self._program
        usuals = [held for session, held in self._seats if session.minutes == usual]
        branches = []
        for minutes, used in sorted(fewest.items()):
            most = min(len(usuals), self._most - used)
            chosen, count = program.variable(), program.variable(0, most)
            row = program.row([count, chosen], [1.0, -most], high=0)
            counts = tuple(range(most + 1))
            base = self._base + minutes
            branches.append(Branch(chosen=chosen, count=count, base=base, step=usual, counts=counts, cap_row=row))
        choices = [branch.chosen for branch in branches if branch.chosen is not None]
        program.one_of(choices, [min(map(abs, branch.balances)) for branch in branches])
        counted = [branch.count for branch in branches]
        program.row([*usuals, *counted], [1.0] * len(usuals) + [-1.0] * len(counted), low=0, high=0)
        lengths = [float(session.minutes) for session, _ in others]
        totals = [-float(minutes) for minutes in sorted(fewest)]
        program.row([*(held for _, held in others), *choices], [*lengths, *totals], low=0, high=0)
        return tuple(branches)

    def _fewest(self, sessions: Sequence[Session]) -> Mapping[int, int]:
        """What minutes the sessions held can add up to, each with the fewest sessions that do."""
        fewest = {0: 0}
        for minutes, times in Counter(session.minutes for session in sessions).items():
            for total, needed in tuple(fewest.items()):
                for more in range(1, min(times, self._most - needed) + 1):
                    reached = total + more * minutes
                    fewest[reached] = min(needed + more, fewest.get(reached, self._most))
        return fewest


def _most_sessions(problem: Problem, practitioner: PractitionerId, sessions: Sequence[Session]) -> int:
    """How many of the sessions the caps per half-day, day and week allow at most.

    What has begun stays even above a cap, which then allows nothing beside it.
    """
    begun = [session for session in sessions if session.key in problem.frozen]
    begun_halves = Counter((session.week, session.on, session.half_day) for session in begun)
    begun_days = Counter((session.week, session.on) for session in begun)
    begun_weeks = Counter(session.week for session in begun)
    days, weeks = Counter[tuple[IsoWeek, date]](), Counter[IsoWeek]()
    for half_day in {(session.week, session.on, session.half_day) for session in sessions}:
        days[half_day[:2]] += max(1, begun_halves[half_day])
    for day, halves in days.items():
        weeks[day[0]] += max(min(halves, problem.policy.max_sessions_per_day), begun_days[day])
    maximum = problem.practitioner_of[practitioner].max_sessions_per_week
    return sum(max(min(most, maximum), begun_weeks[week]) for week, most in weeks.items())
