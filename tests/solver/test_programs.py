"""The engine on one block: relaxed and in whole numbers, under new limits, and out of time."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from service.domain.solving import Limits
from service.solver.blocks import Block, Matrix
from service.solver.budget import ITERATIONS_PER_SECOND, Budget
from service.solver.integer import IntegerProgram
from service.solver.linear import LinearProgram, Relaxed
from service.solver.program import Program
from tests.solver.building import unhurried

MOST = np.array([-1.0, -1.0, -1.0])
SEATS = 10


def a_block(*, whole: bool = True) -> Block:
    """Of three seats, two of any pair exclude each other."""
    program = Program()
    seats = [program.variable(whole=whole) for _ in range(3)]
    for left, right in ((0, 1), (1, 2), (0, 2)):
        program.at_most(1, [seats[left], seats[right]])
    [block] = Matrix(program).blocks()
    return block


def relaxed(program: LinearProgram, cost: np.ndarray) -> Relaxed:
    found = program.relax(cost, seconds=60)
    assert found is not None
    return found


def test_in_part_more_is_possible_than_in_whole_numbers():
    assert MOST @ relaxed(LinearProgram(a_block(), unhurried()), MOST).values == pytest.approx(-1.5)
    found = IntegerProgram(a_block(), unhurried()).optimise(MOST, seconds=60, gap=0)
    assert found.values is not None
    assert (MOST @ found.values, found.bound) == pytest.approx((-1, -1))


def test_where_nothing_need_be_whole_the_bound_is_the_least_of_the_linear_program():
    program = IntegerProgram(a_block(whole=False), unhurried())
    assert program.optimise(MOST, seconds=60, gap=0).bound == pytest.approx(-1.5)


@pytest.mark.parametrize("unit", [1.0, 2.0**36, 2.0**80])
def test_what_is_found_does_not_depend_on_what_costs_are_counted_in(unit):
    """Of the last, the library by itself takes the costs for infinite."""
    inexact = relaxed(LinearProgram(a_block(), unhurried()), unit * MOST)
    assert inexact.values == pytest.approx([0.5, 0.5, 0.5])
    assert inexact.duals == pytest.approx([-0.5 * unit] * 3)
    found = IntegerProgram(a_block(), unhurried()).optimise(unit * MOST, seconds=60, gap=0.9 * unit)
    assert found.values is not None
    assert (unit * MOST @ found.values, found.bound) == pytest.approx((-unit, -unit))


def test_the_same_block_is_solved_again_under_other_limits():
    block = a_block()
    program = LinearProgram(block, unhurried())
    program.limit(replace(block, high=np.array([1.0, 0.0, 0.0]), coefficients=block.coefficients * 2))
    assert relaxed(program, MOST).values == pytest.approx([0.5, 0, 0])


def test_a_variable_without_a_value_is_impossible():
    block = a_block()
    none = replace(block, low=np.array([1.0, 0, 0]), high=np.array([0.0, 1, 1]))
    program = LinearProgram(block, unhurried())
    program.limit(none)
    assert not relaxed(program, MOST).is_possible
    assert IntegerProgram(none, unhurried()).optimise(MOST, seconds=60, gap=0).bound == np.inf


@some.composite
def packed(draw) -> Block:
    """Most rows pack, and would be left out; some ask for something."""
    program = Program()
    seats = [program.variable() for _ in range(SEATS)]
    program.row(seats, [float(draw(some.integers(1, 3))) for _ in seats], low=draw(some.integers(0, 12)))
    for _ in range(draw(some.integers(4, 12))):
        program.at_most(draw(some.integers(0, 2)), draw(some.sets(some.sampled_from(seats), min_size=3, max_size=5)))
    [block] = Matrix(program).blocks()
    return block


@settings(deadline=None)
@given(block=packed(), costs=some.lists(some.integers(-5, 5), min_size=SEATS, max_size=SEATS))
def test_rows_left_out_until_they_are_broken_change_nothing(block, costs):
    """As with every row in: the first time, and once it is known which bind."""
    cost, program = np.array(costs, dtype=float), LinearProgram(block, unhurried())
    everything = IntegerProgram(replace(block, whole=np.zeros_like(block.whole)), unhurried())
    least = everything.optimise(cost, seconds=60, gap=0)
    for found in (relaxed(program, cost), relaxed(LinearProgram(block, unhurried()), cost)):
        assert found.is_possible == (least.values is not None)
        if found.is_possible:
            assert cost @ found.values == pytest.approx(least.bound, abs=1e-6)
            held = np.bincount(block.row_of, block.coefficients * found.values[block.columns], len(block.rows))
            assert (held <= block.row_high + 1e-5).all()
            assert (held >= block.row_low - 1e-5).all()


def test_a_row_that_had_a_price_is_in_from_the_start_the_next_time():
    program = Program()
    seats = [program.variable() for _ in range(8)]
    program.row(seats, low=1, high=7)
    rows = [program.row(seats[first : first + 3], high=1) for first in (0, 5)]
    [block] = Matrix(program).blocks()
    relaxed(LinearProgram(block, unhurried()), -np.array([3.0, 2, 1, 0, 0, 0, 0, 0]))
    assert program.binding == {rows[0]}


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
    found = IntegerProgram(block, budget).optimise(worth, seconds=seconds, gap=0)
    assert (found.values is None or found.bound < worth @ found.values - 1) == is_cut_short


def test_a_stop_leaves_no_claim():
    stopped = Budget(limits=Limits(), should_stop=lambda: True)
    assert LinearProgram(a_block(), stopped).relax(MOST, seconds=60) is None
    assert IntegerProgram(a_block(), stopped).optimise(MOST, seconds=60, gap=0).bound <= -1
