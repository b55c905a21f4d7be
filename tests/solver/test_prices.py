"""Bounds: never above what whole numbers can reach, whatever the prices; and as sharp as the linear program."""

from fractions import Fraction
from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from service.solver.blocks import Matrix
from service.solver.prices import priced
from service.solver.program import INFINITY, Program

SMALL = some.integers(-3, 3)
DOMAINS = [(0, 2), (-1, 1), (0, 1)]
POINTS = list(product(*(range(low, high + 1) for low, high in DOMAINS)))


@some.composite
def rows(draw):
    low, span = draw(some.integers(-4, 2)), draw(some.integers(0, 4))
    sides = draw(some.sampled_from([(low, INFINITY), (-INFINITY, low + span), (low, low + span)]))
    return draw(some.lists(SMALL, min_size=3, max_size=3)), *sides


@some.composite
def blocks(draw):
    """Three variables in one block, and the points that its rows allow."""
    program = Program()
    variables = [program.variable(low, high) for low, high in DOMAINS]
    limits = [([1, 1, 1], -9, 9), *draw(some.lists(rows(), max_size=3))]
    for coefficients, low, high in limits:
        program.row(variables, [float(each) for each in coefficients], low=low, high=high)
    [block] = Matrix(program).blocks()
    allowed = [p for p in POINTS if all(low <= np.dot(c, p) <= high for c, low, high in limits)]
    return block, allowed


@given(
    tried=blocks(),
    cost=some.lists(SMALL, min_size=3, max_size=3),
    duals=some.lists(some.floats(-5, 5), min_size=4, max_size=4),
)
def test_no_prices_prove_more_than_is_true(tried, cost, duals):
    block, allowed = tried
    known = priced(block, np.array(cost, dtype=float), np.array(duals[: len(block.rows)]))
    assert all(known.bound <= np.dot(cost, point) for point in allowed)


@given(
    tried=blocks(),
    cost=some.lists(SMALL, min_size=3, max_size=3),
    duals=some.lists(some.floats(-5, 5), min_size=4, max_size=4),
)
def test_what_a_variable_costs_beyond_its_end_is_no_less_than_its_reduced_cost(tried, cost, duals):
    block, allowed = tried
    known = priced(block, np.array(cost, dtype=float), np.array(duals[: len(block.rows)]))
    away = np.where(known.reduced > 0, block.low, block.high)
    for point in allowed:
        paid = sum(each * chosen for each, chosen in zip(cost, point, strict=True))
        for reduced, steps in zip(known.reduced.tolist(), np.abs(np.array(point) - away).tolist(), strict=True):
            assert paid >= Fraction(known.bound) + abs(Fraction(reduced)) * Fraction(steps)


def test_the_bound_is_that_of_the_linear_program():
    program = Program()
    seats = [program.variable() for _ in range(3)]
    for left, right in ((0, 1), (1, 2), (0, 2)):
        program.at_most(1, [seats[left], seats[right]])
    [block] = Matrix(program).blocks()
    known = priced(block, np.array([-1.0] * 3), np.array([-0.5] * 3))
    assert -1.5 - 1e-12 < known.bound <= -1.5
    assert list(known.reduced) == [0, 0, 0]
