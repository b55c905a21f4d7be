"""A goal that is a sum: bounded, brought down and kept, block by block."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import floor

import numpy as np

from service.solver.blocks import NOTHING, Block, Indices, Matrix, Numbers
from service.solver.branching import Tree
from service.solver.incumbent import Incumbent
from service.solver.linear import LinearProgram, Relaxed
from service.solver.penalties import ROUNDING, Penalty
from service.solver.prices import Priced, priced
from service.solver.program import Program
from service.solver.rung import Rung
from service.solver.search import WHOLE, Search


@dataclass(slots=True, kw_only=True)
class Part:
    """One block's part in a goal. `bound`: it costs no less; `most`: what it costs in the roster adopted.

    `closed`: what is 0 where it might cost just the bound.
    """

    block: Block
    cost: Numbers
    relaxed: Relaxed | None = None
    priced: Priced | None = None
    bound: float = -np.inf
    most: float = np.inf
    closed: Indices = field(default_factory=lambda: NOTHING)


@dataclass(slots=True, kw_only=True)
class Sum:
    """A penalty over the blocks of a program. `constant`: its own, and what is fixed already costs."""

    penalty: Penalty
    constant: float
    parts: Sequence[Part]

    @staticmethod
    def of(penalty: Penalty, program: Program) -> "Sum":
        matrix = Matrix(program)
        cost = np.zeros(len(matrix.low))
        cost[list(penalty.coefficients)] = list(penalty.coefficients.values())
        fixed = matrix.low == matrix.high
        constant = penalty.constant + float(np.dot(cost[fixed], matrix.low[fixed]))
        priced_blocks = (block for block in matrix.blocks() if cost[block.variables].any())
        parts = [Part(block=block, cost=cost[block.variables]) for block in priced_blocks]
        return Sum(penalty=penalty, constant=constant, parts=parts)

    @property
    def is_whole(self) -> bool:
        """Whether costs are whole numbers; else a sum of fractions is rounded in the end."""
        return self.penalty.scale == 1

    @property
    def gaps(self) -> Sequence[float]:
        """How far a part may stay above its bound: at first, and where the sum might be rounded down even so."""
        of_value = self.penalty.scale / max(1, len(self.parts))
        return [1 - WHOLE] if self.is_whole else [0.2 * of_value, max(ROUNDING * of_value, 1 - WHOLE)]

    def target(self, part: Part) -> float:
        """No solution of the part in whole numbers costs less."""
        return float(np.ceil(part.bound - WHOLE)) if self.is_whole else part.bound

    def tell_bound(self, rung: Rung) -> None:
        least = self.constant + sum(self.target(part) for part in self.parts)
        if np.isfinite(least):
            rung.see(None, self.penalty.value_at_least(least))


def settle_sum(penalty: Penalty, incumbent: Incumbent, rung: Rung, *, tolerance: int, shares_out: bool) -> None:
    """Bring the sum as low as the time allows, and let no later goal make it worse by more than the tolerance.

    `shares_out`: where a rounded sum leaves something over, later goals may use it wherever they like.
    """
    program = incumbent.works.program
    asked = Sum.of(penalty, program)
    for part in asked.parts:
        _relax(part, rung, is_whole=asked.is_whole)
    asked.tell_bound(rung)
    for gap in asked.gaps:
        if not rung.is_closed:
            _search(asked, incumbent, rung, gap)
    if rung.is_closed and not tolerance and asked.is_whole:
        for part in asked.parts:
            _keep(program, [part], asked.target(part))
    elif rung.is_closed and not tolerance and not shares_out and all(np.isfinite(part.most) for part in asked.parts):
        for part in asked.parts:
            _keep(program, [part], part.most)
    else:
        _keep(program, asked.parts, penalty.most_cost(rung.value + tolerance) - asked.constant)


def _relax(part: Part, rung: Rung, *, is_whole: bool) -> None:
    seconds = rung.left_seconds
    if seconds <= 0:
        return
    with LinearProgram(part.block, rung.budget) as linear:
        part.relaxed = linear.relax(part.cost, seconds=seconds)
        if part.relaxed is None or not part.relaxed.is_possible:
            return
        part.priced = priced(part.block, part.cost, part.relaxed.duals)
        part.bound = part.priced.bound
        if is_whole:
            tree = Tree(block=part.block, cost=part.cost, linear=linear)
            tree.grow(part.relaxed, seconds=rung.left_seconds / 2)
            part.bound, part.closed = max(part.bound, tree.least), tree.closed


def _search(asked: Sum, incumbent: Incumbent, rung: Rung, gap: float) -> None:
    near = incumbent.values()
    values = np.maximum(near, 0)
    for part in asked.parts:
        if part.relaxed is None or part.priced is None or rung.left_seconds <= 0:
            return
        search = Search(
            block=part.block,
            cost=part.cost,
            relaxed=part.relaxed.values,
            known=part.priced,
            target=asked.target(part),
            closed=part.closed,
            tolerance=0.5 if asked.is_whole else gap,
            near=near[part.block.variables],
            budget=rung.budget,
        )
        found = search.best(seconds=rung.left_seconds, gap=gap)
        part.bound = max(part.bound, found.bound)
        asked.tell_bound(rung)
        if found.values is None:
            return
        values[part.block.variables] = found.values
    if incumbent.adopt(values, rung):
        for part in asked.parts:
            part.most = float(np.dot(part.cost, np.round(values[part.block.variables])))


def _keep(program: Program, parts: Sequence[Part], most: float) -> None:
    """Together the parts cost no more than this, in whole numbers.

    What by the relaxation's prices would cost more is fixed; where nothing else can, no row need say so.
    """
    most = floor(most + WHOLE)
    slack = most - sum(part.bound for part in parts)
    are_bound = [_fix(program, part, slack + part.bound) for part in parts]
    if len(parts) == 1 and all(are_bound):
        return
    variables, costs = [], []
    for part in parts:
        for index in np.flatnonzero(part.cost):
            variable = int(part.block.variables[index])
            if program.is_fixed(variable):
                most -= part.cost[index] * program.low[variable]
            else:
                variables.append(variable)
                costs.append(float(part.cost[index]))
    if variables:
        program.row(variables, costs, high=most)


def _fix(program: Program, part: Part, most: float) -> bool:
    """What makes the part cost more than `most` when changed stays as it is in the relaxation.

    Whether nothing that is left can make it cost more.
    """
    known, block = part.priced, part.block
    if known is None or not np.isfinite(most):
        return False
    limit = most - known.bound + WHOLE
    for index in np.flatnonzero(np.abs(known.reduced) > limit):
        end = block.low if known.reduced[index] > 0 else block.high
        program.fix(int(block.variables[index]), float(end[index]))
    for index in np.flatnonzero(np.abs(known.prices) > limit):
        row = int(block.rows[index])
        if known.prices[index] > 0:
            program.row_high[row] = program.row_low[row]
        else:
            program.row_low[row] = program.row_high[row]
    is_loose, is_tight = np.abs(known.reduced) <= limit, np.abs(known.prices) > limit
    span = block.high - block.low
    row_span = np.bincount(
        block.row_of, weights=np.abs(block.coefficients) * span[block.columns], minlength=len(block.rows)
    )
    left = np.dot((np.abs(known.reduced) + known.error)[is_loose], span[is_loose])
    left += np.dot(np.abs(known.prices[~is_tight]), row_span[~is_tight])
    return bool(known.bound + left < most + 1 - WHOLE)
