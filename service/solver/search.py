"""From a linear relaxation to whole numbers: near the roster in hand first, then everywhere."""

from dataclasses import dataclass, field, replace

import numpy as np

from service.solver.blocks import NOTHING, Block, Indices, Mask, Numbers
from service.solver.budget import Budget
from service.solver.integer import Found, IntegerProgram
from service.solver.linear import LinearProgram
from service.solver.prices import Priced

WHOLE = 1e-6
LONG_ROW = 200
"""A row with more variables than this ties no neighbours together."""
RADII = range(4)
"""How many times a neighbourhood grows: each time by whatever stands in a row with it."""
ROUNDS = 3
"""How often a search near the solution in hand starts again from a better one."""
NEARLY_ALL = 0.7
"""A neighbourhood with more of the block than this is no smaller a search than everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A block, what its variables cost, and where its relaxation has its least, if known; `near`: the roster in hand.

    `near` is 0 or more where the roster says what a variable comes to, and below 0 where it does not. `known`: what the
    relaxation's prices prove, if costs count at all. `target`: no solution in whole numbers costs less. `closed`: what
    is 0 where choices are made so that it might cost just that. Costs that are
    less than `tolerance` apart are the same: the engine's have a small error.
    """

    block: Block
    cost: Numbers
    relaxed: Numbers | None
    known: Priced | None
    target: float
    closed: Indices = field(default_factory=lambda: NOTHING)
    tolerance: float
    near: Numbers
    budget: Budget

    def best(self, *, seconds: float, gap: float) -> Found:
        """The least cost in whole numbers that the time allows.

        First near solutions in hand, which are good at what comes later too; then whether the relaxation is whole
        itself; then everywhere that something better can be. Once there is a solution, only cheaper ones are sought:
        what is proved then is that nothing is cheaper by more than the tolerance.
        """
        deadline = self.budget.left_seconds - seconds
        best = self._nearby(deadline)
        if self._cost(best) <= self.target + self.tolerance:
            return Found(values=best.values, bound=self.target)
        if self.relaxed is not None and _is_whole(self.block, self.relaxed):
            return Found(values=self.relaxed, bound=self.target)
        better = self._aimed(self._cost(best) - self.tolerance)
        left = max(0.0, self.budget.left_seconds - deadline)
        with IntegerProgram(better, self.budget) as program:
            found = program.optimise(self.cost, seconds=left, gap=gap)
        cheaper = min(best, found, key=self._cost)
        bound = min(found.bound, self._cost(best) - self.tolerance)
        return Found(values=cheaper.values, bound=max(bound, self.target))

    def _nearby(self, deadline: float) -> Found:
        """The best near solutions in hand: first with the choices made that bound the cost, then with any."""
        best, near = Found(values=None, bound=self.target), self.near
        for closed in (self.closed, NOTHING) if len(self.closed) else (NOTHING,):
            for _ in range(ROUNDS):
                nearer = self._near(near, best, closed, seconds=(self.budget.left_seconds - deadline) / 2)
                if nearer is best or nearer.values is None:
                    break
                best, near = nearer, nearer.values
                if self._cost(best) <= self.target + self.tolerance:
                    return best
        return best

    def _near(self, near: Numbers, best: Found, closed: Indices, *, seconds: float) -> Found:
        """In growing neighbourhoods of the relaxation's solution nearest to one in hand, until one is better."""
        known = self.near >= 0
        distance = np.where(known, np.where(near > 0.5, -1.0, 1.0), 0.0)
        most = self.target + self.tolerance
        aimed = self._aimed(most)
        aimed.high[closed] = aimed.low[closed]
        with LinearProgram(_with_row(aimed, self.cost, most), self.budget) as program:
            relaxed = program.relax(distance, seconds=seconds)
        if relaxed is None or not relaxed.is_possible:
            return best
        values = relaxed.values
        if _is_whole(self.block, values):
            return Found(values=values, bound=self.target)
        loose = self.block.whole & (~known | (np.abs(values - near) > WHOLE) | _in_part(values))
        for block in (aimed,) if len(closed) or best.values is not None else (aimed, self.block):
            found = self._around(block, loose, np.round(values), self._cost(best), seconds=seconds)
            if found is not None:
                return found
        return best

    def _around(self, block: Block, loose: Mask, ends: Numbers, cost: float, *, seconds: float) -> Found | None:
        """What costs less than this and agrees with the ends wherever they are not loose, in growing circles."""
        for radius in RADII:
            if radius:
                loose = _grown(block, loose, self.near >= 0)
            if loose.sum() > NEARLY_ALL * block.whole.sum():
                return None
            is_fixed = block.whole & ~loose
            low, high = np.where(is_fixed, ends, block.low), np.where(is_fixed, ends, block.high)
            with IntegerProgram(replace(block, low=low, high=high), self.budget) as program:
                found = program.optimise(self.cost, seconds=seconds, gap=WHOLE)
            if self._cost(found) < cost - self.tolerance:
                return found
        return None

    def _aimed(self, target: float) -> Block:
        """The block without what any solution within the target has otherwise: a reduced cost or price forbids it."""
        block, known = self.block, self.known
        if known is None or not np.isfinite(target):
            return replace(block, high=block.high.copy())
        limit = target - known.bound + WHOLE
        low, high = block.low.copy(), block.high.copy()
        row_low, row_high = block.row_low.copy(), block.row_high.copy()
        dear, cheap = known.reduced > limit, known.reduced < -limit
        high[dear], low[cheap] = block.low[dear], block.high[cheap]
        at_low, at_high = known.prices > limit, known.prices < -limit
        row_high[at_low], row_low[at_high] = block.row_low[at_low], block.row_high[at_high]
        return replace(block, low=low, high=high, row_low=row_low, row_high=row_high)

    def _cost(self, found: Found) -> float:
        return np.inf if found.values is None else float(np.dot(self.cost, found.values))


def _is_whole(block: Block, values: Numbers) -> bool:
    return not (block.whole & _in_part(values)).any()


def _in_part(values: Numbers) -> Mask:
    return np.abs(values - np.round(values)) > WHOLE


def _grown(block: Block, loose: Mask, known: Mask) -> Mask:
    """And all that stand in a row with a decision that is loose."""
    rows = np.zeros(len(block.rows), dtype=np.bool_)
    rows[block.row_of[(loose & known)[block.columns]]] = True
    rows &= np.diff(block.starts) <= LONG_ROW
    grown = loose.copy()
    grown[block.columns[rows[block.row_of]]] = True
    return grown & block.whole


def _with_row(block: Block, cost: Numbers, most: float) -> Block:
    """The block with one row more: the cost is no more than this."""
    columns = np.flatnonzero(cost)
    if not len(columns):
        return block
    rows = len(block.rows)
    return replace(
        block,
        rows=np.append(block.rows, -1),
        starts=np.append(block.starts, block.starts[-1] + len(columns)),
        columns=np.concatenate((block.columns, columns)),
        row_of=np.concatenate((block.row_of, np.full(len(columns), rows))),
        coefficients=np.concatenate((block.coefficients, cost[columns])),
        entries=np.concatenate((block.entries, np.full(len(columns), -1))),
        row_low=np.append(block.row_low, -np.inf),
        row_high=np.append(block.row_high, most),
    )
