"""Branching on choices: the cost that whole choices cannot come below, and never more than is true."""

from dataclasses import replace
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as some

from service.solver.blocks import Block, Matrix
from service.solver.branching import Tree
from service.solver.linear import LinearProgram
from service.solver.program import Program
from tests.solver.building import unhurried

COSTS = some.lists(some.integers(0, 9), min_size=6, max_size=6)
CHOSEN = [(*left, *right) for left, right in product(np.eye(3), np.eye(3))]


@some.composite
def blocks(draw) -> Block:
    """Two choices of three totals each, and seats, in whole or in part, that add up to what is chosen."""
    program = Program()
    choices = [[program.variable() for _ in range(3)] for _ in range(2)]
    for choice in choices:
        program.one_of(choice, [0, 0, 0])
        seats = [program.variable(high=2) for _ in range(2)]
        minutes = [float(draw(some.sampled_from([120, 150]))) for _ in seats]
        program.row([*seats, *choice], [*minutes, -0.0, -120.0, -240.0], low=0, high=draw(some.sampled_from([0, 30])))
    program.row([*choices[0], *choices[1]], [float(draw(some.integers(0, 3))) for _ in range(6)], low=2)
    [block] = Matrix(program).blocks()
    return block


def costed(block: Block, costs: list[int]) -> np.ndarray:
    """The choices cost, the seats nothing."""
    chosen = np.concatenate([choice.variables for choice in block.choices])
    found = np.zeros(len(block.variables))
    found[chosen] = costs
    return found


def grown(block: Block, cost: np.ndarray, *, seconds: float = 60) -> Tree:
    with LinearProgram(block, unhurried()) as linear:
        tree = Tree(block=block, cost=cost, linear=linear)
        root = linear.relax(cost, seconds=60)
        assert root is not None
        tree.grow(root, seconds=seconds)
    return tree


@settings(deadline=None)
@given(block=blocks(), costs=COSTS)
def test_the_least_is_that_of_the_best_choices_with_all_else_in_part(block, costs):
    cost = costed(block, costs)
    chosen = np.concatenate([choice.variables for choice in block.choices])
    reached = []
    for ends in CHOSEN:
        low, high = block.low.copy(), block.high.copy()
        low[chosen] = high[chosen] = ends
        linear = LinearProgram(block, unhurried())
        linear.limit(replace(block, low=low, high=high))
        relaxed = linear.relax(cost, seconds=60)
        assert relaxed is not None
        reached += [round(float(cost @ relaxed.values))] if relaxed.is_possible else []
    assert grown(block, cost).least == min(reached, default=np.inf)


@settings(deadline=None)
@given(block=blocks(), costs=COSTS)
def test_what_it_closes_leaves_the_cost_it_found(block, costs):
    cost = costed(block, costs)
    tree = grown(block, cost)
    high = block.high.copy()
    high[tree.closed] = 0
    linear = LinearProgram(block, unhurried())
    linear.limit(replace(block, high=high))
    relaxed = linear.relax(cost, seconds=60)
    assert relaxed is not None
    if tree.least < np.inf:
        assert np.ceil(cost @ relaxed.values - 1e-6) == tree.least


def test_without_time_the_bound_is_that_of_the_relaxation():
    program = Program()
    halves = [program.variable() for _ in range(2)]
    program.one_of(halves, [0, 0])
    program.row(halves, [1.0, -1.0], low=0, high=0)
    program.row([program.variable(high=9), *halves], [1.0, -2.0, -4.0], low=0, high=0)
    [block] = Matrix(program).blocks()
    cost = np.array([0.0, 0.0, 1.0])
    assert (grown(block, cost, seconds=0).least, grown(block, cost).least) == (3, np.inf)
