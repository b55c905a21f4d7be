"""Goals settled one after the other, each keeping the ones before it at their best."""

from collections.abc import Callable, Sequence, Set

from service.domain.answers import GoalValue, Progress
from service.domain.fairness import fairness_table
from service.domain.goals import GOALS as VALUES
from service.domain.goals import goals_sought
from service.domain.policy import FairnessPolicy, Goal
from service.domain.rosters import Assignment
from service.solver.budget import Budget
from service.solver.caps import settle_largest
from service.solver.exchanges import make_better
from service.solver.goals import GOALS
from service.solver.incumbent import Incumbent
from service.solver.leximin import settle_next_largest
from service.solver.loads import Load
from service.solver.rung import Rung
from service.solver.sums import settle_sum
from service.solver.variables import Works


class Levels:
    """One program that every goal adds to, and the best roster so far.

    For each goal the program falls into blocks that are still open and that no row ties together. Each block's linear
    relaxation gives a bound, its dual prices tell which decisions all rosters that good have in common, and these are
    fixed: the next goal finds a smaller program.
    """

    def __init__(
        self, works: Works, roster: tuple[Assignment, ...], budget: Budget, on_progress: Callable[[Progress], None]
    ) -> None:
        self._works = works
        self._incumbent = Incumbent(works=works, roster=roster)
        self._budget = budget
        self._on_progress = on_progress
        self.minutes_are_settled = False

    @property
    def roster(self) -> tuple[Assignment, ...]:
        return self._incumbent.roster

    def make_better(self, fixed: Set[Assignment], *, seconds: float, shares_out: bool) -> None:
        """By hand: see `exchanges`. Minutes settled stay so, and of leximin more than the largest balances."""
        keeps_minutes = self.minutes_are_settled or (bool(self._incumbent.kept) and self._is_leximin)
        self._incumbent.roster = make_better(
            self._works,
            self.roster,
            fixed,
            self._budget,
            seconds=seconds,
            shares_out=shares_out and not keeps_minutes,
            keeps_minutes=keeps_minutes,
        )

    def settle(self, goal: Goal, *, seconds: float) -> GoalValue:
        """Bring the goal as low as the time allows, and keep it there."""
        rung = self._rung(goal, seconds)
        rung.show()
        penalty = GOALS[goal](self._works)
        tolerance = self._works.problem.policy.tolerances.get(goal, 0)
        if penalty.largest_of is None:
            settled: tuple[int, ...] = ()
            shares_out = not self.minutes_are_settled
            settle_sum(penalty, self._incumbent, rung, tolerance=tolerance, shares_out=shares_out)
        else:
            settle_largest(penalty.largest_of, self._incumbent, rung, tolerance=tolerance)
            settled = self._leximin(goal, penalty.largest_of, rung)
        self._incumbent.kept[goal] = rung.value + tolerance
        return GoalValue(
            name=goal,
            value=rung.value,
            bound=rung.bound,
            conditional=self.minutes_are_settled,
            tolerance=tolerance,
            settled=settled,
        )

    def _rung(self, goal: Goal, seconds: float) -> Rung:
        sought = goals_sought(self._works.problem)
        return Rung(
            goal=goal,
            level=sought.index(goal) + 1,
            levels=len(sought),
            value=VALUES[goal](self._works.problem, self.roster),
            budget=self._budget,
            leave_seconds=self._budget.left_seconds - seconds,
            tell=self._on_progress,
        )

    def _leximin(self, goal: Goal, loads: Sequence[Load], rung: Rung) -> tuple[int, ...]:
        """The largest balances that could be proved, where the policy asks for more than the first."""
        if not self._is_leximin or not rung.is_closed:
            return ()
        is_unloved = goal is Goal.FAIRNESS_WORST_UNLOVED
        return tuple(settle_next_largest(loads, self._incumbent, rung, unloved=is_unloved))

    @property
    def _is_leximin(self) -> bool:
        return self._works.problem.policy.fairness is FairnessPolicy.LEXIMIN

    def settle_minutes(self) -> None:
        """From now on everybody keeps the minutes he or she has: bounds hold under this condition only."""
        rows = {row.practitioner: row for row in fairness_table(self._works.problem, self.roster)}
        for load in self._works.loads:
            load.settle(self._works.program, rows[load.practitioner].balance)
        for load in self._works.loads_unloved:
            load.settle(self._works.program, rows[load.practitioner].balance_unloved)
        self.minutes_are_settled = True
