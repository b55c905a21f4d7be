"""The linear relaxation of a block, of as few of its rows as will do."""

from dataclasses import dataclass

import highspy
import numpy as np

from service.solver.blocks import Block, Indices, Numbers
from service.solver.budget import Budget
from service.solver.engine import IMPOSSIBLE, SOLVED, Engine

_LIMIT_REACHED = highspy.HighsModelStatus.kIterationLimit
PATIENCE = 2500
"""Iterations of the simplex method from the last basis; after so many, a fresh start with the rows made fewer."""
MOST_ITERATIONS = 20_000
"""Of the simplex method in any case: a relaxation of 35 000 variables takes 10 000, or now and then no end of them."""
BROKEN = 1e-6
"""Beyond its limit by more than this, a row is broken."""
FEW = 0.5
"""Where more of the rows than this are needed from the start, all are in: fewer are no easier then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxed:
    """Where a linear program has its least, and the dual prices of its rows; not `is_possible`: it has none."""

    is_possible: bool
    values: Numbers
    duals: Numbers


class LinearProgram(Engine):
    """A block all in fractions.

    Three rows of four say that some seats come to so many at most, and nearly none of them binds. So they are left out
    until a solution breaks them (Dantzig, Fulkerson & Johnson, Solution of a large-scale traveling-salesman problem,
    1954); those that had a price once are in from the start in the relaxations to come.
    """

    def __init__(self, block: Block, budget: Budget) -> None:
        self._block = block
        self._packs = block.packs
        self._is_in = ~self._packs | np.isin(block.rows, list(block.binding))
        if self._is_in.mean() > FEW:
            self._is_in[:] = True
        self._rows: Indices = np.flatnonzero(self._is_in)
        super().__init__(block.of_rows(self._is_in), budget)

    def limit(self, block: Block) -> None:
        """The same block under other limits and coefficients."""
        everything = np.arange(len(block.variables), dtype=np.int32)
        self._highs.changeColsBounds(len(everything), everything, block.low, block.high)
        row_in_model = {int(row): place for place, row in enumerate(self._rows)}
        for entry in np.flatnonzero(block.coefficients != self._block.coefficients):
            if (row := row_in_model.get(int(block.row_of[entry]))) is not None:
                self._highs.changeCoeff(row, int(block.columns[entry]), float(block.coefficients[entry]))
        self._block = block

    def relax(self, cost: Numbers, *, seconds: float, patience: int = MOST_ITERATIONS) -> Relaxed | None:
        """None when the time did not suffice. `patience`: how long to go on from the last basis."""
        self._tell(cost)
        deadline = self._budget.left_seconds - seconds
        while True:
            status = self._run_linear(self._budget.left_seconds - deadline, patience)
            if status in IMPOSSIBLE:
                return Relaxed(is_possible=False, values=np.array([]), duals=np.array([]))
            if status != SOLVED:
                return None
            solution = self._highs.getSolution()
            values = np.array(solution.col_value)
            broken = self._broken(values)
            if not len(broken):
                return Relaxed(
                    is_possible=True, values=values, duals=self._duals(self._unit * np.array(solution.row_dual))
                )
            self._add(broken)

    def _broken(self, values: Numbers) -> Indices:
        """Of the rows left out. Those that pack have no lower limit."""
        block = self._block
        held = np.bincount(block.row_of, weights=block.coefficients * values[block.columns], minlength=len(block.rows))
        return np.flatnonzero(~self._is_in & (held > block.row_high + BROKEN))

    def _duals(self, prices: Numbers) -> Numbers:
        """Of all rows: those left out have no price."""
        duals = np.zeros(len(self._is_in))
        duals[self._rows] = prices
        self._block.binding.update(self._block.rows[self._packs & (duals != 0)].tolist())
        return duals

    def _add(self, rows: Indices) -> None:
        """From now on they are in."""
        added = self._block.of_rows(np.isin(np.arange(len(self._is_in)), rows))
        self._is_in[rows] = True
        self._rows = np.concatenate((self._rows, rows))
        limits, starts = (added.row_low, added.row_high), added.starts[:-1].astype(np.int32)
        columns = added.columns.astype(np.int32)
        self._highs.addRows(len(rows), *limits, len(columns), starts, columns, added.coefficients)

    def _run_linear(self, seconds: float, patience: int) -> highspy.HighsModelStatus:
        """By the simplex method, from the last basis, then from none; where it goes astray, from the inside."""
        deadline = self._budget.left_seconds - seconds
        status = _LIMIT_REACHED
        for limit in (patience, MOST_ITERATIONS) if self._highs.getBasis().valid else (MOST_ITERATIONS,):
            self._highs.setOptionValue("simplex_iteration_limit", limit)
            status = self._run(self._budget.left_seconds - deadline)
            if status != _LIMIT_REACHED:
                break
            self._highs.clearSolver()
        self._highs.setOptionValue("simplex_iteration_limit", highspy.kHighsIInf)
        if status == _LIMIT_REACHED:
            self._highs.setOptionValue("solver", "ipm")
            status = self._run(self._budget.left_seconds - deadline)
            self._highs.setOptionValue("solver", "choose")
        return status
