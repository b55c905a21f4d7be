"""The best in whole numbers."""

from dataclasses import dataclass

import highspy
import numpy as np

from service.solver.blocks import Block, Matrix, Numbers
from service.solver.budget import Budget
from service.solver.engine import IMPOSSIBLE, SOLVED, Engine
from service.solver.program import Program

_HAS_VALUES = 2  # primal_solution_status: feasible


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The best in whole numbers, None where none was found; nothing costs less than `bound` (infinite: impossible)."""

    values: Numbers | None
    bound: float


class IntegerProgram(Engine):
    """A block, of which some variables are whole."""

    def __init__(self, block: Block, budget: Budget) -> None:
        super().__init__(block, budget)
        self._is_linear = not block.whole.any()
        everything = np.arange(len(block.variables), dtype=np.int32)
        kinds = np.array([highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger])[block.whole.astype(int)]
        self._highs.changeColsIntegrality(len(everything), everything, kinds)

    def optimise(self, cost: Numbers, *, seconds: float, gap: float) -> Found:
        """The least cost in whole numbers, to within the gap."""
        self._tell(cost)
        self._highs.setOptionValue("mip_abs_gap", gap / self._unit)
        status = self._run(seconds)
        if status in IMPOSSIBLE:
            return Found(values=None, bound=np.inf)
        info = self._highs.getInfo()
        is_found = info.primal_solution_status == _HAS_VALUES
        values = np.array(self._highs.getSolution().col_value) if is_found else None
        is_proved = status == SOLVED and self._is_linear
        bound = info.objective_function_value if is_proved else info.mip_dual_bound
        return Found(values=values, bound=self._unit * float(bound))


def least_values(program: Program, cost: Numbers, budget: Budget) -> Numbers | None:
    """Values that keep every row and cost least, in whole numbers; None: there are none, or not in the time left."""
    matrix = Matrix(program)
    if not matrix.is_possible:
        return None
    values = matrix.low
    for block in matrix.blocks():
        with IntegerProgram(block, budget) as search:
            found = search.optimise(cost[block.variables], seconds=budget.left_seconds, gap=0.5)
        if found.values is None:
            return None
        values[block.variables] = found.values
    return values
