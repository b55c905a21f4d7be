"""The engine on one block: relaxed and in whole numbers, under new limits, and out of time."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from service.domain.solving import Limits
from service.solver.blocks import Block, Matrix
from service.solver.budget import ITERATIONS_PER_SECOND, Budget
from service.solver.engine import Engine
from service.solver.program import Program
from tests.solver.building import unhurried

MOST = np.array([-1.0, -1.0, -1.0])


def a_block(*, whole: bool = True) -> Block:
    """Of three seats, two of any pair exclude each other."""
    program = Program()
    seats = [program.variable(whole=whole) for _ in range(3)]
    for left, right in ((0, 1), (1, 2), (0, 2)):
        program.at_most(1, [seats[left], seats[right]])
    [block] = Matrix(program).blocks()
    return block


def test_in_part_more_is_possible_than_in_whole_numbers():
    engine = Engine(a_block(), unhurried())
    relaxed = engine.relax(MOST, seconds=60)
    assert relaxed is not None
    assert MOST @ relaxed.values == pytest.approx(-1.5)
    found = engine.optimise(MOST, seconds=60, gap=0)
    assert found.values is not None
    assert (MOST @ found.values, found.bound) == pytest.approx((-1, -1))


def test_where_nothing_need_be_whole_the_bound_is_the_least_of_the_linear_program():
    assert Engine(a_block(whole=False), unhurried()).optimise(MOST, seconds=60, gap=0).bound == pytest.approx(-1.5)


def test_the_same_block_is_solved_again_under_other_limits():
    block = a_block()
    engine = Engine(block, unhurried())
    engine.limit(replace(block, high=np.array([1.0, 0.0, 0.0]), coefficients=block.coefficients * 2))
    relaxed = engine.relax(MOST, seconds=60)
    assert relaxed is not None
    assert relaxed.values == pytest.approx([0.5, 0, 0])


def test_a_variable_without_a_value_is_impossible():
    block = a_block()
    engine = Engine(block, unhurried())
    engine.limit(replace(block, low=np.array([1.0, 0, 0]), high=np.array([0.0, 1, 1])))
    relaxed = engine.relax(MOST, seconds=60)
    assert relaxed is not None
    assert not relaxed.is_possible
    assert engine.optimise(MOST, seconds=60, gap=0).bound == np.inf


@pytest.mark.parametrize(("seconds", "is_cut_short"), [(60, False), (10 / ITERATIONS_PER_SECOND, True)])
def test_a_limit_of_work_cuts_a_run_short(seconds, is_cut_short):
    """Forty things of odd weights to pack: thousands of steps to the best."""
    random = Random(1)  # noqa: S311 - invented, not secret
    program = Program()
    things = [program.variable() for _ in range(40)]
    for _ in range(10):
        program.row(things, [float(random.randint(10, 60)) for _ in things], high=400)
    [block] = Matrix(program).blocks()
    worth = np.array([-float(random.randint(10, 99)) for _ in things])
    budget = unhurried(Limits(seconds=seconds, deterministic=True))
    found = Engine(block, budget).optimise(worth, seconds=seconds, gap=0)
    assert (found.values is None or found.bound < worth @ found.values - 1) == is_cut_short


def test_a_stop_leaves_no_claim():
    stopped = Budget(limits=Limits(), should_stop=lambda: True)
    assert Engine(a_block(), stopped).relax(MOST, seconds=60) is None
    assert Engine(a_block(), stopped).optimise(MOST, seconds=60, gap=0).bound <= -1
