"""Goals settled one after the other, each keeping the ones before it at their best."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from service.domain.answers import GoalValue, Progress
from service.domain.fairness import fairness_table
from service.domain.goals import GOALS as VALUES
from service.domain.policy import Goal
from service.domain.rosters import Assignment
from service.solver.blocks import Block, Matrix, Numbers
from service.solver.budget import Budget
from service.solver.engine import Engine
from service.solver.goals import GOALS
from service.solver.loads import Load
from service.solver.penalties import Penalty
from service.solver.prices import Priced, priced
from service.solver.rung import Rung
from service.solver.search import Search
from service.solver.variables import Works

WHOLE = 1e-6


@dataclass(slots=True, kw_only=True)
class Part:
    """One block's part in a goal: its costs, its relaxation's bound, and the cost found."""

    block: Block
    engine: Engine
    cost: Numbers
    priced: Priced | None = None
    bound: float = -np.inf
    most: float = np.inf
    relaxed: Numbers | None = None


class Levels:
    """One program that every goal adds to, and the best roster so far.

    For each goal the program falls into blocks that are still open and that no row ties together. Each block's linear
    relaxation gives a bound, its dual prices tell which decisions any roster that good has in common, and these are
    fixed: the next goal finds a smaller program.
    """

    def __init__(
        self, works: Works, roster: tuple[Assignment, ...], budget: Budget, on_progress: Callable[[Progress], None]
    ) -> None:
        self.roster = roster
        self._works = works
        self._program = works.program
        self._budget = budget
        self._on_progress = on_progress
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
        if penalty.largest_of is None:
            self._settle_sum(penalty, rung)
        else:
            self._settle_largest(penalty.largest_of, rung)
        return GoalValue(name=goal, value=rung.value, bound=rung.bound, conditional=self._minutes_are_settled)

    def settle_minutes(self) -> None:
        """From now on everybody keeps the minutes he or she has: bounds hold under this condition only."""
        rows = {row.practitioner: row for row in fairness_table(self._works.problem, self.roster)}
        for load in self._works.loads:
            load.settle(self._program, rows[load.practitioner].balance)
        for load in self._works.loads_unloved:
            load.settle(self._program, rows[load.practitioner].balance_unloved)
        self._minutes_are_settled = True

    def _settle_sum(self, penalty: Penalty, rung: Rung) -> None:
        matrix = Matrix(self._program)
        cost = np.zeros(len(matrix.low))
        cost[list(penalty.coefficients)] = list(penalty.coefficients.values())
        is_open = matrix.low < matrix.high
        constant = penalty.constant + float(np.dot(np.where(is_open, 0.0, cost), matrix.low))
        parts = []
        for block in matrix.blocks():
            if cost[block.variables].any():
                parts.append(Part(block=block, engine=Engine(block, self._budget), cost=cost[block.variables]))
        for part in parts:
            self._relax(part, rung)
        self._see_bound(penalty, parts, constant, rung)
        if not rung.is_closed:
            self._search(penalty, parts, constant, rung)
        self._keep(penalty, parts, constant, rung)

    def _relax(self, part: Part, rung: Rung) -> None:
        relaxed = part.engine.relax(part.cost, seconds=rung.left_seconds) if rung.left_seconds > 0 else None
        if relaxed is not None and relaxed.is_possible:
            part.priced = priced(part.block, part.cost, relaxed.duals)
            part.bound = part.priced.bound
            part.relaxed = relaxed.values

    def _see_bound(self, penalty: Penalty, parts: Sequence[Part], constant: float, rung: Rung) -> None:
        """Whole costs allow no fraction in any block."""
        least = constant + sum(np.ceil(part.bound - WHOLE) for part in parts)
        if np.isfinite(least):
            rung.see(None, penalty.value_at_least(least))

    def _search(self, penalty: Penalty, parts: Sequence[Part], constant: float, rung: Rung) -> None:
        own = self._own_values()
        values = np.maximum(own, 0)
        gap = (1 - WHOLE) if penalty.scale == 1 else 0.2 * penalty.scale / max(1, len(parts))
        for part in parts:
            if part.priced is None or part.relaxed is None or rung.left_seconds <= 0:
                return
            target = float(np.ceil(part.bound - WHOLE)) if penalty.scale == 1 else part.bound + gap
            search = Search(
                block=part.block,
                cost=part.cost,
                relaxed=part.relaxed,
                known=part.priced,
                target=target,
                tolerance=0.5 if penalty.scale == 1 else gap,
                near=own[part.block.variables],
                budget=self._budget,
            )
            found = search.best(seconds=rung.left_seconds, gap=gap, sight=lambda value, bound: None)
            part.bound = max(part.bound, found.bound)
            if found.values is None:
                return
            values[part.block.variables] = found.values
            part.most = float(np.dot(part.cost, found.values)) + WHOLE
            self._see_bound(penalty, parts, constant, rung)
        self._adopt(values, rung)

    def _own_values(self) -> Numbers:
        """What each variable comes to in the roster in hand; -1 where it does not say."""
        values = np.full(len(self._program.low), -1.0)
        own = self._works.values(self.roster)
        values[list(own)] = list(own.values())
        return values

    def _adopt(self, values: Numbers, rung: Rung) -> None:
        matrix_low = np.array(self._program.low)
        fixed = matrix_low == np.array(self._program.high)
        roster = self._works.roster(np.where(fixed, matrix_low, values))
        value = VALUES[rung.goal](self._works.problem, roster)
        if value <= rung.value:
            self.roster = roster
            rung.see(value, None)

    def _keep(self, penalty: Penalty, parts: Sequence[Part], constant: float, rung: Rung) -> None:
        """No later goal makes this one worse.

        Where every part is at its best, each keeps its own; else they share what is left to the sum.
        """
        if rung.is_closed and (penalty.scale == 1 or self._minutes_are_settled):
            for part in parts:
                self._keep_part(part, np.ceil(part.bound - WHOLE) if penalty.scale == 1 else part.most)
            return
        most = penalty.most_cost(rung.value) - constant
        slack = most - sum(part.bound for part in parts)
        for part in parts:
            self._fix(part, slack + part.bound)
        self._keep_row(parts, most)

    def _keep_part(self, part: Part, most: float) -> None:
        if not self._fix(part, most):
            self._keep_row([part], most)

    def _keep_row(self, parts: Sequence[Part], most: float) -> None:
        variables, costs = [], []
        for part in parts:
            for index in np.flatnonzero(part.cost):
                variable = int(part.block.variables[index])
                if self._program.is_fixed(variable):
                    most -= part.cost[index] * self._program.low[variable]
                else:
                    variables.append(variable)
                    costs.append(float(part.cost[index]))
        if variables:
            self._program.row(variables, costs, high=most)

    def _fix(self, part: Part, most: float) -> bool:
        """What makes the part cost more than `most` when changed stays as it is in the relaxation.

        Whether nothing that is left can make it cost more.
        """
        known, block, program = part.priced, part.block, self._program
        if known is None or not np.isfinite(most):
            return False
        limit = (most - known.bound) * known.units + 0.5
        reduced, prices = known.reduced, known.prices
        for index in np.flatnonzero(np.abs(reduced) > limit):
            end = block.low if reduced[index] > 0 else block.high
            program.fix(int(block.variables[index]), float(end[index]))
        for index in np.flatnonzero(np.abs(prices) > limit):
            row = int(block.rows[index])
            if prices[index] > 0:
                program.row_high[row] = program.row_low[row]
            else:
                program.row_low[row] = program.row_high[row]
        loose = np.abs(reduced) <= limit
        left = np.dot(np.abs(reduced[loose]), (block.high - block.low)[loose])
        is_tight = np.abs(prices) > limit
        if prices[~is_tight].any():
            return False
        return bool(known.bound + left / known.units < most + 1 - WHOLE)

    # largest

    def _settle_largest(self, loads: Sequence[Load], rung: Rung) -> None:
        if not loads:
            rung.see(0, 0)
            return
        least = max(load.balances[0] for load in loads)
        caps = sorted({b for load in loads for b in load.balances if least <= b < rung.value} | {rung.value})
        matrix = Matrix(self._program)
        owner = {}
        for load in loads:
            for branch in load.branches:
                owner[branch.count] = load
        worst = caps[0]
        for block in matrix.blocks():
            mine = {id(owner[int(v)]): owner[int(v)] for v in block.variables if int(v) in owner}
            if mine:
                worst = max(worst, self._lowest_cap(block, list(mine.values()), caps, rung))
        rung.see(None, worst)
        while not rung.is_closed and rung.left_seconds > 0:
            if self._reach_cap(loads, worst, rung):
                break
            worst = caps[caps.index(worst) + 1]
            rung.see(None, worst)
        for load in loads:
            load.cap(self._program, rung.value)

    def _lowest_cap(self, block: Block, loads: Sequence[Load], caps: Sequence[int], rung: Rung) -> int:
        engine = Engine(block, self._budget)
        nothing = np.zeros(len(block.variables))

        def is_possible(cap: int) -> bool:
            with self._program.trial():
                for load in loads:
                    load.cap(self._program, cap)
                engine.limit(self._renewed(block))
            relaxed = engine.relax(nothing, seconds=rung.left_seconds)
            return relaxed is None or relaxed.is_possible

        return caps[bisect_left(caps[:-1], True, key=is_possible)]

    def _renewed(self, block: Block) -> Block:
        """The block under the program's present limits and coefficients."""
        low, high = np.array(self._program.low), np.array(self._program.high)
        coefs = np.array(self._program.coefficients)
        return replace(block, low=low[block.variables], high=high[block.variables], coefficients=coefs[block.entries])

    def _reach_cap(self, loads: Sequence[Load], cap: int, rung: Rung) -> bool:
        """Look for a roster in which nobody is above the cap."""
        with self._program.trial():
            for load in loads:
                load.cap(self._program, cap)
            matrix = Matrix(self._program)
            blocks = list(matrix.blocks())
        own = self._own_values()
        values = np.maximum(own, 0)
        owner = {branch.count for load in loads for branch in load.branches}
        for block in blocks:
            if not any(int(v) in owner for v in block.variables):
                continue
            nothing = np.zeros(len(block.variables))
            relaxed = Engine(block, self._budget).relax(nothing, seconds=rung.left_seconds)
            if relaxed is None or not relaxed.is_possible:
                return False
            search = Search(
                block=block,
                cost=nothing,
                relaxed=relaxed.values,
                known=None,
                target=0,
                tolerance=0.5,
                near=own[block.variables],
                budget=self._budget,
            )
            found = search.best(seconds=rung.left_seconds, gap=1, sight=lambda value, bound: None)
            if found.values is None:
                return False
            values[block.variables] = found.values
        self._adopt(values, rung)
        return True
