"""From a relaxation to whole numbers: the least there is, and nothing claimed beyond it."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from service.solver.blocks import Block, Matrix
from service.solver.linear import LinearProgram
from service.solver.prices import priced
from service.solver.program import Program
from service.solver.search import Search
from tests.solver.building import unhurried

SEATS = 12
POINTS = np.array(list(product((0, 1), repeat=SEATS)))


@some.composite
def blocks(draw) -> Block:
    """Seats in one block: at most some of all, and of others at least or at most so many."""
    program = Program()
    for _ in range(SEATS):
        program.variable()
    program.row(list(range(SEATS)), high=draw(some.integers(4, 8)))
    for _ in range(draw(some.integers(3, 8))):
        seats = draw(some.lists(some.integers(0, SEATS - 1), min_size=2, max_size=4, unique=True))
        coefficients = [float(draw(some.integers(1, 3))) for _ in seats]
        low = draw(some.sampled_from([0, 1, 2]))
        program.row(seats, coefficients, low=low, high=low + draw(some.integers(0, 3)))
    [block] = Matrix(program).blocks()
    return block


def allowed(block: Block) -> np.ndarray:
    rows = np.zeros((len(block.rows), SEATS))
    rows[block.row_of, block.columns] = block.coefficients
    sums = POINTS @ rows.T
    return POINTS[((sums >= block.row_low) & (sums <= block.row_high)).all(axis=1)]


def searched(block: Block, cost: np.ndarray, near: np.ndarray, tolerance: float):
    relaxed = LinearProgram(block, unhurried()).relax(cost, seconds=60)
    if relaxed is None or not relaxed.is_possible:
        return None
    known = priced(block, cost, relaxed.duals)
    target = float(np.ceil(known.bound - 1e-6))
    search = Search(
        block=block,
        cost=cost,
        relaxed=relaxed.values,
        known=known,
        target=target,
        tolerance=tolerance,
        near=near,
        budget=unhurried(),
    )
    return search.best(seconds=60, gap=2 * tolerance - 1e-6)


@pytest.mark.parametrize("tolerance", [0.5, 3])
@settings(max_examples=50, deadline=None)
@given(
    block=blocks(),
    cost=some.lists(some.integers(-9, 9), min_size=SEATS, max_size=SEATS),
    near=some.sampled_from([*POINTS]),
)
def test_the_least_is_found_to_within_the_tolerance_and_no_bound_is_above_it(tolerance, block, cost, near):
    costs = np.array(cost, dtype=float)
    reached = allowed(block) @ costs
    found = searched(block, costs, near.astype(float), tolerance)
    if not len(reached):
        assert found is None or (found.values is None and found.bound == np.inf)
        return
    assert found is not None
    assert found.bound <= reached.min() + 1e-6
    assert found.values is not None
    assert reached.min() - 1e-6 <= costs @ found.values <= reached.min() + 2 * tolerance
    assert np.round(found.values).tolist() in allowed(block).tolist()
