"""A goal that is the largest of balances: a cap on all of them, lowered as far as it goes."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from service.solver.blocks import Block, Matrix, Numbers
from service.solver.incumbent import Incumbent
from service.solver.integer import Found
from service.solver.linear import PATIENCE, LinearProgram
from service.solver.loads import Load
from service.solver.program import Program
from service.solver.rung import Rung
from service.solver.search import Search


def settle_largest(loads: Sequence[Load], incumbent: Incumbent, rung: Rung, *, tolerance: int) -> None:
    """Bring the largest balance as low as the time allows, and let no later goal raise it by more than the tolerance.

    Each balance has few values, so a cap is a whole limit on a count: far sharper than a fraction of everybody's.
    """
    program = incumbent.works.program
    if not loads:
        rung.see(0, 0)
        return
    least = max(load.balances[0] for load in loads)
    caps = sorted({b for load in loads for b in load.balances if least <= b < rung.value} | {rung.value})
    lowest = caps[0]
    for block in Matrix(program).blocks():
        if those := _loads_in(block, loads):
            lowest = max(lowest, _lowest(block, those, caps[bisect_left(caps, lowest) :], program, rung))
    rung.see(None, lowest)
    _lower(loads, caps[bisect_left(caps, lowest) :], incumbent, rung)
    for load in loads:
        load.cap(program, rung.value + tolerance)


def _loads_in(block: Block, loads: Sequence[Load]) -> list[Load]:
    numbers = set(block.variables.tolist())
    return [load for load in loads if any({b.count, b.chosen} & numbers for b in load.branches)]


def _lowest(block: Block, loads: Sequence[Load], caps: Sequence[int], program: Program, rung: Rung) -> int:
    """The lowest cap that the block's linear relaxation does not exclude."""
    nothing = np.zeros(len(block.variables))

    def is_possible(cap: int) -> bool:
        with program.trial():
            for load in loads:
                load.cap(program, cap)
            linear.limit(_renewed(block, program))
        seconds = rung.left_seconds
        relaxed = linear.relax(nothing, seconds=seconds, patience=PATIENCE) if seconds > 0 else None
        return relaxed is None or relaxed.is_possible

    with LinearProgram(block, rung.budget) as linear:
        return caps[bisect_left(caps[:-1], True, key=is_possible)]


def _renewed(block: Block, program: Program) -> Block:
    """The block under the program's present limits and coefficients."""
    low, high, coefficients = (np.array(these) for these in (program.low, program.high, program.coefficients))
    return replace(
        block, low=low[block.variables], high=high[block.variables], coefficients=coefficients[block.entries]
    )


def _lower(loads: Sequence[Load], caps: Sequence[int], incumbent: Incumbent, rung: Rung) -> None:
    """Try one cap after the other, the lowest first, until a roster keeps it or there is no time."""
    for cap, higher in pairwise(caps):
        is_reached = None if rung.left_seconds <= 0 else _reach(loads, cap, incumbent, rung)
        if is_reached is not False:
            break
        rung.see(None, higher)


def _reach(loads: Sequence[Load], cap: int, incumbent: Incumbent, rung: Rung) -> bool | None:
    """Look for a roster in which nobody is above the cap; False: there is none, None: there was no time."""
    with incumbent.works.program.trial():
        for load in loads:
            load.cap(incumbent.works.program, cap)
        return find_any(incumbent, rung)


def find_any(incumbent: Incumbent, rung: Rung) -> bool | None:
    """Take some roster that obeys the program as it stands; False: there is none, None: no telling."""
    matrix = Matrix(incumbent.works.program)
    if not matrix.is_possible:
        return False
    near = incumbent.values()
    values = np.maximum(near, 0)
    for block in matrix.blocks():
        found = _any(block, near[block.variables], rung)
        if found.values is None:
            return False if found.bound == np.inf else None
        values[block.variables] = found.values
    return incumbent.adopt(values, rung) or None


def _any(block: Block, near: Numbers, rung: Rung) -> Found:
    """A solution in whole numbers, whatever it costs; its bound is infinite where there is none."""
    search = Search(
        block=block,
        cost=np.zeros(len(block.variables)),
        relaxed=None,
        known=None,
        target=0,
        tolerance=0.5,
        near=near,
        budget=rung.budget,
    )
    return search.best(seconds=rung.left_seconds, gap=1)
