"""HiGHS at work on one block: its linear relaxation, and the best in whole numbers."""

import os
from dataclasses import dataclass
from typing import Self

import highspy
import numpy as np
from numpy.typing import NDArray

from service.solver.blocks import Block, Numbers
from service.solver.budget import Budget

_SOLVED = highspy.HighsModelStatus.kOptimal
_IMPOSSIBLE = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)
_LIMIT_REACHED = highspy.HighsModelStatus.kIterationLimit
_HAS_VALUES = 2  # primal_solution_status: feasible
OPTIONS = {"output_flag": False, "threads": 1, "mip_rel_gap": 0.0, "mip_heuristic_run_feasibility_jump": False}
"""Jumping for a first solution never found one here that the search did not start from: up to 2 s saved of 10."""

PATIENCE = 1000
"""Iterations of the simplex method from the last basis: a fresh start, with the rows made fewer, takes no longer."""
MOST_ITERATIONS = 20_000
"""Of the simplex method in any case: a relaxation of 35 000 variables takes 10 000, or now and then no end of them."""


def _say_nothing_at_first_use() -> None:
    """The library greets on standard output when it is first used, which is where answers are written."""
    standard_output = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        highspy.Highs()  # type: ignore[no-untyped-call]
    finally:
        os.dup2(standard_output, 1)
        os.close(nowhere)
        os.close(standard_output)


_say_nothing_at_first_use()


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxed:
    """Where a linear program has its least, and the dual prices of its rows; not `is_possible`: it has none."""

    is_possible: bool
    values: Numbers
    duals: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The best in whole numbers, None where none was found; nothing costs less than `bound` (infinite: impossible)."""

    values: Numbers | None
    bound: float


class Engine:
    """A block in HiGHS, for as long as it is entered. Each solve starts from the basis of the one before."""

    def __init__(self, block: Block, budget: Budget) -> None:
        self._block = block
        self._budget = budget
        self._steps = 0
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in OPTIONS.items():
            self._highs.setOptionValue(name, value)
        self._highs.setOptionValue("random_seed", budget.limits.seed)
        self._highs.passModel(_model(block))
        self._highs.cbMipInterrupt += self._heed
        self._highs.cbSimplexInterrupt += self._heed
        self._highs.cbIpmInterrupt += self._heed

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Give the memory back now: the library and what it calls hold each other."""
        self._highs.clearCallbacks()  # type: ignore[no-untyped-call]
        self._highs.clear()

    @property
    def left_seconds(self) -> float:
        return self._budget.left_seconds

    def limit(self, block: Block) -> None:
        """The same block under other limits and coefficients."""
        everything = np.arange(len(block.variables), dtype=np.int32)
        self._highs.changeColsBounds(len(everything), everything, block.low, block.high)
        for entry in np.flatnonzero(block.coefficients != self._block.coefficients):
            row, column = int(block.row_of[entry]), int(block.columns[entry])
            self._highs.changeCoeff(row, column, float(block.coefficients[entry]))
        self._block = block

    def relax(self, cost: Numbers, *, seconds: float, patience: int = MOST_ITERATIONS) -> Relaxed | None:
        """None when the time did not suffice. `patience`: how long to go on from the last basis."""
        self._ask(cost, whole=np.zeros(len(cost), dtype=np.bool_))
        status = self._run_linear(seconds, patience)
        if status in _IMPOSSIBLE:
            return Relaxed(is_possible=False, values=np.array([]), duals=np.array([]))
        if status != _SOLVED:
            return None
        solution = self._highs.getSolution()
        return Relaxed(is_possible=True, values=np.array(solution.col_value), duals=np.array(solution.row_dual))

    def optimise(
        self,
        cost: Numbers,
        *,
        seconds: float,
        gap: float,
    ) -> Found:
        """The least cost in whole numbers, to within the gap."""
        self._ask(cost, whole=self._block.whole)
        self._highs.setOptionValue("mip_abs_gap", gap)
        status = self._run(seconds)
        if status in _IMPOSSIBLE:
            return Found(values=None, bound=np.inf)
        info = self._highs.getInfo()
        is_found = info.primal_solution_status == _HAS_VALUES
        values = np.array(self._highs.getSolution().col_value) if is_found else None
        is_linear = status == _SOLVED and not self._block.whole.any()
        return Found(values=values, bound=float(info.objective_function_value if is_linear else info.mip_dual_bound))

    def _ask(self, cost: Numbers, *, whole: NDArray[np.bool_]) -> None:
        everything = np.arange(len(cost), dtype=np.int32)
        kinds = np.array([highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger])[whole.astype(int)]
        self._highs.changeColsCost(len(cost), everything, cost)
        self._highs.changeColsIntegrality(len(cost), everything, kinds)

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

    def _run(self, seconds: float) -> highspy.HighsModelStatus:
        """Within the time; where answers are to be the same every time, within so much work."""
        if not self._budget.limits.deterministic:
            self._highs.setOptionValue("time_limit", max(0.0, self._highs.getRunTime() + seconds))
        self._steps = 0
        self._highs.solve()
        info = self._highs.getInfo()
        self._budget.spend(info.simplex_iteration_count + info.crossover_iteration_count)
        return self._highs.getModelStatus()

    def _heed(self, event: highspy.HighsCallbackEvent) -> None:
        self._steps += 1
        if self._budget.is_over_after(self._steps):
            event.interrupt()


def _model(block: Block) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(block.variables), len(block.rows)
    model.col_cost_ = np.zeros(len(block.variables))
    model.col_lower_, model.col_upper_ = block.low, block.high
    model.row_lower_, model.row_upper_ = block.row_low, block.row_high
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.num_col_, model.a_matrix_.num_row_ = len(block.variables), len(block.rows)
    model.a_matrix_.start_ = block.starts.astype(np.int32)
    model.a_matrix_.index_ = block.columns.astype(np.int32)
    model.a_matrix_.value_ = block.coefficients
    return model
