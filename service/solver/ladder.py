"""Goals settled one after the other, each keeping the ones before it at their best."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python.cp_model import IntVar, LinearExpr

from service.domain.answers import GoalValue, Progress
from service.domain.fairness import held_minutes
from service.domain.goals import GOALS as VALUES
from service.domain.policy import Goal
from service.domain.rosters import Assignment
from service.solver.budget import Budget
from service.solver.goals import GOALS, Penalty
from service.solver.loads import Load
from service.solver.relaxation import Relaxation, Relaxed
from service.solver.rung import Rung
from service.solver.search import Found, search
from service.solver.variables import Works

NEARLY = 1e-6
NEAR = 0.5
"""A neighbourhood of the relaxation leaves at least this part of all seats as they are there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A goal that stays at most at its value; `constraint`: where the model says so."""

    expression: LinearExpr
    value: int
    constraint: int


class Ladder:
    """One model that every goal adds to, and the best roster so far.

    For each goal: a bound by the relaxation; while the roster is not there yet, a search among those that agree with
    the relaxation wherever that is whole, which is nearly everywhere; then a little farther off; then everywhere.
    """

    def __init__(
        self, works: Works, roster: tuple[Assignment, ...], budget: Budget, on_progress: Callable[[Progress], None]
    ) -> None:
        self.roster = roster
        self._works = works
        self._budget = budget
        self._on_progress = on_progress
        self._relaxation = Relaxation(works.model, budget)
        self._kept: list[Kept] = []
        self._minutes_are_settled = False

    def settle(self, goal: Goal, *, seconds: float) -> GoalValue:
        """Bring the goal as low as the time allows, and keep it there."""
        rung = Rung(
            goal=goal,
            value=VALUES[goal](self._works.problem, self.roster),
            budget=self._budget,
            leave_seconds=self._budget.left_seconds - seconds,
            tell=self._on_progress,
        )
        rung.show()
        penalty = GOALS[goal](self._works)
        relaxed = self._relaxed(penalty, rung)
        rung.see(None, relaxed.bound if relaxed else None)
        if not rung.is_closed:
            self._descend(penalty, relaxed.values if relaxed else (), rung)
        self._keep(penalty, rung.value)
        return GoalValue(name=goal, value=rung.value, bound=rung.bound, conditional=self._minutes_are_settled)

    def settle_minutes(self) -> None:
        """From now on everybody keeps the minutes he or she has: bounds hold under this condition only."""
        for loads, unloved in ((self._works.loads, False), (self._works.loads_unloved, True)):
            held = held_minutes(self._works.problem, self.roster, unloved=unloved)
            for load in loads:
                self._works.model.add(load.count == held.get(load.practitioner, 0) // load.unit)
        self._minutes_are_settled = True

    def _relaxed(self, penalty: Penalty, rung: Rung) -> Relaxed | None:
        if penalty.largest_of:
            return self._least_worst(penalty.largest_of, rung)
        return self._relaxation.least(penalty.expression, seconds=rung.left_seconds)

    def _least_worst(self, loads: Sequence[Load], rung: Rung) -> Relaxed:
        """The lowest cap on everybody's balance that the goals before do not exclude.

        Each balance has few values, so a cap is a whole limit on a count: far sharper than a fraction of everybody's.
        """
        least = max(load.balances[0] for load in loads)
        reachable = {balance for load in loads for balance in load.balances if least <= balance < rung.value}
        caps = [*sorted(reachable), rung.value]
        relaxed: dict[int, Relaxed] = {}

        def is_possible(cap: int) -> bool:
            found = self._under_cap(loads, cap, rung)
            if found is not None:
                relaxed[cap] = found
            return found is None or found.bound <= sum(kept.value for kept in self._kept)

        lowest = caps[bisect_left(caps[:-1], True, key=is_possible)]
        return Relaxed(bound=lowest, values=relaxed[lowest].values if lowest in relaxed else ())

    def _under_cap(self, loads: Sequence[Load], cap: int, rung: Rung) -> Relaxed | None:
        """What the goals before come to together, at least, when no balance is above the cap."""
        return self._relaxation.least(
            LinearExpr.sum([kept.expression for kept in self._kept]),
            seconds=rung.left_seconds,
            caps={load.count.index: load.most(cap) for load in loads},
            lifted=[kept.constraint for kept in self._kept],
        )

    def _descend(self, penalty: Penalty, relaxed: Sequence[float], rung: Rung) -> None:
        """Search for better rosters, in growing neighbourhoods, until the bound is reached or the time is up."""
        if rung.bound is not None:
            self._works.model.add(penalty.expression >= rung.bound)
        self._works.model.minimize(penalty.expression)
        for radius in (0, 1) if relaxed else ():
            hint = self._whole_seats(relaxed, radius)
            if len(hint) > NEAR * len(self._works.holds):
                self._adopt(self._search(hint, rung, seconds=rung.left_seconds / 2, fixed=True), rung)
        complete = self._search(self._own_seats(), rung, seconds=rung.left_seconds, fixed=True)
        hint = dict(enumerate(complete.values or ()))
        self._adopt(self._search(hint, rung, seconds=rung.left_seconds, fixed=False), rung)

    def _search(self, hint: Mapping[int, int], rung: Rung, *, seconds: float, fixed: bool) -> Found:
        if rung.is_closed or seconds <= 0:
            return Found()
        return search(self._works.model, self._budget, seconds=seconds, hint=hint, fixed=fixed, sight=rung.see)

    def _adopt(self, found: Found, rung: Rung) -> None:
        """Take the roster found, if it is better."""
        if found.values is not None:
            roster, value = self._works.roster(found.values), VALUES[rung.goal]
            if value(self._works.problem, roster) < value(self._works.problem, self.roster):
                self.roster = roster
            rung.see(value(self._works.problem, self.roster), found.bound)

    def _whole_seats(self, values: Sequence[float], radius: int) -> Mapping[int, int]:
        """The seats that the relaxation gives to somebody wholly or not at all.

        With a radius of 1, save those of a practitioner or session that has a seat given in part.
        """
        part = {seat: values[variable.index] for seat, variable in self._works.holds.items()}
        loose = {seat for seat, value in part.items() if abs(value - round(value)) > NEARLY}
        if radius:
            people, sessions = {person for person, _ in loose}, {session for _, session in loose}
            loose = {(person, session) for person, session in part if person in people or session in sessions}
        return {self._works.holds[seat].index: round(value) for seat, value in part.items() if seat not in loose}

    def _own_seats(self) -> Mapping[int, int]:
        """The seats and hosts of the roster."""
        held = {(assignment.practitioner, assignment.key) for assignment in self.roster}
        taken = {(assignment.key, assignment.practice) for assignment in self.roster}
        hint = {variable.index: int(seat in held) for seat, variable in self._works.holds.items()}
        for key, takes in self._works.takes.items():
            for practice, variable in takes.items():
                if isinstance(variable, IntVar):
                    hint[variable.index] = int((key, practice) in taken)
        return hint

    def _keep(self, penalty: Penalty, value: int) -> None:
        """No later goal makes this one worse."""
        for load in penalty.largest_of:
            if load.most(value) < load.counts[-1]:
                self._works.model.add(load.count <= load.most(value))
        if not penalty.largest_of:
            constraint = self._works.model.add(penalty.expression <= value)
            self._kept.append(Kept(expression=penalty.expression, value=value, constraint=constraint.index))
