"""HiGHS at work on one block, within the time that there is."""

import ctypes
import os
from math import ceil, log2
from typing import Self

import highspy
import numpy as np

from service.solver.blocks import Block, Numbers
from service.solver.budget import Budget

SOLVED = highspy.HighsModelStatus.kOptimal
IMPOSSIBLE = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)
OPTIONS = {
    "output_flag": False,
    "threads": 1,
    "mip_rel_gap": 0.0,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_pool_soft_limit": 10,
}
"""Jumping for a first solution never found one here that the search did not start from: up to 2 s saved of 10.

Of 7 000 cuts 50 were used: keeping next to none takes a third of the time and of the memory.
"""
MOST_COST = 2**20
"""Of one variable, as the library is told: of costs beyond 1e10 it could make nothing, now and then."""

M_MMAP_THRESHOLD, LARGE_BYTES = -3, 131_072


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


def _give_large_memory_back() -> None:
    """What is larger goes back to the system as soon as it is freed: 30 to 50 MB of 300 in a long search.

    By itself glibc (`mallopt(3)`) raises the bound to whatever was freed last.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)


_say_nothing_at_first_use()
_give_large_memory_back()


class Engine:
    """A block in HiGHS, for as long as it is entered. Each run starts from the basis of the one before.

    `_unit`: what costs are told in; a power of two, so that nothing is rounded.
    """

    def __init__(self, block: Block, budget: Budget) -> None:
        self._budget = budget
        self._steps = 0
        self._unit = 1.0
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

    def _tell(self, cost: Numbers) -> None:
        """What the variables cost."""
        most = np.abs(cost).max(initial=0.0)
        self._unit = 2.0 ** max(0, ceil(log2(most / MOST_COST))) if most else 1.0
        self._highs.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost / self._unit)

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
