"""Branching on choices alone: every node is a linear program that starts from where the last one ended."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from statistics import fmean

import numpy as np

from service.solver.blocks import NOTHING, Block, Indices, Numbers
from service.solver.linear import LinearProgram, Relaxed
from service.solver.prices import priced

WHOLE = 1e-6
MOST_NODES = 2000
LEAST_GAIN = 0.1
"""So that a choice that raises the cost on one side only, or is not expected to, still counts for something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Doubt:
    """A choice that is not made.

    `middle`: of what is chosen in part. `weight`: how far it is from being made, times what making it would cost more.
    """

    choice: int
    middle: int
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class _Node:
    """Some variables of choices are `closed`: 0. Then nothing whose choices are whole costs less than `bound`.

    `least`: the bound rounded up. Of nodes that cost the same the deeper ones come first.
    """

    least: float
    height: int
    number: int
    bound: float = field(compare=False)
    closed: Indices = field(compare=False)
    doubts: tuple[_Doubt, ...] = field(compare=False)


@dataclass(kw_only=True)
class Tree:
    """A block in which all is in fractions but its choices; costs are whole numbers.

    Choices are what a linear relaxation loses most by: it mixes two totals of a few long sessions where there can be
    one. Once they are made, its cost is nearly always that of a solution in whole numbers. `_gains`: of each choice
    that was split, what that added to the cost on the two sides, multiplied. (Achterberg, Koch & Martin, Branching
    rules revisited, 2005.)
    """

    block: Block
    cost: Numbers
    linear: LinearProgram
    _open: list[_Node] = field(default_factory=list)
    _gains: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    _nodes: int = 0

    def grow(self, root: Relaxed, *, seconds: float) -> None:
        """Best node first: the first with all choices made ends it."""
        deadline = self.linear.left_seconds - seconds
        heappush(self._open, self._node(NOTHING, root, height=0))
        while self._open and self._open[0].doubts and self._nodes < MOST_NODES:
            if not self._split(heappop(self._open), deadline):
                return

    @property
    def least(self) -> float:
        """No solution whose choices are whole costs less; infinite: there is none."""
        return self._open[0].least if self._open else np.inf

    @property
    def closed(self) -> Indices:
        """What is 0 where it might cost just that; nothing while choices are left to be made."""
        is_made = self._open and not self._open[0].doubts
        return self._open[0].closed if is_made else NOTHING

    def _split(self, node: _Node, deadline: float) -> bool:
        """A node for either side of a choice in doubt; False, and nothing changed, when there was no time."""
        doubt = max(node.doubts, key=lambda doubt: doubt.weight * self._gain(doubt.choice))
        choice = self.block.choices[doubt.choice].variables
        children = []
        for half in (choice[: doubt.middle + 1], choice[doubt.middle + 1 :]):
            closed = np.concatenate((node.closed, half))
            self.linear.limit(self._limited(closed))
            seconds = self.linear.left_seconds - deadline
            relaxed = self.linear.relax(self.cost, seconds=seconds) if seconds > 0 else None
            if relaxed is None:
                heappush(self._open, node)
                return False
            children.append(self._node(closed, relaxed, height=node.height - 1))
        added = [min(child.bound - node.bound, np.abs(self.cost).max()) + LEAST_GAIN for child in children]
        self._gains[doubt.choice].append(added[0] * added[1])
        for child in children:
            if child.least < np.inf:
                heappush(self._open, child)
        return True

    def _gain(self, choice: int) -> float:
        """What splitting the choice gained; where it never was, what others did."""
        known = self._gains.get(choice) or [fmean(gains) for gains in self._gains.values()]
        return fmean(known) if known else 1.0

    def _node(self, closed: Indices, relaxed: Relaxed, *, height: int) -> _Node:
        self._nodes += 1
        bound, doubts = np.inf, tuple[_Doubt, ...]()
        if relaxed.is_possible:
            bound = priced(self._limited(closed), self.cost, relaxed.duals).bound
            doubts = tuple(self._doubts(relaxed.values))
        least = float(np.ceil(bound - WHOLE))
        return _Node(least=least, height=height, number=self._nodes, bound=bound, closed=closed, doubts=doubts)

    def _limited(self, closed: Indices) -> Block:
        high = self.block.high.copy()
        high[closed] = 0
        return replace(self.block, high=high)

    def _doubts(self, values: Numbers) -> Iterator[_Doubt]:
        for number, choice in enumerate(self.block.choices):
            shares = values[choice.variables]
            if min(shares.sum(), 1 - shares.max()) > WHOLE:
                middle = int(np.dot(shares, np.arange(len(shares))) / shares.sum())
                mixed = float(np.dot(shares, choice.least) / shares.sum())
                dearer = max(0.0, float(choice.least[middle : middle + 2].min()) - mixed)
                yield _Doubt(choice=number, middle=middle, weight=(1 - float(shares.max())) * (dearer + LEAST_GAIN))
